"""Customers of all kinds as pure data: who they are when their dossier is opened."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from kedang.business.customers.reference import region, region_children, region_name
from kedang.foundation.kernel.text import fold, forms
from kedang.project.demo import numbers, words
from kedang.project.demo.company import SELLERS
from kedang.project.demo.places import PLACES, POSTCODES

SEED = 20231
COUNTS = {"enterprise": 1180, "individual": 420, "government": 120, "partner": 200, "special": 80}
ZONE = ZoneInfo("Asia/Shanghai")
Values = dict[str, Any]


@dataclass(slots=True)
class Party:
    """A customer to be: first values, people, profile, classes; ``changes`` come from :mod:`story`."""

    opened_at: datetime
    opened_by: str
    values: Values
    responsible: str
    department: str
    classes: dict[str, list[str]]
    former_names: list[tuple[str, date]] = field(default_factory=list)
    contacts: list[Values] = field(default_factory=list)
    key_persons: list[Values] = field(default_factory=list)
    profile: Values = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)
    richness: float = 1.0
    area: str = ""
    mail: str = ""

    @property
    def at(self) -> datetime:
        """Its place on the time line."""
        return self.opened_at


def scaled(total: int) -> dict[str, int]:
    """How many of each kind for a total."""
    whole = sum(COUNTS.values())
    parts = {kind: max(1, count * total // whole) for kind, count in COUNTS.items()}
    parts["enterprise"] += total - sum(parts.values())
    return parts


def parties(today: date, total: int = 2000) -> list[Party]:
    """All customers, oldest dossier first. The same day gives the same company."""
    names: set[str] = set()
    made: list[Party] = []
    for kind, count in scaled(total).items():
        for index in range(count):
            made.append(_party(Random(f"{SEED}-{kind}-{index}"), kind, today, names))  # noqa: S311  (play data)
    made.extend(_showpieces(today))
    made.sort(key=lambda party: party.opened_at)
    return made[-total:] if len(made) > total else made


def _party(rng: Random, kind: str, today: date, names: set[str]) -> Party:
    city, area, _weight = rng.choices(PLACES, weights=[place[2] for place in PLACES])[0]
    county = _county(rng, city)
    opened = _moment(rng, today - timedelta(days=int(rng.triangular(4, 1290, 330))))
    department = "销售一部" if city[:2] in {"33", "31", "32", "34", "35", "36", "37"} else "销售二部"
    party = Party(
        opened_at=opened,
        opened_by=rng.choices(
            ("", "yezhen", "shenzhixing", "suman"), weights=(4, 3, 1, 2 if department == "销售一部" else 0)
        )[0],
        values={
            "party_kind": kind,
            "region_code": county,
            "secrecy_level": rng.choices((1, 0, 2), weights=(90, 6, 4))[0],
        },
        responsible=rng.choices(SELLERS[department], weights=(45, 42, 13))[0],
        department=department,
        classes={},
        richness=rng.betavariate(4, 1.6) * (0.2 if rng.random() < 0.09 else 1.0),
        area=area,
    )
    party.opened_by = party.opened_by or party.responsible  # salespeople open what they look after themselves
    for attempt in range(40):
        _MAKERS[kind](Random(f"{rng.random()}-{attempt}"), party, city, county)  # noqa: S311
        if party.values["name"] not in names:
            break
    names.add(party.values["name"])
    _standing(rng, party, today)
    return party


def _enterprise(rng: Random, party: Party, city: str, county: str) -> None:
    brand = rng.choice(words.BRAND_FIRST) + rng.choice(words.BRAND_SECOND)
    trade, industry, scope = rng.choice(words.TRADES)
    ending, form, ownership = _ending(rng, industry)
    place = _short(city) if rng.random() < 0.78 else _short(county[:2] + "0000") if rng.random() < 0.6 else ""
    name = f"{place}{brand}{trade}{ending}"
    if form == "limited" and rng.random() < 0.025:
        name, form = f"{name}{_short(rng.choice(PLACES)[0])}分公司", "branch"
    established = _day(rng, party.opened_at.date() - timedelta(days=9500), party.opened_at.date() - timedelta(days=200))
    capital = (
        Decimal(rng.choice((50, 100, 200, 300, 500, 500, 800, 1000, 1000, 2000, 3000, 5000, 8000, 12000))) * 10_000
    )
    staff = int(rng.lognormvariate(4.2, 1.0)) + 3
    party.mail = f"{romanised(brand)}.example"
    party.values.update(
        name=name,
        short_name=brand + trade[:2],
        uscc=numbers.credit_code(rng, "92" if form == "individual_business" else "91", county, established),
        legal_representative=person_name(rng),
        legal_form=form,
        ownership=ownership if rng.random() > 0.04 else "state",
        established_on=established,
        registered_capital=capital if form != "individual_business" else None,
        capital_currency=("USD" if form == "foreign_invested" else "CNY") if form != "individual_business" else "",
        industry_code=industry,
        business_scope=scope + ("" if form == "individual_business" else words.SCOPE_TAIL),
        employees=staff,
        annual_sales=Decimal(int(staff * rng.uniform(18, 90))) * 10_000,
        total_assets=Decimal(int(staff * rng.uniform(12, 120))) * 10_000,
        bank_name=rng.choice(words.BANKS) + rng.choice(words.BRANCHES),
        bank_account=numbers.bank_account(rng),
    )
    _reach(rng, party, company=True)
    party.classes["field"] = [_business_field(industry)]
    if rng.random() < 0.07:
        older = rng.choice(("厂", "公司", "工贸有限公司"))
        party.former_names.append((f"{place}{brand}{trade[:2]}{older}", _day(rng, established, party.opened_at.date())))


def _ending(rng: Random, industry: str) -> tuple[str, str, str]:
    """Ending of the name, form and ownership; works belong to industry, shops to trade, cooperatives to farms."""
    fitting = [
        entry
        for entry in words.ENTERPRISE_ENDINGS
        if not (entry[0] in {"厂", "总厂"} and not "13" <= industry[:2] <= "43")
        and not (entry[0] == "经营部" and industry[:2] not in {"51", "52"})
        and not (entry[0] == "专业合作社" and industry[:2] not in {"01", "04"})
    ]
    ending, form, ownership, _weight = rng.choices(fitting, weights=[entry[3] for entry in fitting])[0]
    return ending, form, ownership


def _partner(rng: Random, party: Party, city: str, county: str) -> None:
    _enterprise(rng, party, city, county)
    subkind = rng.choices(("supplier", "dealer", "trading_partner"), weights=(45, 40, 15))[0]
    party.values["party_subkind"] = subkind
    party.classes["field"] = ["SM"]
    if subkind == "dealer":
        party.classes["trade"] = [rng.choice(("wholesale", "agent", "special", "exclusive", "chain"))]


def _individual(rng: Random, party: Party, city: str, county: str) -> None:
    male = rng.random() < 0.56
    born = _day(rng, date(1955, 1, 1), date(2003, 12, 31))
    home = _county(rng, rng.choice(PLACES)[0]) if rng.random() < 0.5 else county
    name = person_name(rng, male)
    party.mail = "mail.example"
    party.values.update(
        name=name,
        sex="male" if male else "female",
        born_on=born,
        id_type="resident",
        id_number=numbers.identity_number(rng, home, born, male),
        household_address=f"{region_name(home)}{rng.choice(words.STREETS)}{rng.randrange(1, 400)}号",
        bank_name=rng.choice(words.BANKS),
        bank_account=numbers.bank_card(rng) if rng.random() < 0.6 else "",
    )
    _reach(rng, party, company=False)
    party.classes["field"] = ["MY"]


def _government(rng: Random, party: Party, city: str, county: str) -> None:
    body, kind = rng.choice(words.GOVERNMENT_BODIES)
    inside = region(county)
    place = inside.name if inside is not None and rng.random() < 0.7 else _name(city)
    established = _day(rng, date(1984, 1, 1), date(2019, 1, 1))
    party.mail = "gov.example"
    party.values.update(
        name=f"{place}{body}",
        uscc=numbers.credit_code(rng, kind, county, established),
        legal_representative=person_name(rng),
        established_on=established,
        business_scope="依法履行职责范围内的公共管理与服务",
        employees=rng.randrange(12, 260),
        bank_name=rng.choice(words.BANKS) + "营业部",
        bank_account=numbers.bank_account(rng),
    )
    _reach(rng, party, company=True)
    party.classes["field"] = ["ZF"]


def _special(rng: Random, party: Party, city: str, county: str) -> None:
    subkind = rng.choice(sorted(words.SPECIAL_BODIES))
    ending, kind = rng.choice(words.SPECIAL_BODIES[subkind])
    brand = rng.choice(words.BRAND_FIRST) + rng.choice(words.BRAND_SECOND)
    established = _day(rng, date(1996, 1, 1), date(2022, 1, 1))
    party.mail = f"{romanised(brand)}.example"
    party.values.update(
        name=f"{_short(city)}{brand}{ending}",
        short_name=brand,
        party_subkind=subkind,
        uscc=numbers.credit_code(rng, kind, county, established),
        legal_representative=person_name(rng),
        legal_form="partnership" if "事务所" in ending and "有限" not in ending else "limited",
        established_on=established,
        bank_name=rng.choice(words.BANKS),
        bank_account=numbers.bank_account(rng),
    )
    _reach(rng, party, company=True)
    party.classes["field"] = ["MY"]


_MAKERS = {
    "enterprise": _enterprise, "partner": _partner, "individual": _individual, "government": _government, "special": _special,
}  # fmt: skip


def _reach(rng: Random, party: Party, company: bool) -> None:
    """Address and numbers; a poor dossier lacks some."""
    values, county = party.values, party.values["region_code"]
    street = f"{region_name(county)}{rng.choice(words.STREETS)}{rng.randrange(1, 980)}号"
    if company:
        if rng.random() < 0.45:
            street += f"{rng.choice(words.BRAND_FIRST)}{rng.choice(words.BRAND_SECOND)}{rng.choice(words.PARKS)}{rng.randrange(1, 12)}幢"
        if rng.random() < 0.3:
            street += f"{rng.randrange(2, 26)}0{rng.randrange(1, 9)}室"
    else:
        street = f"{region_name(county)}{rng.choice(words.ESTATES)}{rng.randrange(1, 40)}幢{rng.randrange(1, 4)}单元{rng.randrange(1, 28)}0{rng.randrange(1, 4)}室"
    values["address"] = street
    values["postcode"] = f"{POSTCODES[county[:2]]}{rng.randrange(10000):04d}"
    values["phone"] = numbers.landline(rng, party.area) if company or rng.random() < 0.15 else ""
    values["mobile"] = "" if company and rng.random() < 0.7 else numbers.mobile(rng)
    values["fax"] = numbers.landline(rng, party.area) if company and rng.random() < 0.35 else ""
    values["email"] = (
        f"{'office' if company else 'u' + str(rng.randrange(10**6, 10**7))}@{party.mail}" if rng.random() < 0.7 else ""
    )
    values["wechat"] = "" if company else f"wx{rng.randrange(10**6, 10**7)}"
    values["website"] = f"https://www.{party.mail}" if company and rng.random() < 0.4 else ""


def _standing(rng: Random, party: Party, today: date) -> None:
    """Where the customer stands to the company, its classes, and what nobody has collected yet."""
    values = party.values
    opened = party.opened_at.date()
    stage = rng.choices(("present", "potential", "past"), weights=(62, 26, 12))[0]
    dealt = stage != "potential"
    values.update(
        directness="indirect" if rng.random() < 0.17 else "direct",
        stage=stage if stage != "past" else "present",
        source=rng.choices([s for s, _n in words.SOURCES], weights=[n for _s, n in words.SOURCES])[0],
        first_dealt_on=_day(rng, opened - timedelta(days=900), opened + timedelta(days=1)) if dealt else None,
        remarks="",
    )
    if stage == "past":
        party.changes.append("becomes past")
    importance = rng.choices(("main", "normal", "sporadic"), weights=(16, 52, 32))[0]
    party.classes["importance"] = [importance]
    party.classes["age"] = ["future" if not dealt else "new" if (today - opened).days < 300 else "old"]
    if importance == "main":
        values["route_order"] = rng.randrange(1, 60)
        party.richness = max(party.richness, 0.85)
    if party.richness < 0.25:
        values["phone"] = values["email"] = ""
    for name in ("employees", "annual_sales", "total_assets", "business_scope", "ownership", "postcode", "bank_account",
                 "established_on", "source", "legal_representative", "address", "uscc"):  # fmt: skip
        keep = {"uscc": 0.45, "legal_representative": 0.35, "address": 0.3}.get(name, 0.12)
        if name in values and rng.random() > max(party.richness, keep) + (0.2 if name in {"uscc", "address"} else 0.04):
            values[name] = None if name in {"employees", "annual_sales", "total_assets", "established_on"} else ""


def _showpieces(today: date) -> Iterator[Party]:
    """Three dossiers that guides and screenshots name."""
    for index, (name, city, county, trade) in enumerate(
        (
            ("中山砺湾调节阀有限公司", "442000", "442000", "调节阀"),
            ("绍兴越谷流体设备股份有限公司", "330600", "330602", "流体设备"),
            ("苏州恪川水务集团有限公司", "320500", "320509", "水务"),
        )
    ):
        rng = Random(f"{SEED}-show-{index}")  # noqa: S311
        party = _party(rng, "enterprise", today, set())
        industry, scope = next((code, text) for word, code, text in words.TRADES if word == trade)
        party.area = next(area for code, area, _weight in PLACES if code == city)
        party.mail = f"{romanised(name[2:4])}.example"
        party.values.update(
            name=name, short_name=name[2:4] + trade, region_code=county, industry_code=industry, stage="present",
            business_scope=scope + words.SCOPE_TAIL, legal_form="limited", secrecy_level=1,
            uscc=numbers.credit_code(rng, "91", county, date(2009, 6, 15)), established_on=date(2009, 6, 15),
            legal_representative=person_name(rng), registered_capital=Decimal(50_000_000), capital_currency="CNY",
            employees=268, annual_sales=Decimal(136_000_000), total_assets=Decimal(98_200_000), ownership="private",
            source="exhibition", first_dealt_on=date(2016, 3, 2), bank_account=numbers.bank_account(rng),
        )  # fmt: skip
        _reach(rng, party, company=True)
        party.values["address"] = f"{region_name(county)}银桥路{88 + index}号"
        party.opened_at = datetime(today.year - 2, 4, 18, 9, 20, tzinfo=ZONE)
        party.classes.update(field=[_business_field(industry)], importance=["main"], age=["old"])
        party.former_names = [(f"{name[:2]}{trade}制造厂", date(2009, 6, 14))]
        party.department = "销售一部" if city[:2] in {"33", "32"} else "销售二部"
        party.responsible = SELLERS[party.department][0]
        party.richness, party.changes = 1.0, []
        yield party


def person_name(rng: Random, male: bool | None = None) -> str:
    """A name; now and then with a rare or double surname."""
    if male is None:
        male = rng.random() < 0.62
    surname = (
        rng.choice(words.RARE_SURNAMES)
        if rng.random() < 0.035
        else words.SURNAMES[int(len(words.SURNAMES) * rng.random() ** 1.7)]
    )
    given = (
        rng.choice(words.GIVEN_MALE if male else words.GIVEN_FEMALE)
        if rng.random() < 0.78
        else rng.choice(words.GIVEN_ONE)
    )
    return surname + given


def romanised(name: str) -> str:
    """``yanlan`` for 砚澜."""
    return "".join(forms(fold(name))[1][0]).replace("·", "")


def _business_field(industry: str) -> str:
    """业务领域 by industry."""
    division = industry[:2]
    if division in {"46", "44", "45", "48"}:
        return "SZ"
    if division == "77":
        return "HB"
    if division in {"49", "50", "47", "74"}:
        return "JZ"
    if division in {"51", "52", "58", "59"}:
        return "SM"
    return "GY" if division < "46" else "MY"


def _county(rng: Random, city: str) -> str:
    counties = [row.code for row in region_children(city) if row.level == 3]
    return rng.choice(counties) if counties else city


def _name(code: str) -> str:
    found = region(code)
    return found.name if found is not None else ""


def _short(code: str) -> str:
    """绍兴 for 绍兴市."""
    name = _name(code)
    for suffix in ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def _day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))


def _moment(rng: Random, day: date) -> datetime:
    """An instant in office hours."""
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return datetime(
        day.year,
        day.month,
        day.day,
        rng.choice((8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17)),
        rng.randrange(60),
        rng.randrange(60),
        tzinfo=ZONE,
    )
