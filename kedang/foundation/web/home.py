"""The work list: rooms add tiles and lists, a person sees what is theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from kedang.foundation.access.policies import can

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Tile:
    """One number: value, unit, note, where it leads."""

    label: Label
    value: Any
    url: str = ""
    icon: str = ""
    unit: Label = ""
    note: Label = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: text, address, what stands at the right, a tag."""

    text: Any
    url: str = ""
    side: Any = ""
    tag: Any = ""
    tone: str = ""
    note: Any = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A list on the work list: ``lines(actor)`` gives at most some ten lines; ``main`` puts it into the wide column.

    ``empty`` stands where there are none; a list without such words is left out then.
    """

    key: str
    title: Label
    lines: Callable[[Any], list[Line]]
    icon: str = ""
    url_name: str = ""
    action: str = ""
    order: int = 100
    empty: Label = ""
    main: bool = True


@dataclass(slots=True)
class WorkList:
    """Registry of tiles, lists and quick entries."""

    tile_makers: list[tuple[int, str, Callable[[Any], list[Tile]]]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    quick: list[tuple[int, Label, str, str, str]] = field(default_factory=list)

    def add_tiles(self, make: Callable[[Any], list[Tile]], *, action: str = "", order: int = 100) -> None:
        """``make(actor)`` gives tiles; each costs at most one cheap query."""
        self.tile_makers.append((order, action, make))

    def add_block(self, block: Block) -> None:
        """Add a list; the same key replaces."""
        self.blocks = [known for known in self.blocks if known.key != block.key] + [block]

    def add_quick(self, label: Label, url_name: str, icon: str, action: str, order: int = 100) -> None:
        """A quick entry, e.g. 新建客户."""
        self.quick.append((order, label, url_name, icon, action))

    def tiles_for(self, actor: Any) -> list[Tile]:
        """Tiles that are the actor's."""
        makers = sorted(self.tile_makers, key=lambda known: known[0])
        return [tile for _order, action, make in makers if not action or can(actor, action) for tile in make(actor)]

    def blocks_for(self, actor: Any) -> list[dict[str, Any]]:
        """Lists that are the actor's, with their lines."""
        shown = [
            block
            for block in sorted(self.blocks, key=lambda known: known.order)
            if not block.action or can(actor, block.action)
        ]
        drawn = ((block, block.lines(actor)) for block in shown)
        return [{"block": block, "lines": lines} for block, lines in drawn if lines or block.empty]

    def quick_for(self, actor: Any) -> list[tuple[Label, str, str]]:
        """Quick entries that are the actor's."""
        ordered = sorted(self.quick, key=lambda known: known[0])
        return [
            (label, url_name, icon)
            for _order, label, url_name, icon, action in ordered
            if not action or can(actor, action)
        ]


work_list = WorkList()
