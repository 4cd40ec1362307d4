"""Finds the heading row below titles and notes, and makes its names unique and never empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from kedang.business.intake.reading.table import Merge, Row

_BLANKS = re.compile(r"\s+")
_DATA = re.compile(r"^[\d.,/:%¥$+-]+$|^[0-9A-Z]{15,18}$|^1[3-9]\d{9}$|@|^\d{4}[-/年]\d")
# Endings and words that headings of customer lists have; enough to tell a heading from a row of data.
_WORDS = re.compile(
    r"名称|姓名|代码|编号|编码|序号|号码|日期|时间|类型|类别|性质|地址|电话|手机|传真|邮箱|邮编|备注|说明|金额|资本|资金|法人|代表|"
    r"范围|行业|省|市|地区|区域|联系|人数|规模|税号|账号|开户|部门|职务|性别|状态|来源|等级|网址|年龄|客户|公司|单位|企业|"
    r"\bname\b|code|phone|tel|mail|address|date|type|\bno\b|remark|contact|\bid\b",
    re.IGNORECASE,
)


class Headings(NamedTuple):
    """The names, their line (0 where there is none), and what was noticed."""

    names: tuple[str, ...]
    line: int
    notes: tuple[str, ...]


def find(head: Sequence[Row], merges: Sequence[Merge] = (), left: int = 0, wanted: int | None = None) -> Headings:
    """The heading among the first rows; ``wanted`` is the line the user chose (0: there is none)."""
    if not head:
        return Headings((), 0, ())
    if wanted == 0:
        return _none(head)
    if wanted is not None:
        index = next((i for i, (line, _) in enumerate(head) if line == wanted), 0)
        return _names(head, index, merges, left)
    widest = max(sum(1 for cell in cells if cell.strip()) for _, cells in head)
    best, best_score = -1, 0.0
    for index, (_, cells) in enumerate(head):
        score = _score(cells, widest)
        if score > best_score:
            best, best_score = index, score
    if best < 0 and _stands_out(head):
        best = 0
    if best < 0:
        return _none(head)
    return _names(head, best, merges, left)


def _stands_out(head: Sequence[Row]) -> bool:
    """A first row of distinct words above rows of figures is a heading, in whatever language."""
    first = [cell.strip() for cell in head[0][1] if cell.strip()]
    if len(first) < 2 or len(set(first)) < len(first) or any(len(cell) > 40 or _DATA.search(cell) for cell in first):
        return False
    return any(_DATA.search(cell) for _, cells in head[1:6] for cell in cells)


def _score(cells: Sequence[str], widest: int) -> float:
    """How much a row looks like a heading; zero where it cannot be one."""
    filled = [_BLANKS.sub("", cell) for cell in cells]
    filled = [cell for cell in filled if cell]
    if not filled or (len(filled) < 2 and widest > 1) or len(filled) * 3 < widest:
        return 0.0
    if any(len(cell) > 40 for cell in filled):
        return 0.0
    data = sum(1 for cell in filled if _DATA.search(cell))
    if data * 4 > len(filled):
        return 0.0
    words = sum(1 for cell in filled if len(cell) <= 20 and _WORDS.search(cell))
    # A row of data holds whole company names: "…有限公司" counts against.
    firms = sum(1 for cell in filled if len(cell) > 6 and cell.endswith(("公司", "厂", "店", "部", "社", "中心")))
    if firms or words * 3 < len(filled):
        return 0.0
    return words + len(set(filled)) / 100 - data


def _none(head: Sequence[Row]) -> Headings:
    width = max(len(cells) for _, cells in head)
    names = tuple(f"第 {n} 列" for n in range(1, width + 1))
    return Headings(names, 0, ("没有找到标题行，已按列的位置命名；若首行就是标题，请在“标题行”处指定",))


def _names(head: Sequence[Row], index: int, merges: Sequence[Merge], left: int) -> Headings:
    line, cells = head[index]
    names = [_BLANKS.sub(" ", cell).strip() for cell in cells]
    while (
        names and not names[-1] and not any(len(row) >= len(names) and row[len(names) - 1].strip() for _, row in head)
    ):
        names.pop()
    notes: list[str] = []
    groups = _groups(head, index, merges, left, len(names))
    if groups:
        notes.append(f"第 {line} 行为标题行，其上一行为分组标题")
    elif index > 0:
        notes.append(f"第 {line} 行为标题行，其上 {line - 1} 行按表头说明略过")
    empty = [n for n, name in enumerate(names) if not name]
    if groups:
        for n in empty:
            names[n] = groups[n]
        empty = [n for n, name in enumerate(names) if not name]
    for n in empty:
        names[n] = f"第 {n + 1} 列（无标题）"
    if empty:
        notes.append("有 " + str(len(empty)) + " 列没有标题：" + "、".join(f"第 {n + 1} 列" for n in empty[:8]))
    repeated = {name: count for name, count in Counter(names).items() if count > 1}
    if repeated:
        _tell_apart(names, groups, repeated)
        notes.append(
            "标题有重复："
            + "、".join(f"“{name}”{count} 次" for name, count in list(repeated.items())[:8])
            + "，已加序号区分"
        )
    return Headings(tuple(names), line, tuple(notes))


def _groups(head: Sequence[Row], index: int, merges: Sequence[Merge], left: int, width: int) -> list[str]:
    """Group headings in the row above (主要联系人 over 姓名 and 电话), spread over their columns; empty if there are none."""
    if index == 0 or head[index][0] != head[index - 1][0] + 1:
        return []
    line, cells = head[index - 1]
    filled = [n for n, cell in enumerate(cells[:width]) if cell.strip()]
    if len(filled) < 2 or any(len(cells[n].strip()) > 15 for n in filled):
        return []
    spread = [""] * width
    areas = [m for m in merges if m.top <= line - 1 <= m.bottom]
    for n in filled:
        area = next((m for m in areas if m.left - left == n), None)
        if area is not None:
            end = area.right - left
        else:
            end = n if merges else next((k for k in filled if k > n), width) - 1
        for k in range(n, min(end, width - 1) + 1):
            spread[k] = cells[n].strip()
    return spread


def _tell_apart(names: list[str], groups: list[str], repeated: dict[str, int]) -> None:
    used: Counter[str] = Counter()
    taken = set(names)
    for n, name in enumerate(names):
        if name not in repeated:
            continue
        with_group = f"{groups[n]} {name}" if groups and groups[n] and groups[n] != name else ""
        if with_group and with_group not in taken:
            names[n] = with_group
            taken.add(with_group)
            continue
        used[name] += 1
        if used[name] > 1:
            candidate = f"{name}（{used[name]}）"
            while candidate in taken:
                used[name] += 1
                candidate = f"{name}（{used[name]}）"
            names[n] = candidate
            taken.add(candidate)
