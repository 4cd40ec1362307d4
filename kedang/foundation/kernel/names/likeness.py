"""How like two company names are, part by part, in a sentence that a clerk can check."""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from kedang.foundation.kernel.names.anatomy import Anatomy, NameReader
from kedang.foundation.kernel.text import fold

SAME, SUSPECT, RELATED, DIFFERENT = "same", "suspect", "related", "different"


class Likeness(NamedTuple):
    """Score 0 to 100; ``verdict`` says what to do; ``sentence`` says why."""

    score: int
    verdict: str
    sentence: str


def compare(reader: NameReader, one: str, two: str) -> Likeness:
    """Judges two names."""
    if fold(one) == fold(two):
        return Likeness(100, SAME, "名称相同" if one == two else "名称只有括号、空格、全半角或繁简的差别")
    a, b = reader.split(one), reader.split(two)
    if (a.former and a.former == fold(two)) or (b.former and b.former == fold(one)):
        return Likeness(95, SUSPECT, "一方的原名称就是另一方的名称")
    core = _core_score(a, b)
    if core < 70:
        return Likeness(core // 2, DIFFERENT, f"字号不同：“{a.brand}”与“{b.brand}”")
    if bool(a.branch) != bool(b.branch):
        branch = a.branch or b.branch
        if core >= 95:
            return Likeness(60, RELATED, f"主体名称相同，一方是其分支机构“{branch}”，建议建立总分关系而不是合并")
        return Likeness(40, DIFFERENT, f"一方是分支机构“{branch}”，主体名称也不完全相同")
    if a.branch != b.branch:
        return Likeness(45, RELATED, f"同一主体的不同分支机构：“{a.branch}”与“{b.branch}”")
    if a.region and b.region and not _compatible(a, b):
        return Likeness(50, DIFFERENT, f"字号和行业相近，但地区不同：“{a.region}”与“{b.region}”")
    return _weigh(a, b, core)


def _core_score(a: Anatomy, b: Anatomy) -> int:
    """Brand and trade together; a one-character brand must be equal."""
    if a.core == b.core:
        return 100
    if a.brand == b.brand:
        if not a.trade or not b.trade:
            return 86
        return 70 + int(25 * Levenshtein.normalized_similarity(a.trade, b.trade))
    if min(len(a.brand), len(b.brand)) <= 3:
        # A different character in a short brand is a different brand; only a slip in a long core is let through.
        return int(60 * Levenshtein.normalized_similarity(a.core, b.core))
    return int(96 * Levenshtein.normalized_similarity(a.core, b.core))


def _compatible(a: Anatomy, b: Anatomy) -> bool:
    """One region lies in the other, or they are the same; a region without code says nothing against."""
    if a.region == b.region or not a.region_code or not b.region_code:
        return True
    one, two = a.region_code.rstrip("0"), b.region_code.rstrip("0")
    one, two = one + "0" * (len(one) % 2), two + "0" * (len(two) % 2)
    return one.startswith(two) or two.startswith(one)


def _weigh(a: Anatomy, b: Anatomy, core: int) -> Likeness:
    reasons: list[str] = []
    score = core
    if core == 100:
        reasons.append(f"字号和行业相同（{a.core}）")
    elif a.brand == b.brand:
        reasons.append(f"字号相同（{a.brand}），行业写法不同：“{a.trade or '无'}”与“{b.trade or '无'}”")
    else:
        reasons.append(f"字号相近：“{a.brand}”与“{b.brand}”")
    if bool(a.region) != bool(b.region):
        score -= 6
        reasons.append(f"只有一方写明地区“{a.region or b.region}”")
    elif a.region != b.region:
        score -= 5
        reasons.append(f"地区一粗一细：“{a.region}”与“{b.region}”")
    if a.form != b.form:
        score -= 3 if "公司" in a.form and "公司" in b.form else 8
        reasons.append(f"组织形式写法不同：“{a.form or '无'}”与“{b.form or '无'}”")
    if score >= 98:
        return Likeness(score, SAME, "，".join(reasons))
    return Likeness(score, SUSPECT if score >= 80 else DIFFERENT, "，".join(reasons))
