"""What the verifiers look at, held in memory: seals, checkpoints, and the entries of the batches a trial touches."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from kedang.foundation.audit.exporting import verify_bundle as offline
from kedang.foundation.audit.exporting.bundle import lines_of_seal
from kedang.foundation.audit.sealing import ranges
from kedang.foundation.audit.sealing.digests import cut
from kedang.foundation.audit.sealing.heads import Head, parse
from kedang.foundation.audit.sealing.signing import is_signed
from kedang.foundation.audit.verifying import batch as server_batch
from kedang.foundation.audit.verifying import witness
from kedang.foundation.audit.verifying.batch import Blanked, Sealed, check_entries, check_seal
from kedang.foundation.audit.verifying.chain import check_chain
from kedang.foundation.audit.verifying.report import Fault
from kedang.foundation.audit.verifying.whole import strangers

Row = tuple[Any, ...]


@dataclass(slots=True)
class Batch:
    """A seal with its entries as they lie in the database."""

    seal: Sealed
    rows: list[Row]
    blanked: dict[int, Blanked]


@dataclass(slots=True)
class World:
    """A log. Seals that no trial touches carry no entries: they were checked once, entry by entry."""

    seals: list[Sealed]
    keys: dict[str, str]
    checkpoints: list[dict[str, Any]]
    touched: dict[int, Batch] = field(default_factory=dict)
    inserted: list[Row] = field(default_factory=list)

    def copy(self) -> "World":
        """A log of one's own to spoil."""
        touched = {number: Batch(b.seal, list(b.rows), dict(b.blanked)) for number, b in self.touched.items()}
        return replace(
            self, seals=list(self.seals), checkpoints=[*self.checkpoints], touched=touched, inserted=list(self.inserted)
        )

    def put(self, seal: Sealed) -> None:
        """A seal in place of the one with its number."""
        at = next(place for place, known in enumerate(self.seals) if known.number == seal.number)
        self.seals[at] = seal


def server_faults(world: World) -> list[Fault]:
    """What the server's verifier finds: seals, touched entries, chain, foreign entries, checkpoints."""
    faults, links, heads = [], {}, []
    for seal in world.seals:
        head, found = _seal_checked(seal)
        batch = world.touched.get(seal.number)
        if head is not None and not found and batch is not None:
            found = check_entries(seal, head, batch.rows, batch.blanked)
        faults += found
        heads.append((seal.number, head, seal.digest))
        links[seal.number] = (seal.number, head, seal.digest)
    faults += check_chain(heads)
    last = next((head for _n, head, _d in reversed(heads) if head is not None), None)
    if world.inserted and last is not None:
        ids = sorted(row[0] for row in world.inserted)
        covered = [pair for _n, head, _d in heads if head for pair in _ids_of(head)]
        faults += [Fault("event_foreign", event=number) for number in strangers(ids, covered, last)]
    return faults + witness.compare(world.checkpoints, links, world.keys, "kept", max(links, default=0))


def offline_faults(world: World) -> list[Any]:
    """What the verifier of the bundle finds in the lines that an export would hold."""
    events: dict[int, list[Any]] = {}
    whole = set()
    for seal in world.seals:
        batch = world.touched.get(seal.number)
        if batch is None:
            whole.add(seal.number)
            continue
        head, _found = _seal_checked(seal)
        if head is not None and len(seal.leaves) == 32 * head.count == 2 * len(seal.salts):
            places = _places(head.ids)
            rows = [row for row in batch.rows if row[0] in places]
            events[seal.number] = [_line(seal, row, places[row[0]]) for row in rows]
            if batch.blanked:
                blanks = [row for row in rows if row[0] in batch.blanked]
                known = {line["id"]: line for line in lines_of_seal(seal, head, blanks, batch.blanked, {})}
                events[seal.number] = [known.get(line["id"], line) for line in events[seal.number]]
        else:
            events[seal.number] = []
    for row in world.inserted:
        number = min(events) if events else world.seals[0].number
        line = {
            "id": row[0],
            "seal": number,
            "leaf": "00" * 32,
            "salt": "00" * 16,
            "parts": [list(row), [], [], [], [], []],
        }
        events.setdefault(number, []).append(line)
    _Segment.whole = whole
    statements = [_Statement(seal) for seal in world.seals]
    last = world.seals[-1].number if world.seals else 0
    return list(offline.check_log(world.keys, statements, events, world.checkpoints, 1, last, last, "9"))


class _Segment:
    """Seals whose entries were found good before are not looked at again."""

    whole: set[int] = set()
    is_learned = False


def _Statement(seal: Sealed) -> dict[str, Any]:
    return {"head": seal.head, "signature": seal.signature}


MOST_SLOW = 20
"""So many new signatures of one change are checked by the routine of the bundle."""
WIDE = 500
"""Trees of so many leaves are remembered by their leaves."""
MOST_ROWS = 30_000
"""So many rows are remembered with their lines and leaves."""
_lines: dict[int, tuple[Row, bytes, bytes, dict[str, Any]]] = {}


def _line(seal: Sealed, row: Row, place: int) -> dict[str, Any]:
    """The line of an entry; the same object as before for the same row under the same salt and leaf."""
    salt, leaf = seal.salts[place * 16 : place * 16 + 16], seal.leaves[place * 32 : place * 32 + 32]
    known = _lines.get(id(row))
    if known is None or known[0] is not row or known[1] != salt or known[2] != leaf or known[3]["seal"] != seal.number:
        if len(_lines) > MOST_ROWS:
            _lines.clear()
        parts = [list(row[piece]) for piece in server_batch.SLICES]
        line = {"id": row[0], "seal": seal.number, "leaf": leaf.hex(), "parts": parts, "salt": salt.hex()}
        known = _lines[id(row)] = row, salt, leaf, line
    return known[3]


@lru_cache(maxsize=64)
def _places(ids: str) -> dict[int, int]:
    return {number: place for place, number in enumerate(ranges.numbers(ranges.unpack(ids)))}


@lru_cache(maxsize=50_000)
def _ranges(ids: str) -> list[ranges.Range]:
    return ranges.unpack(ids)


def _ids_of(head: Head) -> list[ranges.Range]:
    try:
        return _ranges(head.ids)
    except ValueError:
        return []


_keys: dict[str, str] = {}


@lru_cache(maxsize=50_000)
def _seal_checked(seal: Sealed) -> tuple[Head | None, tuple[Fault, ...]]:
    head, faults = check_seal(seal, _keys)
    return head, tuple(faults)


def learn(whole: World) -> None:
    """Look at the untouched log once, with every signature checked by both."""
    if server_faults(whole) or offline_faults(whole):
        raise RuntimeError("the untouched log is not good")
    _Segment.is_learned = True


def remember(keys: dict[str, str]) -> None:
    """Pure functions are asked once for the same question: the leaf of an untouched entry, the signature of an untouched statement."""
    _keys.update(keys)
    signed = is_signed
    _remember_leaves()
    kept = lru_cache(maxsize=50_000)(
        lambda key, context, content, signature: signed(keys, key, context, content, signature)
    )
    witness.is_signed = lambda keys, *rest: kept(*rest)
    offline_leaf, offline_check = offline.leaf_of, offline.check_entries
    offline.are_signed = _remember_signatures(keys)

    leaves: dict[int, tuple[Any, bytes]] = {}

    def known_leaf(line: Any, digest: Any) -> bytes:
        found = leaves.get(id(line))
        if found is None or found[0] is not line:
            if len(leaves) > 30_000:
                leaves.clear()
            found = leaves[id(line)] = (line, offline_leaf(line, digest))
        return found[1]

    offline.numbers = lru_cache(maxsize=5_000)(offline.numbers)
    _remember_statements()
    offline.leaf_of = known_leaf
    offline.check_entries = lambda head, lines: [] if head["number"] in _Segment.whole else offline_check(head, lines)


def _remember_signatures(keys: dict[str, str]) -> Any:
    """Signatures as the bundle's verifier finds them, each asked for once.

    Where one change brings many new ones (a suffix signed anew), its own slow routine answers for the first and the library for the rest.
    """
    own = offline.is_signed
    known: dict[Any, bool] = {}

    def one_by_one(tasks: Any) -> list[bool]:
        fresh = 0
        for _keys_given, name, message, mark in tasks:
            if (name, message, mark) in known:
                continue
            fresh += 1
            if fresh <= MOST_SLOW or not _Segment.is_learned:
                known[name, message, mark] = own((keys, name, message, mark))
            else:
                known[name, message, mark] = is_signed(keys, name, b"", message, mark)
        return [known[task[1:]] for task in tasks]

    return one_by_one


def _remember_leaves() -> None:
    """The server's leaf of a row: the same object under the same salt has the same leaf. Equal is not enough: 1 equals True."""
    leaf = server_batch.leaf_of
    known: dict[int, tuple[Any, bytes, Any, bytes]] = {}

    def same_leaf(row: Any, salt: bytes, digest: Any) -> bytes:
        found = known.get(id(row))
        if found is None or found[0] is not row or found[1] != salt or found[2] is not digest:
            if len(known) > MOST_ROWS:
                known.clear()
            found = known[id(row)] = row, salt, digest, leaf(row, salt, digest)
        return found[3]

    server_batch.leaf_of = same_leaf
    root, offline_root = server_batch.tree_root, offline.root_of
    kept_root = lru_cache(maxsize=64)(lambda joined, digest: root(cut(joined, 32), digest))
    kept_offline = lru_cache(maxsize=64)(lambda joined, digest: offline_root(cut(joined, 32), digest))
    server_batch.tree_root = lambda leaves, digest: kept_root(b"".join(leaves), digest)
    offline.root_of = lambda leaves, digest: (
        kept_offline(b"".join(leaves), digest) if len(leaves) >= WIDE else offline_root(leaves, digest)
    )
    ranges.unpack = lru_cache(maxsize=5_000)(ranges.unpack)


def _remember_statements() -> None:
    """Statements as read from their text, whether one follows another: the same objects give the same answer."""
    loads, dumps = lru_cache(maxsize=50_000)(offline.json.loads), offline.json.dumps
    offline.json = SimpleNamespace(loads=loads, dumps=dumps)
    follows, canonical = offline.follows, offline.canonical
    known: dict[tuple[int, int, str], tuple[Any, Any, Any]] = {}
    texts: dict[int, tuple[Any, bytes]] = {}

    def same_follows(head: Any, before: Any, digest: str) -> Any:
        key = (id(head), id(before), digest)
        if key not in known:
            known[key] = (follows(head, before, digest), head, before)
        return known[key][0]

    @lru_cache(maxsize=5_000)
    def mark_text(mark: Any) -> bytes:
        """The text of a checkpoint."""
        return bytes(canonical({name: said for name, _kind, said in mark}))

    def same_text(value: Any) -> bytes:
        if isinstance(value, dict) and "head" in value:
            return mark_text(tuple((name, type(said), said) for name, said in value.items()))
        if not isinstance(value, dict) or "ids" not in value:
            return bytes(canonical(value))
        found = texts.get(id(value))
        if found is None or found[0] is not value:
            found = texts[id(value)] = (value, canonical(value))
        return found[1]

    offline.follows, offline.canonical = same_follows, same_text


def open_head(seal: Sealed) -> Head:
    """The head of a good seal."""
    return parse(seal.head)
