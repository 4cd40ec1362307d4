"""Planted faults: the running code broken in one place each. A harness that stays green under one of them proves nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.db.models import Q

from kedang.foundation.access.secrecy import FieldRight


@dataclass(frozen=True)
class Plant:
    """One fault: what breaks, which part of the harness must hear it, as whom."""

    name: str
    told: str
    part: str
    who: str
    make: Callable[[], Any]
    channels: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    """Beginnings of the addresses where it shows, asked with everything they can be filled with. None: all addresses of the channels with
    two fillings each, which is enough for what shows on most rows, whatever the seed.
    """


def _shown(*_args: Any, **_kwargs: Any) -> FieldRight:
    return FieldRight.SHOW


def _raw_cells(actor: Any, model: Any, columns: Any) -> Any:
    from kedang.foundation.access.veil import text_of
    from kedang.foundation.web.records.cells import cells_of

    draw = cells_of(actor, model, columns)

    def raw(obj: Any) -> Any:
        cells = draw(obj)
        for cell, column in zip(cells, columns, strict=True):
            if column.text is None and "." not in column.name:
                cell.text = text_of(obj, column.name)
        return cells

    return raw


def _label_everybody(actor: Any, events: Any) -> Any:
    for event in events:
        event.shown_label = event.subject_label
        yield event


def _telling_export(path: Any, *args: Any) -> None:
    from kedang.foundation.web.records.sheets import write_xlsx

    write_xlsx(path, *args)
    import io

    import openpyxl

    path.seek(0)
    book = openpyxl.load_workbook(io.BytesIO(path.read()))
    book.create_sheet("底稿").sheet_state = "hidden"
    path.seek(0)
    book.save(path)


def _foreign_told(cls: Any, actor: Any, pk: int) -> Any:
    from kedang.foundation.kernel.refused import NotAllowed, OutOfScope

    found = cls.for_detail(cls.visible(actor)).filter(pk=pk).first()
    if found is None:
        raise NotAllowed("您无权查看此记录。") if cls.model._default_manager.filter(pk=pk).exists() else OutOfScope
    return found


def _plain_reveal(actor: Any, obj: Any, field: str) -> Any:
    from kedang.foundation.access.veil import Revealed, text_of

    return Revealed(FieldRight.SHOW, text_of(obj, field), getattr(obj, field))


def _system(username: str) -> Any:
    from kedang.foundation.kernel.actors import system_actor

    return system_actor("kedang search")


def _run_as_system(pages: Any, verb: Any, actor: Any, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    argument = verb.argument or pages.argument_name()
    verb.service(actor=_system(""), **{argument: row}, **values)
    return {"is_done": True, "sentence": ""}


def _telling_title(notice: Any) -> str:
    from kedang.foundation.approvals.models import Case

    return f"{notice.number} {Case.objects.filter(number=notice.number).values_list('title', flat=True).first()}"


def _whole_dossier(_codes: Any) -> Any:
    from kedang.foundation.access.shared.parts import acts_by_model, shared_parts

    return acts_by_model(part.code for part in shared_parts())


WEB, ACCESS = "kedang.foundation.web.records", "kedang.foundation.access"
PLANTS: tuple[Plant, ...] = (
    Plant(
        "veil",
        "the veil takes masked for shown",
        "walk",
        "reader",
        lambda: mock.patch(f"{ACCESS}.veil.mask", lambda _class, _field, text: text),
        frozenset({"page", "list"}),
    ),
    Plant(
        "scope",
        "the scope of a grant reaches every row",
        "walk",
        "reader",
        lambda: mock.patch("kedang.business.customers.policies.CustomerPolicy.grant_q", lambda self, grant: Q()),
        frozenset({"list", "page"}),
    ),
    Plant(
        "secrecy",
        "the secrecy level is not asked",
        "walk",
        "executive",
        lambda: mock.patch(f"{ACCESS}.policies.clearance_of", lambda actor: 4),
        frozenset({"list", "page"}),
    ),
    Plant(
        "export",
        "the export takes values as they are",
        "walk",
        "analyst",
        lambda: mock.patch(f"{WEB}.export.cells_of", _raw_cells),
        frozenset({"export"}),
    ),
    Plant(
        "history",
        "the history is not veiled",
        "walk",
        "reader",
        lambda: mock.patch(f"{WEB}.history._right", _shown),
        frozenset({"history"}),
    ),
    Plant(
        "print",
        "the printed card is not veiled",
        "walk",
        "clerk",
        lambda: mock.patch("kedang.business.customers.printing.card.reveal", _plain_reveal),
        frozenset({"print"}),
    ),
    Plant(
        "log",
        "the log names subjects beyond the reader",
        "walk",
        "auditor",
        lambda: mock.patch(f"{ACCESS}.views.events.veil_labels", _label_everybody),
        frozenset({"log viewer", "export"}),
    ),
    Plant(
        "typed",
        "the trail finds numbers that its reader sees masked",
        "oracles",
        "auditor",
        lambda: mock.patch(f"{ACCESS}.tables.typed_q", lambda actor: Q()),
    ),
    Plant(
        "search",
        "hidden numbers are searched for everybody",
        "oracles",
        "reader",
        lambda: mock.patch("kedang.foundation.search.services.shown_scope", lambda *_args: Q()),
    ),
    Plant(
        "filter",
        "whatever is a column may be a condition",
        "oracles",
        "reader",
        lambda: mock.patch(f"{WEB}.conditions.may_filter", lambda *_args: True),
    ),
    Plant(
        "foreign",
        "foreign records are told from missing ones",
        "alike",
        "reader",
        lambda: mock.patch(f"{WEB}.base.RecordPages.get", classmethod(_foreign_told)),
    ),
    Plant(
        "workbook",
        "a hidden sheet goes out with the export",
        "workbooks",
        "archivist",
        lambda: mock.patch(f"{WEB}.export.write_xlsx", _telling_export),
    ),
    Plant(
        "bulk",
        "the verb for picked rows acts as the system",
        "bulk",
        "acting",
        lambda: mock.patch(f"{WEB}.verb.run_on", _run_as_system),
    ),
    Plant(
        "command",
        "the command searches as the system",
        "commands",
        "reader",
        lambda: mock.patch("kedang.project.cli.search.searching_person", _system),
    ),
    Plant(
        "loan",
        "loans of every department are listed to whoever may see loans",
        "walk",
        "reader",
        lambda: mock.patch("kedang.business.lending.policies.LoanPolicy.grant_q", lambda self, grant: Q()),
        frozenset({"list", "page"}),
    ),
    Plant(
        "sharing",
        "a sharing opens every part of a dossier",
        "walk",
        "salesperson",
        lambda: mock.patch(f"{ACCESS}.shared.loading.acts_by_model", _whole_dossier),
        frozenset({"page"}),
    ),
    Plant(
        "sharing-over",
        "a sharing goes on after its end",
        "walk",
        "clerk",
        lambda: mock.patch(f"{ACCESS}.shared.loading.is_shared_by", lambda moment: Q()),
        frozenset({"list", "page"}),
    ),
    Plant(
        "sharing-kinds",
        "a sharing of one kind of papers opens the others, too",
        "walk",
        "desk",
        lambda: mock.patch("kedang.business.holdings.policies.ItemPolicy.shared_kind", ""),
        frozenset({"list", "page"}),
        ("holdings:item-list", "holdings:item-detail"),
    ),
    Plant(
        "sharing-trail",
        "the trail of a paper comes with what is shared of it",
        "walk",
        "desk",
        lambda: mock.patch("kedang.business.holdings.policies.ItemPolicy.history", ""),
        frozenset({"history"}),
        ("holdings:item-history",),
    ),
    Plant(
        "hold",
        "holds are shown whatever their secrecy level",
        "walk",
        "executive",
        lambda: mock.patch(
            "kedang.business.retention.policies.HoldPolicy.limits", lambda self, actor: Q(fonds=actor.fonds_id)
        ),
        frozenset({"list", "page"}),
    ),
    Plant(
        "difference",
        "a change that waits is shown in full to who sees the field masked",
        "walk",
        "acting",
        lambda: mock.patch("kedang.business.customers.services.change_words.right_on", _shown),
        frozenset({"page"}),
        ("customers:customer-detail", "approvals:case-detail"),
    ),
    Plant(
        "folder",
        "a folder names what is above the level of who takes over",
        "walk",
        "acting",
        lambda: mock.patch("kedang.business.governance.views.handovers.clearance_of", lambda actor: 4),
        frozenset({"page"}),
    ),
    Plant(
        "message",
        "a notice that leaves the house tells what the request is about",
        "outbox",
        "",
        lambda: mock.patch("kedang.foundation.notices.channels.message._title", _telling_title),
    ),
)
