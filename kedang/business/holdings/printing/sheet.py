"""A form ready to be set: what stands on it, and the code that lets the paper be asked later whether it is still true."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from django.db import models
from django.utils.translation import gettext as _

from kedang.business.holdings.models import FormKind, Location, Transfer, Volume
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import at_large, policy_for
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.actors import Actor

Line = tuple[str, list[str]]
"""Key of what the line is of (``i12`` an item, ``v3`` a volume, ``b5`` a place, ``n9`` a note, a word for a field), and its cells."""

SHORT = {
    FormKind.COVER: "FM", FormKind.SPINE: "JB", FormKind.CONTENTS: "JM", FormKind.NOTES: "BK", FormKind.VOLUMES: "AM",
    FormKind.ITEMS: "GM", FormKind.REGISTER: "GD", FormKind.BOX_SPINE: "HJ", FormKind.BOX_FACE: "HF", FormKind.BOX_ITEMS: "HM",
    FormKind.BOX_NOTES: "HB", FormKind.LABELS: "BQ", FormKind.TRANSFER: "YJ",
}  # fmt: skip
FINGERPRINT_SIGNS = 12
PRINT = "holdings.print"


@dataclass(frozen=True, slots=True)
class Head:
    """A column: heading, width in millimetres, side; ``is_code`` lets long codes break after hyphens."""

    label: str
    width: float
    align: str = "left"
    is_code: bool = False
    is_number: bool = False


@dataclass(slots=True)
class Sheet:
    """One form. ``lines`` are what is kept and compared; ``data`` is what the template reads besides."""

    form: FormKind
    title: str
    template: str
    fonds: Fonds
    lines: list[Line]
    data: dict[str, Any]
    subject: Volume | Location | Transfer | None = None
    heads: list[Head] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)
    secrecy_level: int = SecrecyLevel.PUBLIC
    mark_level: int | None = None
    """密级 that stands on the paper, where it is not that of everything it was reckoned from."""
    name: str = ""
    rows_out: int = 0
    drawings: list[str] = field(default_factory=list)
    """Codes of labels as SVG: drawings, not text, so nothing breaks their lines."""

    @property
    def rows(self) -> list[list[str]]:
        """Cells of a table form."""
        return [cells for _key, cells in self.lines]

    @property
    def digest(self) -> str:
        """Fingerprint of the printed content: form, conditions and lines, whoever prints and whenever."""
        content = {"form": str(self.form), "object": self.object_key, "asked": self.asked, "lines": self.lines}
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def object_key(self) -> str:
        """What the form is of: ``V12`` a volume, ``B5`` a place, ``T3`` a transfer, ``F1`` a whole fonds."""
        for kind, letter in ((Volume, "V"), (Location, "B"), (Transfer, "T")):
            if isinstance(self.subject, kind):
                return f"{letter}{self.subject.pk}"
        return f"F{self.fonds.pk}"

    @property
    def code(self) -> str:
        """``JM-V12-3QK7…``: form, object, the first signs of the fingerprint in letters and figures that are not mistaken."""
        signs = base64.b32encode(bytes.fromhex(self.digest)).decode()[:FINGERPRINT_SIGNS]
        return f"{SHORT[self.form]}-{self.object_key}-{signs}"


@dataclass(frozen=True, slots=True)
class Reprinter:
    """The machine that gathers a form again to compare it: it sees what one of the printer's clearance might see, whatever their scope."""

    clearance: int
    display_name: str = "系统"
    id: int | None = None
    fonds_id: int | None = None
    is_system: bool = True


def seen(actor: Actor, rows: Any) -> Any:
    """Rows as far as the actor may see them."""
    visible = rows.visible_to(actor)
    if at_large(actor, PRINT, rows.model):  # something was opened: of that only what was opened for printing
        visible = visible.filter(policy_for(rows.model).scope(actor, PRINT))
    return visible.filter(secrecy_level__lte=actor.clearance) if isinstance(actor, Reprinter) else visible


def is_partial(actor: Actor, rows: Any, found: Sequence[Any]) -> bool:
    """Whether rows of the actor's own clearance were left out by their scope. What lies above their clearance does not exist for them."""
    return not actor.is_system and rows.filter(secrecy_level__lte=clearance_of(actor)).count() != len(found)


def day(value: date | None) -> str:
    """A date as catalogues write it: eight figures."""
    return f"{value:%Y%m%d}" if value else ""


def secrecy_words(level: int) -> str:
    """密级 as forms show it: only above 内部."""
    return f"{SecrecyLevel(level).label}" if level > SecrecyLevel.INTERNAL else ""


def highest(objects: Sequence[models.Model], at_least: int = SecrecyLevel.PUBLIC) -> int:
    """Highest secrecy level of what stands on a form."""
    return max([at_least, *(int(getattr(obj, "secrecy_level", 0)) for obj in objects)])


def code_parts(code: str) -> tuple[str, str, str]:
    """First part, middle and last part of a 档号: 全宗号, 目录号（类别号）, 案卷号; a code without hyphens is all 案卷号."""
    parts = code.split("-")
    return (parts[0], "-".join(parts[1:-1]), parts[-1]) if len(parts) > 1 else ("", "", code)


def partly(actor: Actor, rows: Any, found: Sequence[Any]) -> dict[str, Any]:
    """What is kept with a list that is an excerpt."""
    return {"excerpt": True} if is_partial(actor, rows, found) else {}


def hidden() -> str:
    """What stands for something that the actor may not see."""
    return _("（按权限不显示）")


def excerpt_mark(is_excerpt: bool) -> str:
    """What a catalogue says that does not show everything to who printed it."""
    return _("节录（只列打印人可查看的文件）") if is_excerpt else ""
