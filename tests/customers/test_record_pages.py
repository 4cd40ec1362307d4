"""The pages of docs/records say what the code says: every field once, with its name and secrecy class; only real events."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from kedang.foundation.access.secrecy import FIELD_CLASSES
from kedang.foundation.audit.vocabulary import CATEGORIES, event_type
from kedang.foundation.kernel.fields import EncryptedTextField

MODULES = (
    "kedang.business.customers.services",
    "kedang.business.customers.services.bulk",
    "kedang.business.retention.services.holding",
    "kedang.business.lending.services.sharing",
    *(f"kedang.business.service.services.{name}" for name in ("reporting", "settling", "rules")),
    *(
        f"kedang.business.lending.services.{name}"
        for name in (
            "correcting",
            "fetching",
            "going",
            "issuing",
            "preparing",
            "returning",
            "rules",
            "basket",
            "copying",
            "feedback",
            "granting",
            "matching",
            "openings",
            "requesting",
            "taking",
        )
    ),
    "kedang.foundation.numbering.services",
    "kedang.foundation.audit.record",
    "kedang.foundation.audit.vocabulary",
    "kedang.foundation.access.services",
    "kedang.foundation.access.opened.services",
    *(
        f"kedang.foundation.approvals.services.{name}"
        for name in ("opening", "deciding", "owning", "flows", "stand_ins")
    ),
    "kedang.foundation.approvals.general",
    *(
        f"kedang.business.holdings.services.{name}"
        for name in (
            "arrivals",
            "check_runs",
            "packages",
            "transfer_receiving",
            "transfers",
            "codes",
            "items",
            "items.bringing",
            "items.bulk",
            "ledger",
            "periods",
            "projects",
            "schemes",
            "series",
            "templates",
            "types",
            "volumes",
        )
    ),
)
FOLDER = Path(settings.BASE_DIR) / "docs" / "records"
PAGES: dict[str, tuple[str, ...]] = {
    "customer.md": (
        "customers.Customer", "customers.CustomerProfile", "customers.FormerName", "customers.ClassAxis",
        "customers.ClassTerm", "customers.CustomerClass", "customers.DossierRequirement",
    ),
    "change-request.md": ("customers.ChangeRequest", "customers.ChangeLine", "customers.DossierRules"),
    "contact.md": ("customers.Contact",),
    "contact-report.md": ("service.ContactReport", "service.ReportNote", "service.ServiceRules"),
    "loan.md": ("lending.Loan", "lending.LoanFault", "lending.LoanPhoto", "lending.LendingRules"),
    "key-person.md": ("customers.KeyPerson",),
    "numbering.md": ("numbering.NumberRule", "numbering.NumberSeries", "numbering.NumberEntry"),
    "event.md": ("audit.Event",),
    "person.md": ("access.Person", "access.Department", "access.Fonds", "access.SignInCounter"),
    "role.md": ("access.Role",),
    "grant.md": ("access.Grant",),
    "record-grant.md": ("access.RecordGrant",),
    "share.md": ("access.RecordShare", "access.ShareRecipient"),
    "use-request.md": ("lending.UseRequest", "lending.UseWanted", "lending.BasketLine"),
    "use-feedback.md": ("lending.UseFeedback", "lending.UpdateTask"),
    "case.md": ("approvals.Case", "approvals.CaseLine", "approvals.Task", "approvals.Decision", "approvals.CaseCopy"),
    "flow.md": ("approvals.Flow", "approvals.FlowStep", "approvals.StandIn"),
    "scheme.md": ("holdings.Scheme", "holdings.Series", "holdings.SeriesMerger", "holdings.RetentionPeriod"),
    "document-type.md": ("holdings.DocumentType",),
    "code-template.md": ("holdings.CodeTemplate", "holdings.ReferenceCode"),
    "project.md": ("holdings.Project",),
    "transfer.md": ("holdings.Transfer", "holdings.TransferLine"),
    "check-run.md": ("holdings.CheckRun", "holdings.CheckResult"),
    "package.md": ("holdings.Package", "holdings.PackageArrival"),
    "item.md": ("holdings.Item", "holdings.ItemFile", "holdings.FilingTrace"),
    "hold.md": ("retention.Hold", "retention.HoldLine"),
    "volume.md": ("holdings.Volume", "holdings.VolumeNote", "holdings.VolumeReopening"),
}  # fmt: skip


def said(page: str) -> set[tuple[str, str, str]]:
    """(field, name, class) of every field in the tables of a page."""
    found = set()
    for line in (FOLDER / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 2 or "` " not in cells[1]:
            continue
        for field, name in re.findall(r"`(\w+)` ([^·]+)", cells[1]):
            found.add((field, name.strip(), cells[2] if len(cells) > 2 else ""))
    return found


def meant(model: type[models.Model]) -> set[tuple[str, str, str]]:
    secrecy = getattr(model, "secrecy", None)
    rows = set()
    for field in model._meta.concrete_fields:
        if field.name == "id":
            continue
        words = str(FIELD_CLASSES[secrecy.of(field.name)]) if secrecy else ""
        rows.add(
            (
                field.name,
                str(field.verbose_name),
                words + ("（加密存放）" if isinstance(field, EncryptedTextField) else ""),
            )
        )
    return rows


@pytest.mark.parametrize("page", PAGES)
def test_fields_of_a_page_are_those_of_the_code(page: str) -> None:
    wanted = set().union(*(meant(apps.get_model(name)) for name in PAGES[page]))
    assert said(page) - wanted == set(), "the page says what the code does not"
    assert wanted - said(page) == set(), "the page leaves out what the code has"


@pytest.mark.parametrize("page", PAGES)
def test_events_of_a_page_exist_under_their_names(page: str) -> None:
    text = (FOLDER / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| ([^|]+) \|", text, re.MULTILINE)
    assert rows
    for code, title in rows:
        known = event_type(code)
        assert known is not None and str(known.title) == title.strip(), code


def test_every_customer_event_stands_on_a_page() -> None:
    from kedang.foundation.audit.vocabulary import event_types

    text = "".join((FOLDER / page).read_text(encoding="utf-8") for page in PAGES)
    missing = [
        e.code for e in event_types() if e.code.startswith(("customers.", "numbering.")) and f"`{e.code}`" not in text
    ]
    assert missing == []


def test_verbs_of_the_pages_exist() -> None:
    verbs = set()
    for page in PAGES:
        for line in (FOLDER / page).read_text(encoding="utf-8").splitlines():
            first = line.split("|")[1] if line.startswith("| `") else ""
            verbs |= {name for name in re.findall(r"`(\w+)`", first) if "_" in name}
    known = set(CATEGORIES) | {name for module in MODULES for name in vars(import_module(module))}
    assert verbs - known == set() and len(verbs) > 15
