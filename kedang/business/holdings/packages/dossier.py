"""What is known of a customer, for a package of the whole dossier: master data, people, classes, the history of its changes, every volume
and every item, with their files.

A dossier is packed whole or not at all: whoever may not have all of it packs none of it (``services/dossiers.py`` asks before).
"""

from functools import cached_property
from typing import Any

import orjson

from kedang.business.customers.fields import CONTACT_FIELDS, EVERY_FIELD, KEY_PERSON_FIELDS, PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.packages import DOSSIER_FORMAT, SOFTWARE
from kedang.business.holdings.packages.contents import Contents, give_paths
from kedang.business.holdings.packages.facts import Collector, Facts, person_of, plain
from kedang.business.holdings.packages.held import numbers_of
from kedang.foundation.access.policies import can
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.audit.vocabulary import event_type
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

PLAIN = tuple(name for name in EVERY_FIELD if name not in {"responsible", "department"})
HEAD = (
    "number",
    "party_kind",
    "party_subkind",
    "grade",
    "grade_reason",
    "completeness",
    "created_at",
    "updated_at",
    "withdrawn_at",
)
CONTACT, KEY_PERSON = (*CONTACT_FIELDS, "left_on"), (*KEY_PERSON_FIELDS, "removed_at")
README = """这是一份客户档案的封装包，由客档（Kedang）制作，内有这个客户的全部档案。
dossier.json 是客户资料、联系人、关键人物、分类、变更经过、全部案卷、件、档号、备考、保管、移交、检测的著录（UTF-8）；dossier.xml 是同样内容，
格式见 kedang-volume-1.xsd。events.jsonl 是有关的操作留痕，seals.jsonl 是封条，keys.json 是验证封条签名的公钥。
案卷的文件放在“卷序/件号/版次”文件夹下，未组卷的放在“loose/件号/版次”下，文件名保持来时的样子；过长的名称在路径中缩短，全名见 dossier.json。

This is a package of the whole dossier of one customer, made by Kedang. dossier.json (UTF-8) holds the master data, the people, the history
of changes, and the description of all volumes and items; dossier.xml says the same. events.jsonl is the trail, seals.jsonl and keys.json
prove it. Files lie below volume (or loose), item and version, under the names they came with.
"""


class LooseCollector(Collector):
    """Items of a customer that lie in no volume, described as those in volumes are."""

    def __init__(self, actor: Actor, items: list[Item]) -> None:
        super().__init__(actor, None, items)

    def facts(self) -> Facts:
        return {
            "made_by": self.actor.display_name, "retention": None, "holds": self.holds(),
            "items": [self._item(item) for item in self.items],
            "codes": self._codes(), "notes": [], "reopenings": [], "custody": self._custody(), "transfers": self._transfers(),
            "checks": self._checks(), "veiled": sorted(set(self.veiled)),
        }  # fmt: skip


def volumes_of(customer: Customer) -> list[Volume]:
    """All volumes of a customer, in the order of their making."""
    rows = Volume.objects.filter(customer=customer).select_related("fonds", "series", "retention__reads_as", "template")
    return list(rows.order_by("pk"))


def loose_items_of(customer: Customer) -> list[Item]:
    """Items of a customer that lie in none of its volumes."""
    rows = Item.objects.filter(customer=customer, volume__isnull=True) | Item.objects.filter(
        customer=customer, volume__isnull=False
    ).exclude(volume__customer=customer)
    related = ("document_type", "series", "retention", "customer", "project", "department", "responsible")
    return list(rows.select_related(*related).order_by("pk"))


class DossierContents(Contents):
    """The dossier of a customer (``volume`` is the customer here)."""

    name, readme, content_type = "dossier", README, "KEDANG-DOSSIER-1"

    @cached_property
    def collectors(self) -> list[Collector]:
        customer: Customer = self.volume
        return [
            *(Collector(self.actor, one) for one in volumes_of(customer)),
            LooseCollector(self.actor, loose_items_of(customer)),
        ]

    @cached_property
    def facts(self) -> Facts:
        customer: Customer = self.volume
        parts = [one.facts() for one in self.collectors]
        for number, part in enumerate(parts[:-1], 1):
            give_paths(part["items"], f"{number:04d}/")
        give_paths(parts[-1]["items"], "loose/")
        return {
            "format": DOSSIER_FORMAT, "software": SOFTWARE, "made_at": plain(clock.now()), "made_by": self.actor.display_name,
            "fonds": {"code": customer.fonds.code, "name": customer.fonds.name}, "customer": customer_facts(customer),
            "history": history_of(self.actor, customer), "volumes": parts[:-1], "loose": parts[-1],
        }  # fmt: skip

    @property
    def parts(self) -> list[Facts]:
        return [*self.facts["volumes"], self.facts["loose"]]

    @property
    def head(self) -> Facts:
        customer, volumes = self.facts["customer"], self.facts["volumes"]
        items = len(self.items)
        days = sorted(item["dated_on"] for item in self.items if item["dated_on"])
        terms = dict.fromkeys(f"{one['retention']['code']} {one['retention']['name']}" for one in volumes)
        return {
            "code": customer["number"], "title": customer["name"],
            "dates": "/".join([days[0], days[-1]]) if days else customer["created_at"][:10],
            "retention": "；".join(terms), "holds": numbers_of(self.parts),
            "extent": f"{len(volumes)} 卷 {items} 件", "extent_en": f"{len(volumes)} volumes, {items} items", "subject": None,
        }  # fmt: skip


def customer_facts(customer: Customer) -> Facts:
    """Master data, people and classes, as plain values."""
    profile = CustomerProfile.objects.filter(customer=customer).first()
    classes = customer.classes.select_related("term__axis").order_by("term__axis__position", "term__position", "pk")
    return {
        **_values(customer, (*HEAD, *(name for name in PLAIN if name not in HEAD))),
        "responsible": person_of(customer.responsible), "department": customer.department.name if customer.department else None,
        "former_names": [_values(one, ("name", "until", "note")) for one in customer.former_names.order_by("pk")],
        "contacts": [_values(one, CONTACT) for one in Contact.objects.filter(customer=customer).order_by("pk")],
        "key_persons": [_values(one, KEY_PERSON) for one in KeyPerson.objects.filter(customer=customer).order_by("pk")],
        "profile": _values(profile, PROFILE_FIELDS) if profile is not None else None,
        "classes": [
            {"axis": one.term.axis.code, "axis_name": one.term.axis.name, "term": one.term.code, "term_name": one.term.name}
            for one in classes
        ],
    }  # fmt: skip


def _values(obj: Any, names: tuple[str, ...]) -> Facts:
    return {name: plain(getattr(obj, name)) for name in names}


def history_of(actor: Actor, customer: Customer) -> list[Facts]:
    """Changes of the customer and of what belongs to it, oldest first: when, what, why, which fields; who for those who may read the trail.

    Values before and after stand in ``events.jsonl``; those of sensitive fields are sealed there.
    """
    may = actor.is_system or can(actor, "audit.view")
    rows = Event.objects.filter(about("customers.customer", customer.pk), category="change").order_by("pk")
    found = []
    for row in rows:
        known = event_type(row.code)
        found.append(
            {
                "at": plain(row.at), "event": row.code, "title": str(known.title) if known is not None else row.code,
                "subject": row.subject_label, "fields": sorted(orjson.loads(row.changes)) if row.changes else [], "reason": row.reason,
                "by": row.actor_name if may else "",
            }
        )  # fmt: skip
    return found
