"""Acts at the loan desk, each by its token: line of the register, thing, entries, notes and notices together, or none of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.harness.crash.compare.archive import in_ledger, told_of
from tests.harness.crash.compare.base import Trail
from tests.harness.crash.journal import Act

Parts = dict[str, bool]


def of_lending(name: str) -> Any:
    """A model of the room."""
    from django.apps import apps

    return apps.get_model("lending", name)


def whole_if(is_ours: bool, **parts: bool) -> Parts:
    """All of it where the row bears the token, else nothing of it: what others did to the same record since is theirs."""
    return {"row": is_ours, **(parts if is_ours else dict.fromkeys(parts, False))}


def loan_of(act: Act) -> Any:
    return of_lending("Loan").objects.select_related("item", "volume").get(pk=act.facts["loan"])


def was_told(row: Any, kind: str) -> bool:
    """The borrower has the notice, once, whether read or not."""
    from kedang.foundation.notices.models import Notice

    return Notice.objects.filter(about=f"loan:{row.pk}", kind=kind, person_id=row.borrower_id).count() == 1


def reserved(act: Act, trail: Trail) -> Parts:
    from kedang.business.lending.numbers import NUMBER_KEY

    rows = list(of_lending("Loan").objects.filter(reason=act.token))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "loan.reserved")) == 1,
        "number": one is not None and in_ledger(one.fonds_id, NUMBER_KEY, one.number),
    }  # fmt: skip


def fetched(act: Act, trail: Trail) -> Parts:
    row = loan_of(act)
    return {
        "row": row.prepared_at is not None,
        "event": len(told_of(row, "loan.prepared")) == 1,
        "reader told": was_told(row, "loan.ready"),
    }


def issued(act: Act, trail: Trail) -> Parts:
    """The loan, its faults, the thing that left, and the reader who is asked to sign where nobody did."""
    row = loan_of(act)
    faults = row.faults.filter(moment="issue").count()
    return whole_if(
        row.issued_note == act.token, event=len(told_of(row, "loan.issued")) == 1, faults=faults == act.facts.get("faults", 0),
        thing=left_and_back(row)[0] == 1, told=row.signed_how == "typed" or was_told(row, "loan.sign"),
    )  # fmt: skip


def left_and_back(row: Any) -> tuple[int, int]:
    """How often the thing left and came back for this loan."""
    out, back = (told_of(row.thing, f"custody.{code}") for code in ("issued", "came_back"))
    return tuple(sum(row.number in event.reason for event in some) for some in (out, back))  # type: ignore[return-value]  # two


def signed(act: Act, trail: Trail) -> Parts:
    row = loan_of(act)
    return {"row": row.signed_how == "own", "event": len(told_of(row, "loan.signed")) == 1}


def renewed(act: Act, trail: Trail) -> Parts:
    row = loan_of(act)
    return {"row": row.renewals == 1, "event": len(told_of(row, "loan.renewed")) == 1}


def recalled(act: Act, trail: Trail) -> Parts:
    row = loan_of(act)
    told = len(trail.of(act.token, "loan.recalled")) == 1
    return whole_if(row.recall_reason == act.token, event=told, told=was_told(row, "loan.recalled"))


def returned(act: Act, trail: Trail) -> Parts:
    """Back on its shelf; every fault is told in the volume's sheet of remarks, and the loan stays open for it."""
    row, count = loan_of(act), act.facts.get("faults", 0)
    faults = row.faults.filter(moment="return").count()
    volume = row.volume or row.item.volume
    notes = volume.notes.filter(text__contains=row.number).count() if volume is not None else faults
    return whole_if(
        row.returned_note == act.token, event=len(trail.of(act.token, "loan.returned")) == 1, faults=faults == count,
        notes=notes == count, thing=left_and_back(row) == (1, 1), end=bool(count) or row.state == "closed",
        struck_off=len(told_of(row, "loan.closed")) == (row.state == "closed"),
    )  # fmt: skip


def ended(code: str, state: str) -> Callable[[Act, Trail], Parts]:
    def look(act: Act, trail: Trail) -> Parts:
        row = loan_of(act)
        told = len(trail.of(act.token, code)) == 1
        return whole_if(row.closing_note == act.token, event=told, state=row.state == state)

    return look


LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "loan.reserve": reserved,
    "loan.fetch": fetched,
    "loan.issue": issued,
    "loan.sign": signed,
    "loan.renew": renewed,
    "loan.recall": recalled,
    "loan.return": returned,
    "loan.close": ended("loan.closed", "closed"),
    "loan.cancel": ended("loan.cancelled", "cancelled"),
}


def loans() -> Iterator[str]:
    """Numbers are given once, and what is out is out in both registers: that of loans and that of the archive."""
    from kedang.business.holdings.models import Item, Volume
    from kedang.business.lending.choices import OUT_STATES
    from kedang.business.lending.numbers import NUMBER_KEY

    yield from numbers_of(of_lending("Loan"), NUMBER_KEY)
    out = of_lending("Loan").objects.filter(state__in=OUT_STATES)
    volumes, items = (set(out.exclude(**{one: None}).values_list(one, flat=True)) for one in ("volume", "item"))
    inside = Item.objects.filter(volume__in=volumes).exclude(carrier="electronic")
    expected = {"volume": volumes, "item": items | set(inside.values_list("pk", flat=True))}
    for model in (Volume, Item):
        name = str(model._meta.model_name)
        held = set(model._default_manager.filter(whereabouts="issued").values_list("pk", flat=True))
        if odd := held ^ expected[name]:
            yield f"{name} is out in one register and in the other not: {sorted(odd)[:5]} ({len(odd)})"


def numbers_of(model: Any, key: str) -> Iterator[str]:
    """Every number of a kind was given once, and the ledger has no number that nothing bears."""
    from kedang.foundation.numbering.models import NumberSeries

    held = Counter(model.objects.values_list("fonds_id", "number"))
    noun = model._meta.label_lower
    for series in NumberSeries.objects.filter(key=key):
        used = [(entry.first, entry.last) for entry in series.entries.filter(state="used").order_by("first")]
        numbers = [n for first, last in used for n in range(first, last + 1)]
        if numbers != list(range(1, series.last + 1)):
            yield f"numbers of {noun} {series.prefix} have a gap or a double up to {series.last}"
        texts = [(series.fonds_id, f"{series.prefix}{n:0{series.width}d}{series.suffix}") for n in numbers]
        if odd := [text for text in texts if held.pop(text, 0) != 1]:
            yield f"numbers without one {noun} of their own: {odd[:4]} ({len(odd)})"
    if held:
        yield f"numbers of {noun} that no ledger knows: {sorted(held)[:4]} ({len(held)})"
