"""四性检测报告 on paper."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import CheckProperty
from kedang.business.holdings.models import CheckRun
from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.printing import Card, Column, Line, Lines, Mark, Section, Table, render_sheet

MOMENT = "%Y-%m-%d %H:%M"


def check_pdf(actor: Actor, run: CheckRun, subject: dict[str, Any]) -> bytes:
    """One run with its points by property and places to sign."""
    fonds = Fonds.objects.get(pk=run.fonds_id)
    facts = [
        Line(_("检测对象"), f"{subject['kind']} {subject['code']}".strip()),
        Line(_("环节"), run.get_occasion_display()), Line(_("结论"), run.get_verdict_display()), Line(_("得分"), str(run.score)),
        Line(_("检测方案"), f"DA/T 70-2018 {run.rules_version}"), Line(_("检测人"), run.made_by),
        Line(_("检测时间"), clock.local(run.made_at).strftime(MOMENT)),
        Line(_("通过 / 提示 / 待人工 / 不通过"), f"{run.passed_count} / {run.warned_count} / {run.pending_count} / {run.failed_count}"),
    ]  # fmt: skip
    columns = [
        Column(_("编号"), "auto"),
        Column(_("检测项"), 1.6),
        Column(_("结果"), "auto", "center"),
        Column(_("依据与处理办法"), 4),
    ]
    results = list(run.results.all())
    sections = [Section(_("概况"), [Lines(facts)])]
    for quality in CheckProperty:
        rows = [
            [
                line.code,
                line.title,
                line.get_verdict_display(),
                "\n".join(filter(None, (line.evidence, line.remedy, _answered(line)))),
            ]
            for line in results
            if line.quality == quality
        ]
        if rows:
            sections.append(Section(str(quality.label), [Table(columns, rows)]))
    username = getattr(actor, "username", "")
    who = f"{actor.display_name}（{username}）" if username else actor.display_name
    mark = Mark(fonds.name, who, clock.local(clock.now()).strftime(MOMENT), watermark=False)
    card = Card(
        _("四性检测报告"), f"SX{run.pk:07d}", subject["title"] or str(run.get_occasion_display()), sections, mark,
        subtitle=str(run.get_verdict_display()), signatures=[_("检测人"), _("审核人"), _("日期")],
    )  # fmt: skip
    return render_sheet(card)


def _answered(line: Any) -> str:
    if not line.answered_by:
        return ""
    words = {"who": line.answered_by, "day": f"{clock.local(line.answered_at):%Y-%m-%d}"}
    return _("%(who)s %(day)s 核对") % words
