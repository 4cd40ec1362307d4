"""What the sealed trail says of a volume and its items: entries, each with the way from its leaf to the signed root of its seal.

An entry can then be proved without the entries of others: leaf from its parts and salts, root from leaf and way, signature of the seal by
the public keys that come along. Who acted is left out (by digest) for exporters who may not read the trail.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q

from kedang.foundation.access.policies import can
from kedang.foundation.audit.exporting import verify_bundle as offline
from kedang.foundation.audit.exporting.bundle import lines_of_seal
from kedang.foundation.audit.models import Event, Seal
from kedang.foundation.audit.reading import about, about_any
from kedang.foundation.audit.sealing import ranges, sealer
from kedang.foundation.audit.sealing.digests import ALGORITHMS, DIGEST_BYTES, Hash, cut
from kedang.foundation.audit.sealing.heads import parse
from kedang.foundation.audit.sealing.signing import SEAL_CONTEXT, listed_keys
from kedang.foundation.audit.verifying import reading
from kedang.foundation.kernel.actors import Actor

Step = list[str]
verifier: Any = offline
"""Plain Python that knows nothing of us, and of types."""
AT_A_TIME = 500


def evidence_of(
    actor: Actor, packed: Any, items: Sequence[Any], volumes: Sequence[Any] = ()
) -> tuple[bytes, bytes, bytes]:
    """Entries, seals and keys as the files of a package. What is not sealed yet is sealed first; not so inside a transaction, whose own
    entries nobody else may see yet.

    Args:
        packed: the volume or customer that is packed; of a customer only what changed it, not who looked at it.
        items, volumes: what is in it.
    """
    if not connection.in_atomic_block:
        sealer.seal_now()
    ids = list(Event.objects.filter(_about(packed, items, volumes)).order_by("pk").values_list("pk", flat=True))
    hidden = frozenset() if actor.is_system or can(actor, "audit.view") else frozenset({"actor"})
    entries, seals = [], []
    for head_text, signature, lines in _by_seal(ids, hidden):
        seals.append(orjson.dumps({"head": head_text, "signature": signature}))
        entries += [orjson.dumps(line, option=orjson.OPT_SORT_KEYS) for line in lines]
    keys = orjson.dumps(listed_keys(), option=orjson.OPT_INDENT_2)
    return b"".join(line + b"\n" for line in entries), b"".join(line + b"\n" for line in seals), keys


def _about(packed: Any, items: Sequence[Any], volumes: Sequence[Any]) -> Q:
    keys = {one.pk for one in volumes}
    found = about_any("holdings.item", [item.pk for item in items])
    if packed._meta.label_lower == "customers.customer":
        found |= about("customers.customer", packed.pk) & Q(category="change")
    else:
        keys.add(packed.pk)
    return found | about_any("holdings.volume", sorted(keys))


def _by_seal(ids: Sequence[int], hidden: frozenset[str]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Seal after seal, with the entries of ours under it."""
    left = list(ids)
    with connection.cursor() as cursor:
        while left:
            number = Seal.objects.filter(last_id__gte=left[0], first_id__lte=left[0]).values_list("number", flat=True)
            found = _covering(cursor, sorted(number), left[0])
            if found is None:
                left.pop(0)  # not under any seal yet: another process is just writing it
                continue
            seal, head = found
            covered = set(ranges.numbers(ranges.unpack(head.ids)))
            mine = [one for one in left if one in covered]
            left = [one for one in left if one not in covered]
            rows = reading.entries(cursor, connection.vendor, ranges.ranges_of(mine))
            blanked = reading.blanked(cursor, seal.number, seal.number)
            lines = list(lines_of_seal(seal, head, rows, blanked, dict.fromkeys(mine, hidden) if hidden else {}))
            leaves = cut(seal.leaves, DIGEST_BYTES)
            places = {one: place for place, one in enumerate(ranges.numbers(ranges.unpack(head.ids)))}
            for line in lines:
                line["way"] = way_of(leaves, places[line["id"]], ALGORITHMS[head.algorithm])
            yield seal.head, seal.signature, lines


def _covering(cursor: Any, numbers: Sequence[int], one: int) -> Any:
    for number in numbers:
        for seal in reading.seals(cursor, number, number):
            head = parse(seal.head)
            if any(first <= one <= last for first, last in ranges.unpack(head.ids)):
                return seal, head
    return None


def way_of(leaves: Sequence[bytes], place: int, digest: Hash) -> list[Step]:
    """The neighbours from a leaf up to the root: ``["left" or "right", digest]``, as the tree of ``digests.tree_root`` is built."""
    level, way = list(leaves), []
    while len(level) > 1:
        neighbour = place ^ 1
        if neighbour < len(level):
            way.append(["left" if neighbour < place else "right", level[neighbour].hex()])
        odd = [level[-1]] if len(level) % 2 else []
        level = [
            bytes(digest(b"\1" + left + right).digest()) for left, right in zip(level[::2], level[1::2], strict=False)
        ] + odd
        place //= 2
    return way


def problems_of(entries: bytes, seals: bytes, keys: bytes) -> tuple[int, list[str]]:
    """How many entries were proved, and what is wrong, by the offline verifier's own routines (none of the sealer's)."""
    problems: list[str] = []
    public = {str(entry["key"]): str(entry["public"]) for entry in orjson.loads(keys)}
    heads: dict[int, dict[str, Any]] = {}
    for raw in seals.splitlines():
        line = orjson.loads(raw)
        head = orjson.loads(line["head"])
        heads[head["number"]] = head
        if not verifier.is_signed((public, head["key"], SEAL_CONTEXT + line["head"].encode(), line["signature"])):
            problems.append(f"seal {head['number']}: signature")
    count = 0
    for raw in entries.splitlines():
        line = orjson.loads(raw)
        head = heads.get(line["seal"], {})
        count += 1
        if not head or not _is_proved(line, head):
            problems.append(f"entry {line['id']}")
    return count, problems


def _is_proved(line: dict[str, Any], head: dict[str, Any]) -> bool:
    digest = verifier.HASHES[head["algorithm"]]
    try:
        node = verifier.leaf_of(line, digest)
        if node.hex() != line["leaf"] or line["parts"][0][0] != line["id"]:
            return False
        for side, other in line["way"]:
            pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
            node = digest(b"\1" + pair)
    except (KeyError, ValueError, TypeError, IndexError):
        return False
    return bool(node.hex() == head["root"])
