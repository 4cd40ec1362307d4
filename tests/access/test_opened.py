"""Records opened to one person for a time: exactly those, in every question that is asked of the rule, and not a second longer."""

from datetime import timedelta
from typing import Any

import pytest

from kedang.business.customers.models import Customer
from kedang.foundation.access.grants import forget_grants
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.opened.services import Opening, opening_spend, pages_open, records_close, records_open
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.veil import reveal, right_on, shown_scope
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import make_customer

pytestmark = pytest.mark.django_db
VIEW, PRINT, CHANGE = "customers.view", "customers.print", "customers.change"


def seen(person: Person) -> set[int]:
    return set(Customer.objects.visible_to(person).values_list("pk", flat=True))


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


def opened(person: Person, *subjects: Any, minutes: int = 60, **what: Any) -> Person:
    what.setdefault("actions", (VIEW,))
    until = clock.now() + timedelta(minutes=minutes)
    records_open(
        actor=SYSTEM,
        person=person,
        subjects=subjects,
        opening=Opening(**what),
        source="SQ1",
        purpose="核对账款",
        until=until,
    )
    return fresh(person)


def stranger_to(cast: Cast) -> Customer:
    """A dossier that the salesperson does not see."""
    return make_customer(cast.archivist)


def test_opens_exactly_that_record_and_its_acts(cast: Cast) -> None:
    """List, object and button agree: this dossier for viewing, no other, and no act that was not approved."""
    dossier, other = stranger_to(cast), make_customer(cast.archivist, name="远山纸业有限公司")
    assert seen(cast.salesperson) == set()
    reader = opened(cast.salesperson, dossier)
    assert seen(reader) == {dossier.pk}
    require(reader, VIEW, dossier)
    with pytest.raises(OutOfScope):
        require(reader, VIEW, other)
    with pytest.raises(NotAllowed):
        require(reader, PRINT, dossier)
    assert not can(reader, CHANGE, dossier)
    event = Event.objects.filter(code="access.record_opened").get()
    assert (event.subject_id, event.reason) == (dossier.pk, "核对账款")


def test_closes_by_itself_and_on_command(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One second before its end it is open, at its end it is shut; closed by hand it is shut at once."""
    dossier = stranger_to(cast)
    opened(cast.salesperson, dossier)
    row, now = RecordGrant.objects.get(), clock.now
    monkeypatch.setattr(clock, "now", lambda: row.valid_until - timedelta(seconds=1))
    assert seen(fresh(cast.salesperson)) == {dossier.pk}
    monkeypatch.setattr(clock, "now", lambda: row.valid_until)
    assert seen(fresh(cast.salesperson)) == set()
    monkeypatch.setattr(clock, "now", now)
    assert records_close(actor=SYSTEM, grants=[row], reason="事已办完") == 1
    assert seen(fresh(cast.salesperson)) == set()
    assert records_close(actor=SYSTEM, grants=[row], reason="再关一次") == 0
    assert Event.objects.filter(code="access.record_closed").get().reason == "事已办完"


def test_the_level_that_approvers_knew(cast: Cast) -> None:
    """Above the reader's clearance it is open as approved; raised since, it is shut; and never across companies."""
    dossier = stranger_to(cast)
    Customer.objects.filter(pk=dossier.pk).update(secrecy_level=4)
    dossier.refresh_from_db()
    reader = opened(cast.clerk, dossier)
    assert seen(reader) == {dossier.pk} and can(reader, VIEW, dossier)
    Customer.objects.filter(pk=dossier.pk).update(secrecy_level=1)
    RecordGrant.objects.update(secrecy_level=0)
    dossier.refresh_from_db()
    reader = fresh(cast.clerk)
    assert seen(reader) == set() and not can(reader, VIEW, dossier)
    RecordGrant.objects.update(secrecy_level=4, person=cast.stranger)
    Person.objects.filter(pk=cast.stranger.pk).update(opened_until=clock.now() + timedelta(hours=1))
    assert seen(fresh(cast.stranger)) == set()


def test_field_rights_come_with_it(cast: Cast) -> None:
    """Classes of fields show as the opening says, on this dossier alone."""
    dossier = stranger_to(cast)
    reader = opened(cast.salesperson, dossier, field_rights={"contact": "mask"})
    assert str(right_on(reader, dossier, "phone")) == "mask" and "26712345" not in reveal(reader, dossier, "phone").text
    RecordGrant.objects.update(field_rights={"contact": "show"})
    reader = fresh(cast.salesperson)
    assert reveal(reader, dossier, "phone").text == "0755-26712345"
    assert set(Customer.objects.filter(shown_scope(reader, Customer, "contact")).values_list("pk", flat=True)) == {
        dossier.pk
    }
    assert str(right_on(reader, dossier, "bank_account")) == "hide"


def test_acts_are_counted(cast: Cast) -> None:
    """As often as approved and not once more; a role's own right is not counted."""
    dossier = stranger_to(cast)
    reader = opened(cast.salesperson, dossier, actions=(VIEW, PRINT), quota={PRINT: 2})
    for used in (1, 2):
        row = opening_spend(actor=reader, code=PRINT, obj=dossier)
        assert row is not None and row.used == {PRINT: used}
    with pytest.raises(Refused, match="次数已经用完"):
        opening_spend(actor=reader, code=PRINT, obj=dossier)
    assert opening_spend(actor=reader, code=VIEW, obj=dossier) is not None
    assert opening_spend(actor=cast.archivist, code=PRINT, obj=dossier) is None


def test_pages(cast: Cast) -> None:
    """Ranges of several openings add up; a role's own right reaches all pages."""
    dossier = stranger_to(cast)
    opened(cast.salesperson, dossier, pages=((3, 5),))
    RecordGrant.objects.update(source="SQ0")
    reader = opened(cast.salesperson, dossier, pages=((1, 1),))
    assert pages_open(reader, VIEW, dossier) == [(1, 1), (3, 5)]
    assert pages_open(cast.archivist, VIEW, dossier) is None
    assert pages_open(reader, PRINT, dossier) == []


def test_refusals(cast: Cast) -> None:
    """What changes something is never opened this way, nor a time that is over, nor to who has left."""
    dossier = stranger_to(cast)
    with pytest.raises(Refused, match="不能用来修改"):
        opened(cast.salesperson, dossier, actions=(CHANGE,))
    with pytest.raises(Refused, match="结束时间必须晚于开始时间"):
        opened(cast.salesperson, dossier, minutes=-5)
    Person.objects.filter(pk=cast.salesperson.pk).update(is_active=False)
    with pytest.raises(Refused, match="已停用"):
        opened(cast.salesperson, dossier)
    assert not RecordGrant.objects.exists()


def test_filters_give_no_oracle(cast: Cast) -> None:
    """A dossier opened with hidden fields is not found by their values."""
    from kedang.foundation.access.veil import may_filter

    dossier = stranger_to(cast)
    assert may_filter(cast.salesperson, Customer, "phone")
    reader = opened(cast.salesperson, dossier)
    forget_grants(reader)
    assert not may_filter(reader, Customer, "phone")


def test_a_split_off_act_is_not_missing_in_older_roles(cast: Cast) -> None:
    """A role that a company made before pages could be read by themselves still reads them."""
    from kedang.foundation.access.grants import has_action

    role = cast.salesperson.grants.get().role
    role.actions = [code for code in role.actions if code != "holdings.leaf"]
    role.save()
    assert has_action(fresh(cast.salesperson), "holdings.leaf")
    role.actions = [code for code in role.actions if code != "holdings.read"]
    role.save()
    assert not has_action(fresh(cast.salesperson), "holdings.leaf")
