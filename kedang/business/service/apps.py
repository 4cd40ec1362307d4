from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "kedang.business.service"
    label = "service"
    verbose_name = _("客户往来")

    def ready(self) -> None:
        from kedang.business.service import in_hand, numbers, telling
        from kedang.business.service.services.reminding import reports_remind
        from kedang.foundation.jobs.schedules import schedule
        from kedang.foundation.numbering.subjects import register_subject

        register_subject(numbers.SUBJECT)
        in_hand.declare_kinds()
        telling.declare_kinds()
        schedule("service.reports", daily_at="08:10", run=reports_remind)
