"""The archive of the house: items, volumes, projects, lists, tests and places in every state, each word of theirs a canary."""

from collections.abc import Callable
from datetime import date
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.holdings import models as m
from kedang.business.holdings.services import check_runs, projects, transfers
from kedang.business.holdings.services import items as items_of
from kedang.business.holdings.services import volumes as volumes_of
from kedang.business.holdings.services.equipment import equipment_add
from kedang.business.holdings.services.findings import finding_note
from kedang.business.holdings.services.inspections import inspection_plan
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_create
from kedang.business.holdings.services.stocktaking import stock_take_begin
from kedang.business.holdings.services.visits import room_enter
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.files.models import FaultKind, FilePage, FileState, FixityFault, FixityRun, RunState, StoredFile
from kedang.foundation.files.reading.indexing import pages_index
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from tests.access.harness.house import FACTS, House
from tests.access.harness.rules import Fact

HOLDINGS, CUSTODY, RECEIVE = "holdings.view", "custody.view", "holdings.receive"
ARCHIVE: tuple[Fact, ...] = (
    Fact("a_own", owner="salesperson", department="sales_one", act=HOLDINGS),
    Fact("a_colleague", owner="two_hats", department="sales_one", act=HOLDINGS),
    Fact("a_beside", department="service", act=HOLDINGS),
    Fact("a_office", owner="archivist", department="head_office", act=HOLDINGS),
    Fact("a_unowned", act=HOLDINGS),
    Fact("a_public", level=0, department="sales_one", act=HOLDINGS),
    Fact("a_secret", level=2, owner="salesperson", department="sales_one", act=HOLDINGS),
    Fact("a_confidential", level=3, department="sales_one", act=HOLDINGS),
    Fact("a_top_secret", level=4, owner="salesperson", department="sales_one", act=HOLDINGS),
    Fact("a_foreign", fonds="B", owner="far", department="far", act=HOLDINGS),
)
_DOSSIERS = {fact.key: fact for fact in FACTS}


def paper_of_dossier(
    key: str, of: str, owner: str = "", department: str = "", sort: str = "HT01", level: int = 1
) -> Fact:
    """What lies in the archive of a dossier: its volume, papers of one kind, a project."""
    return Fact(key, owner=owner, department=department, level=level, act=HOLDINGS, of=_DOSSIERS[of], sort=sort)


#: Papers of dossiers, some of which are shared (``rules.SHARES``): by kind, up to a level, never with the volume they lie in.
PAPERS: tuple[Fact, ...] = (
    paper_of_dossier("p_office", "office", "archivist", "head_office"),
    paper_of_dossier("p_office_other", "office", "archivist", "head_office", "JY01"),
    paper_of_dossier("p_office_secret", "office", "archivist", "head_office", level=2),
    paper_of_dossier("p_office_confidential", "office", "archivist", "head_office", level=3),
    paper_of_dossier("p_beside", "beside", department="service"),
    paper_of_dossier("p_beside_other", "beside", department="service", sort="JY01"),
    paper_of_dossier("p_above", "above", "department_head", "sales"),
)
#: Lists bear no level of their own: who sees the list of a department sees its title, not what stands on it.
LISTS: tuple[Fact, ...] = (
    Fact("l_sales", level=0, department="sales_one", act=HOLDINGS),
    Fact("l_foreign", fonds="B", level=0, department="far", act=HOLDINGS),
)
STORES: tuple[Fact, ...] = (
    Fact("s_store", level=0, act=CUSTODY, is_common=True),
    Fact("s_foreign", fonds="B", level=0, act=CUSTODY, is_common=True),
)
#: Packages that came, as secret as what is in them; nobody's in particular.
ARRIVALS: tuple[Fact, ...] = (
    Fact("r_came", act=RECEIVE), Fact("r_confidential", level=3, act=RECEIVE), Fact("r_top_secret", level=4, act=RECEIVE),
    Fact("r_foreign", fonds="B", act=RECEIVE),
)  # fmt: skip
WORD = ("internal", "word")
ITEM = {"title": WORD, "author": WORD, "document_number": WORD, "remarks": WORD}
VOLUME = {"title": ("open", "word"), "situation": WORD, "remarks": WORD}
PROJECT = {"name": ("open", "word"), "content": WORD, "service_need": WORD, "technical_note": WORD}


def keep(house: House, fact: Fact | None, *rows: Any) -> None:
    """Rows that addresses may name."""
    for row in rows:
        house.rows.setdefault(type(row), {})[row.pk] = fact


def make_archive(house: House) -> None:
    """Everything, by the services, so that the trail knows of it."""
    for fonds in house.fonds.values():
        ensure_defaults(fonds)
    for fact in (*ARCHIVE, *PAPERS):
        arrange(house, fact)
    for fact in LISTS:
        hand_over(house, fact)
    for fact in ARRIVALS:
        arrive(house, fact)
    for fact in STORES:
        store(house, fact)
    settle(house)


def actor_of(house: House, fact: Fact) -> Any:
    """Who files in a company."""
    return house.people["archivist" if fact.fonds == "A" else "far"]


def fixed(house: House, fact: Fact) -> dict[str, Any]:
    """Whose, where, how secret."""
    return {
        "responsible": house.people.get(fact.owner), "department": house.departments.get(fact.department), "secrecy_level": fact.level,
    }  # fmt: skip


def arrange(house: House, fact: Fact) -> None:
    """A project, a volume with an item in it, and an item that waits; files with words; notes; a request; a test."""
    actor, fonds = actor_of(house, fact), house.fonds[fact.fonds]
    dossier = fact.of.key if fact.of is not None else "public" if fact.fonds == "A" else "foreign_unowned"
    customer = house.customers[dossier]
    project = projects.project_create(
        actor=actor, customer=customer, values={**house.sing(fact, "Project", PROJECT), **fixed(house, fact)}
    )
    kind = m.DocumentType.objects.get(fonds=fonds, code=fact.sort or "HT01")
    of = {"customer": customer} if fact.of is not None else {}
    paper = {
        "dated_on": date(2026, 3, 5),
        "pages": 3,
        "carrier": "hybrid",
        "document_type": kind,
        **of,
        **fixed(house, fact),
    }
    waiting = items_of.item_receive(
        actor=actor, values={**house.sing(fact, "Item", ITEM), **paper}, files=[paper_of(house, fact)], fonds=fonds
    )
    item = items_of.item_receive(
        actor=actor, values={**house.sing(fact, "Item", ITEM), **paper}, files=[paper_of(house, fact)], fonds=fonds
    )
    item = items_of.item_identify(actor=actor, item=item)
    volume = volumes_of.volume_create(
        actor=actor, fonds=fonds,
        values={**house.sing(fact, "Volume", VOLUME), **fixed(house, fact), **of, "year": 2026, "carrier": "hybrid",
                "series": m.Series.objects.get(scheme__fonds=fonds, scheme__state="in_force", code=kind.series_code),
                "retention": kind.retention},
    )  # fmt: skip
    item = items_of.item_place(actor=actor, item=item, values={"volume": volume}, reason=house.reason(fact))
    item = items_of.item_catalogue(actor=actor, item=item)
    word, parts = house.maker.word()
    house.add(fact, "VolumeNote", "text", "internal", "word", word, parts)
    volumes_of.note_add(actor=actor, volume=m.Volume.objects.get(pk=volume.pk), kind="remark", text=word)
    run = check_runs.check_run(actor=actor, occasion="filing", item=m.Item.objects.get(pk=item.pk))
    packed: Any = m.Package.objects.create(
        fonds=fonds,
        volume=volume,
        kind="bagit",
        file=paper_of(house, fact),
        digest="0" * 64,
        made_by="沈砚",
        made_at=clock.now(),
    )
    keep(house, fact, project, waiting, item, volume, run, packed, packed.file)
    keep(house, fact, *m.ItemFile.objects.filter(item__in=[waiting, item]))
    for held in m.ItemFile.objects.filter(item__in=[waiting, item]).select_related("file"):
        keep(house, fact, held.file)


def arrive(house: House, fact: Fact) -> None:
    """A package that was uploaded and found sound."""
    actor, fonds = actor_of(house, fact), house.fonds[fact.fonds]
    file = file_store(actor=actor, name="来包.zip", chunks=[b"packed"], fonds=fonds)
    words = house.sing(fact, "PackageArrival", {"name": WORD, "title": WORD, "origin": WORD})
    row: Any = m.PackageArrival.objects.create(
        fonds=fonds, file=file, kind="bagit", state="sound", secrecy_level=fact.level, brought_at=clock.now(),
        report={"problems": [], "files": 1}, **words,
    )  # fmt: skip
    keep(house, fact, row)


def paper_of(house: House, fact: Fact) -> StoredFile:
    """A file whose name and words are canaries."""
    named = house.sing(fact, "StoredFile", {"name": WORD})
    read = house.sing(fact, "FilePage", {"text": WORD})
    content = f"{read['text']}，合同条款若干。".encode()
    made = file_store(
        actor=actor_of(house, fact), name=f"{named['name']}.txt", chunks=[content], fonds=house.fonds[fact.fonds]
    )
    StoredFile.objects.filter(pk=made.pk).update(state=FileState.GOOD)
    made.refresh_from_db()
    page = FilePage.objects.create(file=made, number=1, text=str(read["text"]))
    pages_index([page], made.fonds_id)
    return made


def hand_over(house: House, fact: Fact) -> None:
    """A list with lines above the clearance of some who see it."""
    actor = actor_of(house, fact)
    told = house.sing(fact, "Transfer", {"title": WORD, "remarks": WORD})
    made = transfers.transfer_create(
        actor=actor, values={**told, "department": house.departments[fact.department]}, fonds=house.fonds[fact.fonds]
    )
    wanted = {"a_colleague", "a_secret", "a_confidential", "a_top_secret"} if fact.fonds == "A" else {"a_foreign"}
    waiting = [
        m.Item.objects.get(pk=key)
        for key, known in house.rows[m.Item].items()
        if known is not None and known.key in wanted
    ]
    loose = [item for item in waiting if item.volume_id is None]
    transfers.transfer_add(actor=actor, transfer=made, items=loose)
    keep(house, fact, made)


def store(house: House, fact: Fact) -> None:
    """A store-room with everything that is written down about it."""
    actor, fonds = actor_of(house, fact), house.fonds[fact.fonds]
    building = location_create(
        actor=actor,
        values={"kind": "storehouse", "code": "K", **house.sing(fact, "Location", {"note": WORD})},
        fonds=fonds,
    )
    room = location_create(
        actor=actor, values={"kind": "room", "parent": building, "code": "1", **house.sing(fact, "Location", {"note": WORD})}, fonds=fonds
    )  # fmt: skip
    cabinet = cabinet_make(actor=actor, location=room, code="01", shelves=2)
    box = boxes_make(actor=actor, location=cabinet.children.order_by("pk").first(), count=1)[0]
    keep(house, fact, building, room, cabinet, box, stock_take_begin(actor=actor, location=cabinet))
    keep(house, fact, inspection_plan(actor=actor, values={"location": room}))
    keep(
        house, fact, finding_note(actor=actor, values={"location": room, **house.sing(fact, "Finding", {"text": WORD})})
    )
    told = house.sing(fact, "Equipment", {"name": WORD, "remarks": WORD})
    keep(house, fact, equipment_add(actor=actor, values={"location": room, "kind": "fire", **told}))
    visitor = house.sing(fact, "RoomVisit", {"visitor": ("personal", "word4"), "purpose": WORD})
    keep(house, fact, room_enter(actor=actor, values={"location": room, **visitor}))


def settle(house: House) -> None:
    """What the company lays down, and what only the keeper of the store sees."""
    for model in (m.RetentionPeriod, m.Scheme, m.Series, m.DocumentType, m.CodeTemplate, m.ReferenceCode):
        for fonds in house.fonds.values():
            where = {"scheme__fonds": fonds} if model is m.Series else {"fonds": fonds}
            keep(house, None, model._default_manager.filter(**where).order_by("pk").first())
    now = clock.now()
    fonds = house.fonds["A"]
    run: Any = FixityRun.objects.create(
        started_at=now, finished_at=now, state=RunState.DONE, is_full=True, by="定时任务", fault_count=1
    )
    held = StoredFile.objects.filter(fonds=fonds).order_by("-pk").first()
    fault: Any = FixityFault.objects.create(
        run=run, file=held, place=held.place, kind=FaultKind.ALTERED, words="内容被改动。", found_at=now
    )
    keep(house, None, run, fault)
    asked = m.Volume.objects.filter(fonds=fonds).order_by("pk").first()
    reopening = m.VolumeReopening.objects.create(
        volume=asked, reason="补入协议", asked_by=house.people["archivist"], asked_at=now
    )
    keep(house, house.rows[m.Volume][asked.pk], reopening)


VOLUME_FORMS = (("contents", "pdf"), ("contents", "xlsx"), ("cover", "pdf"), ("notes", "pdf"), ("spine", "pdf"))
BOX_FORMS = (
    ("box_spine", "pdf"),
    ("box_items", "pdf"),
    ("box_items", "xlsx"),
    ("box_face", "pdf"),
    ("box_notes", "pdf"),
)
Filling = Callable[[House], list[tuple[dict[str, Any], Fact | None]]]


def each(model: type[Any], **words: Any) -> Filling:
    """An address that names a row of a model, and further words that are always the same."""
    return lambda house: [({"pk": key, **words}, fact) for key, fact in house.rows[model].items()]


def printed(model: type[Any], pairs: tuple[tuple[str, str], ...]) -> Filling:
    """Every form of every row, on paper and as a workbook."""
    return lambda house: [
        ({"pk": key, "form": form, "ext": ext}, fact) for key, fact in house.rows[model].items() for form, ext in pairs
    ]


def parts_of(model: type[Any], name: str, below: type[Any], **where: Any) -> Filling:
    """An address that names a row and one that belongs to it."""

    def fill(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
        found = []
        for key, fact in house.rows[model].items():
            one = below._default_manager.filter(**dict.fromkeys(where, key)).order_by("pk").first()
            found.append(({"pk": key, name: one.pk if one is not None else 0}, fact))
        return found

    return fill


#: Addresses that name more than one thing.
FILLINGS: dict[str, Filling] = {
    "files:picture": each(StoredFile, number=1, kind="thumb"),
    "holdings:picker": lambda house: [({"kind": kind}, None) for kind in ("item", "volume", "customer", "location")],
    "holdings:item-file": parts_of(m.Item, "file_pk", m.ItemFile, item=True),
    "holdings:series-create": lambda house: [({"scheme_pk": key}, fact) for key, fact in house.rows[m.Scheme].items()],
    "holdings:volume-release": parts_of(m.Volume, "item_pk", m.Item, volume=True),
    "holdings:volume-form": printed(m.Volume, VOLUME_FORMS),
    "holdings:box-form": printed(m.Location, BOX_FORMS),
    "holdings:transfer-form": printed(m.Transfer, (("transfer", "pdf"), ("transfer", "xlsx"))),
    "holdings:print-list": lambda house: [
        *(({"form": form, "ext": ext}, None) for form in ("volumes", "items") for ext in ("pdf", "xlsx")),
        ({"form": "labels", "ext": "pdf"}, None),
    ],
    "holdings:transfer-line-remove": parts_of(m.Transfer, "line_pk", m.TransferLine, transfer=True),
    "holdings:check-run-answer": parts_of(m.CheckRun, "result_pk", m.CheckResult, run=True),
}
#: Beginning of an address → what its number names, where its page does not say.
NAMED: dict[str, type[Any]] = {
    "files:view": StoredFile, "files:read-again": StoredFile, "files:fixity-fault": FixityFault, "files:fixity-": FixityRun,
    "holdings:item-file-stamped": m.ItemFile, "holdings:item-": m.Item, "holdings:volume-": m.Volume, "holdings:series-": m.Series,
    "holdings:reopening-": m.VolumeReopening, "holdings:box-": m.Location, "holdings:stock-take-": m.StockTake,
    "holdings:inspection-": m.Inspection, "holdings:climate-room": m.Location, "holdings:climate-readings": m.Location,
    "holdings:climate-print": m.Location, "holdings:check-run-": m.CheckRun,
    "holdings:transfer-": m.Transfer, "holdings:package-": m.Package,
    "holdings:arrival-": m.PackageArrival, "holdings:dossier-package": Customer,
}  # fmt: skip
#: See declared.py.
MODELS: dict[str, str] = {
    "files.filepage": "canaries", "files.filereading": "how a reading went, no exit of its own", "files.fixityfault": "rows",
    "files.fixityrun": "rows", "files.rendition": "sealed pictures; leave through the pages of their file", "files.storedfile": "rows",
    "holdings.checkresult": "points of a test, seen with it", "holdings.checkrun": "rows", "holdings.climatelimit": "figures of a room",
    "holdings.climatereading": "figures of a room", "holdings.codetemplate": "rows", "holdings.documenttype": "rows",
    "holdings.equipment": "rows", "holdings.filingtrace": "seen with its item; its reason is a canary", "holdings.finding": "rows",
    "holdings.inspection": "rows", "holdings.item": "rows", "holdings.itemfile": "rows", "holdings.location": "rows",
    "holdings.package": "rows", "holdings.packagearrival": "rows",
    "holdings.placement": "seen with its place", "holdings.printedsheet": "sealed lines; asked by their code",
    "holdings.printsettings": "settings", "holdings.project": "rows", "holdings.referencecode": "rows", "holdings.retentionperiod": "rows",
    "holdings.roomvisit": "rows", "holdings.scheme": "rows", "holdings.series": "rows", "holdings.seriesmerger": "seen with the classes",
    "holdings.statisticsreport": "counts",
    "holdings.stockline": "codes, seen with the stock-take", "holdings.stockscan": "codes", "holdings.stocktake": "rows",
    "holdings.transfer": "rows", "holdings.transferline": "seen with its list", "holdings.volume": "rows",
    "holdings.volumenote": "seen with its volume; its text is a canary", "holdings.volumereopening": "rows",
}  # fmt: skip
__all__ = ["ARCHIVE", "FILLINGS", "MODELS", "NAMED", "PAPERS", "make_archive"]
