from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "kedang.foundation.notices"
    label = "notices"
    verbose_name = _("通知")

    def ready(self) -> None:
        from datetime import timedelta

        from kedang.foundation.access.backend import alongside
        from kedang.foundation.jobs.schedules import schedule
        from kedang.foundation.notices import policies  # noqa: F401
        from kedang.foundation.notices.reading import unread_count
        from kedang.foundation.notices.registry import NoticeKind, declare
        from kedang.foundation.notices.services.dispatching import notices_run, notices_tidy

        declare(NoticeKind("notices.test", _("试发通知"), "send", is_urgent=True, order=900))
        alongside["unread_notices"] = unread_count
        schedule("notices.send", every=timedelta(seconds=5), run=notices_run)
        schedule("notices.tidy", daily_at="04:40", run=notices_tidy)
