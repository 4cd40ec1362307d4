"""From the texts of a spreadsheet or an address to a region code: no guessing, a few microseconds a row."""

from __future__ import annotations

from functools import cache, lru_cache

from kedang.business.customers.reference.regions import (
    DIRECT,
    Region,
    region_children,
    region_path,
    region_prefix,
    region_rows,
)

# Nationalities that stand in the names of autonomous regions and are left out in everyday spelling.
_PEOPLE_NAMES = (
    "各族 满族 回族 蒙古族 蒙古 藏族 维吾尔族 维吾尔 苗族 彝族 壮族 布依族 朝鲜族 侗族 瑶族 白族 土家族 哈尼族 "
    "哈萨克族 哈萨克 傣族 黎族 傈僳族 佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 柯尔克孜 土族 "
    "达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 锡伯 普米族 塔吉克族 塔吉克 怒族 鄂温克族 保安族 "
    "裕固族 独龙族 鄂伦春"
)
_PEOPLES = tuple(_PEOPLE_NAMES.split())
_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区", "林区", *"省市州盟县区旗")
_WAYS = "路街巷道村里镇乡"

_Entry = tuple[str, str, bool]  # name as written, code, is the name bare (without 省/市/县…)
_Index = dict[str, list[_Entry]]


@cache
def _stem(name: str) -> str:
    """The name without 省/市/区… and without the nationalities of autonomous regions."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
            break
    changed = "自治" not in name
    while changed:
        changed = False
        for people in _PEOPLES:
            if name.endswith(people) and len(name) > len(people) + 1:
                name, changed = name[: -len(people)], True
                break
    return name


def _spellings(row: Region, lenient: bool) -> list[tuple[str, bool]]:
    """Ways in which addresses write a region's name; a county loses its 县/区 only in a column that holds regions."""
    stem = _stem(row.name)
    if len(stem) < 2:
        return []
    level = row.level
    ways: list[tuple[str, bool]] = []
    if level == 1:
        ways += [(stem, True), (stem + "省", False), (stem + "市", False)]
        if stem == "内蒙古":
            ways += [("内蒙", True), ("内蒙古区", False)]
    elif level == 2:
        ways += [(stem, True), (stem + "市", False), (stem + "州", False), (stem + "地区", False)]
    else:
        ways += [(stem + way, False) for way in ("县", "市", "区", "新区", "自治县")]
        if row.name.endswith("市"):
            ways += [(stem + way, False) for way in ("开发区", "经济", "高新")]  # 昆山开发区
        if lenient:
            ways.append((stem, True))
    if row.name.endswith(("自治州", "自治区", "自治县")):
        ways.append((row.name[:-3], True))  # 伊犁哈萨克
    return ways


@cache
def _rows_of(province: str) -> tuple[Region, ...]:
    """Rows of one province (two digits), or all of them; an index of one prefecture need not look through the country."""
    return tuple(row for row in region_rows() if row.code.startswith(province))


@cache
def _index(scope: str, lenient: bool) -> _Index:
    """Names that may be met inside a scope (first digits of a code, or nothing), by their first two characters."""
    names: dict[str, tuple[str, bool]] = {}
    doubtful: set[str] = set()

    def offer(name: str, code: str, bare: bool, level_names: dict[str, str]) -> None:
        if name in names or len(name) < 2:
            return
        if level_names.setdefault(name, code) != code:
            doubtful.add(name)

    above = [r for r in region_path((scope + "000000")[:6]) if scope and not r.name.endswith(DIRECT)]
    inside = [
        r for r in _rows_of(scope[:2]) if r.code.startswith(scope) and not r.name.endswith(DIRECT) and r not in above
    ]
    live = above + [r for r in inside if not r.until]
    past = sorted((r for r in inside if r.until), key=lambda r: -r.until)
    rounds: list[list[tuple[str, str, bool]]] = [
        [(r.name, r.code, False) for r in live if r.level == level] for level in (1, 2, 3)
    ]
    for level in (1, 2):
        rounds.append([(name, r.code, bare) for r in live if r.level == level for name, bare in _spellings(r, lenient)])
    rounds.append([(r.name, r.successor or r.code, False) for r in past if r.until >= 1986])
    rounds.append([(name, r.code, bare) for r in live if r.level == 3 for name, bare in _spellings(r, lenient)])
    if lenient:
        rounds.append([(n, r.successor or r.code, b) for r in past if r.until >= 1996 for n, b in _spellings(r, True)])
    for entries in rounds:
        level_names: dict[str, str] = {}
        bareness: dict[str, bool] = {}
        for name, code, bare in entries:
            bareness.setdefault(name, bare)
            offer(name, code, bare, level_names)
        for name, code in level_names.items():
            if name not in doubtful:
                names[name] = (code, bareness[name])
        for name in doubtful:  # two regions of this scope share the name: it decides nothing, here or further down
            names.setdefault(name, ("", False))
    index: _Index = {}
    for name, (code, bare) in names.items():
        if code:
            index.setdefault(name[:2], []).append((name, code, bare))
    for group in index.values():
        group.sort(key=lambda entry: -len(entry[0]))
    return index


@cache
def _scope_of(code: str) -> str:
    """Where to look for finer names: inside the prefecture, or the whole province for counties without prefecture."""
    prefix = region_prefix(code)
    return code[:2] if code[2:4] == "90" and code.endswith("00") else prefix


def _street(text: str, at: int) -> bool:
    """Whether the bare name that ends here was the name of a street (北京西路) and not of a place."""
    follow = text[at : at + 2]
    if not follow:
        return False
    return follow[0] in _WAYS or (len(follow) == 2 and follow[0] in "东南西北中大" and follow[1] in "路街道大")


def _walk(base: str, text: str, lenient: bool) -> str:
    """Read region names from the start of a text, going down from a base; the finest code reached."""
    result, at = base, 0
    text = text.lstrip(" \u3000")
    if text.startswith("中国"):
        at = 2
    for _step in range(5):
        scope = _scope_of(result) if result else ""
        for name, found, bare in _index(scope, lenient).get(text[at : at + 2], ()):
            if text.startswith(name, at) and not (bare and _street(text, at + len(name))):
                code = found
                break
        else:
            return result
        at += len(name)
        if not result or code.startswith(region_prefix(result)):
            result = code
        if result[4:] != "00":
            return result
        if text.startswith("市辖区", at):
            at += 3
    return result


@lru_cache(maxsize=8192)
def _base(province_text: str, city_text: str) -> str:
    base = _walk("", province_text, True) if province_text else ""
    if base.endswith("0000") and city_text and city_text == province_text:  # 吉林, 吉林
        for child in region_children(base):
            if _stem(child.name) == city_text:
                return child.code
    return _walk(base, city_text, True) if city_text else base


def find_region(province_text: str, city_text: str, address_text: str) -> str | None:
    """The finest region code that the three texts agree on, or None; any of them may be empty or say nothing useful."""
    base = _base(province_text, city_text)
    if base and base[4:] != "00":
        return base
    return (_walk(base, address_text, False) if address_text else base) or None


def warm_regions() -> None:
    """Read the names of every province and prefecture once: processes that are forked afterwards share them."""
    for row in region_rows():
        if row.level < 3 and not row.until:
            _index(_scope_of(row.code), row.level == 1)
            _index(_scope_of(row.code), False)
