"""收件: a document comes in, from a customer, a project, an inbox, a ZIP or a scanner."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.choices import Carrier, FileRole, ItemState, YearRule
from kedang.business.holdings.events.items import ITEM_RECEIVED
from kedang.business.holdings.filing.recognising import date_in, number_in, span_in, title_from
from kedang.business.holdings.filing.rules import Rules, rules_of
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.checking import EDITABLE, check_record, checked
from kedang.business.holdings.services.items.files import attach, pages_of
from kedang.business.holdings.services.items.indexing import reindex
from kedang.business.holdings.services.items.writing import DELIVER, first_values
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

Values = Mapping[str, Any]


@transaction.atomic
def item_receive(
    *,
    actor: Actor,
    values: Values,
    files: Iterable[StoredFile] = (),
    source: str = "",
    fonds: Fonds | None = None,
    rules: Rules | None = None,
) -> Item:
    """Take a document in: it stands 待鉴别, with its files, and what its name tells is filled in.

    Args:
        actor: who brings it.
        values: what is known of it (``checking.EDITABLE``); title, kind, date and number are read from the name where not given.
        files: its stored files, the original first.
        source: where it came from, in words.
        fonds: company, when the actor has none (machines).
        rules: the company's rules, when many are received at once.

    Raises:
        NotAllowed: no right to deliver. Refused: ``values_invalid`` (``details["problems"]``), ``out_of_writer_scope``.
    """
    require(actor, DELIVER)
    fonds_id = fonds.pk if fonds is not None else actor.fonds_id
    if fonds_id is None:
        raise ValueError("a machine must say for which company it receives")
    rules = rules or rules_of(fonds_id)
    stored = list(files)
    problems = Problems()
    clean = checked(actor, values, fonds_id, problems)
    _fill_from_names(clean, stored, rules)
    _fill_belonging(actor, clean)
    if not clean.get("carrier"):
        clean["carrier"] = Carrier.ELECTRONIC if stored else Carrier.PAPER
    if not clean.get("title"):
        problems.tell("title", _("请填写题名，或放入文件，由文件名得出题名。"))
    item = Item(fonds_id=fonds_id, source=source[:120], created_at=clock.now(), state=ItemState.RECEIVED, **clean)
    check_record(item, EDITABLE, problems)
    problems.refuse()
    item.save(force_insert=True)
    record(
        actor, ITEM_RECEIVED, item, changes=first_values(item, EDITABLE), reason=source[:120],
        meta={"version": 1, "files": [file.pk for file in stored]},
    )  # fmt: skip
    for file in stored:
        attach(actor, item, file, FileRole.ORIGINAL)
    require_still_in_scope(actor, item, DELIVER)
    reindex([item.pk])
    return item


def _fill_from_names(clean: dict[str, Any], files: list[StoredFile], rules: Rules) -> None:
    """Title, kind, number, date, period, secrecy and pages, where nobody said."""
    names = [file.name for file in files]
    if not clean.get("title") and names:
        clean["title"] = title_from(names[0])
    text = str(clean.get("title") or "")
    if clean.get("document_type") is None:
        clean["document_type"] = rules.kind_of([text, *names]).value
    kind = clean["document_type"]
    if not clean.get("document_number"):
        clean["document_number"] = number_in(text)
    if clean.get("dated_on") is None:
        found = next((day for day in map(date_in, [text, *names]) if day is not None), None)
        clean["dated_on"] = found if found is not None and found <= clock.today() else None
    if kind is not None and clean.get("secrecy_level") is None:
        clean["secrecy_level"] = kind.secrecy_level
    if clean.get("secrecy_level") is None:
        clean.pop("secrecy_level", None)
    span = span_in(text) if kind is not None and kind.year_rule in (YearRule.FIRST_YEAR, YearRule.LAST_YEAR) else None
    if span is not None and clean.get("period_from") is None and clean.get("period_to") is None:
        clean["period_from"], clean["period_to"] = span
    if not clean.get("pages"):
        clean["pages"] = pages_of(files)
    if not clean.get("copies"):
        clean["copies"] = 1


def _fill_belonging(actor: Actor, clean: dict[str, Any]) -> None:
    """Whose it is: of who looks after the project or the customer, else of who brings it."""
    about = clean.get("project") or clean.get("customer")
    for name, own in (
        ("responsible", actor if isinstance(actor, Person) else None),
        ("department", getattr(actor, "department", None)),
    ):
        if clean.get(name) is None:
            clean[name] = getattr(about, name, None) or own
