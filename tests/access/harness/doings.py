"""What people have done before anybody asks: imports, searches by number, unmasking, exports. All of it leaves traces."""

from django.urls import reverse

from kedang.business.customers.models import Contact, Customer, CustomerProfile, FormerName, KeyPerson
from kedang.business.intake.models import ImportBatch, ImportTemplate
from kedang.business.intake.services import batch_commit, batch_map, batch_stage, batch_undo, batch_upload
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.access.veil import field_unmask
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.inline import work_here
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.safekeeping.models import Drill
from kedang.foundation.search.services import search_run
from kedang.foundation.web.models import ListSettings, SavedView
from kedang.foundation.web.records.base import RecordPages
from tests.access.harness.cast import PEOPLE
from tests.access.harness.house import FACTS, STAGED, House
from tests.access.harness.rules import Fact

COLUMNS = {
    "客户名称": ("name", "open", "name"), "统一社会信用代码": ("uscc", "open", "uscc"), "电话": ("phone", "contact", "phone"),
    "手机": ("mobile", "contact", "mobile"), "银行账号": ("bank_account", "account", "account"), "地址": ("address", "internal", "word"),
    "备注": ("remarks", "internal", "word"),
}  # fmt: skip
BROKEN = "统一社会信用代码"
"""Staged rows also hold one that is refused, with a wrong code, and cells beyond the headings."""


def do_what_people_do(house: House) -> None:
    """Everything."""
    imported = next(fact for fact in FACTS if fact.key == "imported")
    undone = next(fact for fact in FACTS if fact.key == "undone")
    for fact, actor in ((imported, "archivist"), (undone, "archivist"), (STAGED, "clerk")):
        bring_in(house, fact, actor)
    traces(house)
    jobs(house)
    for who in PEOPLE:
        wide(house, who.key)
    rest(house)


def bring_in(house: House, fact: Fact, actor_key: str) -> None:
    """A file of one row (two where it stays staged), committed and taken back as its fact says."""
    actor = house.people[actor_key]
    rows = []
    for _number in range(2 if fact.state == "staged" else 1):
        given = {name: (kind, shape) for name, kind, shape in COLUMNS.values()}
        values = house.sing(fact, "Customer", given, batch=actor_key)
        rows.append([str(values[name]) for name, _kind, _shape in COLUMNS.values()])
    if fact.state == "staged":
        rows[1][1] = rows[1][1][:-1] + ("A" if rows[1][1][-1] != "A" else "B")
        rows[1].append(str(house.sing(fact, "Customer", {"wechat": ("contact", "wechat")}, batch=actor_key)["wechat"]))
    path = house.folder / f"{fact.key}.csv"
    path.write_text("\n".join(",".join(row) for row in [list(COLUMNS), *rows]) + "\n", encoding="utf-8")
    batch = batch_upload(actor=actor, file_name=path.name, source=path)
    batch_map(actor=actor, batch_id=batch.pk, department_id=house.departments["sales_one"].pk)
    work_here(lambda: batch_stage(actor=actor, batch_id=batch.pk))
    if fact.state != "staged":
        work_here(lambda: batch_commit(actor=actor, batch_id=batch.pk))
    if fact.state == "undone":
        work_here(lambda: batch_undo(actor=actor, batch_id=batch.pk, reason="重复导入"))
    house.batches[fact.key] = ImportBatch.objects.get(pk=batch.pk)
    house.rows.setdefault(ImportBatch, {})[batch.pk] = fact
    for made in Customer.objects.filter(name=rows[0][0]):
        assert fact.state != "staged", "a staged row must not be a customer yet"
        house.customers[fact.key] = made
        house.facts[made.pk] = fact
        house.rows[Customer][made.pk] = fact
    assert fact.state == "staged" or fact.key in house.customers, f"{fact.key}: {house.batches[fact.key].counts}"


def traces(house: House) -> None:
    """Numbers typed into the search box, numbers opened with a reason, a look at a dossier: the log knows of all."""
    manager = house.people["general_manager"]
    for fact in FACTS:
        made = house.customers[fact.key]
        if fact.fonds != "A":
            continue
        made.refresh_from_db()
        search_run(actor=manager, kind="customer", text=made.mobile)
        search_run(actor=manager, kind="customer", text=made.bank_account)
        for name in ("mobile", "bank_account"):
            field_unmask(actor=manager, obj=made, field=name, reason=house.reason(fact))
        house.client("general_manager").get(reverse("customers:customer-detail", args=[made.pk]))
        house.client("general_manager").get(reverse("customers:customer-list"), {"q": made.mobile})
        house.client("clerk").get(reverse("customers:customer-grade", args=[made.pk]))


def jobs(house: House) -> None:
    """Exports that waited in the queue and are done: each belongs to who asked for it."""
    names = [field.name for field in Customer._meta.concrete_fields]
    for key, kind in (("archivist", "xlsx"), ("department_head", "csv"), ("field_agent", "xlsx"), ("analyst", "csv")):
        args = {"kind": "customers.customer", "query": "", "columns": names, "file_kind": kind}
        job = work_here(
            lambda key=key, args=args: enqueue(house.people[key], "web.export", args=args, title="导出客户")
        )  # type: ignore[misc]
        house.exports[job.pk] = key


def wide(house: House, key: str) -> None:
    """Everybody likes all columns of every list, as far as they get them."""
    for pages in dict.fromkeys(RecordPages._by_kind.values()):
        names = [column if isinstance(column, str) else column.name for column in pages.columns]
        ListSettings.objects.get_or_create(
            owner=house.people[key], record_kind=pages.kind(), defaults={"columns": names, "page_size": 100}
        )


def rest(house: House) -> None:
    """Rows of the other kinds that addresses may name."""
    archivist, now = house.people["archivist"], clock.now()
    ImportTemplate.objects.create(fonds=house.fonds["A"], name="展会", created_by=archivist, created_at=now)
    SavedView.objects.create(
        fonds=house.fonds["A"], owner=archivist, record_kind="customers.customer", name="华南", is_shared=True,
        conditions={"region_code": ["深圳"], "sort": ["-phone"]}, columns=["name", "phone", "mobile", "bank_account"], created_at=now,
    )  # fmt: skip
    Drill.objects.create(
        backup_code="20260101T000000Z", started_at=now, finished_at=now, is_passed=True, words="一致", by="沈砚"
    )
    for model in (Person, Grant, Role, Job, ImportTemplate, SavedView, FormerName, Drill):
        keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
        house.rows[model] = dict.fromkeys(keys)
    for model in (Contact, KeyPerson, CustomerProfile):
        house.rows.setdefault(model, {})
    house.rows[type(house.departments["sales"])] = {row.pk: None for row in house.departments.values()}
    house.rows[Event] = dict.fromkeys(Event.objects.order_by("pk").values_list("pk", flat=True))
