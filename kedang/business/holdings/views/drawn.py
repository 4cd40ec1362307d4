"""Lines of the archive's long tables, drawn without the template engine: three hundred lines cost what thirty cost with it.

They look as the lines of other tables do and escape all they are given. What is the same for every line is worked out once.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState
from kedang.foundation.kernel import clock
from kedang.foundation.web.drawing import icon_html
from kedang.foundation.web.escaping import esc


def numbered(name: str, *before: int) -> Callable[[int], str]:
    """Addresses of many records by one look into the table of addresses: what makes the address of a key."""
    head, _zero, tail = reverse(name, args=[*before, 0]).rpartition("/0/")
    return lambda key: f"{head}/{key}/{tail}"


def _label(text: str) -> str:
    return f'data-label="{esc(text)}"'


def _day(day: Any) -> str:
    return f"{day:%Y-%m-%d}" if day else "-"


def volume_rows_html(rows: Iterable[Any], volume: Any, may_order: bool) -> SafeString:
    """Items of a volume in their order, with what moves them where that may be done."""
    draw = _VolumeRow(volume, may_order)
    every = list(rows)
    return mark_safe("".join(draw(row, at, len(every)) for at, row in enumerate(every)))  # noqa: S308  # every part was escaped


class _VolumeRow:
    """What is the same for all lines of one volume."""

    def __init__(self, volume: Any, may_order: bool) -> None:
        self.level, self.may_order = volume.secrecy_level, may_order
        self.place, self.title, self.number, self.author = (
            _label(text) for text in (_("序号"), _("题名"), _("文号"), _("责任者"))
        )
        self.day, self.pages, self.first, self.code = (
            _label(text) for text in (_("日期"), _("页数"), _("起始页"), _("档号"))
        )
        self.url = numbered("holdings:item-detail")
        if may_order:
            self.release = numbered("holdings:volume-release", volume.pk)
            self.at, self.up, self.down = _("“%(title)s”的顺序号"), _("上移“%(title)s”"), _("下移“%(title)s”")
            self.hints = esc(_("上移")), esc(_("下移"))
            self.out = f'title="{esc(_("移出案卷"))}">{esc(_("移出"))}</a>'
            self.grip = (
                f'<span class="volume-grip" data-grip aria-hidden="true" title="{esc(_("拖动调整顺序"))}">'
                f"{icon_html('grip-vertical')}</span>"
            )

    def __call__(self, row: Any, at: int, count: int) -> str:
        title, companion = esc(row.shown_title), ' class="is-companion"' if row.belongs_to_id else ""
        number, author, code = esc(row.document_number), esc(row.author), esc(row.reference_code)
        empty = ' class="is-empty"'
        return (
            f'<tr data-key="{row.pk}"{companion}><td class="volume-place" {self.place}>{self._place(row)}</td>'
            f'<td class="is-lead is-wrap" {self.title}>{self._tag(row)}<a class="main-link" href="{self.url(row.pk)}">{title}</a>'
            f"{self._marks(row)}</td>"
            f"<td {self.number}{'' if number else empty}>{number or '-'}</td>"
            f"<td {self.author}{'' if author else empty}>{author or '-'}</td>"
            f'<td {self.day} class="number">{_day(row.dated_on)}</td>'
            f'<td {self.pages} class="is-right number">{row.pages or "-"}</td>'
            f'<td {self.first} class="is-right number">{row.first_page or "-"}</td>'
            f'<td {self.code} class="number{"" if code else " is-empty"}">{code or "-"}</td>'
            f"{self._moves(row, at, count) if self.may_order else ''}</tr>\n"
        )

    def _place(self, row: Any) -> str:
        if not self.may_order:
            return f'<span class="number">{row.position or ""}</span>'
        label = esc(self.at % {"title": row.shown_title})
        return (
            f'{self.grip}<input class="form-control volume-at" name="at-{row.pk}" value="{row.position or ""}" inputmode="numeric" '
            f'aria-label="{label}">'
        )

    def _tag(self, row: Any) -> str:
        return f'<span class="tag">{esc(row.get_relation_display())}</span> ' if row.belongs_to_id else ""

    def _marks(self, row: Any) -> str:
        """Secrecy that is not the volume's, and things that are no paper."""
        told = ""
        if row.secrecy_level > 1 and row.secrecy_level != self.level:
            tone = "bad" if row.secrecy_level > 2 else "warn"
            told = f' <span class="tag is-{tone}">{esc(row.get_secrecy_level_display())}</span>'
        return f'{told} <span class="tag">{esc(row.get_carrier_display())}</span>' if row.carrier == "object" else told

    def _moves(self, row: Any, at: int, count: int) -> str:
        title, place = {"title": row.shown_title}, row.position or 0
        button = (
            '<button class="btn btn-small btn-quiet" name="move" value="{}:{}"{} aria-label="{}" title="{}">{}</button>'
        )
        off = (" disabled" if at == 0 else "", " disabled" if at == count - 1 else "")
        up = button.format(row.pk, place - 1, off[0], esc(self.up % title), self.hints[0], icon_html("arrow-up"))
        down = button.format(row.pk, place + 1, off[1], esc(self.down % title), self.hints[1], icon_html("arrow-down"))
        url = self.release(row.pk)
        out = f'<a class="btn btn-small btn-quiet" href="{url}" data-dialog hx-get="{url}" hx-target="#dialog-content" {self.out}'
        return f'<td class="is-tools">{up}{down}{out}</td>'


def register_rows_html(lines: Iterable[Any]) -> SafeString:
    """Filings by day, newest first."""
    texts = _("时间"), _("档号"), _("题名"), _("文号"), _("责任者"), _("页数"), _("保管期限"), _("客户"), _("归档人")
    labels = [_label(text) for text in texts]
    url, inside = numbered("holdings:item-detail"), f' <span class="muted small">{esc(_("卷内"))}</span>'
    return mark_safe("".join(_filing(line, labels, url, inside) for line in lines))  # noqa: S308  # every part was escaped


def _filing(line: Any, labels: list[str], url: Callable[[int], str], inside: str) -> str:
    item, (at, code, title, number, author, pages, retention, customer, who) = line.item, labels
    head = (
        f'<tr class="day-row"><th colspan="9" scope="colgroup">{_day(line.day)}</th></tr>'
        if line.is_first_of_day
        else ""
    )
    told = esc(item.reference_code) or (f"{esc(item.volume.reference_code)}{inside}" if item.volume else "-")
    return (
        f'{head}<tr><td class="is-number" {at}>{clock.local(line.at):%H:%M}</td><td class="number" {code}>{told}</td>'
        f'<td class="is-wrap is-lead" {title}><a class="main-link" href="{url(item.pk)}">{esc(item.shown_title)}</a></td>'
        f'<td {number}>{esc(item.document_number) or "-"}</td><td class="is-wrap" {author}>{esc(item.author) or "-"}</td>'
        f'<td class="is-right" {pages}>{item.pages or "-"}</td><td {retention}>{esc(item.retention.name) if item.retention else "-"}</td>'
        f'<td class="is-wrap" {customer}>{esc(item.customer.name) if item.customer else "-"}</td>'
        f"<td {who}>{esc(line.who) or '-'}</td></tr>\n"
    )  # fmt: skip


def inbox_rows_html(lines: Iterable[dict[str, Any]], step: str, may_file: bool) -> SafeString:
    """Items that wait for a step, with what the rules think of each."""
    draw = _InboxRow(step, may_file)
    return mark_safe("".join(draw(line) for line in lines))  # noqa: S308  # every part was escaped


class _InboxRow:
    """What is the same for all lines of the inbox."""

    def __init__(self, step: str, may_file: bool) -> None:
        self.step, self.may_file = step, may_file
        texts = _("题名"), _("客户"), _("成文日期"), _("位置"), _("页数"), _("来源"), _("收到")
        self.title, self.customer, self.day, self.place, self.pages, self.source, self.came = map(_label, texts)
        self.kind = _label(_("系统判断") if step == "received" else _("种类"))
        self.url = numbered("holdings:item-filing" if may_file else "holdings:item-detail")
        self.pick, self.do = _("选中 %(title)s"), esc(_("办理"))
        self.kept, self.unkept = (
            f'<span class="tag is-good">{esc(_("归档"))}</span> ',
            f'<span class="tag">{esc(_("不归档"))}</span> ',
        )
        unknown, choose = _("未识别"), _("请选种类")  # outside of the f-string, where words are looked for
        self.unknown = f'<span class="tag is-warn">{esc(unknown)}</span> <span class="muted small">{esc(choose)}</span>'

    def __call__(self, line: dict[str, Any]) -> str:
        item = line["item"]
        pick = acts = place = ""
        url = self.url(item.pk)
        if self.may_file:
            label = esc(self.pick % {"title": item.title})
            pick = (
                f'<td class="is-pick"><input type="checkbox" name="pick" value="{item.pk}" form="inbox-picked" '
                f'aria-label="{label}"></td>'
            )
            acts = f'<td class="row-acts"><a class="btn btn-small" href="{url}">{self.do}</a></td>'
        if self.step in ("placed", "catalogued"):
            place = f'<td class="is-wrap" {self.place}>{_place_of(item)}</td>'
        bound = (
            f'<br><span class="muted small">{icon_html("link", "small")}{esc(item.get_relation_display())}</span>'
            if item.belongs_to_id
            else ""
        )
        if line.get("trouble"):
            bound += f'<br><span class="tag is-bad">{esc(line["trouble"])}</span>'
        return (
            f'<tr>{pick}<td class="is-wrap is-lead" {self.title}><a class="main-link" href="{url}">{esc(item.shown_title)}</a>{bound}</td>'
            f'<td class="is-wrap" {self.customer}>{esc(item.customer.name) if item.customer else "-"}</td>'
            f'<td class="is-number" {self.day}>{_day(item.dated_on)}</td><td {self.kind}>{self._kind(line)}</td>{place}'
            f'<td class="is-right" {self.pages}>{item.pages or "-"}</td>'
            f'<td class="is-wrap" {self.source}><span class="small">{esc(item.source) or "-"}</span></td>'
            f'<td class="is-number" {self.came}>{clock.local(item.created_at):%m-%d %H:%M}</td>{acts}</tr>\n'
        )  # fmt: skip

    def _kind(self, line: dict[str, Any]) -> str:
        if self.step != "received":
            kind = line["item"].document_type
            return esc(kind.name) if kind else "-"
        if line["is_kept"] is None:
            return self.unknown
        kind = line["kind"]
        return (self.kept if line["is_kept"] else self.unkept) + (esc(kind.name) if kind else "")


def _place_of(item: Any) -> str:
    if item.volume:
        return f'<span class="number">{esc(item.volume.reference_code)}</span>'
    words = " ".join(
        (item.series.name if item.series else "", str(item.year or ""), item.retention.name if item.retention else "")
    )
    first = esc(item.reference_code)
    if item.state == ItemState.CATALOGUED and not item.reference_code:
        told = _("待组卷")
        first = f'<span class="tag is-warn">{esc(told)}</span>'
    return f'{first} <span class="muted small">{esc(words)}</span>'


def proposals_html(lines: Iterable[Any]) -> SafeString:
    """Proposed volumes, each to be ticked, with its title, the reason and its items."""
    draw = _Proposal()
    return mark_safe("".join(draw(line) for line in lines))  # noqa: S308  # every part was escaped


class _Proposal:
    """What is the same for all proposals."""

    def __init__(self) -> None:
        self.make, self.pages, self.title = _("组成“%(title)s”"), _("%(n)s 页"), esc(_("案卷题名"))
        self.sums = _("%(items)s 件 · %(pages)s 页 · %(kinds)s 种 · %(copies)s 份")
        self.secret, self.bulb = f'<span class="tag is-bad">{esc(_("绝密"))}</span>', icon_html("bulb")

    def __call__(self, line: Any) -> str:
        key, title = esc(line.key), esc(line.title)
        sums = {"items": len(line.items), "pages": line.pages, "kinds": line.kinds, "copies": line.copies}
        keys = ",".join(str(item.pk) for item in line.items)
        return (
            f'<article class="panel proposal"><header class="panel-head"><label class="proposal-pick"><input type="checkbox" name="make" '
            f'value="{key}" checked aria-label="{esc(self.make % {"title": line.title})}"></label>'
            f"{self._head(line, key, title)}{self.secret if line.is_secret else ''}</header>\n"
            f'<div class="panel-body"><p class="proposal-why">{self.bulb} {esc(line.because)}</p>'
            f'<input type="hidden" name="items-{key}" value="{keys}">\n'
            f'<details><summary>{esc(self.sums % sums)}</summary><ol class="proposal-items">'
            f"{''.join(self._item(item) for item in line.items)}</ol></details></div></article>"
        )

    def _head(self, line: Any, key: str, title: str) -> str:
        if line.volume:
            code = esc(line.volume.reference_code)
            return (
                f'<span class="tag is-blue">{code}</span><strong class="proposal-title">{title}</strong>'
                f'<input type="hidden" name="title-{key}" value="">'
            )
        return (
            f'<input class="form-control proposal-title" name="title-{key}" value="{title}" maxlength="300" '
            f'aria-label="{self.title}">'
        )

    def _item(self, item: Any) -> str:
        companion, tag = "", ""
        if item.belongs_to_id:
            companion, tag = ' class="is-companion"', f'<span class="tag">{esc(item.get_relation_display())}</span> '
        day = f"{item.dated_on:%Y-%m-%d}" if item.dated_on else ""
        told = esc(self.pages % {"n": item.pages})
        return f'<li{companion}>{tag}{esc(item.shown_title)} <span class="muted number">{day} · {told}</span></li>'
