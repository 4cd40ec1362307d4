"""The drill report on paper."""

from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.kernel import clock
from kedang.foundation.safekeeping.models import Drill
from kedang.foundation.safekeeping.standing import duration
from kedang.foundation.web.printing import Card, Column, Line, Lines, Mark, Section, Table, render_sheet


def drill_pdf(actor: Person, drill: Drill) -> bytes:
    """One report with places to sign."""
    company = Fonds.objects.get(pk=actor.fonds_id)
    moment = "%Y-%m-%d %H:%M"
    made = clock.local(drill.backup_made_at).strftime(moment) if drill.backup_made_at else ""
    facts = [
        Line(_("备份集"), drill.backup_code),
        Line(_("备份时间"), made),
        Line(_("演练时间"), clock.local(drill.started_at).strftime(moment)),
        Line(_("用时"), duration(drill.seconds)),
        Line(_("发起人"), drill.by),
        Line(_("结果"), _("通过") if drill.is_passed else _("未通过")),
        Line(_("结论"), drill.words, wide=True),
    ]
    rows = [
        [step["title"], step["words"], _("通过") if step["is_good"] else _("未通过"), f"{step['seconds']:.1f}"]
        for step in drill.report
    ]
    columns = [
        Column(_("步骤"), 2.2),
        Column(_("情况"), 4),
        Column(_("结果"), "auto", "center"),
        Column(_("秒"), "auto", "right"),
    ]
    mark = Mark(company.name, actor.display_name, clock.local(clock.now()).strftime(moment), watermark=False)
    sections = [Section(_("情况"), [Lines(facts)]), Section(_("经过"), [Table(columns, rows, _("没有经过。"))])]
    card = Card(
        _("恢复演练报告"), f"YL{drill.pk:06d}", f"{_('恢复演练')} {clock.local(drill.finished_at):%Y-%m-%d}", sections, mark,
        signatures=[_("演练人"), _("复核人"), _("日期")],
    )  # fmt: skip
    return render_sheet(card)
