"""Pieces that stand hundreds of times on a page, drawn without the template engine: icons, values, options, table rows.

They look as the other components do and escape all they are given; a list of fifty rows costs a third of what includes cost.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kedang.foundation.web.escaping import esc


@lru_cache(maxsize=1)
def _sprite() -> str:
    return str(esc(static("icons.svg")))


@lru_cache(maxsize=512)
def icon_html(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; decoration only."""
    classes = "icon icon-small" if size == "small" else "icon"
    return mark_safe(  # noqa: S308  # names come from templates and declarations
        f'<svg class="{classes}" aria-hidden="true" focusable="false"><use href="{_sprite()}#tabler-{esc(name)}"></use></svg>'
    )


def value_html(cell: Any, pk: Any) -> SafeString:
    """One value through the veil: plain, tag, masked with its eye, “-” when empty."""
    if cell.draw is not None and cell.text and cell.state == "show":
        return cell.draw(cell)  # type: ignore[no-any-return]
    if cell.template:
        drawn = get_template(cell.template).render({"cell": cell, "row": cell.row})
        return mark_safe(drawn)  # noqa: S308  # the engine escaped it
    text = esc(cell.text)
    if cell.is_hidden:
        drawn = f'<span class="is-hidden-value">{esc(_("不显示"))}</span>'
    elif not cell.text:
        drawn = '<span class="is-empty-value">-</span>'
    elif cell.is_masked:
        drawn = f'<span id="value-{esc(pk)}-{esc(cell.name)}"><span class="is-masked number">{text}</span>{_eye(cell)}</span>'
    elif cell.tone:
        drawn = f'<span class="tag is-{esc(cell.tone)}">{text}</span>'
    else:
        drawn = f'<span class="number">{text}</span>' if cell.is_number else text
    return mark_safe(drawn)  # noqa: S308  # every part was escaped


def _eye(cell: Any) -> str:
    if not cell.unmask_url:
        return ""
    url, label = esc(cell.unmask_url), esc(_("查看完整的%(label)s") % {"label": cell.label})
    told = esc(_("查看完整内容（须写明原因，留下记录）"))
    return (
        f'<a class="eye-button" href="{url}" data-dialog hx-get="{url}" hx-target="#dialog-content" aria-label="{label}" '
        f'title="{told}">{icon_html("eye", "small")}</a>'
    )


def copy_html(cell: Any) -> SafeString:
    """A button that copies the value, for values that people carry elsewhere."""
    if not cell.can_copy:
        return SafeString("")
    label = esc(_("复制%(label)s") % {"label": cell.label})
    return mark_safe(  # noqa: S308  # every part was escaped
        f'<button class="copy-button only-script" type="button" data-copy="{esc(cell.text)}" aria-label="{label}" title="{label}">'
        f"{icon_html('copy', 'small')}</button>"
    )


def options_html(choices: Iterable[tuple[Any, Any]], chosen: Any) -> SafeString:
    """Options of a select; ``chosen`` is a value or several; the empty value is left out."""
    several = {str(one) for one in chosen} if isinstance(chosen, list | tuple | set | frozenset) else {str(chosen)}
    said = tuple((str(value), str(label)) for value, label in choices if value not in ("", None))
    return mark_safe(_options(said, frozenset(several)))  # noqa: S308  # every part was escaped


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[str, str], ...], chosen: frozenset[str]) -> str:
    """Lists of places and trades are long, and the same on page after page."""
    return "".join(
        f'<option value="{esc(value)}"{" selected" if value in chosen else ""}>{esc(label)}</option>'
        for value, label in choices
    )


def condition_html(item: Any) -> SafeString:
    """One input of the condition area: a range, a choice, or a text."""
    bound, value = item["bound"], esc(item["value"])
    name, label, kind = esc(bound.name), esc(bound.label), bound.kind
    head = f'<label for="c-{name}">{label}</label>'
    if bound.is_double:
        typed = 'inputmode="decimal"' if kind == "number" else 'type="date"'
        start, end = (
            f'name="{name}_{end}" value="{typed_in}" {typed} aria-label="{label} {esc(word)}">'
            for end, typed_in, word in (("from", value, _("起")), ("to", esc(item["value_to"]), _("止")))
        )
        inner = (
            f'<div class="condition-pair"><input class="form-control" id="c-{name}" {start}<span class="muted">~</span>'
            f'<input class="form-control" {end}</div>'
        )
    elif kind in {"choice", "bool"}:
        inner = (
            f'<select class="form-select" id="c-{name}" name="{name}"><option value="">{esc(_("不限"))}</option>'
            f"{options_html(bound.choices, item['value'])}</select>"
        )
    else:
        told = f' placeholder="{esc(bound.filter.help)}"' if bound.filter.help else ""
        inner = (
            f'<input class="form-control" id="c-{name}" name="{name}" type="search" value="{value}"{told} maxlength="200" '
            'autocomplete="off">'
        )
    double = " is-double" if bound.is_double else ""
    return mark_safe(f'<div class="condition{double}">{head}{inner}</div>\n')  # noqa: S308  # every part was escaped


def column_lines_html(columns: Iterable[dict[str, Any]]) -> SafeString:
    """Lines of the column settings: a box and two buttons that move the line."""
    up, down = _("把%(label)s往前移"), _("把%(label)s往后移")
    return mark_safe("".join(_column_line(column, up, down) for column in columns))  # noqa: S308  # every part was escaped


def _column_line(column: dict[str, Any], up: str, down: str) -> str:
    label, checked = str(column["label"]), " checked" if column["is_shown"] else ""
    button = '<button class="btn btn-quiet btn-small" type="button" data-{} aria-label="{}">{}</button>'
    moves = button.format("up", esc(up % {"label": label}), icon_html("arrow-up", "small")) + button.format(
        "down", esc(down % {"label": label}), icon_html("arrow-down", "small")
    )
    return (
        f'<li><label class="field-check"><input type="checkbox" name="column" value="{esc(column["name"])}"{checked}>'
        f'{esc(label)}</label><span class="only-script">{moves}</span></li>'
    )


def meter_html(cell: Any) -> SafeString:
    """A share as a small bar, as ``web/parts/meter.html`` draws it."""
    share = esc(cell.text)
    return mark_safe(  # noqa: S308  # escaped
        f'<span class="meter"><meter min="0" max="100" low="50" high="80" optimum="100" value="{share}"></meter>'
        f"<span>{share}%</span></span>"
    )


def hits_html(lines: Iterable[Any]) -> SafeString:
    """Lines of the search page (``FoundLine``): name, why it is a hit, notes."""
    told = esc(_("为什么找到它"))
    return mark_safe("".join(_hit(line, told) for line in lines))  # noqa: S308  # every part was escaped


def _hit(line: Any, told: str) -> str:
    why = f'<span class="tag is-good" title="{told}">{esc(line.why)}</span>' if line.why else ""
    notes = "".join(f'<span title="{esc(cell.label)}">{_tagged(cell)}</span>' for cell in line.notes)
    return (
        f'<li class="hit"><a class="hit-name" href="{esc(line.url)}">{esc(line.name)}</a> '
        f'<span class="hit-side">{why}</span><div class="hit-why">{notes}</div>{_places(line.places)}</li>\n'
    )


def _places(places: Any) -> str:
    """Spots inside a hit, each with the words there."""
    spots = "".join(
        f'<li><a href="{esc(url)}"><span class="hit-spot">{esc(label)}</span><span>{esc(words)}</span></a></li>'
        for label, url, words in places
    )
    return f'<ul class="hit-places">{spots}</ul>' if spots else ""


def _tagged(cell: Any) -> str:
    text = str(esc(cell.text))
    return f'<span class="tag is-{esc(cell.tone)}">{text}</span>' if cell.tone else text


def rows_html(rows: Iterable[Any], can_pick: bool) -> SafeString:
    """Lines of a record table (``Row`` with ``Cell``s); on a phone each becomes a card by its ``data-label``s."""
    labels: dict[str, str] = {}
    return mark_safe("".join(_row(row, can_pick, labels) for row in rows))  # noqa: S308  # every part was escaped


def _row(row: Any, can_pick: bool, labels: dict[str, str]) -> str:
    pk = esc(row.obj.pk)
    pick = ""
    if can_pick:
        name = esc(_("选中 %(name)s") % {"name": row.obj})
        pick = f'<td class="is-pick"><input type="checkbox" form="picked" name="pick" value="{pk}" aria-label="{name}"></td>'
    cells = "".join(_cell(cell, row, labels) for cell in row.cells)
    return f'<tr>{pick}<td class="is-index">{row.index}</td>{cells}</tr>\n'


def _cell(cell: Any, row: Any, labels: dict[str, str]) -> str:
    label = labels.get(cell.name) or labels.setdefault(cell.name, str(esc(cell.label)))
    marks = (
        ("is-right", cell.is_right),
        ("is-number", cell.is_number),
        ("is-lead", cell.is_lead),
        ("is-wrap", cell.wrap),
        ("is-empty", cell.is_empty),
        ("is-tag", bool(cell.tone)),
    )
    classes = " ".join(name for name, is_on in marks if is_on)
    title = f' title="{esc(cell.text)}"' if cell.text and len(cell.text) > 12 else ""
    if cell.is_lead and row.href:
        inner: Any = f'<a class="main-link" href="{esc(row.href)}">{esc(cell.text or "-")}</a>'
    else:
        inner = value_html(cell, row.obj.pk)
    return f'<td class="{classes}" data-label="{label}"{title}>{inner}</td>'
