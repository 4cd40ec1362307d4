"""Whole rows: the cells through their cleaners, the checks across fields, one tuple out per row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from kedang.business.customers.naming import name_key
from kedang.business.customers.reference.finding import find_region
from kedang.business.intake.cleaning import forms
from kedang.business.intake.cleaning.cells import Cleaner, Column
from kedang.business.intake.cleaning.plan import NAME_KEY, Plan
from kedang.business.intake.validating import shifted
from kedang.foundation.kernel.sure import sure

OK, NOTED, REJECTED = 0, 1, 2
Change = tuple[int, str]
Problem = tuple[int, str, str, str]
Result = tuple[int, int, tuple[Any, ...], tuple[Change, ...], tuple[Problem, ...]]
_JOINED = {"longtext": "\n", "phone": "；", "address": ""}


class _Step:
    """One column, ready."""

    __slots__ = ("changes", "clean", "combine", "field", "index", "label", "place", "type", "watch")

    def __init__(self, plan: Plan, index: int, place: int, clean: Cleaner, column: Column, combine: str | None) -> None:
        self.index, self.place, self.clean, self.combine = index, place, clean, combine
        self.field, self.type, self.label = column.field.name, column.field.type, column.field.label
        self.watch = shifted.watcher(column.field.type)
        self.changes: dict[tuple[str, ...], tuple[Change, ...]] = {}

    def changed(self, codes: tuple[str, ...]) -> tuple[Change, ...]:
        """The same tuple again and again: small in memory and in a pickle."""
        pairs = self.changes.get(codes)
        if pairs is None:
            pairs = self.changes[codes] = tuple((self.index, code) for code in codes)
        return pairs


class _Machine:
    """A plan compiled for this process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        target = plan.target
        self.width = len(plan.headings)
        self.place = {name: n for n, name in enumerate(plan.outputs)}
        seen: set[str] = set()
        self.steps: list[_Step] = []
        self.regions: list[_Step] = []
        for index, field in plan.fields():
            off = frozenset(code for column, code in plan.off if column == index)
            column = Column(field, plan.headings[index], off, plan.today, plan.epoch_1904)
            combine = _JOINED.get(field.type, " ") if field.name in seen else None
            step = _Step(plan, index, self.place[field.name], column.cleaner(), column, combine)
            (self.regions if field.type == "region" else self.steps).append(step)
            seen.add(field.name)
        self.name = self.place.get(target.name_field)
        self.registration = self.place.get(target.registration_field) if target.registration_field else None
        self.region = self.place.get(target.region_field) if target.region_field else None
        self.address = self.place.get(target.address_field) if target.address_field else None
        self.form = self.place.get(target.legal_form_field) if target.legal_form_field else None
        self.companion = {
            s.field: self.place[f.companion] for s in self.steps if (f := target.get(s.field)) and f.companion
        }
        self.key = self.place[NAME_KEY]
        self.required = [(name, self.place[name]) for name in plan.required if name in self.place]
        derived = {code for _, code in plan.off}
        self.derive_region = "region_derived" not in derived
        self.derive_form = "legal_form_derived" not in derived
        self.region_change = (self.regions[-1].index if self.regions else 0, "region")
        self.region_off = "region" in derived
        self.form_column = next((s.index for s in self.steps if s.type == "legal_form"), -1)
        self.name_column = next((s.index for s in self.steps if s.field == target.name_field), 0)
        self.form_change = (self.form_column if self.form_column >= 0 else self.name_column, "legal_form_derived")
        self.blank: list[Any] = [None] * len(self.place)
        self.last = max((step.index for step in (*self.steps, *self.regions)), default=0)
        self.fast = [
            (s.index, s.clean, s.watch, s.place, s.combine is not None or s.type in ("amount", "uscc"), s)
            for s in self.steps
        ]
        address_column = next((s.index for s in self.steps if s.field == target.address_field), 0)
        self.region_derived_change = (address_column, "region_derived")

    def clean(self, line: int, cells: Sequence[str]) -> Result:
        """One row."""
        values: list[Any] = self.blank[:]
        if len(cells) != self.width:
            if len(cells) > self.width or len(cells) <= self.last:
                return self._misshapen(line, cells, values)
        changes: list[Change] = []
        problems: list[Problem] = []
        foreign = False
        for index, clean, watch, place, special, step in self.fast:
            cell = cells[index]
            if not cell:
                continue
            value, codes, problem = clean(cell)
            if codes:
                changes += step.changed(codes)
            if problem is not None:
                problems.append((problem[0], problem[1], step.field, problem[2]))
            if watch is not None and watch(cell):
                foreign = True
            if value is None:
                continue
            if special:
                value = self._special(step, value, codes, values, problems)
                if value is None:
                    continue
            values[place] = value
        if self.region is not None:
            foreign |= self._region(cells, values, changes, problems)
        name = values[self.name] if self.name is not None else None
        if name and self.form is not None and values[self.form] is None and self.derive_form:
            form = forms.from_name(name)
            if form is not None:
                values[self.form] = form
                changes.append(self.form_change)
        for required, place in self.required:
            if values[place] is None and not any(p[2] == required and p[0] == REJECTED for p in problems):
                sentence = f"缺少“{self.plan.labels[required]}”，请补填后重新导入"
                problems.append((REJECTED, "required", required, sentence))
        verdict = OK
        if problems or foreign:
            self._shifted(cells, problems, foreign)
            verdict = max(problem[0] for problem in problems)
        if name and verdict != REJECTED:
            values[self.key] = name_key(name)
        return line, verdict, tuple(values), tuple(changes), tuple(problems)

    def _special(
        self, step: _Step, value: Any, codes: tuple[str, ...], values: list[Any], problems: list[Problem]
    ) -> Any:
        """Values that go to two places, elsewhere, or to what an earlier column brought."""
        if step.type == "amount":
            if (currency := self.companion.get(step.field)) is not None:
                values[currency] = value[1]
            return value[0]
        if step.type == "uscc":
            if "old_number" not in codes:
                return value
            if self.registration is not None and values[self.registration] is None:
                values[self.registration] = value
            sentence = f"“{value}”不是 18 位统一社会信用代码，已作为旧注册号保存，请补录新代码"
            problems.append((NOTED, "uscc_old", step.field, sentence))
            return None
        before = values[step.place]
        if step.combine is not None and before is not None:
            return before if before == value else f"{before}{step.combine}{value}"
        return value

    def _shifted(self, cells: Sequence[str], problems: list[Problem], foreign: bool) -> None:
        """One certain proof, or two weak ones, and the row is not imported."""
        labels, found, texts = [], [], []
        for step in (*self.steps, *self.regions) if foreign else ():
            cell = cells[step.index]
            if step.watch is not None and cell and (what := step.watch(cell)):
                labels.append(self.plan.headings[step.index])
                found.append(what)
                texts.append(cell)
        if found:
            self._leave_out_weak(problems)
            problems.insert(0, (REJECTED, "shifted", "", shifted.sentence(labels, found, texts)))
            return
        weak = [problem for problem in problems if problem[1] in shifted.WEAK]
        if len({problem[2] for problem in weak}) >= 2:
            names = [self.plan.labels.get(problem[2], problem[2]) for problem in weak]
            self._leave_out_weak(problems)
            problems.insert(0, (REJECTED, "shifted", "", shifted.weak_sentence(weak, names)))

    @staticmethod
    def _leave_out_weak(problems: list[Problem]) -> None:
        """What follows from cells in wrong columns is no help beside the sentence that says so; a wrong check character is."""
        problems[:] = [p for p in problems if p[1] not in shifted.WEAK or "校验码" in p[3]]

    def _region(self, cells: Sequence[str], values: list[Any], changes: list[Change], problems: list[Problem]) -> bool:
        """The code that the columns and the address agree on; tells whether a column holds something foreign."""
        region = sure(self.region)
        first = second = ""
        foreign = False
        for n, step in enumerate(self.regions):
            cell = cells[step.index]
            if not cell:
                continue
            value, codes, _ = step.clean(cell)
            if codes:
                changes += step.changed(codes)
            if step.watch is not None and step.watch(cell):
                foreign = True
            elif value and n == 0:
                first = value
            elif value:
                second += value
        if self.region_off:
            return foreign
        address = (values[self.address] or "") if self.address is not None and self.derive_region else ""
        code = find_region(first, second, address)
        if code:
            values[region] = code
            changes.append(self.region_change if first or second else self.region_derived_change)
        elif first or second:
            sentence = f"地区“{(first + second)[:30]}”不在国家标准行政区划之内，未导入该值"
            problems.append((NOTED, "region_unknown", self.plan.target.region_field, sentence))
        return foreign

    def _misshapen(self, line: int, cells: Sequence[str], values: list[Any]) -> Result:
        more = len(cells) > self.width
        what = "多于" if more else "少于"
        hint = "可能有未加引号的分隔符，各列已错位" if more else "可能缺少分隔符，或文件在此被截断"
        sentence = (
            f"该行疑似错列：有 {len(cells)} 列，{what}标题的 {self.width} 列，{hint}，请在原表中对齐各列后重新导入"
        )
        return line, REJECTED, tuple(values), (), ((REJECTED, "shifted", "", sentence),)


@lru_cache(maxsize=4)
def _compiled(key: int, plan_holder: _Holder) -> _Machine:
    return _Machine(plan_holder.plan)


class _Holder:
    """Lets a plan be a cache key by identity of its content."""

    __slots__ = ("key", "plan")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.key = (plan.target.key, plan.headings, plan.columns, plan.off, plan.today, plan.epoch_1904)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder) and self.key == other.key


def machine(plan: Plan) -> Callable[[int, Sequence[str]], Result]:
    """The function for single rows."""
    holder = _Holder(plan)
    return _compiled(hash(holder), holder).clean


def clean_rows(plan: Plan, rows: Iterable[tuple[int, Sequence[str]]]) -> list[Result]:
    """A chunk of rows in, one result per row out, in order."""
    clean = machine(plan)
    return [clean(line, cells) for line, cells in rows]
