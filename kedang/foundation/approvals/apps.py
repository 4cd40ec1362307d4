from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "kedang.foundation.approvals"
    label = "approvals"
    verbose_name = _("审批")

    def ready(self) -> None:
        from datetime import timedelta

        from kedang.foundation.access.arrivals import when_fonds_arrives
        from kedang.foundation.approvals import setup
        from kedang.foundation.approvals.general import declare_general
        from kedang.foundation.approvals.in_hand import declare_in_hand
        from kedang.foundation.approvals.services.forsaken import forsaken_run
        from kedang.foundation.approvals.services.overdue import overdue_run
        from kedang.foundation.approvals.telling import declare_kinds
        from kedang.foundation.jobs.schedules import schedule

        declare_general()
        declare_in_hand()
        declare_kinds()
        when_fonds_arrives(setup.ensure_defaults)
        schedule("approvals.overdue", every=timedelta(minutes=1), run=overdue_run)
        schedule("approvals.forsaken", every=timedelta(minutes=15), run=forsaken_run)
