"""项目 of customers (CU-13): kept apart from each other, linked by the index in the customer's dossier."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.customers.services.belonging import own_scope_defaults, with_people
from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import first_values, refuse_stale, take_over
from kedang.business.holdings.events.projects import PROJECT_CHANGED, PROJECT_CREATED
from kedang.business.holdings.models import Project
from kedang.business.holdings.services.locking import locked
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.services import issue_run, rule_for

NUMBER_KEY = "project"
CODES = {"project": "XM"}
NUMBER_WIDTH = 4
FIELDS = (
    "name", "content", "service_need", "started_on", "ended_on", "quotation", "contract_number", "contract_amount", "technical_note",
    "state", "responsible", "department", "secrecy_level",
)  # fmt: skip
PEOPLE = ("responsible", "department")
Values = Mapping[str, Any]


@transaction.atomic
def project_create(*, actor: Actor, customer: Customer, values: Values, reason: str = "") -> Project:
    """Open a project of a customer; the number comes from the ledger (``XM20260001``). It begins with who looks after the customer.

    Raises:
        OutOfScope: the customer does not exist for the actor. Refused: ``customer_withdrawn``, ``values_invalid``, ``out_of_writer_scope``.
    """
    require(actor, "customers.view", customer)
    require(actor, "holdings.project")
    if customer.is_withdrawn:
        raise Refused("customer_withdrawn", _("客户“%(name)s”的档案已撤销，不能再建项目。") % {"name": customer})
    problems = Problems()
    clean = _checked(values, customer.fonds_id, problems)
    for name, default in {**{name: getattr(customer, name) for name in PEOPLE}, **own_scope_defaults(actor)}.items():
        clean[name] = clean.get(name) or default
    made = Project(fonds_id=customer.fonds_id, customer=customer, created_at=clock.now())
    take_over(made, clean)
    _whole(actor, made, FIELDS, problems)
    rule = rule_for(customer.fonds_id, NUMBER_KEY)
    code = rule.codes.get("project") or CODES["project"]
    made.number = issue_run(actor=actor, rule=rule, code=code).text(0)
    taken = ("project_number_taken", "name", _("项目编号 %(number)s 已存在，请再试一次。") % {"number": made.number})
    with constraints_refuse({"project_number_once": taken, "project.number": taken}):
        made.save(force_insert=True)
    changes = first_values(made, ("number", "customer", *FIELDS))
    record(actor, PROJECT_CREATED, made, changes=changes, reason=reason.strip(), meta={"version": 1})
    require_still_in_scope(actor, made)
    return made


@transaction.atomic
def project_change(
    *, actor: Actor, project: Project, values: Values, version: int | None = None, reason: str = ""
) -> Project:
    """Change a project; its customer and number stay.

    Raises:
        Refused: ``stale_version``, ``values_invalid``, ``out_of_writer_scope``.
    """
    found = locked(Project, actor, "holdings.project", project)
    refuse_stale(found, version)
    problems = Problems()
    changes = take_over(found, _checked(values, found.fonds_id, problems))
    if not changes:
        return found
    _whole(actor, found, tuple(changes), problems)
    found.version += 1
    found.save(update_fields=[*changes, "version"])
    record(actor, PROJECT_CHANGED, found, changes=changes, reason=reason.strip(), meta={"version": found.version})
    require_still_in_scope(actor, found)
    return found


def _checked(values: Values, fonds_id: int, problems: Problems) -> dict[str, Any]:
    clean = {
        name: value if name in PEOPLE else typed(Project, name, value, problems)
        for name, value in values.items()
        if name in FIELDS
    }
    with_people(clean, fonds_id, problems)
    return clean


def _whole(actor: Actor, project: Project, names: tuple[str, ...], problems: Problems) -> None:
    if not project.name:
        problems.tell("name", _("项目名称没有填写，请补上。"))
    begun: Any = project.started_on
    ended: Any = project.ended_on
    if begun and ended and not isinstance(begun, str) and not isinstance(ended, str) and ended < begun:
        problems.tell("ended_on", _("结束日期早于开始日期 %(day)s，请核对。") % {"day": begun.isoformat()})
    for name in ("quotation", "contract_amount"):
        amount = getattr(project, name)
        if amount is not None and not isinstance(amount, str) and amount < 0:
            problems.tell(name, _("金额不能为负数。"))
    if "secrecy_level" in names and isinstance(actor, Person) and isinstance(project.secrecy_level, int):
        if project.secrecy_level > clearance_of(actor):
            problems.tell("secrecy_level", _("密级不能高于您自己的知悉等级。"))
    clean_record(project, names, problems)
    problems.refuse()
