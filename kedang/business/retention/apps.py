from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "kedang.business.retention"
    label = "retention"
    verbose_name = _("保管期限与处置")

    def ready(self) -> None:
        from kedang.business.holdings.packages.held import tell_by
        from kedang.business.retention import lying, policies  # noqa: F401
        from kedang.business.retention.services import holding
        from kedang.foundation.jobs.schedules import schedule

        holding.declare_kinds()
        tell_by(lying.told_in_package)
        schedule("retention.review_due", daily_at="08:10", run=holding.holds_review_due)
