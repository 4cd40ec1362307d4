from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "kedang.business.customers"
    label = "customers"
    verbose_name = _("客户档案")

    def ready(self) -> None:
        from kedang.business.customers import in_hand, standing

        in_hand.declare_kinds()
        standing.declare()
