"""Backup sets at a quiet moment: each that was told to be made is there whole, and no broken one is listed."""

from collections.abc import Iterable, Iterator

from tests.harness.crash.journal import GOOD, Act

_whole: set[str] = set()


def sets(acts: Iterable[Act]) -> Iterator[str]:
    """Sets of the run; each is read byte by byte once."""
    from kedang.foundation.jobs.models import Job
    from kedang.foundation.safekeeping.models import PRESENT, Backup
    from kedang.foundation.safekeeping.sets import BackupSet, all_sets, refuse_damaged

    found = dict(all_sets())
    for code, one in found.items():
        if code in _whole:
            continue
        if not isinstance(one, BackupSet):
            yield f"backup set {code} is listed and broken: {one.sentence}"
            continue
        try:
            refuse_damaged(one, lambda count: None)
        except Exception as error:
            yield f"backup set {code} is listed and broken: {error}"
        else:
            _whole.add(code)
    for row in Backup.objects.filter(state__in=PRESENT):
        if row.code not in found:
            yield f"backup set {row.code} has a row and no folder"
    removed = set(Backup.objects.exclude(state__in=PRESENT).values_list("code", flat=True))
    for act in acts:
        if act.kind == "backup.ask" and act.state == GOOD:
            job = Job.objects.get(pk=int(act.answer["to"].rstrip("/").rpartition("/")[2]))
            if job.state == "done" and job.result["set"] not in set(found) | removed:
                yield f"job {job.pk} is done and its backup set {job.result['set']} is not there"
