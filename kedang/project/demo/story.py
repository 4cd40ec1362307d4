"""What happened to the customers since their dossiers were opened: changes with who, when and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from kedang.business.customers.reference import region_children, region_name
from kedang.project.demo import numbers, words
from kedang.project.demo.company import GRADE_REASONS, SELLERS
from kedang.project.demo.kinds import person_name
from kedang.project.demo.party import ZONE, Party, Values
from kedang.project.demo.people import contact

HEADS = {"销售一部": "mengxiaotang", "销售二部": "hanqiming"}


@dataclass(slots=True)
class Change:
    """One act after the opening. ``verb`` is change, grade, contact_left or contact_add."""

    at: datetime
    by: str
    verb: str
    values: Values
    reason: str = ""


def add_story(rng: Random, party: Party, today: date) -> None:
    """Changes of one customer, in their order."""
    past = "becomes past" in party.changes
    party.changes = []
    opened = party.opened_at.date()
    days = (today - opened).days
    wanted = rng.choices((0, 1, 2, 3, 4, 6), weights=(52, 24, 12, 7, 4, 1))[0] if days > 20 else 0
    if party.richness == 1.0:
        wanted = 6
    acts = rng.sample(sorted(_ACTS), k=min(wanted, len(_ACTS)))
    for act in acts:
        if act in _FOR_COMPANIES and party.values["party_kind"] not in {"enterprise", "partner"}:
            continue
        at = _moment(rng, opened + timedelta(days=rng.randrange(5, max(6, days))), today)
        made = _ACTS[act](rng, party, at)
        if made is not None:
            party.changes.extend(made)
    if party.classes["importance"] != ["sporadic"] and party.values["party_kind"] != "special" and rng.random() < 0.6:
        party.changes.append(_graded(rng, party, today))
    if past:
        at = _moment(rng, today - timedelta(days=rng.randrange(1, max(2, days))), today)
        party.changes.append(
            Change(
                max(at, party.opened_at),
                _seller(party),
                "change",
                {"stage": "past"},
                rng.choice(("一年以上无交易", "客户转产，不再采购", "合同到期未续签", "改由他方供货")),
            )
        )
    party.changes.sort(key=lambda change: change.at)


def _graded(rng: Random, party: Party, today: date) -> Change:
    grade = "A" if party.classes["importance"] == ["main"] else rng.choices("BCD", weights=(50, 38, 12))[0]
    opened = party.opened_at.date()
    at = _moment(rng, opened + timedelta(days=rng.randrange(1, max(2, (today - opened).days))), today)
    by = rng.choice((HEADS[party.department], HEADS[party.department], "shenzhixing"))
    return Change(max(at, party.opened_at), by, "grade", {"grade": grade}, rng.choice(GRADE_REASONS[grade]))


def _new_phone(rng: Random, party: Party, at: datetime) -> list[Change]:
    name = "phone" if party.values.get("phone") else "mobile"
    value = numbers.landline(rng, party.area) if name == "phone" else numbers.mobile(rng)
    return [
        Change(
            at,
            _seller(party),
            "change",
            {name: value},
            rng.choice(("客户来电告知号码变更", "回访时更新", "原号码停用")),
        )
    ]


def _moved(rng: Random, party: Party, at: datetime) -> list[Change]:
    city = party.values["region_code"][:4] + "00"
    counties = [row.code for row in region_children(city) if row.level == 3]
    county = rng.choice(counties) if counties else party.values["region_code"]
    address = f"{region_name(county)}{rng.choice(words.STREETS)}{rng.randrange(1, 980)}号"
    return [
        Change(
            at,
            _seller(party),
            "change",
            {"region_code": county, "address": address},
            rng.choice(("办公地址搬迁，见变更函", "迁入新厂区", "拜访时核实")),
        )
    ]


def _new_head(rng: Random, party: Party, at: datetime) -> list[Change]:
    reason = rng.choice(("法定代表人变更，见营业执照复印件", "股东会决议，工商已变更"))
    return [Change(at, _keeper(rng), "change", {"legal_representative": person_name(rng)}, reason)]


def _more_capital(rng: Random, party: Party, at: datetime) -> list[Change] | None:
    capital: Decimal | None = party.values.get("registered_capital")
    if not capital:
        return None
    grown = capital * rng.choice((2, 3)) if rng.random() < 0.85 else capital / 2
    reason = "增资，见验资报告" if grown > capital else "减资公告期满，已办理变更"
    return [Change(at, _keeper(rng), "change", {"registered_capital": grown}, reason)]


def _yearly_figures(rng: Random, party: Party, at: datetime) -> list[Change]:
    staff = max(5, int((party.values.get("employees") or 60) * rng.uniform(0.8, 1.35)))
    sales = Decimal(int(staff * rng.uniform(20, 95))) * 10_000
    values = {"employees": staff, "annual_sales": sales}
    return [Change(at, _seller(party), "change", values, f"客户提供{at.year - 1}年度经营数据")]


def _handed_over(rng: Random, party: Party, at: datetime) -> list[Change]:
    others = [name for name in SELLERS[party.department] if name != party.responsible]
    return [
        Change(
            at,
            HEADS[party.department],
            "change",
            {"responsible": rng.choice(others)},
            rng.choice(("区域调整", "负责人岗位变动，办理交接", "客户要求更换对接人")),
        )
    ]


def _renamed(rng: Random, party: Party, at: datetime) -> list[Change] | None:
    name: str = party.values["name"]
    if not name.endswith("有限公司") or "集团" in name or "股份" in name or len(name) > 18 or rng.random() < 0.35:
        return None
    new = name.removesuffix("有限公司") + rng.choice(("集团有限公司", "股份有限公司"))
    return [Change(at, _keeper(rng), "change", {"name": new}, "企业名称变更，见登记机关核准通知书")]


def _contact_replaced(rng: Random, party: Party, at: datetime) -> list[Change] | None:
    if not party.contacts:
        return None
    left = rng.randrange(len(party.contacts))
    heir = contact(rng, party, left)
    heir.update(
        {flag: party.contacts[left][flag] for flag in ("is_primary", "is_daily", "is_emergency")}, since_on=at.date()
    )
    reason = rng.choice(("原联系人离职，新任已对接", "岗位调整", "客户来函告知人员变更"))
    return [
        Change(at, _seller(party), "contact_left", {"index": left, "left_on": at.date()}, reason),
        Change(at + timedelta(minutes=6), _seller(party), "contact_add", heir, reason),
    ]


def _became_customer(rng: Random, party: Party, at: datetime) -> list[Change] | None:
    if party.values["stage"] != "potential" or rng.random() < 0.4:
        return None
    return [Change(at, _seller(party), "change", {"stage": "present", "first_dealt_on": at.date()}, "首单成交")]


def _account_changed(rng: Random, party: Party, at: datetime) -> list[Change]:
    values = {
        "bank_name": rng.choice(words.BANKS) + rng.choice(words.BRANCHES),
        "bank_account": numbers.bank_account(rng),
    }
    return [Change(at, _keeper(rng), "change", values, "开票资料变更，客户盖章函已收")]


def _noted(rng: Random, party: Party, at: datetime) -> list[Change]:
    note = rng.choice(
        (
            "送货须提前一天预约",
            "每月 25 日对账",
            "合同须加盖骑缝章",
            "节假日不收货",
            "要求随货附检验报告",
            "付款方式为三成预付",
        )
    )
    return [Change(at, _seller(party), "change", {"remarks": note}, "拜访记录整理")]


_ACTS = {
    "phone": _new_phone, "moved": _moved, "head": _new_head, "capital": _more_capital, "figures": _yearly_figures,
    "handover": _handed_over, "renamed": _renamed, "contact": _contact_replaced, "won": _became_customer,
    "account": _account_changed, "noted": _noted,
}  # fmt: skip
_FOR_COMPANIES = {"head", "capital", "figures", "renamed", "account"}


def _seller(party: Party) -> str:
    return HEADS[party.department]


def _keeper(rng: Random) -> str:
    return rng.choice(("yezhen", "yezhen", "shenzhixing"))


def _moment(rng: Random, day: date, today: date) -> datetime:
    """An instant in office hours, not after yesterday."""
    day = min(day, today - timedelta(days=1))
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return datetime(
        day.year, day.month, day.day, rng.randrange(8, 18), rng.randrange(60), rng.randrange(60), tzinfo=ZONE
    )
