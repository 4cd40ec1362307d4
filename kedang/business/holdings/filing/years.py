"""年度: to which year a document belongs, by the cross-year rules (A-I12)."""

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Relation, YearRule
from kedang.business.holdings.filing.reasoned import Reasoned
from kedang.business.holdings.models import Item
from kedang.foundation.kernel import clock


def year_of(item: Item, rule: str, *, reply: Item | None = None) -> Reasoned:
    """The year and the rule that gives it.

    Args:
        item: the document.
        rule: year rule of its kind (:class:`YearRule`).
        reply: the answer to it, where it is a request that was answered.
    """
    if reply is not None and reply.dated_on is not None:
        return Reasoned(
            reply.dated_on.year,
            _("请示与批复归入复文年：复文成文于 %(day)s。") % {"day": reply.dated_on.isoformat()},
        )
    found = _BY_RULE[rule](item) if rule in _BY_RULE else None
    return found or _own_year(item)


def _own_year(item: Item) -> Reasoned:
    if item.dated_on is not None:
        return Reasoned(item.dated_on.year, _("按成文日期 %(day)s 归入当年。") % {"day": item.dated_on.isoformat()})
    received = clock.local(item.created_at).year
    return Reasoned(received, _("没有成文日期，暂按收到的 %(year)s 年，请核对。") % {"year": received})


def _reply(item: Item) -> Reasoned | None:
    if item.dated_on is None:
        return None
    if item.relation == Relation.REQUEST or "请示" in item.title:
        return Reasoned(
            item.dated_on.year,
            _("没有复文的请示归入请示年：成文于 %(day)s。") % {"day": item.dated_on.isoformat()},
        )
    return Reasoned(
        item.dated_on.year, _("请示与批复归入复文年：本件成文于 %(day)s。") % {"day": item.dated_on.isoformat()}
    )


def _first(item: Item) -> Reasoned | None:
    if item.period_from is None:
        return None
    told = _("跨年度的规划归入所针对的第一年：%(first)s 年。")
    return Reasoned(item.period_from, told % {"first": item.period_from})


def _last(item: Item) -> Reasoned | None:
    last = item.period_to or item.period_from
    if last is None:
        return None
    return Reasoned(last, _("跨年度的总结归入所针对的最后一年：%(last)s 年。") % {"last": last})


def _opening(item: Item) -> Reasoned | None:
    if item.period_from is None:
        return None
    return Reasoned(item.period_from, _("会议文件归入会议开幕年：%(first)s 年。") % {"first": item.period_from})


def _closing(item: Item) -> Reasoned | None:
    ended = item.project.ended_on if item.project_id and item.project else None
    if ended is not None:
        told = _("项目文件归入办结年：项目于 %(day)s 结束。")
        return Reasoned(ended.year, told % {"day": ended.isoformat()})
    if item.period_to is not None:
        return Reasoned(item.period_to, _("归入办结年：%(last)s 年。") % {"last": item.period_to})
    own = _own_year(item)
    return Reasoned(own.value, _("尚未登记办结时间，暂按成文年度 %(year)s 年；办结后请核对。") % {"year": own.value})


_BY_RULE = {
    YearRule.REPLY.value: _reply,
    YearRule.FIRST_YEAR.value: _first,
    YearRule.LAST_YEAR.value: _last,
    YearRule.OPENING.value: _opening,
    YearRule.CLOSING.value: _closing,
}
