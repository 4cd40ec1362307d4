"""Canaries for every sensitive field of a dossier, and the ear that hears them in any answer."""

import re
from io import BytesIO
from typing import Any

import openpyxl
import pypdfium2
from django.db import transaction

from kedang.business.customers import services
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.foundation.access.models import Person
from kedang.foundation.access.secrecy import ALWAYS_SHOWN
from kedang.foundation.access.veil import right_on
from tests.access.scene import Scene

READERS = ("reader", "auditor", "clerk")
NOT_SHOWN = {302, 403, 404, 405}
"""Answers that bring the reader nothing of what was asked for."""
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


def fill(scene: Scene) -> None:
    """The dossier of the scene is filled with canaries, and changed once so that history holds old and new ones."""
    cast, customer = scene.cast, scene.customer
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


def body_of(response: Any) -> bytes:
    """The bytes of an answer; a stream is read once and kept."""
    if not response.streaming:
        return bytes(response.content)
    if not hasattr(response, "read_out"):
        response.read_out = b"".join(response)
    return bytes(response.read_out)


def words_of(response: Any) -> str:
    """Everything a reader could get out of an answer: text, workbook cells, text of a PDF."""
    body = body_of(response)
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
