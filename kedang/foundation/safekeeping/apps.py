from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SafekeepingConfig(AppConfig):
    name = "kedang.foundation.safekeeping"
    label = "safekeeping"
    verbose_name = _("备份与恢复")

    def ready(self) -> None:
        autodiscover_modules("jobs")
        from kedang.foundation.safekeeping import mending, standing, sweeping  # noqa: F401
        from kedang.foundation.safekeeping.rekeying import jobs  # noqa: F401
        from kedang.foundation.safekeeping.rekeying import standing as keys_standing

        mending.register()
        standing.register()
        keys_standing.register()
