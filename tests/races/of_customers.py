"""Acts on a dossier and on what belongs to it."""

from typing import Any

from kedang.business.customers import services as s
from kedang.business.customers.models import ClassAxis, ClassTerm, Customer
from kedang.business.customers.search import KIND
from kedang.business.customers.services import bulk
from kedang.foundation.search.models import SearchDocument, key_of
from kedang.foundation.search.sources import source_of
from tests.cast import Cast
from tests.customers.making import enterprise
from tests.races.acts import Act, Ground, Group, told

WITHDRAWN = told("customer_withdrawn")


def a_dossier(cast: Cast, number: int) -> Ground:
    """A fresh customer with a contact, a key person and an axis of classes."""
    from kedang.foundation.kernel import clock

    customer = s.customer_create(
        actor=cast.archivist,
        values=enterprise(name=f"竞速{clock.now():%H%M%S%f}有限公司", phone=""),
        contacts=[{"name": "李工", "mobile": "13900139000"}],
        key_persons=[{"name": "王总", "role": "owner"}],
        confirmed_duplicates=True,
    )
    contact, key_person = customer.contacts.get(), customer.key_persons.get()
    more = {"contact": contact, "key_person": key_person, "version": customer.version, "terms": terms(cast)}
    return Ground(cast, number, customer, more, [customer, contact, key_person])


def terms(cast: Cast) -> list[ClassTerm]:
    """Two classes of one axis, made once."""
    known = list(ClassTerm.objects.filter(axis__fonds=cast.fonds, axis__code="RACE").order_by("id"))
    if not known:
        axis = s.axis_create(actor=cast.archivist, values={"code": "RACE", "name": "渠道", "is_multiple": True})
        known = [
            s.term_create(actor=cast.archivist, axis=axis, values={"code": f"R{n}", "name": f"渠道{n}"}) for n in (1, 2)
        ]
    return known


def in_step(ground: Ground) -> list[str]:
    """The dossier, its entry in the search index and its score belong together."""
    customer = Customer.objects.get(pk=ground.on.pk)
    is_indexed = SearchDocument.objects.filter(pk=key_of(source_of(KIND).code, customer.pk)).exists()
    found = []
    if is_indexed == customer.is_withdrawn:
        found.append(f"withdrawn: {customer.is_withdrawn}, in the search index: {is_indexed}")
    if customer.contacts.filter(is_primary=True).count() > 1:
        found.append("two main contacts")
    return found


def change(ground: Ground, client: int) -> Any:
    values = {"employees": 100 + client}
    return s.customer_change(
        actor=ground.cast.archivist, customer=ground.on, values=values, version=ground.more["version"]
    )


def change_bulk(ground: Ground, client: int) -> Any:
    from django.db import transaction

    with transaction.atomic():
        row = Customer.objects.select_for_update().get(pk=ground.on.pk)
        planned = {row.pk: {"remarks": (row.remarks, f"批量{client}")}}
        return bulk.customers_update_bulk(
            actor=ground.cast.archivist, fonds_id=row.fonds_id, changes=planned, reason="导入"
        )


def withdraw_bulk(ground: Ground, client: int) -> Any:
    """The undo of an import: takes only what nobody has touched."""
    from django.db import transaction

    with transaction.atomic():
        bulk.customers_withdraw_bulk(
            actor=ground.cast.archivist, fonds_id=ground.on.fonds_id, ids=[ground.on.pk], reason="撤销导入"
        )


def restore_bulk(ground: Ground, client: int) -> Any:
    from django.db import transaction

    before = {ground.on.pk: (ground.more["version"], {"remarks": ["从前", ""]})}
    with transaction.atomic():
        bulk.customers_restore_bulk(
            actor=ground.cast.archivist, fonds_id=ground.on.fonds_id, before=before, reason="撤销导入"
        )


def who(ground: Ground) -> Any:
    return ground.cast.archivist


DOSSIER = Group(
    "dossier", a_dossier,
    (
        Act("customer_change", change, once=True, told=WITHDRAWN | told("stale_version")),
        Act(
            "customer_grade", lambda g, n: s.customer_grade(actor=who(g), customer=g.on, grade="ABC"[n % 3], reason="回款及时"),
            told=WITHDRAWN | told("grade_unchanged"),
        ),
        Act(
            "customer_kind_change",
            lambda g, n: s.customer_kind_change(
                actor=who(g), customer=g.on, party_kind="partner", party_subkind="supplier", reason="建档时选错"
            ),
            told=WITHDRAWN | told("values_invalid"), quiet=True,
        ),
        Act(
            "customer_withdraw", lambda g, n: s.customer_withdraw(actor=who(g), customer=g.on, reason="重复建档"),
            once=True, told=WITHDRAWN,
        ),
        Act(
            "former_name_add",
            lambda g, n: s.former_name_add(actor=who(g), customer=g.on, name=f"旧名{n // 4}有限公司"), told=WITHDRAWN, quiet=True,
        ),
        Act("profile_change", lambda g, n: s.profile_change(actor=who(g), customer=g.on, values={"potential": f"看好{n}"}), told=WITHDRAWN),
        Act(
            "classes_set",
            lambda g, n: s.classes_set(actor=who(g), customer=g.on, terms=[g.more["terms"][n // 2 % 2]]), told=WITHDRAWN, quiet=True,
        ),
        Act(
            "contact_add",
            lambda g, n: s.contact_add(actor=who(g), customer=g.on, values={"name": f"联系人{n}", "is_primary": True}), told=WITHDRAWN,
        ),
        Act(
            "contact_change",
            lambda g, n: s.contact_change(
                actor=who(g), contact=g.more["contact"], values={"post": f"岗位{n}"}, version=g.more["contact"].version
            ),
            once=True, told=WITHDRAWN | told("stale_version", "contact_left"),
        ),
        Act(
            "contact_leave", lambda g, n: s.contact_leave(actor=who(g), contact=g.more["contact"], reason="离职"),
            once=True, told=WITHDRAWN | told("contact_left"),
        ),
        Act(
            "key_person_add",
            lambda g, n: s.key_person_add(actor=who(g), customer=g.on, values={"name": f"要员{n}", "role": "owner"}), told=WITHDRAWN,
        ),
        Act(
            "key_person_change",
            lambda g, n: s.key_person_change(
                actor=who(g), key_person=g.more["key_person"], values={"hobbies": f"爱好{n}"}, version=g.more["key_person"].version
            ),
            once=True, told=WITHDRAWN | told("stale_version", "key_person_removed"),
        ),
        Act(
            "key_person_remove", lambda g, n: s.key_person_remove(actor=who(g), key_person=g.more["key_person"], reason="登记有误"),
            once=True, told=WITHDRAWN | told("key_person_removed"),
        ),
        Act("customers_update_bulk", change_bulk),
        Act("customers_withdraw_bulk", withdraw_bulk, quiet=True),
        Act("customers_restore_bulk", restore_bulk, quiet=True),
    ),
    in_step,
)  # fmt: skip


def an_axis(cast: Cast, number: int) -> Ground:
    """A fresh axis with one class."""
    from kedang.foundation.kernel import clock

    stamp = f"{clock.now():%H%M%S%f}"
    axis = s.axis_create(actor=cast.archivist, values={"code": f"A{stamp}"[:12], "name": f"轴{stamp}"})
    term = s.term_create(actor=cast.archivist, axis=axis, values={"code": "T0", "name": "旧类"})
    return Ground(cast, number, axis, {"term": term, "stamp": stamp}, [axis, term])


def one_axis(ground: Ground) -> list[str]:
    count = ClassAxis.objects.filter(fonds=ground.cast.fonds, code="ONCE").count()
    ClassAxis.objects.filter(code="ONCE").delete()
    codes = list(ClassTerm.objects.filter(axis=ground.on).values_list("code", flat=True))
    return ([f"{count} axes of one code"] if count > 1 else []) + (
        [f"classes {codes}"] if len(codes) > len(set(codes)) else []
    )


AXIS = Group(
    "axis",
    an_axis,
    (
        Act(
            "axis_create",
            lambda g, n: s.axis_create(actor=who(g), values={"code": "ONCE", "name": "只此一条"}),
            once=True,
            told=told("axis_code_taken", "values_invalid"),
        ),
        Act(
            "axis_change",
            lambda g, n: s.axis_change(actor=who(g), axis=g.on, values={"name": f"新轴{g.more['stamp']}{n}"}),
            quiet=True,
        ),
        Act(
            "term_create",
            lambda g, n: s.term_create(actor=who(g), axis=g.on, values={"code": "T1", "name": "新类"}),
            once=True,
            told=told("term_code_taken", "values_invalid"),
        ),
        Act(
            "term_change",
            lambda g, n: s.term_change(actor=who(g), term=g.more["term"], values={"name": f"类{n}"}),
            quiet=True,
        ),
        Act(
            "requirements_set",
            lambda g, n: s.requirements_set(
                actor=who(g), party_kind="enterprise", weights={"uscc": n % 9 + 1, "address": 5}
            ),
            told=told("job_running"),
            quiet=True,
        ),
    ),
    one_axis,
)
