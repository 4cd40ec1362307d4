from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "kedang.foundation.search"
    label = "search"
    verbose_name = _("检索")

    def ready(self) -> None:
        autodiscover_modules("search")
