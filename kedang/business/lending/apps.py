from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LendingConfig(AppConfig):
    name = "kedang.business.lending"
    label = "lending"
    verbose_name = _("档案利用")

    def ready(self) -> None:
        from datetime import timedelta

        from kedang.business.holdings.services.whereabouts import guard
        from kedang.business.lending import in_hand, kinds, marking, reading
        from kedang.business.lending.services import share_reminding, telling
        from kedang.business.lending.services.feedback import feedback_due
        from kedang.business.lending.services.locking import promised
        from kedang.foundation.jobs.schedules import schedule

        guard(promised)
        in_hand.declare_kinds()
        telling.declare_kinds()
        share_reminding.declare_share_kinds()
        reading.declare()
        kinds.declare_kinds()
        marking.declare()
        schedule("lending.feedback", every=timedelta(minutes=10), run=feedback_due)
