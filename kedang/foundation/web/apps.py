from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "kedang.foundation.web"
    label = "web"
    verbose_name = _("页面")

    def ready(self) -> None:
        autodiscover_modules("panels")
        from kedang.foundation.web import addresses
        from kedang.foundation.web.monitoring import judgements

        addresses.install()
        judgements.declare()
