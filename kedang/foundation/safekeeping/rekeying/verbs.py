"""The verbs of keys: begin a rotation, go on with it, change the master, destroy a key that nothing uses.

The ring is on the disk before any value is sealed with a new key, and old keys stay in it: at every moment everything can be read.
Entries of the trail are never written again. Their keys stay, wrapped by the master; a new master wraps them anew.
"""

import os
import time
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.jobs.models import UNFINISHED, Job, JobState
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock, key_store, keys, scratch
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.key_ring import ACTIVE, READING, RETIRED, KeyRing, now_text, suite_set, with_new_master
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_places import Step, places
from kedang.foundation.safekeeping.rekeying import columns, events
from kedang.foundation.safekeeping.rekeying.usage import Usage, usage

RUN = "safekeeping.run"
KIND = "safekeeping.rekey"
ROUNDS = 5


def rotation_begin(*, actor: Actor) -> Job:
    """New active keys and the job that seals everything with them; or the unfinished job, where a rotation is under way.

    Raises:
        NotAllowed: no right. RingUnusable: the ring cannot be read or written.
    """
    require(actor, RUN)
    with key_store.changing(keys.ring_path()) as save:
        ring = keys.reload()
        if not ring.notes.get("rotation"):
            ring = _with_new_keys(actor, ring, save)
    with transaction.atomic():
        found = Job.objects.filter(kind=KIND, state__in=UNFINISHED).order_by("id").first()
        return found or enqueue(actor, KIND, key="rotation", title=str(_("更换密钥，重新加密")))


def _with_new_keys(actor: Actor, ring: KeyRing, save: Any) -> KeyRing:
    at = now_text()
    newer = ring.added(suite_set(), at)
    newer.notes["rotation"] = {"began": at, "from": sorted(n for n, key in ring.keys.items() if key.state == ACTIVE)}
    with transaction.atomic():
        added = {str(newer.active[purpose]): purpose for purpose in newer.active}
        tell(actor, events.KEYS_ADDED, {"keys": added, "suite": suite_set()})
        save(newer)
    return keys.reload()


def rotation_resume(*, job: Job, worker: str) -> bool:
    """Take the job over from a worker that is gone, or from the queue; True when it is now this worker's."""
    if job.state == JobState.RUNNING and not scratch.is_dead(job.worker):
        return False
    now = clock.now()
    mine = Job.objects.filter(pk=job.pk, state=job.state, worker=job.worker, attempts=job.attempts)
    return bool(
        mine.update(
            state=JobState.RUNNING, worker=worker, attempts=1, started_at=job.started_at or now, heartbeat_at=now
        )
    )


def rotation_run(*, actor: Actor, step: Step) -> dict[str, Any]:
    """Seal everything with the active keys until nothing waits, then lay the old keys aside. Run again, it goes on.

    ``step`` is told how many pieces were looked at; it may raise to stop here.
    """
    changed, unreadable = 0, 0
    for turn in range(ROUNDS):
        if turn:
            wait_for_others()
        now_changed, unreadable = _round(step)
        changed += now_changed
        if turn and not now_changed:
            break
    with key_store.changing(keys.ring_path()) as save:
        ring, found = keys.reload(), usage()
        laid_aside = _laid_aside(ring, found)
        answer = {
            "changed": changed,
            "unreadable": unreadable,
            "retired": [n for n in sorted(laid_aside.keys) if laid_aside.keys[n] != ring.keys[n]],
            "missing": sorted(found.missing),
        }
        with transaction.atomic():
            tell(
                actor,
                events.KEYS_ROTATED,
                answer | {"keys": {str(n): count for n, count in sorted(found.total.items())}},
            )
            save(laid_aside)
    keys.reload()
    return answer


def wait_for_others() -> None:
    """Every process of ours has looked at the ring again after this."""
    if keys.is_from_file():
        seen = os.stat(keys.ring_path()).st_mtime
        time.sleep(max(0.0, min(2 * keys.LOOK_SECONDS, seen + 2 * keys.LOOK_SECONDS - time.time())))


def _round(step: Step) -> tuple[int, int]:
    changed = unreadable = 0
    for one in columns.sealed_tables():
        more, closed = columns.renew(one, step)
        changed, unreadable = changed + more, unreadable + closed
    for place in places():
        more, closed = place.renew(step)
        changed, unreadable = changed + more, unreadable + closed
    return changed, unreadable


def _laid_aside(ring: KeyRing, found: Usage) -> KeyRing:
    """The ring at the end of a rotation: keys that nothing uses are marked so, none is dropped."""
    at, total, known = now_text(), found.total, dict(ring.keys)
    for number, key in known.items():
        if key.state == READING and not total[number] and number not in found.trail:
            known[number] = replace(key, state=RETIRED, retired=at)
    began = (ring.notes.get("rotation") or {}).get("began", at)
    notes = {**ring.notes, "rotation": None, "rotated": {"began": began, "ended": at}}
    return replace(ring, keys=known, notes=notes, heads={}, _ciphers={}, _sealers={})


def master_change(*, actor: Actor) -> KeyRing:
    """Another master key wraps the same data keys: nothing that is stored changes, in no file and no row.

    Raises:
        RingUnusable: the environment gives the master key and still gives the same one.
    """
    require(actor, RUN)
    with key_store.changing(keys.ring_path()) as save:
        ring = keys.reload()
        newer = with_new_master(ring)
        newer.notes["master_changed"] = now_text()
        with transaction.atomic():
            tell(actor, events.MASTER_CHANGED, {"from": ring.master, "to": newer.master, "keys": len(newer.keys)})
            save(newer)
    return keys.reload()


def key_forget(*, actor: Actor, number: int) -> None:
    """Destroy a key that was laid aside and that nothing uses. Backups from its time become unreadable in their sealed parts.

    Raises:
        Refused: ``key_unknown``, ``key_in_use``.
    """
    require(actor, RUN)
    with key_store.changing(keys.ring_path()) as save:
        ring = keys.reload()
        key = ring.keys.get(number)
        if key is None:
            raise Refused("key_unknown", _("密钥环中没有第 %(n)s 号密钥。") % {"n": number})
        found = usage()
        if key.state != RETIRED or found.total[number] or number in found.trail or number in ring.active.values():
            raise Refused(
                "key_in_use",
                _("第 %(n)s 号密钥仍在使用，不能销毁。请先运行 kedang keys rotate，并用 kedang keys status 核对。")
                % {"n": number},
            )
        left = {one: kept for one, kept in ring.keys.items() if one != number}
        with transaction.atomic():
            tell(actor, events.KEY_FORGOTTEN, {"key": number, "purpose": key.purpose})
            save(replace(ring, keys=left, heads={}, _ciphers={}, _sealers={}))
    keys.reload()


def tell(actor: Actor, event: EventType, meta: dict[str, Any]) -> None:
    """Keys belong to the installation; their entries stand in the trail of the company that runs it, the first one."""
    fonds = actor.fonds_id or Fonds.objects.order_by("pk").values_list("pk", flat=True).first()
    record(actor, event, SubjectRef("", None, str(_("密钥环"))), meta=meta, fonds_id=fonds)
