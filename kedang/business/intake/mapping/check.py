"""Whether a mapping can be used at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from kedang.foundation.kernel.importing import ImportTarget


def mapping_problem(target: ImportTarget, mapping: Mapping[int, str]) -> str | None:
    """The sentence about a mapping that lacks a required field, or gives one field to columns that do not combine."""
    used = Counter(name for name in mapping.values() if name)
    for field in target.fields:
        if field.required and field.name not in used:
            return f"请指定哪一列是“{field.label}”，没有它不能导入"
    for name, count in used.items():
        declared = target.get(name)
        if declared is None:
            return f"系统中没有字段“{name}”，请重新选择"
        if count > 1 and not declared.combine:
            return f"有 {count} 列都对应到“{declared.label}”，请只保留一列"
    return None
