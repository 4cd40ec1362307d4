from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "kedang.foundation.audit"
    label = "audit"
    verbose_name = _("操作留痕")

    def ready(self) -> None:
        from kedang.foundation.audit import standing
        from kedang.foundation.audit.sealing import events  # noqa: F401
        from kedang.foundation.kernel import columns, migrating, planning

        columns.install()
        migrating.install()
        planning.install()
        standing.register()
