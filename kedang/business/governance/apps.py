from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    name = "kedang.business.governance"
    label = "governance"
    verbose_name = _("管控")

    def ready(self) -> None:
        from datetime import timedelta

        from kedang.business.governance import numbers, telling
        from kedang.business.governance.alerts.following import alerts_run
        from kedang.business.governance.services import rights
        from kedang.foundation.jobs.schedules import schedule
        from kedang.foundation.numbering.subjects import register_subject

        register_subject(numbers.SUBJECT)
        rights.declare_kind()
        telling.declare_kinds()
        schedule("governance.agreements", daily_at="08:00", run=telling.agreements_remind)
        schedule("governance.alerts", every=timedelta(minutes=1), run=alerts_run)
