from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    name = "kedang.business.governance"
    label = "governance"
    verbose_name = _("管控")

    def ready(self) -> None:
        from kedang.business.governance import numbers
        from kedang.foundation.numbering.subjects import register_subject

        register_subject(numbers.SUBJECT)
