"""Saved mappings."""

from django.db import IntegrityError, transaction

from kedang.business.intake.events import TEMPLATE_REMOVED, TEMPLATE_SAVED
from kedang.business.intake.mapping import make_template
from kedang.business.intake.models import ImportTemplate
from kedang.business.intake.services.lookup import batch_for, fonds_of
from kedang.business.intake.services.mapping import rules_there
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused


@transaction.atomic
def template_save(*, actor: Actor, batch_id: int, name: str) -> ImportTemplate:
    """Keep the mapping, the rules and the choice for duplicates of a batch under a name; an older one of that name is replaced.

    Raises:
        Refused: no name, or nothing mapped yet.
    """
    batch = batch_for(actor, batch_id)
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Refused("template_name", "请给模板起一个名称，最多 60 个字。", "name")
    if not batch.mapping:
        raise Refused("template_empty", "此批次还没有设定列对应，没有可保存的内容。")
    content = make_template(batch.headings, batch.column_fields)
    values = {
        "content": content,
        "rules_off": rules_there(batch.rules_off, batch.headings),
        "on_duplicate": batch.on_duplicate,
    }
    rows = ImportTemplate.objects.select_for_update().filter(fonds_id=batch.fonds_id, target=batch.target, name=name)
    template: ImportTemplate | None = rows.first()
    if template is None:
        template = ImportTemplate(
            fonds_id=batch.fonds_id, target=batch.target, name=name, created_at=clock.now(),
            created_by=actor if isinstance(actor, Person) else None, **values,
        )  # fmt: skip
        try:
            with transaction.atomic():
                template.save(force_insert=True)
        except IntegrityError as error:
            raise Refused("template_taken", f"刚有人保存了同名模板“{name}”，请换一个名称。", "name") from error
    else:
        for field, value in values.items():
            setattr(template, field, value)
        template.version += 1
        template.save()
    record(actor, TEMPLATE_SAVED, template, meta={"batch": batch.pk})
    return template


@transaction.atomic
def template_remove(*, actor: Actor, template_id: int) -> None:
    """Remove a saved mapping."""
    require(actor, "intake.use")
    found = ImportTemplate.objects.select_for_update().filter(fonds_id=fonds_of(actor), pk=template_id).first()
    if found is None:
        raise OutOfScope
    record(actor, TEMPLATE_REMOVED, found)
    found.delete()
