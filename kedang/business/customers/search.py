"""What of a customer is searched: names, numbers and people openly, telephone and document numbers by keyed digest only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Contact, Customer, FormerName, KeyPerson
from kedang.foundation.kernel.walking import walk
from kedang.foundation.search.documents import Document, Field, number_tokens, phone_tokens
from kedang.foundation.search.sources import SearchSource, register

KIND = "customer"

NAME = Field("N", _("名称"), is_spoken=True, is_exact=True)
FORMER_NAME = Field("F", _("曾用名"), is_spoken=True, is_exact=True)
SHORT_NAME = Field("S", _("简称"), is_spoken=True, is_exact=True)
NUMBER = Field("M", _("编号"), is_exact=True)
USCC = Field("U", _("统一社会信用代码"), is_exact=True)
REGISTRATION = Field("R", _("注册号"), is_exact=True)
LEGAL_REPRESENTATIVE = Field("L", _("法定代表人"), is_spoken=True, is_person=True)
CONTACT = Field("C", _("联系人"), is_spoken=True, is_person=True)
KEY_PERSON = Field("K", _("关键人物"), is_spoken=True, is_person=True)
PERSON_NAME = Field("N", _("名称"), is_spoken=True, is_person=True, is_exact=True)  # of individuals

FIELDS = (NAME, FORMER_NAME, SHORT_NAME, NUMBER, USCC, REGISTRATION, LEGAL_REPRESENTATIVE, CONTACT, KEY_PERSON)
PRIVATE = {"contact": _("电话尾号"), "identity": _("证件号码"), "account": _("银行账号")}
_PLAIN = ("short_name", "number", "uscc", "registration_number", "legal_representative")
_TEXTS = (
    (SHORT_NAME, "short_name"), (NUMBER, "number"), (USCC, "uscc"), (REGISTRATION, "registration_number"),
    (LEGAL_REPRESENTATIVE, "legal_representative"),
)  # fmt: skip
_NO_NUMBER = frozenset({""})
_SEALED = ("phone", "mobile", "id_number", "bank_account")
_SCOPES = ("fonds_id", "secrecy_level", "responsible_id", "department_id", "region_code", "party_kind")


def document_of(
    values: dict[str, Any],
    *,
    former_names: Iterable[str] = (),
    contacts: Iterable[str] = (),
    key_persons: Iterable[str] = (),
    phones: Iterable[str] = (),
) -> Document:
    """The document of a customer from plain values by field name; needs no database, so an import's workers use it.

    ``phones`` are the numbers of the contacts; the customer's own are taken from ``values``.
    """
    get = values.get
    texts = [(PERSON_NAME if get("party_kind") == "individual" else NAME, name)] if (name := get("name")) else []
    texts += [(field, text) for field, column in _TEXTS if (text := get(column))]
    texts += [(FORMER_NAME, name) for name in former_names if name]
    texts += [(CONTACT, name) for name in contacts if name]
    texts += [(KEY_PERSON, name) for name in key_persons if name]
    private: list[str] = []
    for phone in {get("phone") or "", get("mobile") or "", *phones} - _NO_NUMBER:
        private += phone_tokens(phone)
    if id_number := get("id_number"):
        private += number_tokens(id_number, "identity")
    if account := get("bank_account"):
        private += number_tokens(account, "account")
    return Document(
        fonds_id=values["fonds_id"],
        texts=tuple(texts),
        private=tuple(private),
        secrecy_level=get("secrecy_level") or 0,
        owner_id=get("responsible_id"),
        department_id=get("department_id"),
        region_code=get("region_code") or "",
    )


def documents_of(ids: Iterable[int]) -> Iterator[tuple[int, Document]]:
    """Documents of the customers with these ids as they lie in the database; withdrawn ones have none."""
    wanted = list(ids)
    names = _grouped(FormerName.objects.filter(customer_id__in=wanted).values_list("customer_id", "name"))
    persons = _grouped(
        KeyPerson.objects.filter(customer_id__in=wanted, removed_at__isnull=True).values_list("customer_id", "name")
    )
    contacts: defaultdict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(customer_id__in=wanted, left_on__isnull=True).only(
        "customer_id", "name", "mobile", "phone"
    ):
        contacts[contact.customer_id].append(contact)
    rows = Customer.objects.filter(pk__in=wanted, withdrawn_at__isnull=True)
    for row in rows.values("id", "name", *_PLAIN, *_SEALED, *_SCOPES):
        people = contacts[row["id"]]
        yield (
            row["id"],
            document_of(
                row,
                former_names=names[row["id"]],
                contacts=[one.name for one in people],
                key_persons=persons[row["id"]],
                phones=[number for one in people for number in (one.mobile, one.phone) if number],
            ),
        )


def all_ids() -> Iterable[int]:
    """Ids of every customer that belongs into the index."""
    return walk(Customer.objects.filter(withdrawn_at__isnull=True).values_list("pk", flat=True))


def _grouped(pairs: Iterable[tuple[int, str]]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for one, name in pairs:
        found[one].append(name)
    return found


register(
    SearchSource(KIND, 1, Customer, FIELDS, documents_of, all_ids, PRIVATE, implied=(("withdrawn_at__isnull", True),))
)
