"""Which column feeds which field, which rules apply, what to do with duplicates."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from kedang.business.intake.cleaning import RULES
from kedang.business.intake.events import BATCH_MAPPED
from kedang.business.intake.mapping import apply_template
from kedang.business.intake.models import BatchState, ImportBatch, ImportTemplate, OnDuplicate
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.services.lookup import OPEN_STATES, batch_for, refuse_unless
from kedang.foundation.access.models import Department, Person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.importing import ImportTarget
from kedang.foundation.kernel.refused import Refused

UNSET: Any = object()


@transaction.atomic
def batch_map(
    *,
    actor: Actor,
    batch_id: int,
    mapping: Mapping[int, str] | None = None,
    rules_off: Iterable[str | tuple[int, str]] = (),
    on_duplicate: str = OnDuplicate.SKIP,
    responsible_id: int | None = None,
    department_id: int | None = UNSET,
    template: str = "",
) -> ImportBatch:
    """Settle how the file is read → ``mapped``. Rows checked before are checked anew by :func:`batch_stage`.

    Args:
        actor, batch_id: who, and which batch.
        mapping: column index → field name; columns that are left out are not imported. None takes the suggested mapping.
        rules_off: cleaning rules that shall not be applied: a code for all columns, or (column index, code) for one.
        on_duplicate: what happens to a row whose customer is there already.
        responsible_id, department_id: given to every created customer (default: nobody, and the department of the actor).
        template: name of a saved template to take mapping, rules and the choice for duplicates from.

    Raises:
        Refused: no column feeds the name, two columns feed one field, unknown field, rule or choice.
    """
    batch = batch_for(actor, batch_id, lock=True)
    refuse_unless(batch, OPEN_STATES, "改动列对应")
    target = target_of(batch.target)
    chosen = dict(batch.column_fields if mapping is None else mapping)
    rules = [rule if isinstance(rule, str) else [int(rule[0]), rule[1]] for rule in rules_off]
    if template:
        saved = ImportTemplate.objects.filter(fonds_id=batch.fonds_id, target=batch.target, name=template).first()
        if saved is None:
            raise Refused("template_unknown", f"没有名为“{template}”的导入模板，请先保存模板或检查名称。", "template")
        chosen = dict(apply_template(saved.content, batch.headings))
        rules, on_duplicate = rules_here(saved.rules_off, batch.headings), saved.on_duplicate
    chosen = {column: field for column, field in sorted(chosen.items()) if field}
    _check(batch, target, chosen, rules, on_duplicate)
    if responsible_id is not None:
        _refuse_unknown(batch, Person, responsible_id, "responsible_id", "负责人")
    if department_id is not UNSET and department_id is not None:
        _refuse_unknown(batch, Department, department_id, "department_id", "归属部门")
    batch.mapping = {str(column): field for column, field in chosen.items()}
    batch.rules_off, batch.on_duplicate, batch.responsible_id = rules, on_duplicate, responsible_id
    if department_id is not UNSET:
        batch.department_id = department_id
    batch.state, batch.counts = BatchState.MAPPED, {}
    batch.version += 1
    batch.save()
    batch.chunks.all().delete()
    record(
        actor, BATCH_MAPPED, batch,
        meta={"columns": len(chosen), "rules_off": rules, "on_duplicate": on_duplicate, "template": template},
    )  # fmt: skip
    return batch


def mapping_rows(batch: ImportBatch) -> list[dict[str, Any]]:
    """One line per column for the mapping page: heading, first values, chosen field, suggestion with its confidence and reason."""
    sample = batch.options.get("sample", [])
    suggested = {entry["index"]: entry for entry in batch.suggestions}
    return [
        {
            "index": index,
            "heading": heading,
            "values": [row[index] for row in sample if index < len(row) and row[index]][:3],
            "field": batch.column_fields.get(index, ""),
            "suggestion": suggested.get(index, {}),
        }
        for index, heading in enumerate(batch.headings)
    ]


def rules_there(rules: list[Any], headings: list[str]) -> list[Any]:
    """Switched-off rules as a template keeps them: by heading instead of by place."""
    return [rule if isinstance(rule, str) else [headings[rule[0]], rule[1]] for rule in rules]


def rules_here(rules: list[Any], headings: list[str]) -> list[Any]:
    """Switched-off rules of a template for a file with these headings; columns that it lacks drop out."""
    place = {heading: index for index, heading in enumerate(headings)}
    return [
        rule if isinstance(rule, str) else [place[rule[0]], rule[1]]
        for rule in rules
        if isinstance(rule, str) or rule[0] in place
    ]


def _check(
    batch: ImportBatch, target: ImportTarget, chosen: dict[int, str], rules: list[Any], on_duplicate: str
) -> None:
    if on_duplicate not in OnDuplicate.values:
        raise Refused(
            "on_duplicate_unknown", "遇到重复时只能选：跳过、只补空白、以文件为准更新、两份都保留。", "on_duplicate"
        )
    for rule in rules:
        code = rule if isinstance(rule, str) else rule[1]
        if code not in RULES:
            raise Refused("rule_unknown", f"没有名为“{code}”的整理规则。", "rules_off")
    feeding: dict[str, int] = {}
    for column, name in chosen.items():
        if not 0 <= column < len(batch.headings):
            raise Refused("column_unknown", f"文件只有 {len(batch.headings)} 列，没有第 {column + 1} 列。", "mapping")
        field = target.get(name)
        if field is None:
            raise Refused("field_unknown", f"{target.label}没有“{name}”这一项。", "mapping")
        if name in feeding and not field.combine:
            first, second = batch.headings[feeding[name]], batch.headings[column]
            raise Refused("field_twice", f"“{first}”和“{second}”两列都对应“{field.label}”，请只保留一列。", "mapping")
        feeding.setdefault(name, column)
    if target.name_field not in feeding:
        field = target.get(target.name_field)
        label = field.label if field else "名称"
        raise Refused("name_unmapped", f"还没有指定哪一列是“{label}”，请选择后再继续。", "mapping")


def _refuse_unknown(batch: ImportBatch, model: Any, key: int, field: str, label: str) -> None:
    if not model.objects.filter(fonds_id=batch.fonds_id, pk=key, is_active=True).exists():
        raise Refused("choice_invalid", f"所选的{label}不存在或已停用，请重新选择。", field)
