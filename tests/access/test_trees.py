"""The tree of departments as a column and as a condition says what the paths say, also for keys that begin alike."""

import pytest
from django.db.models import Q, Value

from kedang.business.lending.services.sharing import Recipients
from kedang.foundation.access.conditions import one_of
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Department, Grant, Role, ShareRecipient
from kedang.foundation.access.services.departments import department_create
from kedang.foundation.access.trees import is_above, keys_below, tree_of
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.sure import sure
from tests.cast import Cast
from tests.lending.test_sharing import seen, served, shared
from tests.lending.using import fresh

pytestmark = pytest.mark.django_db


def grown(cast: Cast) -> list[Department]:
    """The company's departments with three chains and twigs on them, so many that some keys begin like others."""
    found = list(Department.objects.filter(fonds=cast.fonds))
    for number in range(24):
        parent = None if number % 8 == 0 else found[-1] if number % 8 < 5 else found[-3]
        found.append(department_create(actor=SYSTEM, fonds=cast.fonds, name=f"第{number}组", parent=parent))
    return found


def test_below_and_above(cast: Cast) -> None:
    rows = grown(cast)
    shared(cast, to=Recipients(departments=rows, roles=[cast.reader.grants.get().role], people=[cast.clerk]))
    for row in rows:
        below = {one.pk for one in rows if f"/{row.pk}/" in one.path}
        keys = Department.objects.annotate(below=keys_below(Value(row.pk))).get(pk=row.pk).below
        assert tree_of(row.pk, keys) == below and row.pk in below
        above = set(
            ShareRecipient.objects.filter(is_above("department", row.pk)).values_list("department_id", flat=True)
        )
        assert above == {int(key) for key in row.path.split("/") if key}
    assert not ShareRecipient.objects.filter(is_above("department", 0)).exists()
    assert Department.objects.annotate(below=keys_below(Value(0))).get(pk=rows[0].pk).below is None


@pytest.mark.parametrize("written", ["{0}", "0{0}", ""])
def test_role_below_a_department(cast: Cast, written: str) -> None:
    """However the key of the department is written; without one it is the person's own."""
    rows = grown(cast)
    top = next(one for one in rows if one.name == "第9组")
    root = top if written else sure(cast.reader.department)
    values = {"scope": "below", "scope_value": written.format(top.pk)}
    Grant.objects.create(person=cast.reader, role=Role.objects.get(code="salesperson"), **values)
    held = [grant for grant in active_grants(fresh(cast.reader)) if grant.role_code == "salesperson"]
    assert [grant.department_ids for grant in held] == [frozenset(one.pk for one in rows if f"/{root.pk}/" in one.path)]


def test_shared_with_a_department_far_above_and_from_far_below(cast: Cast) -> None:
    """The whole way up of the reader, the whole way down of what is shared; a reader without department has nothing of it."""
    rows = {one.name: one for one in grown(cast)}
    assert rows["第11组"].path.count("/") == 5
    dossier = served(cast, department=rows["第11组"])
    shared(cast, reach_value=str(rows["第8组"].pk), to=Recipients(departments=[rows["第16组"]]))
    reader = cast.salesperson
    for name, is_reader in (("第20组", True), ("第16组", True), ("第0组", False), ("", False)):
        type(reader).objects.filter(pk=reader.pk).update(department=rows.get(name))
        assert (dossier.pk in seen(reader)) is is_reader, name


def test_one_key_is_asked_for_as_one() -> None:
    """With a list of one beside an “or” SQLite looks through all rows."""
    assert one_of("department_id", frozenset({3})) == Q(department_id=3)
    assert one_of("department_id", frozenset({4, 3})) == Q(department_id__in=[3, 4])
    assert one_of("department_id", frozenset()) == Q(department_id__in=[])
