from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "kedang.foundation.access"
    label = "access"
    verbose_name = _("人员与权限")

    def ready(self) -> None:
        autodiscover_modules("events", "policies", "scopes")
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_migrate

        from kedang.foundation.access import in_hand, system_checks  # noqa: F401
        from kedang.foundation.access.duty_guards import install
        from kedang.foundation.access.signin import sessions
        from kedang.foundation.access.withholding import withholding
        from kedang.foundation.audit import asking

        in_hand.declare_kinds()
        asking.withholder = withholding
        user_logged_in.connect(sessions.begun, dispatch_uid="kedang.session_begun")
        post_migrate.connect(install, sender=self, dispatch_uid="kedang.duty_guards")
