from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "kedang.foundation.files"
    label = "files"
    verbose_name = _("文件")

    def ready(self) -> None:
        from kedang.foundation.files import places, standing
        from kedang.foundation.files.jobs import fixity, scanning
        from kedang.foundation.files.previewing import keeping
        from kedang.foundation.files.reading import jobs

        places.register()
        standing.register()
        scanning.declare()
        fixity.declare()
        keeping.declare()
        jobs.declare()
