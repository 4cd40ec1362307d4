"""Each act by its own token: wholly there, wholly absent, or half."""

from collections.abc import Callable
from typing import Any

from tests.harness.crash.acts.customers import name_of
from tests.harness.crash.compare import archive, asking, care, deciding, leaving, lending
from tests.harness.crash.compare.base import Trail
from tests.harness.crash.journal import Act

THERE, ABSENT = "there", "absent"
Parts = dict[str, bool]


def state_of(act: Act, trail: Trail) -> str:
    """``there``, ``absent``, ``unknown`` (nothing can be said of this act alone), or ``half: …``."""
    look = LOOKS.get(act.kind)
    if look is None:
        return "unknown"
    parts = look(act, trail)
    if all(parts.values()):
        return THERE
    if not any(parts.values()):
        return ABSENT
    return f"half: {parts}"


def _search(customer: Any) -> bool:
    """The document of a customer is in the index exactly as long as the customer is not taken back."""
    from django.db import connection

    from kedang.business.customers.searching import KIND
    from kedang.foundation.kernel.text import fold
    from kedang.foundation.search.models import SearchDocument, key_of
    from kedang.foundation.search.sources import source_of

    key = key_of(source_of(KIND).code, customer.pk)
    found = SearchDocument.objects.filter(pk=key).first()
    if customer.withdrawn_at is not None:
        return found is None
    if found is None or fold(customer.name) not in found.body or fold(customer.short_name) not in found.body:
        return False
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM search_grams_docsize WHERE id = %s", [key])
            return cursor.fetchone() is not None
    return True


def _in_ledger(customer: Any) -> bool:
    from kedang.foundation.numbering.models import NumberEntry, NumberSeries

    for series in NumberSeries.objects.filter(fonds_id=customer.fonds_id):
        serial = customer.number.removeprefix(series.prefix)
        if customer.number.startswith(series.prefix) and serial.isdecimal():
            used = NumberEntry.objects.filter(
                series=series, state="used", first__lte=int(serial), last__gte=int(serial)
            )
            if used.count() == 1:
                return True
    return False


def created(act: Act, trail: Trail) -> Parts:
    from kedang.business.customers.models import Customer

    events = trail.of(act.token, "customers.created")
    if events:
        rows = list(Customer.objects.filter(pk__in=[event.subject_id for event in events]))
    else:
        rows = list(Customer.objects.filter(name=name_of(act.facts["party_kind"], act.token)))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one event": len(events) == 1, "one row": one is not None and act.token in one.name,
        "number in the ledger": one is not None and _in_ledger(one), "in the index": one is not None and _search(one),
    }  # fmt: skip


def changed(act: Act, trail: Trail) -> Parts:
    """The row holds what the last entry says, and the entry of this act is among them or not."""
    from kedang.business.customers.models import Customer

    events = trail.of(act.token, "customers.changed")
    row = Customer.objects.get(pk=act.facts["pk"])
    is_ours, is_as_told = row.remarks == act.token, row.remarks == _last_told(row, "customers.changed", "remarks")
    if not events:
        return {"event": False, "row": is_ours or not is_as_told}
    return {"event": len(events) == 1, "row": is_as_told, "in the index": _search(row)}


def graded(act: Act, trail: Trail) -> Parts:
    from kedang.business.customers.models import Customer

    events = trail.of(act.token, "customers.graded")
    row = Customer.objects.get(pk=act.facts["pk"])
    is_as_told = row.grade_reason == (_last_told(row, "customers.graded", "grade_reason") or "")
    if not events:
        return {"event": False, "row": row.grade_reason == act.token or not is_as_told}
    return {"event": len(events) == 1, "row": is_as_told}


def _last_told(row: Any, code: str, field: str) -> Any:
    import orjson

    from kedang.foundation.audit.models import Event

    for event in Event.objects.filter(subject_type="customers.customer", subject_id=row.pk).order_by("-id")[:40]:
        if event.changes and event.code in (code, "customers.created"):
            told = orjson.loads(event.changes)
            if field in told:
                return told[field][1]
    return ""


def _child(model_name: str, code: str) -> Callable[[Act, Trail], Parts]:
    def look(act: Act, trail: Trail) -> Parts:
        from django.apps import apps

        rows = apps.get_model("customers", model_name).objects.filter(customer_id=act.facts["pk"], remarks=act.token)
        events = trail.of(act.token, code)
        return {
            "one row": rows.count() == 1, "one event": len(events) == 1,
            "event of the row": bool(events) and events[0].parent_id == act.facts["pk"],
        }  # fmt: skip

    return look


def _left(model_name: str, code: str, field: str) -> Callable[[Act, Trail], Parts]:
    def look(act: Act, trail: Trail) -> Parts:
        from django.apps import apps

        row = apps.get_model("customers", model_name).objects.get(pk=act.facts["pk"])
        events = trail.of(act.token, code)
        by_another = not events and _codes_of(row, code)
        return {"row": getattr(row, field) is not None and not by_another, "event": len(events) == 1}

    return look


def _codes_of(row: Any, code: str) -> bool:
    from kedang.foundation.audit.models import Event

    return Event.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk, code=code).exists()


def withdrawn(act: Act, trail: Trail) -> Parts:
    from kedang.business.customers.models import Customer

    row = Customer.objects.get(pk=act.facts["pk"])
    events = trail.of(act.token, "customers.withdrawn")
    by_another = not events and _codes_of(row, "customers.withdrawn")
    is_gone = row.withdrawn_at is not None and not by_another
    return {"row": is_gone, "event": len(events) == 1, "left the index": is_gone and _search(row)}


def former(act: Act, trail: Trail) -> Parts:
    from kedang.business.customers.models import FormerName

    rows = FormerName.objects.filter(customer_id=act.facts["pk"], name=f"旧名{act.token}").count()
    return {"row": rows == 1, "event": len(trail.of(act.token, "customers.former_name_added")) == 1}


def profiled(act: Act, trail: Trail) -> Parts:
    from kedang.business.customers.models import CustomerProfile

    events = trail.of(act.token, "customers.profile_changed")
    row = CustomerProfile.objects.filter(customer_id=act.facts["pk"]).first()
    if not events:
        return {"event": False, "row": row is not None and row.service_area == act.token}
    return {"event": len(events) == 1, "row": row is not None and row.service_area >= act.token}


def person_made(act: Act, trail: Trail) -> Parts:
    from kedang.foundation.access.models import Person

    rows = Person.objects.filter(username=act.token).count()
    return {"row": rows == 1, "event": len(trail.of(act.token, "access.person_created")) == 1}


def person_changed(act: Act, trail: Trail) -> Parts:
    from kedang.foundation.access.models import Person

    events = trail.of(act.token, "access.person_changed")
    row = Person.objects.get(pk=act.facts["pk"])
    return {"event": len(events) == 1, "row": row.title >= act.token if events else row.title == act.token}


def uploaded(act: Act, trail: Trail) -> Parts:
    from kedang.business.intake.models import ImportBatch
    from kedang.business.intake.pipeline import originals

    row = ImportBatch.objects.filter(file_name=f"{act.token}.csv").first()
    events = trail.of(act.token, "intake.uploaded")
    parts = {"row": row is not None, "event": len(events) == 1}
    if row is not None and not _codes_of(row, "intake.closed"):
        try:
            with originals.opened(row) as path:
                parts["file"] = act.token.encode() in path.read_bytes()
        except Exception:
            parts["file"] = False
    return parts


def exported(act: Act, trail: Trail) -> Parts:
    from kedang.foundation.jobs.models import Job

    jobs = [job for job in Job.objects.filter(kind="web.export").order_by("-id")[:60] if act.token in job.args["query"]]
    return {"one job": len(jobs) == 1, "queued once": len(jobs) == 1 and _codes_of(jobs[0], "jobs.queued")}


LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "customer.create": created,
    "customer.edit": changed,
    "customer.grade": graded,
    "customer.former": former,
    "customer.profile": profiled,
    "customer.withdraw": withdrawn,
    "contact.add": _child("Contact", "customers.contact_added"),
    "contact.leave": _left("Contact", "customers.contact_left", "left_on"),
    "key.add": _child("KeyPerson", "customers.key_person_added"),
    "key.remove": _left("KeyPerson", "customers.key_person_removed", "removed_at"),
    "person.create": person_made,
    "person.edit": person_changed,
    "import.upload": uploaded,
    "export.ask": exported,
    **archive.LOOKS,
    **asking.LOOKS,
    **care.LOOKS,
    **deciding.LOOKS,
    **leaving.LOOKS,
    **lending.LOOKS,
}
