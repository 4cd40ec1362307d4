"""What the archive says of its own health: store-rooms that are out of their climate, duties that are late."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import FindingState
from kedang.business.holdings.models import Equipment, Finding, FindingSource, Inspection
from kedang.foundation.kernel import clock, health


def declare() -> None:
    """Register; called once at start-up."""
    health.check(
        "custody",
        gettext_lazy("库房"),
        custody_health,
        icon="building-warehouse",
        url_name="holdings:climate",
        order=60,
    )


def custody_health() -> health.Health:
    """Bad while a room is out of its climate, to be looked at while inspections or equipment are late."""
    today = clock.today()
    alarms = list(
        Finding.objects.filter(source=FindingSource.CLIMATE, state=FindingState.OPEN)
        .select_related("location")
        .order_by("-id")[:3]
    )
    late = Inspection.objects.filter(done_at__isnull=True, planned_on__lt=today).count()
    late += Equipment.objects.filter(is_retired=False, due_on__lt=today).count()
    facts = ((_("温湿度报警"), len(alarms)), (_("逾期的检查和保养"), late))
    if alarms:
        names = "、".join(one.location.name or one.location.label for one in alarms)
        told = _("%(rooms)s温湿度超出范围，问题尚未处理。") % {"rooms": names}
        return health.Health("bad", told, _("请检查空调和除湿设备，处理后在“待处理问题”中登记。"), facts)
    if late:
        return health.Health(
            "warn", _("有 %(n)s 项检查或保养已经逾期。") % {"n": late}, _("请按计划检查并登记。"), facts
        )
    return health.Health("good", _("温湿度在范围内，检查和保养没有逾期。"), facts=facts)
