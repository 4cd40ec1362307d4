"""Names of customers read with the table of regions: keys for duplicates and likeness with its reason."""

from __future__ import annotations

from functools import cache

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.reference.regions import region_rows
from kedang.foundation.kernel.names import Anatomy, Likeness, NameReader, compare
from kedang.foundation.kernel.text import fold

_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区", "林区", *"省市州盟县区旗")
_PEOPLES = "壮族 回族 维吾尔 藏族 蒙古族 土家族 苗族 彝族 朝鲜族 哈尼族 傣族 白族 侗族 布依族 羌族 景颇族 傈僳族 哈萨克 柯尔克孜".split()


def _stem(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            name = name[: -len(suffix)]
            break
    changed = True
    while changed:
        changed = False
        for people in _PEOPLES:
            if name.endswith(people) and len(name) > len(people) + 1:
                name, changed = name[: -len(people)], True
    return name


@cache
def reader() -> NameReader:
    """The reader with provinces, prefectures and counties; the greater one wins where a name is used twice."""
    places: dict[str, str] = {}
    for row in sorted(region_rows(), key=lambda row: (row.level, bool(row.until))):
        if row.level == 3 and row.name.endswith("区"):
            # A district is a place only with its 区: 朝阳, 和平, 新城 are brands as well.
            places.setdefault(fold(row.name), row.code)
            continue
        places.setdefault(fold(_stem(row.name)), row.code)
    places.pop("市辖", None)
    places.pop("县", None)
    return NameReader(places)


def name_key(name: str, party_kind: str = PartyKind.ENTERPRISE) -> str:
    """The blocking key of a customer's name; a person's name has no parts to take away."""
    return fold(name)[:80] if party_kind == PartyKind.INDIVIDUAL else reader().key(name)


def split_name(name: str) -> Anatomy:
    """Region, brand, trade, form and branch of a name."""
    return reader().split(name)


def similarity(one: str, two: str) -> Likeness:
    """How like two names are, with the verdict and the reason."""
    return compare(reader(), one, two)
