"""The company that is asked: dossiers in every state, each field filled by a canary, changed once so that a past exists."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client
from django.test.client import ClientHandler

from kedang.business.customers import services as customers
from kedang.business.customers.models import (
    ClassAxis,
    ClassTerm,
    Contact,
    Customer,
    CustomerProfile,
    DossierRequirement,
    KeyPerson,
)
from kedang.foundation.access.models import Department, Fonds, Person
from tests.access.harness.canaries import Canary, Maker
from tests.access.harness.cast import BY_KEY, PEOPLE, give, make_companies, make_person, make_roles
from tests.access.harness.rules import Fact

#: The states of a dossier: whose, where, how secret, in which state of its life.
FACTS: tuple[Fact, ...] = (
    Fact("own", owner="salesperson", department="sales_one", region="440305"),
    Fact("colleague", owner="two_hats", department="sales_one", region="440304", kind="individual"),
    Fact("team", department="sales_one", region="330106"),
    Fact("above", owner="department_head", department="sales", region="440305", kind="individual"),
    Fact("beside", department="service", region="330106"),
    Fact("office", owner="archivist", department="head_office", region="110108"),
    Fact("unowned"),
    Fact("classed", region="510104", terms=("key",), kind="individual"),
    Fact("public", level=0, department="service", region="440304"),
    Fact("secret", level=2, owner="salesperson", department="sales_one", region="440305"),
    Fact("confidential", level=3, department="sales_one", region="440305", terms=("key",)),
    Fact("top_secret", level=4, owner="salesperson", department="sales_one", region="440305", terms=("key",)),
    Fact("withdrawn", owner="salesperson", department="sales_one", region="440305", state="withdrawn"),
    Fact("imported", department="sales_one", region="", state="imported"),
    Fact("undone", department="sales_one", region="", state="undone"),
    Fact("foreign", fonds="B", owner="far", department="far", region="440305"),
    Fact("foreign_unowned", fonds="B", level=0),
)
STAGED = Fact("staged", owner="clerk", department="sales_one", state="staged")
"""Rows of a file that wait for a decision: a dossier to be."""

BODY = {
    "name": ("open", "name"), "short_name": ("open", "word4"), "legal_representative": ("open", "word4"), "uscc": ("open", "uscc"),
    "phone": ("contact", "phone"), "mobile": ("contact", "mobile"), "fax": ("contact", "phone"), "email": ("contact", "email"),
    "wechat": ("contact", "wechat"), "bank_account": ("account", "account"), "address": ("internal", "word"),
    "business_scope": ("internal", "word"), "remarks": ("internal", "word"),
}  # fmt: skip
HUMAN = {
    **{name: BODY[name] for name in ("name", "phone", "mobile", "fax", "email", "wechat", "bank_account", "address", "remarks")},
    "born_on": ("personal", "date"), "id_number": ("identity", "identity"), "household_address": ("contact", "word"),
}  # fmt: skip
CONTACT = {
    "name": ("open", "word4"), "mobile": ("contact", "mobile"), "phone": ("contact", "phone"), "email": ("contact", "email"),
    "wechat": ("contact", "wechat"), "remarks": ("internal", "word"),
}  # fmt: skip
KEY_PERSON = {
    "name": ("open", "word4"), "born_on": ("personal", "date"), "family": ("personal", "word"), "hobbies": ("personal", "word"),
    "character": ("assessment", "word"), "ability": ("assessment", "word"), "remarks": ("internal", "word"),
}  # fmt: skip
PROFILE = {
    **dict.fromkeys(
        ("manager_quality", "staff_quality", "competitor_relation", "attitude_to_us", "problems", "reputation", "credit_problems"),
        ("assessment", "word"),
    ),
    "service_area": ("internal", "word"), "countermeasures": ("internal", "word"),
}  # fmt: skip
#: Sensitive fields that no single value can betray (too few values); the oracles ask about them.
TOO_FEW_VALUES = {"sex", "grade", "education"}


@dataclass
class House:
    """Everything that the walkers need."""

    seed: int
    maker: Maker
    folder: Path
    fonds: dict[str, Fonds] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    customers: dict[str, Customer] = field(default_factory=dict)
    facts: dict[int, Fact] = field(default_factory=dict)
    rows: dict[type[Any], dict[int, Fact | None]] = field(default_factory=dict)
    """Rows that addresses may name, by model and key, with the dossier they belong to."""
    batches: dict[str, Any] = field(default_factory=dict)
    exports: dict[int, str] = field(default_factory=dict)
    """Finished exports by job: who asked."""
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))
    """The house's one front door: its middleware is loaded once, not for every browser."""

    def client(self, key: str) -> Client:
        """A browser of that person; of nobody where there is none."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        if key in self.people:
            client.force_login(self.people[key])
        return client

    def person(self, key: str) -> Person:
        """The person afresh, as a new request sees them."""
        found: Person = Person.objects.get(pk=self.people[key].pk)
        return found

    def sing(self, fact: Fact | None, model: str, fields: dict[str, tuple[str, str]], **given: Any) -> dict[str, Any]:
        """Values for fields, each kept as a canary."""
        values: dict[str, Any] = {}
        for name, (kind, shape) in fields.items():
            if shape == "identity":
                value, parts = self.maker.identity(str(values["born_on"]), 1)
            elif shape == "word4":
                value, parts = self.maker.word(4)
            elif shape == "name":
                word, parts = self.maker.word(6)
                value = word if fact is not None and fact.kind == "individual" else f"{word}精密机械有限公司"
            else:
                value, parts = self.maker.make(shape)
            values[name] = value
            self.canaries.append(Canary(fact, model, name, kind, shape.removesuffix("4"), value, parts=parts, **given))
        return values

    def add(self, fact: Fact, model: str, name: str, kind: str, shape: str, value: str, parts: tuple[str, ...]) -> None:
        """Keep a canary that was made elsewhere."""
        self.canaries.append(Canary(fact, model, name, kind, shape, value, parts=parts))

    def reason(self, fact: Fact) -> str:
        """A reason that belongs to a dossier."""
        word, parts = self.maker.word()
        self.canaries.append(Canary(fact, "Event", "reason", "internal", "word", word, parts=parts))
        return word


def build(seed: int, folder: Path) -> House:
    """The whole house, the same for the same seed."""
    house = House(seed, Maker(seed), folder)
    house.fonds, house.departments = make_companies()
    make_roles(house.fonds["A"])
    for who in PEOPLE:
        told = {name: house.maker.make(shape) for name, shape in (("mobile", "mobile"), ("email", "email"))}
        for name, (value, parts) in told.items():
            house.canaries.append(Canary(None, "Person", name, "contact", name, value, staff=who.key, parts=parts))
        person = make_person(
            who, house.fonds, house.departments, {name: value for name, (value, _parts) in told.items()}
        )
        house.people[who.key] = person
    from tests.access.harness.outbox import make_channels

    make_channels(house)
    axis = ClassAxis.objects.create(fonds=house.fonds["A"], code="K", name="重点程度")
    term = ClassTerm.objects.create(axis=axis, code="1", name="重点客户")
    DossierRequirement.objects.create(fonds=house.fonds["A"], party_kind="enterprise", field="phone")
    for who in PEOPLE:
        give(
            who,
            house.people[who.key],
            {"key": str(term.pk), **{key: str(row.pk) for key, row in house.departments.items()}},
        )
    for fact in FACTS:
        if fact.state not in {"imported", "undone"}:
            make_dossier(house, fact, term)
    from tests.access.harness.archive import make_archive
    from tests.access.harness.asking import make_cases
    from tests.access.harness.doings import do_what_people_do
    from tests.access.harness.governance import make_governance
    from tests.access.harness.loans import make_loans
    from tests.access.harness.reports import make_reports
    from tests.access.harness.sharing import make_sharing
    from tests.access.harness.use import make_use
    from tests.access.harness.words import make_words

    do_what_people_do(house)
    make_archive(house)
    make_cases(house)
    make_governance(house)
    make_loans(house)
    make_use(house)
    make_reports(house)
    make_sharing(house, term)
    make_words(house)
    return house


def make_dossier(house: House, fact: Fact, term: ClassTerm) -> None:
    """One dossier with all that belongs to it, then everything changed once."""
    actor = house.people["archivist" if fact.fonds == "A" else "far"]
    fields = HUMAN if fact.kind == "individual" else BODY
    fixed = {
        "responsible": house.people.get(fact.owner), "department": house.departments.get(fact.department),
        "secrecy_level": fact.level, "region_code": fact.region, "party_kind": fact.kind,
    }  # fmt: skip
    made = customers.customer_create(
        actor=actor, values={**house.sing(fact, "Customer", fields), **fixed}, reason=house.reason(fact),
        contacts=[{**house.sing(fact, "Contact", CONTACT), "is_primary": True}, house.sing(fact, "Contact", CONTACT)],
        key_persons=[house.sing(fact, "KeyPerson", KEY_PERSON) for _ in range(2)],
        profile=house.sing(fact, "CustomerProfile", PROFILE), classes=[term] if fact.terms else [],
        confirmed_duplicates=True, keep_apart=True,
    )  # fmt: skip
    change(house, fact, actor, made, fields)
    made.refresh_from_db()
    house.customers[fact.key] = made
    house.facts[made.pk] = fact
    for model in (Contact, KeyPerson, CustomerProfile):
        keys = model._default_manager.filter(customer=made).order_by("pk").values_list("pk", flat=True)
        house.rows.setdefault(model, {}).update(dict.fromkeys(keys, fact))
    house.rows.setdefault(Customer, {})[made.pk] = fact


def change(house: House, fact: Fact, actor: Person, made: Customer, fields: dict[str, tuple[str, str]]) -> None:
    """A past: every canary gets a successor."""
    found = Customer.objects.get(pk=made.pk)
    for canary in house.canaries:
        canary.is_past |= (
            canary.fact is fact and canary.model in {"Customer", "CustomerProfile"} and canary.kind != "open"
        )
    values = house.sing(fact, "Customer", fields)
    customers.customer_change(
        actor=actor, customer=found, values=values, version=found.version, reason=house.reason(fact),
        confirmed_duplicates=True, keep_apart=True,
    )  # fmt: skip
    word, parts = house.maker.word()
    house.canaries.append(Canary(fact, "Customer", "grade_reason", "assessment", "word", word, parts=parts))
    customers.customer_grade(actor=actor, customer=found, grade="A", reason=word)
    first, second = Contact.objects.filter(customer=made).order_by("pk")
    customers.contact_change(
        actor=actor,
        contact=first,
        values=house.sing(fact, "Contact", CONTACT),
        version=first.version,
        reason=house.reason(fact),
    )
    customers.contact_leave(actor=actor, contact=second, reason=house.reason(fact))
    one, two = KeyPerson.objects.filter(customer=made).order_by("pk")
    customers.key_person_change(
        actor=actor,
        key_person=one,
        values=house.sing(fact, "KeyPerson", KEY_PERSON),
        version=one.version,
        reason=house.reason(fact),
    )
    customers.key_person_remove(actor=actor, key_person=two, reason=house.reason(fact))
    found = Customer.objects.get(pk=made.pk)
    customers.profile_change(actor=actor, customer=found, values=house.sing(fact, "CustomerProfile", PROFILE))
    former = house.sing(fact, "FormerName", {"name": ("open", "word")})
    customers.former_name_add(actor=actor, customer=Customer.objects.get(pk=made.pk), name=former["name"])
    if fact.state == "withdrawn":
        customers.customer_withdraw(actor=actor, customer=Customer.objects.get(pk=made.pk), reason=house.reason(fact))


def who(key: str) -> Any:
    """A person of the cast by key."""
    return BY_KEY[key]
