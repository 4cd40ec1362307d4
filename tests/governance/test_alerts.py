"""异常行为 (SE-05): the trail is followed, each sign is told once a day, looked into and closed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from kedang.business.governance.alerts.following import alerts_run
from kedang.business.governance.choices import AlertRule, AlertState, Finding
from kedang.business.governance.models import Alert, AlertMark
from kedang.business.governance.services.alerts import alert_close, alert_look
from kedang.business.governance.services.rules import rules_change
from kedang.foundation.access.models import Person, QuotaUse
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.governance.making import dossiers_of, leaving, security_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def followed(cast: Cast) -> None:
    """The rules have looked at everything so far."""
    AlertMark.objects.create(
        name="trail", last_event_id=Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    )


def passed() -> None:
    """Everything so far was looked at, also what was only just written."""
    AlertMark.objects.update(last_event_id=Event.objects.latest("id").pk)


def noon() -> datetime:
    """Yesterday at noon: no night, and settled."""
    moment = clock.local(clock.now()) - timedelta(days=1)
    return moment.replace(hour=12, minute=0, second=0, microsecond=0)


def did(
    person: Person, count: int, *, at: datetime | None = None, every: timedelta = timedelta(seconds=5), **more: Any
) -> None:
    """Entries of the trail."""
    start = at or noon()
    given: dict[str, Any] = {
        "fonds_id": person.fonds_id, "actor_id": person.pk, "actor_name": person.name, "code": "customers.viewed", "category": "read",
        "subject_type": "customers.customer", **more,
    }  # fmt: skip
    Event.objects.bulk_create(
        Event(at=start + every * number, **{"subject_id": number + 1, **given}) for number in range(count)
    )


def the_alert(rule: str) -> Alert:
    """The only one there is."""
    found: Alert = Alert.objects.get()
    assert found.rule == rule
    return found


def test_bulk_reading_is_told_once_with_its_evidence(cast: Cast) -> None:
    did(cast.salesperson, 40)
    assert alerts_run() == 40
    alert = the_alert(AlertRule.BULK)
    assert (alert.person, alert.count, alert.told, len(alert.evidence), alert.for_manager) == (
        cast.salesperson,
        40,
        "10 分钟内打开 40 份不同的档案",
        40,
        False,
    )
    assert Event.objects.get(code="governance.alert_raised").subject_id == alert.pk
    alerts_run()
    assert Alert.objects.count() == 1  # nothing new, nothing told
    passed()
    did(cast.salesperson, 35, at=noon() + timedelta(hours=3))
    alerts_run()
    alert.refresh_from_db()
    assert (Alert.objects.count(), len(alert.evidence)) == (1, 75)


def test_reading_at_an_ordinary_pace_is_nothing(cast: Cast) -> None:
    did(cast.salesperson, 40, every=timedelta(minutes=1))
    did(cast.clerk, 60, subject_id=7)
    alerts_run()
    assert not Alert.objects.exists()


def test_a_bulk_that_crosses_two_turns_is_seen(cast: Cast) -> None:
    did(cast.salesperson, 20)
    alerts_run()
    did(cast.salesperson, 20, at=noon() + timedelta(minutes=3), subject_type="holdings.item")
    alerts_run()
    assert the_alert(AlertRule.BULK).count == 40


def test_night_belongs_to_the_day_it_began(cast: Cast) -> None:
    late = noon().replace(hour=23)
    did(cast.salesperson, 3, at=late)
    did(cast.salesperson, 4, at=late + timedelta(hours=2))
    alerts_run()
    alert = the_alert(AlertRule.NIGHT)
    assert (alert.day, alert.count) == (late.date(), 7)


def test_doors_tried_again_and_again(cast: Cast) -> None:
    did(cast.reader, 6, code="access.refused", category="refuse", subject_type="", subject_id=None)
    alerts_run()
    assert the_alert(AlertRule.REFUSED).told == "30 分钟内 6 次打开无权打开的内容"


def test_leavers_who_take_something_out(cast: Cast) -> None:
    dossiers_of(cast, 1)
    leaving(cast)
    passed()
    Person.objects.filter(pk=cast.salesperson.pk).update(handing_since=noon())
    did(cast.salesperson, 1, code="customers.printed", category="disclose")
    alerts_run()
    assert the_alert(AlertRule.LEAVER).person == cast.salesperson


def test_one_large_export(cast: Cast) -> None:
    did(cast.archivist, 1, code="web.list_exported", category="disclose", meta='{"rows":800}')
    did(
        cast.archivist,
        1,
        code="web.list_exported",
        category="disclose",
        meta='{"rows":80}',
        at=noon() + timedelta(hours=1),
    )
    alerts_run()
    assert (the_alert(AlertRule.EXPORT).count, the_alert(AlertRule.EXPORT).told) == (800, "一次导出 800 行")


def test_the_days_share_nearly_used(cast: Cast) -> None:
    QuotaUse.objects.create(person=cast.salesperson, kind="read", day=noon().date(), used=115)
    did(cast.salesperson, 1)
    alerts_run()
    assert "已用 115，上限 120" in the_alert(AlertRule.QUOTA).told


def test_rules_are_set_and_switched_off(cast: Cast) -> None:
    security = security_of(cast)
    for value in (0, "many", None):
        with pytest.raises(Refused):
            rules_change(actor=security, reason="调低", thresholds={"bulk": {"records": value, "minutes": 5, "on": 1}})
    rules_change(actor=security, reason="调低", thresholds={"bulk": {"records": 10, "minutes": 5, "on": 1}})
    passed()
    did(cast.salesperson, 12)
    alerts_run()
    assert the_alert(AlertRule.BULK).count == 12
    rules_change(actor=security, reason="停用", thresholds={"bulk": {"records": 10, "minutes": 5, "on": 0}})
    did(cast.clerk, 12)
    alerts_run()
    assert Alert.objects.count() == 1


def test_the_auditor_closes_it_and_nobody_their_own(cast: Cast) -> None:
    did(cast.salesperson, 40)
    did(cast.auditor, 40)
    alerts_run()
    of_sales, of_auditor = Alert.objects.get(person=cast.salesperson), Alert.objects.get(person=cast.auditor)
    assert (of_sales.for_manager, of_auditor.for_manager) == (False, True)
    assert list(Alert.objects.visible_to(cast.auditor)) == [of_sales]
    assert set(Alert.objects.visible_to(cast.manager)) == {of_sales, of_auditor}
    for actor, alert in ((cast.auditor, of_auditor), (cast.salesperson, of_sales)):
        with pytest.raises((OutOfScope, NotAllowed)):
            alert_close(actor=actor, alert=alert, finding=Finding.WORK, reason="没事")
    assert alert_look(actor=cast.auditor, alert=of_sales).state == AlertState.LOOKED
    with pytest.raises(Refused) as caught:
        alert_close(actor=cast.auditor, alert=of_sales, finding="", reason="已核实")
    assert caught.value.code == "finding_missing"
    closed = alert_close(actor=cast.auditor, alert=of_sales, finding=Finding.WORK, reason="已电话核实，系年度盘点")
    assert (closed.state, closed.looked_by) == (AlertState.CLOSED, cast.auditor)
    passed()
    did(cast.salesperson, 41, at=noon() + timedelta(hours=5), subject_type="holdings.item")
    alerts_run()
    parts = Alert.objects.filter(person=cast.salesperson).order_by("part").values_list("part", "state")
    assert list(parts) == [(1, "closed"), (2, "open")]


def test_what_is_only_just_written_waits(cast: Cast) -> None:
    did(cast.salesperson, 40, at=clock.now(), every=timedelta(0))
    assert (alerts_run(), Alert.objects.count()) == (0, 0)


def test_the_trail_is_read_by_its_indexes(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for person in (cast.salesperson, cast.clerk, cast.head):
        did(person, 20)
    with django_assert_max_num_queries(30):
        alerts_run()
