"""How customers of each kind come to their names, numbers and addresses."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from kedang.business.customers.reference import region, region_children, region_name
from kedang.foundation.kernel.text import fold, forms
from kedang.project.demo import numbers, words
from kedang.project.demo.party import Party
from kedang.project.demo.places import PLACES, POSTCODES


def _enterprise(rng: Random, party: Party, city: str, county: str) -> None:
    brand = rng.choice(words.BRAND_FIRST) + rng.choice(words.BRAND_SECOND)
    trade, industry, scope = rng.choice(words.TRADES)
    ending, form, ownership = _ending(rng, industry)
    place = _short(city) if rng.random() < 0.78 else _short(county[:2] + "0000") if rng.random() < 0.6 else ""
    name = f"{place}{brand}{trade}{ending}"
    if form == "limited" and rng.random() < 0.025:
        name, form = f"{name}{_short(rng.choice(PLACES)[0])}分公司", "branch"
    established = day_between(
        rng, party.opened_at.date() - timedelta(days=9500), party.opened_at.date() - timedelta(days=200)
    )
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
    reach(rng, party, company=True)
    party.classes["field"] = [business_field(industry)]
    if rng.random() < 0.07:
        older = rng.choice(("厂", "公司", "工贸有限公司"))
        party.former_names.append(
            (f"{place}{brand}{trade[:2]}{older}", day_between(rng, established, party.opened_at.date()))
        )


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
    born = day_between(rng, date(1955, 1, 1), date(2003, 12, 31))
    home = county_in(rng, rng.choice(PLACES)[0]) if rng.random() < 0.5 else county
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
    reach(rng, party, company=False)
    party.classes["field"] = ["MY"]


def _government(rng: Random, party: Party, city: str, county: str) -> None:
    body, kind = rng.choice(words.GOVERNMENT_BODIES)
    inside = region(county)
    place = inside.name if inside is not None and rng.random() < 0.7 else _name(city)
    established = day_between(rng, date(1984, 1, 1), date(2019, 1, 1))
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
    reach(rng, party, company=True)
    party.classes["field"] = ["ZF"]


def _special(rng: Random, party: Party, city: str, county: str) -> None:
    subkind = rng.choice(sorted(words.SPECIAL_BODIES))
    ending, kind = rng.choice(words.SPECIAL_BODIES[subkind])
    brand = rng.choice(words.BRAND_FIRST) + rng.choice(words.BRAND_SECOND)
    established = day_between(rng, date(1996, 1, 1), date(2022, 1, 1))
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
    reach(rng, party, company=True)
    party.classes["field"] = ["MY"]


MAKERS = {
    "enterprise": _enterprise, "partner": _partner, "individual": _individual, "government": _government, "special": _special,
}  # fmt: skip


def reach(rng: Random, party: Party, company: bool) -> None:
    """Address and numbers; a poor dossier lacks some."""
    values, county = party.values, party.values["region_code"]
    values["address"] = region_name(county) + (_office(rng) if company else _home(rng))
    values["postcode"] = f"{POSTCODES[county[:2]]}{rng.randrange(10000):04d}"
    values["phone"] = numbers.landline(rng, party.area) if company or rng.random() < 0.15 else ""
    values["mobile"] = "" if company and rng.random() < 0.7 else numbers.mobile(rng)
    values["fax"] = numbers.landline(rng, party.area) if company and rng.random() < 0.35 else ""
    values["email"] = (
        f"{'office' if company else 'u' + str(rng.randrange(10**6, 10**7))}@{party.mail}" if rng.random() < 0.7 else ""
    )
    values["wechat"] = "" if company else f"wx{rng.randrange(10**6, 10**7)}"
    values["website"] = f"https://www.{party.mail}" if company and rng.random() < 0.4 else ""


def _office(rng: Random) -> str:
    """Street and number, often a park and a room."""
    place = f"{rng.choice(words.STREETS)}{rng.randrange(1, 980)}号"
    if rng.random() < 0.45:
        brand = rng.choice(words.BRAND_FIRST) + rng.choice(words.BRAND_SECOND)
        place += f"{brand}{rng.choice(words.PARKS)}{rng.randrange(1, 12)}幢"
    return place + (f"{rng.randrange(2, 26)}0{rng.randrange(1, 9)}室" if rng.random() < 0.3 else "")


def _home(rng: Random) -> str:
    """Estate, house, entrance and flat."""
    house = f"{rng.choice(words.ESTATES)}{rng.randrange(1, 40)}幢{rng.randrange(1, 4)}单元"
    return f"{house}{rng.randrange(1, 28)}0{rng.randrange(1, 4)}室"


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


def business_field(industry: str) -> str:
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


def county_in(rng: Random, city: str) -> str:
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


def day_between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))
