from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "kedang.foundation.files"
    label = "files"
    verbose_name = _("文件")

    def ready(self) -> None:
        from kedang.foundation.files import places

        places.register()
