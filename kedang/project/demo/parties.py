"""Customers of all kinds as pure data: who they are when their dossier is opened."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from kedang.business.customers.reference import region_name
from kedang.project.demo import numbers, words
from kedang.project.demo.company import SELLERS
from kedang.project.demo.kinds import MAKERS, business_field, county_in, day_between, person_name, reach, romanised
from kedang.project.demo.party import ZONE, Party
from kedang.project.demo.places import PLACES

SEED = 20231
COUNTS = {"enterprise": 1180, "individual": 420, "government": 120, "partner": 200, "special": 80}


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
    county = county_in(rng, city)
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
        MAKERS[kind](Random(f"{rng.random()}-{attempt}"), party, city, county)  # noqa: S311
        if party.values["name"] not in names:
            break
    names.add(party.values["name"])
    _standing(rng, party, today)
    return party


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
        first_dealt_on=day_between(rng, opened - timedelta(days=900), opened + timedelta(days=1)) if dealt else None,
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
        reach(rng, party, company=True)
        party.values["address"] = f"{region_name(county)}银桥路{88 + index}号"
        party.opened_at = datetime(today.year - 2, 4, 18, 9, 20, tzinfo=ZONE)
        party.classes.update(field=[business_field(industry)], importance=["main"], age=["old"])
        party.former_names = [(f"{name[:2]}{trade}制造厂", date(2009, 6, 14))]
        party.department = "销售一部" if city[:2] in {"33", "32"} else "销售二部"
        party.responsible = SELLERS[party.department][0]
        party.richness, party.changes = 1.0, []
        yield party


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
