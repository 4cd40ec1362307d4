"""A canary in every sensitive field, and no exit that sings it to who may not hear: pages, lists, search, suggestions, history,
export, print, error texts."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kedang.business.customers import services
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.foundation.access.models import Person
from kedang.foundation.access.secrecy import ALWAYS_SHOWN
from kedang.foundation.access.veil import right_on
from tests.access.scene import Scene, addresses, make_scene
from tests.access.test_matrix import ROWS, url_of
from tests.cast import Cast

READERS = ("reader", "auditor", "clerk")
CUSTOMER = {
    "phone": "0755-83719264", "mobile": "13817264935", "fax": "0755-83719265", "email": "zhenniao.kehu@example.com",
    "wechat": "wx_zhenniao_77", "bank_account": "6222021001116245702", "grade": "A", "grade_reason": "金丝雀评级理由",
}  # fmt: skip
CONTACT = {
    "name": "联系甲",
    "mobile": "13817264936",
    "phone": "0755-83719266",
    "email": "zhenniao.lxr@example.com",
    "wechat": "wx_zhenniao_78",
}
KEY_PERSON = {
    "name": "关键乙", "role": "owner", "born_on": "1971-03-17", "education": "doctor", "family": "金丝雀家庭情况", "hobbies": "金丝雀爱好",
    "character": "金丝雀性格", "ability": "金丝雀能力",
}  # fmt: skip
PROFILE = {"credit_problems": "金丝雀信用问题", "reputation": "金丝雀声誉", "problems": "金丝雀交易问题"}
CHANGED = {"phone": "0755-83719267", "bank_account": "6222600260001072444"}


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """The scene, its dossier filled with canaries, changed once so that history holds old and new ones."""
    made = make_scene(cast)
    customer = made.customer
    plain = {name: value for name, value in CUSTOMER.items() if not name.startswith("grade")}
    with transaction.atomic():
        found = services.customer_change(
            actor=cast.archivist, customer=customer, values=plain, reason="金丝雀", version=customer.version
        )
        services.customer_grade(actor=cast.archivist, customer=found, grade="A", reason=CUSTOMER["grade_reason"])
        contact, person = Contact.objects.get(), KeyPerson.objects.get()
        services.contact_change(
            actor=cast.archivist, contact=contact, values=CONTACT, reason="金丝雀", version=contact.version
        )
        services.key_person_change(
            actor=cast.archivist, key_person=person, values=KEY_PERSON, reason="金丝雀", version=person.version
        )
        services.profile_change(actor=cast.archivist, customer=customer, values=PROFILE)
        found = Customer.objects.get(pk=customer.pk)
        services.customer_change(
            actor=cast.archivist, customer=found, values=CHANGED, reason="再改", version=found.version
        )
    return made


def canaries(actor: Person) -> list[tuple[str, str]]:
    """Values that this reader may not see in clear, each with the field it comes from."""
    found = []
    groups: list[tuple[Any, list[dict[str, str]]]] = [
        (Customer, [CUSTOMER, CHANGED]), (Contact, [CONTACT]), (KeyPerson, [KEY_PERSON]), (CustomerProfile, [PROFILE]),
    ]  # fmt: skip
    for model, sets in groups:
        row = model.objects.get()
        for values in sets:
            for field, value in values.items():
                if model.secrecy.of(field) in ALWAYS_SHOWN or len(value) < 4:
                    continue
                if right_on(actor, row, field) != "show":
                    found.append((f"{model.__name__}.{field}", value))
    return found


def words_of(response: Any) -> str:
    """Everything a reader could get out of an answer: text, workbook cells, text of a PDF."""
    body = b"".join(response) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if "pdf" in kind:
        document = pypdfium2.PdfDocument(body)
        return "".join(page.get_textpage().get_text_range() for page in document)
    if "spreadsheet" in kind:
        book = openpyxl.load_workbook(BytesIO(body))
        return "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))
    return str(body.decode(errors="ignore"))


def digits(text: str) -> str:
    """Without the separators that a layout may put into numbers."""
    return re.sub(r"[\s\-\u2010-\u2015\u00a0]", "", text)


def sung(text: str, hidden: list[tuple[str, str]]) -> list[str]:
    """Canaries heard in a text."""
    squeezed = digits(text)
    return [field for field, value in hidden if value in text or digits(value) in squeezed]


def exits(scene: Scene, client: Client) -> Iterator[tuple[str, Any]]:
    """Every page the reader may open, searches by each canary, exports, an error text."""
    for name, pattern in addresses():
        if ROWS[name][0] == "GET" and name != "access:sign-out":
            yield name, client.get(url_of(scene, name, pattern))
    key = scene.customer.pk
    yield "history of everything", client.get(reverse("customers:customer-history", args=[key]), {"what": "all"})
    yield "history of a day", client.get(reverse("customers:customer-history", args=[key]), {"on": "2099-01-01"})
    for kind in ("csv", "xlsx"):
        yield (
            f"export as {kind}",
            client.post(reverse("customers:customer-export"), {"format": kind, "column": every_column()}),
        )
        yield f"register as {kind}", client.post(reverse("customers:register-export"), {"format": kind})
        yield f"trail as {kind}", client.post(reverse("access:event-export"), {"format": kind})
    for name in ("customers:customer-unmask", "customers:contact-unmask"):
        yield f"{name} without reason", client.post(reverse(name, kwargs=scene.arguments_of(name)), {"reason": ""})
    yield (
        "duplicates",
        client.post(reverse("customers:duplicates"), {"name": "青山精密机械有限公司", "mobile": CUSTOMER["mobile"]}),
    )


def every_column() -> list[str]:
    """All fields by name, whether the reader may see them or not."""
    return [field.name for field in Customer._meta.concrete_fields]


@pytest.mark.slow
@pytest.mark.parametrize("who", READERS)
def test_no_exit_sings(scene: Scene, who: str) -> None:
    hidden = canaries(scene.person(who))
    assert hidden, f"{who} sees everything: not a reader for this test"
    leaks, checked = [], 0
    client = scene.client(who)
    for name, response in exits(scene, client):
        if response.status_code in {302, 403, 404, 405}:
            continue
        checked += 1
        leaks += [f"{name} shows {field} to {who}" for field in sung(words_of(response), hidden)]
    assert checked > 15
    assert not leaks, "\n".join(leaks)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["reader", "auditor"])
def test_search_and_conditions_are_no_oracle(scene: Scene, who: str) -> None:
    """A masked value, whole or its tail, finds exactly what a word finds that is nowhere."""
    client, told = scene.client(who), []
    for field, value in canaries(scene.person(who)):
        name = field.split(".")[1]
        for text in {value, value[-4:]} if value[-4:].isdigit() else {value}:
            for kind, (url, query) in questions(name).items():
                right, wrong = (finds(client, url, query, word) for word in (text, "没有这样的词"))
                if right != wrong:
                    told.append(f"{kind} by {field}: {text}")
    assert not told, "\n".join(told)


def questions(name: str) -> dict[str, tuple[str, tuple[tuple[str, str], ...]]]:
    """Ways to ask for a text: address and parameters, ``{}`` stands for the text."""
    customers = reverse("customers:customer-list")
    return {
        "search": (reverse("web:search"), (("q", "{}"),)),
        "condition": (customers, ((name, "{}"),)),
        "name or number": (customers, (("name", "{}"), ("q", "{}"))),
        "rule": (customers, (("cf", name), ("co", "eq"), ("cv", "{}"))),
    }


_known: dict[tuple[Any, ...], bool] = {}


def finds(client: Client, url: str, query: tuple[tuple[str, str], ...], word: str) -> bool:
    """Whether the customer comes up."""
    key = (client.session.session_key, url, query, word)
    if key not in _known:
        _known[key] = "青山精密" in words_of(client.get(url, {name: value.format(word) for name, value in query}))
    return _known[key]


def test_the_test_hears_a_canary(scene: Scene) -> None:
    """Who may see everything hears them all: the ear is not deaf."""
    manager = scene.client("manager")
    page = words_of(manager.get(reverse("customers:customer-detail", args=[scene.customer.pk])))
    history = words_of(manager.get(reverse("customers:customer-history", args=[scene.customer.pk])))
    assert sung(page, [("bank", CHANGED["bank_account"]), ("mobile", CUSTOMER["mobile"])]) == ["bank", "mobile"]
    assert sung(history, [("old", CUSTOMER["bank_account"]), ("new", CHANGED["bank_account"])]) == ["old", "new"]
