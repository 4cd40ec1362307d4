"""Acts on an import batch, its template and the jobs behind it."""

import io
from typing import Any

from django.db import transaction

from kedang.business.intake import services as s
from kedang.business.intake.models import ImportBatch, ImportTemplate
from kedang.foundation.jobs.inline import work_here
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.jobs.services import enqueue, job_cancel
from tests.cast import Cast
from tests.intake.bringing import again, row, table
from tests.races.acts import Act, Ground, Group, told

BUSY = told(
    "batch_state", "batch_running", "job_running", "batch_idle", "job_ended", "batch_not_staged", "batch_without_effect"
)


def a_batch(cast: Cast, number: int) -> Ground:
    """A fresh batch of two rows, checked and ready to be written."""
    from kedang.foundation.kernel import clock

    mark = f"{clock.now():%H%M%S%f}"
    content = table(
        [
            row(1, 企业名称=f"甲{mark}有限公司", 统一社会信用代码=""),
            row(2, 企业名称=f"乙{mark}有限公司", 统一社会信用代码=""),
        ]
    )
    batch = s.batch_upload(actor=cast.archivist, file_name=f"{mark}.csv", source=io.BytesIO(content))
    s.batch_map(actor=cast.archivist, batch_id=batch.pk)
    work_here(lambda: s.batch_stage(actor=cast.archivist, batch_id=batch.pk))
    return Ground(cast, number, again(batch), {"mark": mark, "content": content}, [batch])


def one_job(ground: Ground) -> list[str]:
    """At most one unfinished job is at work on the batch, and its state says so. Afterwards it is put to rest."""
    batch = ImportBatch.objects.get(pk=ground.on.pk)
    jobs = list(Job.objects.filter(args__batch_id=batch.pk, state__in=UNFINISHED))
    found = [f"{len(jobs)} unfinished jobs"] if len(jobs) > 1 else []
    if batch.is_running != bool(jobs):
        found.append(f"state {batch.state} with {len(jobs)} unfinished jobs")
    with transaction.atomic():
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(state="cancelled")
    return found


def who(ground: Ground) -> Any:
    return ground.cast.archivist


BATCH = Group(
    "batch", a_batch,
    (
        Act("batch_commit", lambda g, n: s.batch_commit(actor=who(g), batch_id=g.on.pk), told=BUSY | told("batch_closed")),
        Act("batch_stage", lambda g, n: s.batch_stage(actor=who(g), batch_id=g.on.pk), told=BUSY | told("batch_closed")),
        Act(
            "batch_map", lambda g, n: s.batch_map(actor=who(g), batch_id=g.on.pk, on_duplicate=("skip", "fill")[n // 2 % 2]),
            told=BUSY | told("batch_closed"), quiet=True,
        ),
        Act(
            "batch_cancel",
            lambda g, n: s.batch_commit(actor=who(g), batch_id=g.on.pk) if n < 2 else s.batch_cancel(actor=who(g), batch_id=g.on.pk),
            told=BUSY | told("batch_closed"),
        ),
        Act("batch_close", lambda g, n: s.batch_close(actor=who(g), batch_id=g.on.pk), told=BUSY | told("batch_closed"), quiet=True),
        Act("batch_undo", lambda g, n: (
            s.batch_stage(actor=who(g), batch_id=g.on.pk) if n < 2 else s.batch_undo(actor=who(g), batch_id=g.on.pk)
        ), told=BUSY | told("batch_closed", "batch_undone")),
    ),
    one_job,
)  # fmt: skip


def a_template(cast: Cast, number: int) -> Ground:
    """One batch for the whole group, and a saved template."""
    known = ImportBatch.objects.filter(fonds=cast.fonds, mapping__isnull=False).exclude(state="closed").first()
    batch = known or a_batch(cast, number).on
    template = s.template_save(actor=cast.archivist, batch_id=batch.pk, name="竞速")
    return Ground(cast, number, batch, {"template": template}, [])


def one_template(ground: Ground) -> list[str]:
    count = ImportTemplate.objects.filter(fonds=ground.cast.fonds, name="竞速").count()
    return [f"{count} templates of one name"] if count > 1 else []


TEMPLATE = Group(
    "template", a_template,
    (
        Act("template_save", lambda g, n: s.template_save(actor=who(g), batch_id=g.on.pk, name="竞速"), told=told("template_taken")),
        Act(
            "template_remove", lambda g, n: s.template_remove(actor=who(g), template_id=g.more["template"].pk), once=True, gone=True,
        ),
    ),
    one_template,
)  # fmt: skip


def a_job(cast: Cast, number: int) -> Ground:
    """A key for the jobs of this round, one of them handed in."""
    from kedang.foundation.kernel import clock

    key = f"race-{clock.now():%H%M%S%f}"
    job = enqueue(cast.archivist, "intake.stage", args={"batch_id": 0}, key=f"{key}-first")
    return Ground(cast, number, job, {"key": key}, [])


def jobs_alone(ground: Ground) -> list[str]:
    found = Job.objects.filter(key__startswith=ground.more["key"], state__in=UNFINISHED)
    keys = list(found.values_list("key", flat=True))
    found.update(state="cancelled")
    return [f"the same work twice: {keys}"] if len(keys) > len(set(keys)) else []


JOB = Group(
    "job", a_job,
    (
        Act(
            "enqueue", lambda g, n: enqueue(who(g), "intake.stage", args={"batch_id": 0}, key=g.more["key"]),
            once=True, told=told("job_running"),
        ),
        Act("job_cancel", lambda g, n: job_cancel(actor=who(g), job_id=g.on.pk), once=True, told=told("job_ended")),
    ),
    jobs_alone,
)  # fmt: skip
