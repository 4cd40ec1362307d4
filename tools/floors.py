"""The house's own import contract: arrows between rooms and floors go down only (design rules 1 and 2).

Every room has a *ground floor* (facts and verbs) and an *upper floor* (pages). For each import it is asked:

* does the room come after the imported one, or is it the same?
* a ground floor imports ground floors only, and never ``web``;
* an upper floor imports ``web`` and ground floors; other rooms' pages it reaches by URL name;
* ``apps.py`` is the stairs: it may import both floors of its own room, to register them.

Direct imports are enough: a longer way down is made of such steps.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

STAIRS = "apps"


class FloorsContract(Contract):
    """Configuration: ``rooms`` lowest first, ``upper`` module names of an upper floor, ``furniture`` the web room."""

    rooms: Any = fields.ListField(subfield=fields.StringField())
    upper: Any = fields.ListField(subfield=fields.StringField())
    furniture: Any = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = dict.fromkeys(self._unlisted(graph), "a room that .importlinter does not list")
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                reason = self._reason_against(importer, imported)
                if reason:
                    lines = graph.get_import_details(importer=importer, imported=imported)
                    numbers = ", ".join(f"l.{line['line_number']}" for line in lines)
                    broken[f"{importer} -> {imported} ({numbers})"] = reason
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for arrow, reason in check.metadata["broken"].items():
            output.print_error(f"{arrow}: {reason}")

    def _reason_against(self, importer: str, imported: str) -> str:
        room, target = self._room(importer), self._room(imported)
        if room is None or target is None:
            return ""
        if room == target:
            within = room == self.furniture or self._is_upper(importer, room) or self._is_stairs(importer, room)
            return "" if within or not self._is_upper(imported, room) else "a ground floor imports its upper floor"
        if target == self.furniture:
            # The rooms beside and above the furniture use it from their pages only.
            return "" if self._is_upper(importer, room) else "only pages (upper floors) import the page furniture"
        if self.rooms.index(room) < self.rooms.index(target):
            return "the imported room comes later (arrows go down only)"
        return "pages of another room are reached by URL name" if self._is_upper(imported, target) else ""

    def _unlisted(self, graph: ImportGraph) -> list[str]:
        wings = {room.rpartition(".")[0] for room in self.rooms}
        return [
            module for module in sorted(graph.modules) if module.rpartition(".")[0] in wings and not self._room(module)
        ]

    def _room(self, module: str) -> str | None:
        return next((room for room in self.rooms if module == room or module.startswith(f"{room}.")), None)

    def _is_upper(self, module: str, room: str) -> bool:
        return module.removeprefix(room).lstrip(".").split(".")[0] in self.upper

    def _is_stairs(self, module: str, room: str) -> bool:
        return module == f"{room}.{STAIRS}"
