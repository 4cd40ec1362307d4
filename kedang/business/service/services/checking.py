"""What must be right about a report, whoever writes it and however."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.service.models import ContactReport
from kedang.business.service.policies import VIEW
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

STEP = ("next_step", "next_due_on", "next_person")
FIELDS = (
    "happened_on", "way", "kind", "subject", "told", "our_people", "their_people", *STEP, "secrecy_level", "secrecy_reason",
)  # fmt: skip
NEEDED = ("happened_on", "kind", "subject", "told", "our_people")


def values_of(values: Mapping[str, Any], fonds_id: int, problems: Problems) -> dict[str, Any]:
    """Given values in the types of their fields."""
    return {
        name: _person(value, fonds_id, problems)
        if name == "next_person"
        else typed(ContactReport, name, value, problems)
        for name, value in values.items()
        if name in FIELDS
    }


def _person(value: Any, fonds_id: int, problems: Problems) -> Person | None:
    key = value.pk if isinstance(value, Person) else value
    if key in (None, ""):
        return None
    found: Person | None = (
        Person.objects.filter(pk=key, fonds_id=fonds_id, is_active=True).first() if str(key).isdigit() else None
    )
    if found is None:
        problems.tell("next_person", _("所选的人员不存在或已停用，请重新选择。"))
    return found


def whole(actor: Actor, row: ContactReport, names: tuple[str, ...], problems: Problems) -> None:
    """Refuse unless the report is whole.

    Raises:
        Refused: ``values_invalid`` with a sentence for each field.
    """
    clean_record(row, names, problems)
    for name in NEEDED:
        if getattr(row, name) in (None, ""):
            problems.tell(name, _("%(field)s没有填写，请补上。") % {"field": row._meta.get_field(name).verbose_name})  # type: ignore[union-attr]  # fields of one's own
    if not problems:
        _days(row, problems)
        _level(actor, row, problems)
        _step(row, problems)
    problems.refuse()


def _days(row: ContactReport, problems: Problems) -> None:
    if row.happened_on > clock.today():
        problems.tell("happened_on", _("接触日期在将来，请核对；约好的事填在“后续事项”。"))


def _level(actor: Actor, row: ContactReport, problems: Problems) -> None:
    least = row.customer.secrecy_level
    if isinstance(actor, Person) and row.secrecy_level > clearance_of(actor):
        problems.tell("secrecy_level", _("密级不能高于您自己的知悉等级。"))
    if row.secrecy_level < least:
        problems.tell(
            "secrecy_level", _("密级不能低于客户档案的密级“%(level)s”。") % {"level": SecrecyLevel(least).label}
        )
    if row.secrecy_level > max(least, SecrecyLevel.INTERNAL) and not row.secrecy_reason:
        problems.tell("secrecy_reason", _("此密级以下的档案管理员将看不到报告，请写明为什么需要保密。"))


def _step(row: ContactReport, problems: Problems) -> None:
    """The next step is whole or not there; who is to do it must be able to read of it."""
    if not row.next_step:
        for name in STEP[1:]:
            if getattr(row, name) is not None:
                problems.tell("next_step", _("填了期限或负责人，请写明后续要做什么。"))
        return
    if row.next_due_on is None:
        problems.tell("next_due_on", _("请填写后续事项的期限。"))
    elif row.next_due_on < row.happened_on:
        problems.tell("next_due_on", _("期限早于接触日期，请核对。"))
    if row.next_person is None:
        problems.tell("next_person", _("请选择由谁负责后续事项。"))
    elif not can(row.next_person, VIEW.code, row):
        told = _("%(who)s看不到此客户或此密级的报告，不能负责后续事项。请换人，或先调整客户的负责人、密级。")
        problems.tell("next_person", told % {"who": row.next_person.name})
