from datetime import timedelta

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

SWEEP_EVERY = timedelta(seconds=15)


class JobsConfig(AppConfig):
    name = "kedang.foundation.jobs"
    label = "jobs"
    verbose_name = _("后台任务")

    def ready(self) -> None:
        autodiscover_modules("jobs")
        from kedang.foundation.jobs import gauges

        gauges.declare()
        from kedang.foundation.jobs import trail  # noqa: F401
        from kedang.foundation.jobs.schedules import schedule
        from kedang.foundation.kernel import planning, stores

        schedule("jobs.sweep", every=SWEEP_EVERY, run=stores.sweep)
        schedule("jobs.statistics", daily_at="03:20", run=planning.refresh)
