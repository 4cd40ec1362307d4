"""Departments as people choose them: a tree in order, each line indented by its depth."""

from typing import Any

from django import forms

from kedang.foundation.access.models import Department
from kedang.foundation.kernel.prepared import Prepared


def departments_in_order(fonds_id: int | None) -> list[Department]:
    """Departments in use, each followed by those below it."""
    rows = _in_use.rows(fonds_id=fonds_id or 0)
    return sorted(rows, key=lambda row: [int(key) for key in row.path.split("/") if key])


_in_use = Prepared(lambda fonds_id: Department.objects.filter(fonds_id=fonds_id, is_active=True), fonds_id=int)


class DepartmentChoice(forms.ModelChoiceField):
    """Departments as an indented tree."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'　' * (obj.path.count('/') - 2)}{obj.name}"
