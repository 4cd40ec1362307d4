"""权限年审表 on paper."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kedang.business.governance.choices import ReviewState
from kedang.business.governance.models import ReviewLine, RightsReview
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing import Column, Listing, Mark, Table, render_listing


def review_pdf(row: RightsReview, lines: Sequence[ReviewLine], mark: Mark) -> bytes:
    """Every grant with what was said of it."""
    columns = [
        Column(_("部门"), 1),
        Column(_("姓名"), 0.8),
        Column(_("角色"), 1.1),
        Column(_("数据范围"), 1.2),
        Column(_("授权时间")),
        Column(_("最近登录")),
        Column(_("结论"), 0.7, "center"),
        Column(_("说明"), 1.4),
        Column(_("审核人"), 0.8),
        Column(_("审核时间")),
    ]
    rows = [
        [
            line.department,
            line.person.name,
            line.role,
            line.reach,
            _day(line.since),
            _day(line.last_seen_at),
            *_said(row, line),
            line.judged_by,
            _day(line.judged_at),
        ]
        for line in lines
    ]
    told = _("全部在用授权　发起：%(who)s %(at)s　%(state)s") % {
        "who": row.opened_by,
        "at": _day(row.opened_at),
        "state": row.get_state_display(),
    }
    return render_listing(
        Listing(
            _("%(year)s 年度权限年审表") % {"year": row.year},
            Table(columns, rows, numbered=True),
            mark,
            conditions=told,
            total=_("共 %(n)s 项授权") % {"n": len(rows)},
            signatures=[_("审核人"), _("安全保密负责人")],
        )
    )


def _said(row: RightsReview, line: ReviewLine) -> tuple[str, str]:
    """Verdict and remark; of a review that is over, why a line has none."""
    if line.verdict or row.state != ReviewState.CLOSED:
        return str(line.get_verdict_display() or ""), line.remark
    if line.grant.ended_at is not None:
        return _("已收回"), _("审核前已收回")
    return _("回避"), _("审核人本人的授权，由负责人签字确认")


def _day(at: object) -> str:
    return f"{clock.local(at):%Y-%m-%d}" if at else ""  # type: ignore[arg-type]  # instants or nothing
