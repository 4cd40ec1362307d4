from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "kedang.business.intake"
    label = "intake"
    verbose_name = _("资料收集")

    def ready(self) -> None:
        from kedang.foundation.kernel import stores

        stores.store("imports", _("导入原文件"), passing=("work",))

        from kedang.business.intake import in_hand, sealed

        in_hand.declare_kinds()
        sealed.register()
