"""Tiles and lists of the work list, drawn without the template engine: some hundred lines a page."""

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kedang.foundation.web.drawing import icon_html
from kedang.foundation.web.escaping import esc
from kedang.foundation.web.home import Block, Line, Tile


def tile_html(tile: Tile) -> SafeString:
    """A number, as ``web/parts/tile.html`` draws it."""
    value = f"{tile.value:,}" if isinstance(tile.value, int) else esc(tile.value)
    tone = f" is-{esc(tile.tone)}" if tile.tone else ""
    unit = f'<span class="tile-unit">{esc(tile.unit)}</span>' if tile.unit else ""
    note = f'<div class="tile-note">{esc(tile.note)}</div>' if tile.note else ""
    start, end = (
        (f'a class="tile{tone}" href="{esc(tile.url)}"', "a") if tile.url else (f'div class="tile{tone}"', "div")
    )
    return mark_safe(  # noqa: S308  # every part was escaped
        f'<{start}>\n  <div class="tile-label">{icon_html(tile.icon) if tile.icon else ""}{esc(tile.label)}</div>\n'
        f'  <div class="tile-value">{value}{unit}</div>\n  {note}\n</{end}>'
    )


def block_html(block: Block, lines: list[Line]) -> SafeString:
    """A list with its title and where all of it is."""
    icon = icon_html(block.icon) if block.icon else ""
    tools = ""
    if block.url_name:
        url, all_of_it = esc(reverse(block.url_name)), esc(_("全部"))
        link = f'<a class="small" href="{url}">{all_of_it}{icon_html("chevron-right", "small")}</a>'
        tools = f'<span class="panel-tools">{link}</span>'
    head = f'<header class="panel-head">{icon}<h2 class="panel-title">{esc(block.title)}</h2>{tools}</header>'
    body = (
        f'<ul class="line-list">{"".join(map(_line, lines))}</ul>'
        if lines
        else f'<div class="panel-body muted">{esc(block.empty)}</div>'
    )
    return mark_safe(f'<section class="panel">{head}\n{body}</section>\n')  # noqa: S308  # every part was escaped


def _line(line: Line) -> str:
    text = f'<a href="{esc(line.url)}">{esc(line.text)}</a>' if line.url else esc(line.text)
    note = f'<span class="line-note">{esc(line.note)}</span>' if line.note else ""
    share = esc(line.percent)
    bar = f'<span class="bar"><progress max="100" value="{share}"></progress><span>{share}%</span></span>'
    tag = f'<span class="tag is-{esc(line.tone or "plain")}">{esc(line.tag)}</span>' if line.tag else ""
    return (
        f'<li><span class="line-main">{text}</span>{note}{bar if line.percent is not None else ""}{tag}'
        f'<span class="line-side">{esc(line.side)}</span></li>'
    )
