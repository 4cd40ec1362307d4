"""Organisation forms from what stands in a type column, or from the end of a name."""

from __future__ import annotations

import re
from functools import lru_cache

from kedang.business.customers.reference.lists import find_term

_SPACES = re.compile(r"\s+")
# In order: the first that fits decides. A branch is a branch whatever its parent is.
_TYPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        ("常驻代表机构|代表处", "representative_office"),
        ("办事机构|办事处", "branch"),
        ("农民专业合作|专业合作社|合作经济组织", "farmer_cooperative"),
        ("分支机构|分公司|非法人|分店|分行|分厂", "branch"),
        ("个体", "individual_business"),
        ("个人独资|私营独资|独资企业", "sole_proprietor"),
        ("合伙", "partnership"),
        ("股份合作", "stock_cooperative"),
        ("港|澳|台|外商|中外|外国|外资", "foreign_invested"),
        ("股份有限|股份制|股份公司", "joint_stock"),
        ("有限责任|有限公司|国有独资|一人有限", "limited"),
        ("全民|国有|国营", "state_owned"),
        ("集体", "collective_owned"),
        ("机关", "government_body"),
        ("事业", "public_institution"),
        ("社会团体|社团|民办非企业|社会服务机构|基金会|居民委员会|村民委员会|居委会|村委会", "social_organisation"),
        ("律师事务所", "partnership"),
        ("联营|私营|内资|来料加工|其他|其它", "other"),
    )
)
_BRANCH = re.compile(
    r"(?:公司|集团|银行|联社|合作社|信用社|总厂|工厂|院|所|社|厂).{1,24}(?:分公司|分店|分行|支行|分厂|分社|分部|分校|分院|分所|分理处|营业部|营业厅|"
    r"营业所|门市部|经营部|项目部|储蓄所|服务部|连锁店|专卖店|加油站|第.{1,3}店|销售部|办事处)\Z"
)
_ENDINGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("分公司", "支行", "分行", "分店", "分理处", "分社", "办事处"), "branch"),
    (("代表处",), "representative_office"),
    (("专业合作社", "农民合作社", "合作社联合社"), "farmer_cooperative"),
    (("股份有限公司", "股份公司"), "joint_stock"),
    (("有限责任公司", "有限公司", "有限责任公司。"), "limited"),
    (("（普通合伙）", "（有限合伙）", "（特殊普通合伙）", "合伙企业", "律师事务所"), "partnership"),
    (("人民政府", "委员会", "管理局", "税务局", "公安局", "法院", "检察院"), "government_body"),
    (
        ("协会", "商会", "学会", "联合会", "基金会", "居民委员会", "村民委员会", "居委会", "村委会"),
        "social_organisation",
    ),
)


@lru_cache(maxsize=4096)
def from_type(text: str) -> str | None:
    """The form for the text of a type column."""
    plain = _SPACES.sub("", text).replace("(", "（").replace(")", "）")
    found = find_term("legal_forms", plain)
    if found is not None:
        return found
    for pattern, code in _TYPES:
        if pattern.search(plain):
            return code
    return None


def from_name(name: str) -> str | None:
    """The form that a name ends with; None where the name leaves it open (厂, 店, 中心 …)."""
    if len(name) < 5:
        return None
    if _BRANCH.search(name):
        return "branch"
    for endings, code in _ENDINGS:
        if name.endswith(endings):
            return code
    return None
