"""One of everything that an address can name, all of it in 青禾 and, where somebody owns it, of 沈砚 or 周航."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from kedang.business.customers import services as customers
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.intake.models import ImportBatch, ImportTemplate
from kedang.foundation.access.models import Person
from kedang.foundation.access.services import person_deactivate, role_create
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import RenditionKind, StoredFile
from kedang.foundation.files.previewing.drawing import picture_of
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel import clock
from kedang.foundation.safekeeping.models import Drill
from kedang.foundation.web.models import SavedView
from tests.access.scene_approvals import arguments_of_approvals
from tests.access.scene_changes import arguments_of_changes
from tests.access.scene_custody import arguments_of_custody
from tests.access.scene_files import arguments_of_storage
from tests.access.scene_governance import arguments_of_governance
from tests.access.scene_handing import arguments_of_handing
from tests.access.scene_items import arguments_of_items
from tests.access.scene_loans import arguments_of_loans
from tests.access.scene_printing import arguments_of_printing
from tests.access.scene_scheme import arguments_of_scheme
from tests.access.scene_service import arguments_of_reports
from tests.access.scene_sharing import arguments_of_sharing
from tests.access.scene_use import arguments_of_use
from tests.access.scene_volumes import arguments_of_volumes
from tests.cast import Cast, make_person
from tests.files import papers

PEOPLE = (
    "archivist", "salesperson", "colleague", "head", "auditor", "admin", "officer", "reader", "manager", "clerk", "stranger",
)  # fmt: skip
"""Columns of the matrix."""


@dataclass
class Scene:
    """People, records and how to fill addresses with them."""

    cast: Cast
    officer: Person
    customer: Customer
    arguments: dict[str, dict[str, Any]]

    def person(self, name: str) -> Person:
        """One of the cast, or the officer."""
        found: Person = self.officer if name == "officer" else getattr(self.cast, name)
        return found

    def client(self, name: str) -> Client:
        """A browser of that person; empty for nobody."""
        client = Client(raise_request_exception=True)
        if name:
            client.force_login(self.person(name))
        return client

    def arguments_of(self, name: str) -> dict[str, Any]:
        """Arguments of an address by the noun in its name."""
        if name in self.arguments:
            return self.arguments[name]
        room, _, page = name.partition(":")
        nouns = sorted((key for key in self.arguments if ":" not in key), key=len, reverse=True)
        noun = next((key for key in nouns if page.startswith(key) or key == f"{room}/"), "")
        return self.arguments.get(noun, {})


def make_scene(cast: Cast) -> Scene:
    """Everything."""
    officer = make_person(cast.fonds, "bailu", "白露", "security_admin", cast.head_office)
    gone = make_person(cast.fonds, "guren", "古仁", "reader", cast.service)
    with transaction.atomic():
        customer = customers.customer_create(
            actor=cast.archivist,
            values={
                "name": "青山精密机械有限公司", "region_code": "440305", "phone": "0755-26712345",
                "bank_account": "6222021001116245702", "responsible": cast.salesperson, "department": cast.sales_one,
            },
            contacts=[{"name": "李工", "mobile": "13900139000", "is_primary": True}],
            key_persons=[{"name": "王总", "role": "owner", "hobbies": "钓鱼"}],
            profile={"potential": "看好"},
        )  # fmt: skip
        role = role_create(actor=cast.admin, name="展会助理", actions=["customers.view"])
        person_deactivate(actor=cast.admin, person=gone, reason="离职")
    now = clock.now()
    batch = ImportBatch.objects.create(
        fonds=cast.fonds, actor=cast.archivist, actor_name="沈砚", file_name="客户.csv", sha256="0" * 64, created_at=now
    )
    template = ImportTemplate.objects.create(fonds=cast.fonds, name="展会", created_by=cast.archivist, created_at=now)
    job = Job.objects.create(
        fonds=cast.fonds, kind="intake.stage", actor=cast.archivist, actor_name="沈砚", created_at=now, title="核对"
    )
    fetched = Job.objects.create(
        fonds=cast.fonds, kind="web.export", actor=cast.salesperson, actor_name="周航", created_at=now, state="done",
        args={"file_kind": "csv"}, result={"name": "客户.csv"},
    )  # fmt: skip
    view = SavedView.objects.create(
        fonds=cast.fonds, owner=cast.archivist, record_kind="customers.customer", name="华南", conditions={"name": ["青山"]},
        created_at=now,
    )  # fmt: skip
    drill = Drill.objects.create(
        backup_code="kedang-20261101T010000Z-00ff00", started_at=now, finished_at=now, is_passed=True, words="能完整恢复。",
        report=[{"title": "恢复数据库", "words": "一致", "is_good": True, "seconds": 1.5}], by="陆远",
    )  # fmt: skip
    file = _file(cast)
    pk, key = (lambda obj: {"pk": obj.pk}), customer.pk
    arguments: dict[str, dict[str, Any]] = {
        "person-unmask": {"pk": cast.reader.pk, "field": "mobile"}, "person-activate": pk(gone), "person": pk(cast.reader),
        "grant-give": pk(cast.reader), "grant": pk(cast.reader.grants.get()), "department": pk(cast.service), "role": pk(role),
        "safekeeping:drill": pk(drill), "safekeeping:drill-print": pk(drill),
        "event": pk(Event.objects.filter(code="customers.created").latest("id")),
        "passkey-options": {"purpose": "add"}, "factor-remove": {"pk": 0}, "bundle": {"pk": 1},
        "subject": {"kind": "customers.customer", "pk": key},
        "contact-unmask": {"pk": Contact.objects.get().pk, "field": "mobile"},
        "contact-create": {"customer_pk": key}, "contact": pk(Contact.objects.get()),
        "key-person-unmask": {"pk": KeyPerson.objects.get().pk, "field": "hobbies"},
        "key-person-create": {"customer_pk": key}, "key-person": pk(KeyPerson.objects.get()),
        "profile-unmask": {"pk": CustomerProfile.objects.get().pk, "field": "credit_problems"},
        "profile": pk(CustomerProfile.objects.get()),
        "customer-unmask": {"pk": key, "field": "bank_account"}, "customer-profile-edit": {"customer_pk": key},
        "customer": {"pk": key}, "card": {"pk": key}, "cascade": {"kind": "region"},
        "batch-unmask": {"pk": batch.pk, "field": "file_name"}, "batch": pk(batch),
        "template-unmask": {"pk": template.pk, "field": "name"}, "template": pk(template),
        "files:view": pk(file), "files:read-again": pk(file), "files:picture": {"pk": file.pk, "number": 1, "kind": "thumb"},
        "export-file": pk(fetched), "job-unmask": {"pk": job.pk, "field": "title"}, "job": pk(job),
    }  # fmt: skip
    arguments |= arguments_of_items(cast, customer)
    arguments |= arguments_of_volumes(cast)
    arguments |= arguments_of_printing(cast)
    arguments |= arguments_of_custody(cast)
    arguments |= arguments_of_handing(cast)
    arguments["dossier-package"] = {"pk": customer.pk}
    arguments |= arguments_of_storage(cast)
    arguments |= arguments_of_scheme(cast, customer)
    arguments |= arguments_of_approvals(cast)
    arguments |= arguments_of_loans(cast)
    arguments |= arguments_of_use(cast, customer)
    arguments |= arguments_of_sharing(cast, customer)
    arguments |= arguments_of_reports(cast, customer)
    arguments |= arguments_of_changes(cast, customer)
    arguments |= arguments_of_governance(cast, officer)
    for name, _pattern in addresses():
        if name.endswith("-view-delete"):
            arguments[name] = {"view_id": view.pk}
    return Scene(cast, officer, customer, arguments)


def _file(cast: Cast) -> StoredFile:
    """A photo of an item in 周航's care, drawn already."""
    file = papers.stored(cast.archivist, "照片.jpg", papers.photo())
    papers.held_by_item(file, responsible=cast.salesperson, department=cast.sales_one)
    picture_of(file, 1, RenditionKind.THUMB)
    return file


def addresses() -> list[tuple[str, str]]:
    """Every named address of the site with its pattern."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, space: str, prefix: str) -> Any:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, entry.namespace or space, prefix + str(entry.pattern))
        else:
            yield f"{space}:{entry.name}", prefix + str(entry.pattern)
