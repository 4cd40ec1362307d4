"""What becomes of each row: compared with the rows above it in the file, then with the base. Used by both passes alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.fields import label
from kedang.business.customers.recognising import Base, Known
from kedang.business.customers.rows import RowKeys
from kedang.business.intake.models import OnDuplicate
from kedang.business.intake.pipeline import packing
from kedang.business.intake.pipeline.seen import Seen
from kedang.foundation.kernel.text import fold

_INDIVIDUAL = PartyKind.INDIVIDUAL.value
Reason = list[str]


class FileMemory:
    """The rows of the file met so far. The first row with a key wins; rejected rows and repetitions leave no trace."""

    def __init__(self) -> None:
        self._seen = Seen()

    def repeats(self, keys: RowKeys, line: int) -> Reason | None:
        """Why the row repeats an earlier one, or None after remembering it."""
        kind, name, _, uscc, document, mobile, number = keys
        name = fold(name)
        first = self._seen.line_of
        if uscc and (other := first("u" + uscc)):
            return ["repeated", "uscc", f"与第 {other} 行重复：统一社会信用代码相同"]
        if document and (other := first("d" + document)):
            return ["repeated", "id_number", f"与第 {other} 行重复：证件号码相同"]
        if number and (other := first("#" + number)):
            return ["repeated", "number", f"与第 {other} 行重复：客户编号相同"]
        if kind == _INDIVIDUAL:
            person = f"p{name}/{mobile}" if mobile else ""
            if person and (other := first(person)):
                return ["repeated", "mobile", f"与第 {other} 行重复：姓名和手机相同"]
            remember: tuple[str, ...] = (person,)
        else:
            bare = "b" + name
            if name and (other := first(bare if uscc else "n" + name)):
                return ["repeated", "name", f"与第 {other} 行重复：名称相同或仅写法不同"]
            remember = ("n" + name, "" if uscc else bare) if name else ()
        for key in (
            *remember,
            "u" + uscc if uscc else "",
            "d" + document if document else "",
            "#" + number if number else "",
        ):
            if key:
                self._seen.first(key, line)
        return None


@dataclass(slots=True)
class Plan:
    """What is to be done with the rows of a chunk: places to create, places to update with whom, and the outcomes so far."""

    outcomes: list[str] = field(default_factory=list)
    reasons: dict[str, list[Reason]] = field(default_factory=dict)
    create: list[int] = field(default_factory=list)
    twins: dict[int, int] = field(default_factory=dict)
    update: list[tuple[int, Known]] = field(default_factory=list)

    def say(self, place: int, reason: Reason) -> None:
        """Add a reason to a row."""
        self.reasons.setdefault(str(place), []).append(reason)


def say_withheld(plan: Plan, told: Sequence[Sequence[str]]) -> None:
    """Rows to update whose protected columns stay as they are say so."""
    for (place, _known), names in zip(plan.update, told, strict=True):
        for name in names:
            plan.say(
                place, ["needs_approval", name, f"“{label(name)}”须审批后才改，导入未改动；请在客户档案页提交变更"]
            )


def decide(keys: Sequence[RowKeys | None], repeated: dict[int, Reason], base: Base, on_duplicate: str) -> Plan:
    """Outcome per row of a chunk. Rows to update are marked ``u`` for now; whether something changes is seen when they are compared.

    Args:
        keys: per row; None for rejected rows.
        repeated: place → reason, for rows that repeat an earlier row of the file.
        base: what the rows may meet.
    """
    plan = Plan()
    taken: dict[int, int] = {}
    for place, one in enumerate(keys):
        if one is None:
            plan.outcomes.append(packing.REJECTED)
            continue
        if place in repeated:
            plan.outcomes.append(packing.DUPLICATE)
            plan.say(place, repeated[place])
            continue
        match, alike = base.match(one)
        if match is None:
            plan.outcomes.append(packing.CREATED)
            plan.create.append(place)
            if alike is not None:
                plan.say(place, [alike.code, alike.field, alike.sentence])
        elif on_duplicate == OnDuplicate.BOTH:
            plan.outcomes.append(packing.CREATED)
            plan.create.append(place)
            if one.uscc:
                known = base.by_uscc.get(one.uscc, ())
                plan.twins[place] = max((other.uscc_twin for other in known), default=-1) + 1
            plan.say(place, [match.code, match.field, f"{match.sentence}，按要求另建一份"])
        elif on_duplicate == OnDuplicate.SKIP or not base.reaches(match.known) or match.known.id in taken:
            plan.outcomes.append(packing.DUPLICATE)
            plan.say(
                place,
                [match.code, match.field, match.sentence + ("" if base.reaches(match.known) else "，不能由您更新")],
            )
        else:
            taken[match.known.id] = place
            plan.outcomes.append(packing.UPDATED)
            plan.update.append((place, match.known))
            plan.say(place, [match.code, match.field, match.sentence])
    return plan
