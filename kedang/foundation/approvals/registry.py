"""Which kinds of request exist. Rooms declare theirs in ``AppConfig.ready()``; approvals know no room above."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from kedang.foundation.approvals.models import Case
    from kedang.foundation.kernel.actors import Actor

Words = str | Promise
Handler = Callable[["Actor", "Case"], None]


def nothing(actor: "Actor", case: "Case") -> None:
    """No effect."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of requests that conditions of flows may ask: name, label, and the values to choose from (None: a number or free text)."""

    name: str
    label: Words
    choices: Callable[[int], list[tuple[str, str]]] | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step of the flow that is shipped with a kind: ``approver`` is ``head``, ``superior:2``, or ``role:archivist``."""

    name: Words
    approver: str
    mode: str = "any"
    hours: int = 48
    conditions: tuple[tuple[str, str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Veiled:
    """A text of what is asked for that the reader sees in part, with the address where they may see it in full; ``key`` and ``name`` tell
    its place on the page. On paper it stays as it is.
    """

    text: str
    url: str
    key: int
    name: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class CaseKind:
    """One kind of request.

    Attributes:
        code: ``room.noun``. title, note: what people read when they choose.
        action: the right that asking needs.
        facts: values that flows may ask of it, beside department, secrecy level and whether it is urgent, which every case has.
        steps: the flow it comes with.
        version_of: version of a subject that is approved only as the approvers saw it; None: not asked.
        on_approved, on_rejected, on_withdrawn: effects, in the transaction of the last decision. ``on_approved`` of an urgent case runs at
        the
            urgent approval; ``on_unconfirmed`` takes it back where the confirmation is refused afterwards.
        describe: (label, text) pairs of what is asked for, as the actor may see it; a text may be ``Veiled``.
        page: name of the URL of the subject, with its key. start: name of the URL of the form where a request of this kind begins; empty
            where it begins on the page of its subject, as ``begins_at`` says.
        block: (template, context) that stands on the case's page below what is asked for; the template finds it as ``block``.
        edit: name of the URL where who asked changes a returned request, with the key of the case.
        is_line_by_line: approvers may grant some lines and not others. may_batch: several cases may be decided with one opinion.
    """

    code: str
    title: Words
    note: Words = ""
    action: str = ""
    facts: tuple[Fact, ...] = ()
    steps: tuple[StepSpec, ...] = ()
    urgent_role: str = ""
    version_of: Callable[[Any], int | None] | None = None
    on_approved: Handler = nothing
    on_rejected: Handler = nothing
    on_withdrawn: Handler = nothing
    on_unconfirmed: Handler = nothing
    describe: Callable[["Actor", "Case"], list[tuple[Words, Any]]] = lambda actor, case: []
    page: str = ""
    start: str = ""
    icon: str = "file-text"
    begins_at: Words = ""
    block: Callable[["Actor", "Case"], tuple[str, dict[str, Any]] | None] = lambda actor, case: None
    edit: str = ""
    is_line_by_line: bool = False
    may_batch: bool = True
    order: int = 100
    extra: Mapping[str, Any] = field(default_factory=dict)


_kinds: dict[str, CaseKind] = {}


def declare(kind: CaseKind) -> CaseKind:
    """Make a kind known; the same code again replaces it."""
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> CaseKind:
    """The declared kind; unknown codes raise."""
    try:
        return _kinds[code]
    except KeyError as error:
        raise LookupError(f"case kind {code!r} is not declared") from error


def is_known(code: str) -> bool:
    """Whether a kind is declared (its room is installed)."""
    return code in _kinds


def kinds() -> list[CaseKind]:
    """All kinds in the order in which people meet them."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.code))
