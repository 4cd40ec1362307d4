from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    name = "kedang.business.governance"
    label = "governance"
    verbose_name = _("管控")

    def ready(self) -> None:
        """Nothing to declare yet."""
