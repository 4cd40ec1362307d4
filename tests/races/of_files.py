"""Acts on one stored file that the scanner turned away: released, scanned, found infected, erased, all at once."""

import hashlib
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from django.db import transaction

from kedang.business.holdings.models import ItemFile
from kedang.business.holdings.services.items import item_file_add, item_identify, item_receive
from kedang.business.holdings.services.items.bringing import items_bring
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.scanning.clamd import Verdict
from kedang.foundation.files.services import file_erase, file_release, file_store
from kedang.foundation.files.services.reading import open_whatever_state
from kedang.foundation.files.services.scanning import enter_verdict
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from tests.cast import Cast
from tests.races.acts import Act, Ground, Group, told


def a_large_file(cast: Cast, number: int) -> Ground:
    """It waits, and only a person can let it pass."""
    file = file_store(actor=cast.archivist, name=f"录像{number}.bin", chunks=[b"\0" * 100])
    StoredFile.objects.filter(pk=file.pk).update(state=FileState.WAITING, is_too_large=True)
    file.refresh_from_db()
    return Ground(cast, number, file, {}, [file])


def verdict(ground: Ground, kind: Any) -> StoredFile:
    name = "Eicar" if kind == "found" else ""
    return enter_verdict(actor=SYSTEM, pk=ground.on.pk, verdict=Verdict(kind, name))


def fails_closed(ground: Ground) -> list[str]:
    """A usable file was released by somebody or called clean; the last verdict holds."""
    file = StoredFile.objects.get(pk=ground.on.pk)
    events = Event.objects.filter(subject_type="files.storedfile", subject_id=file.pk).order_by("pk")
    codes = [event.code for event in events if event.code != "files.stored"]
    found = []
    if file.state == FileState.GOOD and not {"files.clean", "files.released"} & set(codes):
        found.append("usable, though nobody let it pass")
    verdicts = [code for code in codes if code in {"files.clean", "files.infected"}]
    if ("files.erased" in codes) != (file.state == FileState.ERASED) or codes.count("files.erased") > 1:
        found.append(f"{file.state} after {codes}")
    if (
        file.state != FileState.ERASED
        and verdicts
        and (verdicts[-1] == "files.infected") != (file.state == FileState.INFECTED)
    ):
        found.append(f"{file.state} after {codes}")
    if codes.count("files.released") > 1:
        found.append("released twice")
    return found


FILE = Group(
    "file",
    a_large_file,
    (
        Act(
            "file_release", lambda g, n: file_release(actor=g.cast.archivist, stored_file=g.on, reason="自己录制"),
            once=True, told=told("file_not_turned_away"),
        ),
        Act("called clean", lambda g, n: verdict(g, "clean")),
        Act("called infected", lambda g, n: verdict(g, "found")),
        Act(
            "file_erase", lambda g, n: file_erase(actor=SYSTEM, file=g.on, reason="销毁清册"), once=True, told=told("file_erased"),
        ),
        Act("turned away", lambda g, n: verdict(g, "too_large")),
    ),
    fails_closed,
)  # fmt: skip


# One content, many hands


def a_document(cast: Cast, number: int) -> Ground:
    """An item with one file, whose next version several people bring at once."""
    stamp = f"{clock.now():%d%H%M%S%f}"
    first = file_store(actor=cast.archivist, name=f"合同{stamp}.txt", chunks=[b"first"])
    item = item_receive(actor=cast.archivist, values={"title": f"采购合同{stamp}", "author": "青山"}, files=[first])
    row = item.files.get()
    more = {"row": row, "name": f"同一份{stamp}.txt", "content": f"同一份 {stamp}".encode() * 200}
    return Ground(cast, number, item, more, [item, row])


def same(ground: Ground, client: int) -> StoredFile:
    """The same bytes under the same name, in pieces of different sizes."""
    content, step = ground.more["content"], 100 + 37 * client
    chunks = [content[at : at + step] for at in range(0, len(content), step)]
    return file_store(actor=who(ground), name=ground.more["name"], chunks=chunks)


def add(ground: Ground, client: int, **given: Any) -> Any:
    """In one transaction, as the page does it."""
    with transaction.atomic():
        stored = same(ground, client)
        return item_file_add(actor=who(ground), item=ground.on, stored_file=stored, note=f"第 {client} 人", **given)


def bring(ground: Ground, client: int) -> Any:
    """The same file as an item of its own; what came in a moment ago is passed over."""
    upload = SimpleNamespace(name=ground.more["name"], file=BytesIO(ground.more["content"]))
    brought = list(
        items_bring(actor=who(ground), uploads=[upload], values={}, source="同时", known_within=timedelta(minutes=2))
    )
    if any(one.sentence for one in brought):
        raise AssertionError(brought[0].sentence)
    return brought


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def whole_and_apart(ground: Ground) -> list[str]:
    """Every row has a place of its own whose bytes are its digest; versions follow each other in one line."""
    rows = list(StoredFile.objects.filter(name=ground.more["name"]))
    found = ["two rows at one place"] if len({row.place for row in rows}) < len(rows) else []
    wanted = hashlib.sha256(ground.more["content"]).hexdigest()
    for row in rows:
        with open_whatever_state(row) as stream:
            is_same = hashlib.sha256(stream.read()).hexdigest() == wanted == row.sha256
        if not is_same:
            found.append("a stored file is not what was brought")
        told_of = Event.objects.filter(subject_type="files.storedfile", subject_id=row.pk, code="files.stored")
        if told_of.count() != 1:
            found.append("a stored file without its entry")
    files = list(ItemFile.objects.filter(item=ground.on))
    after = [row for row in files if row.follows_id]
    if len({row.follows_id for row in after}) < len(after) or any(row.number != 2 for row in after):
        found.append(f"versions {[(row.number, row.follows_id) for row in files]}")
    notes = Event.objects.filter(subject_type="holdings.itemfile", subject_id__in=[row.pk for row in files])
    return found if notes.count() == len(files) else [*found, f"{len(files)} files, {notes.count()} entries"]


CONTENT = Group(
    "content", a_document,
    (
        Act("file_store", same),
        Act(
            "item_file_add as the next version", lambda g, n: add(g, n, follows=g.more["row"]), once=True,
            told=told("version_followed"),
        ),
        Act("item_file_add as a copy", lambda g, n: add(g, n, role="copy")),
        Act("items_bring", bring, quiet=True),
        Act(
            "item_identify", lambda g, n: item_identify(actor=who(g), item=g.on), once=True,
            told=told("item_state", "type_unknown"), opened=True,
        ),
    ),
    whole_and_apart,
)  # fmt: skip
