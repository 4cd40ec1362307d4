from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldingsConfig(AppConfig):
    name = "kedang.business.holdings"
    label = "holdings"
    verbose_name = _("档案实体")

    def ready(self) -> None:
        from kedang.business.holdings import in_hand, reading, setup, standing
        from kedang.foundation.access.arrivals import when_fonds_arrives

        when_fonds_arrives(setup.ensure_defaults)
        in_hand.declare_kinds()
        from kedang.business.holdings.services.volumes import reopening

        reopening.declare_kind()
        reading.declare()
        standing.declare()
