"""整份客户档案的封装: who may take all of it. Whoever may not have a part of it packs nothing; nothing leaves half or masked."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.fields import CONTACT_FIELDS, EVERY_FIELD, KEY_PERSON_FIELDS, PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.packages.dossier import loose_items_of, volumes_of
from kedang.foundation.access.grants import as_taker
from kedang.foundation.access.policies import policy_for, require
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import right_on
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

NEEDED = ("customers.export", "customers.unmask")
MOST_NAMED = 4


def refuse_dossier(actor: Actor, customer: Customer) -> None:
    """Raise unless the actor may take everything that the dossier holds; what is only shared with them to be read, they may not.

    Raises:
        OutOfScope, NotAllowed; Refused: ``dossier_fields_hidden``, ``dossier_records_hidden``.
    """
    for action in NEEDED:
        require(actor, action, customer)
    for action in ("holdings.export", "holdings.read"):
        require(actor, action)
    hidden = _hidden_fields(as_taker(actor, "customers.export"), customer)
    if hidden:
        told = _("档案中有对您的角色不开放的内容（%(fields)s），不能封装整份档案。请由有权的同事办理。")
        raise Refused("dossier_fields_hidden", told % {"fields": "、".join(hidden[:MOST_NAMED])})
    volumes, loose = volumes_of(customer), loose_items_of(customer)
    inside = Item.objects.filter(volume__in=[one.pk for one in volumes])
    items = inside | Item.objects.filter(pk__in=[one.pk for one in loose])
    if _unreachable(actor, Volume.objects.filter(pk__in=[one.pk for one in volumes])) or _unreachable(actor, items):
        told = _("这份档案中有您无权导出的案卷或文件，不能封装整份档案。请由有权的同事办理。")
        raise Refused("dossier_records_hidden", told)


def _unreachable(actor: Actor, rows: Any) -> bool:
    rule = policy_for(rows.model)
    seen = rows.filter(rule.scope(actor, "holdings.export") & rule.scope(actor, "holdings.read"))
    return bool(seen.count() != rows.count())


def _hidden_fields(actor: Actor, customer: Customer) -> list[str]:
    """Labels of fields that the actor may not even see partly."""
    of: list[tuple[Any, tuple[str, ...]]] = [
        (customer, EVERY_FIELD), (Contact(customer=customer), CONTACT_FIELDS), (KeyPerson(customer=customer), KEY_PERSON_FIELDS),
        (CustomerProfile(customer=customer), PROFILE_FIELDS),
    ]  # fmt: skip
    return [
        str(obj._meta.get_field(name).verbose_name)
        for obj, names in of
        for name in names
        if right_on(actor, obj, name) == FieldRight.HIDE
    ]


def weight_of(customer: Customer) -> int:
    """How much of the quota of exports it takes: the customer and each item."""
    return 1 + int(Item.objects.filter(volume__customer=customer).count()) + len(loose_items_of(customer))
