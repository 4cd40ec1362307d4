"""Acts of the archive, each by its token: rows, entries, traces, numbers, files and index together, or none of them."""

from collections.abc import Callable
from typing import Any

from tests.harness.crash.compare.base import Trail
from tests.harness.crash.journal import Act

Parts = dict[str, bool]
EVENT_OF_STEP = {
    "identify": ("holdings.item_identified", "holdings.item_not_kept"),
    "place": ("holdings.item_placed",),
    "catalogue": ("holdings.item_catalogued",),
    "put-away": ("holdings.item_filed",),
}


def of_archive(name: str) -> Any:
    """A model of the room."""
    from django.apps import apps

    return apps.get_model("holdings", name)


def told_of(row: Any, *codes: str) -> list[Any]:
    """Entries of these kinds about a record."""
    from kedang.foundation.audit.models import Event

    kind = row._meta.label_lower
    return list(Event.objects.filter(subject_type=kind, subject_id=row.pk, code__in=codes).order_by("id"))


def held(stored: Any, token: str) -> bool:
    """The sealed file opens, is what its row says, and holds the token."""
    import hashlib

    from kedang.foundation.files.services.reading import open_whatever_state

    try:
        with open_whatever_state(stored) as stream:
            content = stream.read()
    except Exception:
        return False
    same = len(content) == stored.size and hashlib.sha256(content).hexdigest() == as_hex(stored.sha256)
    return same and token.encode() in content


def as_hex(digest: Any) -> str:
    return digest if isinstance(digest, str) else bytes(digest).hex()


def indexed(row: Any) -> bool:
    """A record that is there is in the search index."""
    from kedang.foundation.search.models import SearchDocument, key_of
    from kedang.foundation.search.sources import source_of

    return SearchDocument.objects.filter(pk=key_of(source_of(row._meta.model_name).code, row.pk)).exists()


def numbered(row: Any) -> bool:
    """The code of a volume stands once in the register, and its number in a series of the ledger."""
    from kedang.business.holdings.codes.ledger import VOLUME_KEY, tallies
    from kedang.foundation.numbering.models import NumberSeries

    if of_archive("ReferenceCode").objects.filter(fonds=row.fonds_id, code=row.reference_code).count() != 1:
        return False
    found = [
        series
        for series in NumberSeries.objects.filter(fonds=row.fonds_id, key=VOLUME_KEY)
        if row.reference_code.startswith(series.prefix) and row.reference_code.endswith(series.suffix)
    ]
    return any(
        row.reference_code in tally.texts(row.number) and not any(a <= row.number <= b for a, b in tally.gaps)
        for tally in tallies(found)
    )


def received(act: Act, trail: Trail) -> Parts:
    """An item with its file: one row, its entries, the stored file with its bytes, the document of the index."""
    rows = list(of_archive("Item").objects.filter(source=act.token))
    one = rows[0] if len(rows) == 1 else None
    files = list(one.files.select_related("file").order_by("id")) if one is not None else []
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "holdings.item_received")) == 1,
        "its file": bool(files) and held(files[0].file, act.token), "in the index": one is not None and indexed(one),
        "event of the file": bool(files) and bool(told_of(files[0], "holdings.item_file_added")),
    }  # fmt: skip


def registered(act: Act, trail: Trail) -> Parts:
    rows = list(of_archive("Item").objects.filter(title__contains=act.token))
    events = trail.of(act.token, "holdings.item_received")
    return {
        "one row": len(rows) == 1,
        "one event": len(events) == 1,
        "in the index": len(rows) == 1 and indexed(rows[0]),
    }


def file_added(act: Act, trail: Trail) -> Parts:
    rows = list(of_archive("ItemFile").objects.filter(item_id=act.facts["item"], note=act.token).select_related("file"))
    return {
        "one row": len(rows) == 1, "one event": len(trail.of(act.token, "holdings.item_file_added")) == 1,
        "its file": len(rows) == 1 and held(rows[0].file, act.token),
    }  # fmt: skip


def stepped(step: str) -> Callable[[Act, Trail], Parts]:
    """A step: its entry and its trace. Which state the item has reached, the comparison of all records with their entries tells."""

    def look(act: Act, trail: Trail) -> Parts:
        codes = EVENT_OF_STEP[step]
        item = of_archive("Item").objects.get(pk=act.facts["item"])
        traces = item.traces.filter(step=step.replace("-", "_")).count()
        events = told_of(item, *codes)
        if step == "put-away":
            return {"event": len(events) == 1, "trace": traces == 1, "filed": item.filed_at is not None}
        ours = [event for code in codes for event in trail.of(act.token, code) if event.subject_id == item.pk]
        parts = {"event": len(ours) == 1}
        if traces != len(events):
            parts["a trace for each entry"] = not ours  # half, whichever of both is missing
        if step == "place" and ours:
            made = list(of_archive("Volume").objects.filter(title__contains=act.token))
            parts["volume"] = all(numbered(one) and indexed(one) for one in made)
        return parts

    return look


def stepped_back(act: Act, trail: Trail) -> Parts:
    return {"event": len(trail.of(act.token, "holdings.item_stepped_back")) == 1}


def closed(act: Act, trail: Trail) -> Parts:
    """The volume with its inspector and every item with its number."""
    events = trail.of(act.token, "holdings.volume_closed")
    row = of_archive("Volume").objects.get(pk=act.facts["volume"])
    if not events:
        return {"event": False, "row": row.situation == act.token}
    items = list(of_archive("Item").objects.filter(volume=row))
    whole = row.state == "open" or all(item.number and item.reference_code for item in items)
    return {"event": len(events) == 1, "row": row.closed_at is not None, "numbers": whole, "in the index": indexed(row)}


def noted(act: Act, trail: Trail) -> Parts:
    rows = of_archive("VolumeNote").objects.filter(volume_id=act.facts["volume"], text=act.token).count()
    return {"row": rows == 1, "event": len(trail.of(act.token, "holdings.note_added")) == 1}


def reopening(act: Act, trail: Trail) -> Parts:
    rows = of_archive("VolumeReopening").objects.filter(volume_id=act.facts["volume"])
    mine = rows.filter(reason__contains=act.token).count()
    return {"row": mine == 1, "event": len(trail.of(act.token, "holdings.reopening_asked")) == 1}


def decided(act: Act, trail: Trail) -> Parts:
    """Granted, the volume was opened in the same moment, with a line in its 备考表."""
    row = of_archive("VolumeReopening").objects.filter(opinion=act.token).first()
    events = [
        e for e in trail.of(act.token, "holdings.reopening_decided") if e.subject_type.endswith("volumereopening")
    ]
    parts = {"row": row is not None, "event": len(events) == 1}
    if row is not None and row.is_granted:
        opened = told_of(row.volume, "holdings.reopening_decided")
        notes = of_archive("VolumeNote").objects.filter(volume=row.volume, kind="reopened", text__contains=row.reason)
        parts |= {"opened": any(row.reason == event.reason for event in opened), "note": notes.count() == 1}
    return parts


def cabinet(act: Act, trail: Trail) -> Parts:
    """A cabinet comes with all its shelves."""
    rows = list(of_archive("Location").objects.filter(code=act.token))
    shelves = of_archive("Location").objects.filter(parent__in=rows).exclude(path="").count()
    return {
        "row": len(rows) == 1, "shelves": shelves == 2, "event": len(trail.of(act.token, "custody.location_created")) == 1,
        "event of the shelves": len(rows) == 1 and len(told_of(rows[0], "custody.locations_made")) >= 1,
    }  # fmt: skip


def box_moved(act: Act, trail: Trail) -> Parts:
    """The entry and the placement."""
    events = trail.of(act.token, "custody.box_moved")
    rows = of_archive("Placement").objects.filter(box_id=act.facts["box"], reason=act.token)
    return {"event": len(events) == 1, "placement": rows.count() == 1}


def put(act: Act, trail: Trail) -> Parts:
    """Once to each shelf: the placement and the entry of this volume at this shelf."""
    rows = of_archive("Placement").objects.filter(volume_id=act.facts["volume"], location__label=act.facts["label"])
    volume = of_archive("Volume").objects.get(pk=act.facts["volume"])
    events = told_of(volume, "custody.volume_put_away", "custody.volume_moved")
    mine = [event for event in events if f'"{act.facts["label"]}"' in event.meta]
    return {"placement": rows.count() == 1, "event": len(mine) == 1}


def counting(act: Act, trail: Trail) -> Parts:
    rows = list(of_archive("StockTake").objects.filter(title=act.token))
    lines = rows[0].lines.filter(expected_at__isnull=False).count() if len(rows) == 1 else 0
    told = told_of(rows[0], "custody.stock_take_begun") if len(rows) == 1 else []
    return {"row": len(rows) == 1, "lines": lines > 0, "event": len(told) == 1}


def scanned(act: Act, trail: Trail) -> Parts:
    """A scan counts once, however often it was sent, and its line says where it was seen."""
    rows = list(
        of_archive("StockScan").objects.filter(stock_take_id=act.facts["take"], key=act.facts.get("key", act.token))
    )
    lines = of_archive("StockLine").objects.filter(stock_take_id=act.facts["take"], code__in=[row.code for row in rows])
    return {"one scan": len(rows) == 1, "its line": lines.filter(scanned_at__isnull=False).count() == 1}


def concluded(act: Act, trail: Trail) -> Parts:
    """Closed with a finding for every difference."""
    row = of_archive("StockTake").objects.get(pk=act.facts["take"])
    differing = row.lines.filter(result__in=("misplaced", "missing", "unexpected")).count()
    findings = of_archive("Finding").objects.filter(stock_line__stock_take=row).count()
    is_ours = row.conclusion == act.token
    events = told_of(row, "custody.stock_take_closed") if is_ours else trail.of(act.token, "custody.stock_take_closed")
    whole = not is_ours or (row.state == "closed" and differing == findings == row.differing_count)
    return {"row": is_ours, "event": len(events) == 1, **({} if whole else {"findings": False})}


def finding_noted(act: Act, trail: Trail) -> Parts:
    rows = of_archive("Finding").objects.filter(text=act.token).count()
    return {"row": rows == 1, "event": len(trail.of(act.token, "custody.finding_noted")) == 1}


def finding_solved(act: Act, trail: Trail) -> Parts:
    row = of_archive("Finding").objects.get(pk=act.facts["finding"])
    return {"row": row.solution == act.token, "event": len(trail.of(act.token, "custody.finding_solved")) == 1}


def drawn_up(act: Act, trail: Trail) -> Parts:
    """A list with its number, which stands in the ledger once."""
    from kedang.business.holdings.services.transfers import NUMBER_KEY

    rows = list(of_archive("Transfer").objects.filter(title=act.token))
    return {
        "row": len(rows) == 1, "event": len(trail.of(act.token, "holdings.transfer_drawn_up")) == 1,
        "number": len(rows) == 1 and in_ledger(rows[0].fonds_id, NUMBER_KEY, rows[0].number),
    }  # fmt: skip


def in_ledger(fonds: int, key: str, number: str) -> bool:
    """A number was used once."""
    from kedang.foundation.numbering.models import NumberEntry, NumberSeries

    for series in NumberSeries.objects.filter(fonds=fonds, key=key):
        serial = number.removeprefix(series.prefix).removesuffix(series.suffix)
        if number.startswith(series.prefix) and serial.isdecimal():
            used = NumberEntry.objects.filter(
                series=series, state="used", first__lte=int(serial), last__gte=int(serial)
            )
            return used.count() == 1
    return False


def picked(act: Act, trail: Trail) -> Parts:
    row = of_archive("Transfer").objects.get(pk=act.facts["transfer"])
    lines = row.lines.filter(item_id=act.facts["item"]).count()
    return {
        "line": lines == 1,
        "event": len(told_of(row, "holdings.transfer_lines_added")) == 1,
        "count": row.line_count == 1,
    }


def sent(act: Act, trail: Trail) -> Parts:
    """Signed, and the test handed in."""
    from kedang.foundation.jobs.models import Job

    row = of_archive("Transfer").objects.get(pk=act.facts["transfer"])
    jobs = Job.objects.filter(kind="holdings.transfer_check", args__transfer_id=row.pk).count()
    return {
        "row": row.handed_at is not None and row.handed_by_id is not None,
        "event": len(told_of(row, "holdings.transfer_sent")) == 1, "one job": jobs == 1,
    }  # fmt: skip


def withdrawn(act: Act, trail: Trail) -> Parts:
    row = of_archive("Transfer").objects.get(pk=act.facts["transfer"])
    free = not row.lines.filter(is_running=True).exists()
    events = trail.of(act.token, "holdings.transfer_withdrawn")
    return {"row": row.state == "withdrawn" and free, "event": len(events) == 1}


def signed(act: Act, trail: Trail) -> Parts:
    """Counting is kept before the signature: a list that was counted and not signed is whole too."""
    row = of_archive("Transfer").objects.get(pk=act.facts["transfer"])
    line = row.lines.get(item_id=act.facts["item"])
    code = f"holdings.transfer_line_{act.facts['choice']}"
    events = told_of(row, "holdings.transfer_received")
    tried = line.reason == act.token
    if tried and row.state == "sent":
        return {"signed": False, "counted": not told_of(row, "holdings.transfer_counted")}
    return {
        "row": tried and row.state == "received" and row.received_by_id is not None, "event": tried and len(events) == 1,
        "line": tried and bool(told_of(line.item, code)),
    }  # fmt: skip


LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "item.receive": received,
    "item.register": registered,
    "item.file": file_added,
    **{f"item.{step}": stepped(step) for step in EVENT_OF_STEP},
    "item.step-back": stepped_back,
    "volume.close": closed,
    "volume.note": noted,
    "volume.reopen": reopening,
    "volume.decide": decided,
    "place.cabinet": cabinet,
    "place.move": box_moved,
    "place.put": put,
    "stock.begin": counting,
    "stock.scan": scanned,
    "stock.again": scanned,
    "stock.close": concluded,
    "finding.note": finding_noted,
    "finding.solve": finding_solved,
    "transfer.draw": drawn_up,
    "transfer.pick": picked,
    "transfer.send": sent,
    "transfer.withdraw": withdrawn,
    "transfer.receive": signed,
}
