"""Things that tests of the archive need again and again: the shipped scheme, its classes and periods, volumes and items.

``make_volume`` and ``make_item`` write the models with codes from the ledger; parts test their own services.
"""

from typing import Any

from django.db import transaction

from kedang.business.holdings.models import (
    CodeTemplate,
    DocumentType,
    Item,
    Project,
    RetentionPeriod,
    Scheme,
    Series,
    Volume,
)
from kedang.business.holdings.services.codes import code_issue_item, code_register, codes_issue_volume
from kedang.business.holdings.services.schemes import scheme_in_force
from kedang.business.holdings.services.templates import template_for
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.remembered import remembered


def lay_defaults(cast: Cast) -> Scheme:
    """Both companies get what is shipped; returns the scheme in force of 青禾."""
    lay_defaults_of(cast.fonds)
    lay_defaults_of(cast.other_fonds)
    return scheme_in_force(cast.fonds.pk)


def lay_defaults_of(fonds: Fonds) -> None:
    """What is shipped, for one company; made by the program once, then written again."""
    remembered(("defaults", fonds.pk, fonds.code), lambda: ensure_defaults(fonds) and None)


def series(code: str = "ZY·KH·HT", fonds: Fonds | None = None) -> Series:
    """A class of the scheme in force."""
    where = {"scheme__fonds": fonds} if fonds is not None else {"scheme__fonds__code": "001"}
    found: Series = Series.objects.select_related("scheme").get(code=code, scheme__state="in_force", **where)
    return found


def period(code: str = "D30", fonds: Fonds | None = None) -> RetentionPeriod:
    """A retention period."""
    where = {"fonds": fonds} if fonds is not None else {"fonds__code": "001"}
    found: RetentionPeriod = RetentionPeriod.objects.get(code=code, **where)
    return found


def document_type(code: str = "HT01") -> DocumentType:
    """A line of the filing scope."""
    found: DocumentType = DocumentType.objects.get(code=code, fonds__code="001")
    return found


def template(arrangement: str = "volume") -> CodeTemplate:
    """The default template of 青禾."""
    return template_for(Fonds.objects.get(code="001").pk, arrangement)


def issue(cast: Cast, **given: Any) -> tuple[str, int]:
    """The next code of a volume."""
    asked = {"template": template(), "series": series(), "year": 2026, "retention": period(), **given}
    with transaction.atomic():
        return codes_issue_volume(actor=asked.pop("actor", cast.archivist), **asked)


def make_volume(cast: Cast, **values: Any) -> Volume:
    """A volume of 2026 of contracts, kept thirty years, with a code from the ledger."""
    wanted = {
        "title": "青山精密机械有限公司合同", "series": None, "retention": None, "year": 2026, "template": None,
        "department": cast.sales_one, "responsible": cast.archivist, **values,
    }  # fmt: skip
    wanted["series"] = wanted["series"] or series()
    wanted["retention"] = wanted["retention"] or period()
    wanted["template"] = wanted["template"] or template()
    now = clock.now()
    with transaction.atomic():
        code, number = codes_issue_volume(
            actor=cast.archivist, template=wanted["template"], series=wanted["series"], year=wanted["year"], retention=wanted["retention"]
        )  # fmt: skip
        made = Volume.objects.create(
            fonds=cast.fonds, reference_code=code, number=number, created_at=now, changed_at=now, **wanted
        )
        code_register(actor=cast.archivist, code=code, volume=made)
    return made


def make_item(cast: Cast, volume: Volume | None = None, *, is_coded: bool = True, **values: Any) -> Item:
    """An item, in a volume or by itself; with ``is_coded`` it has its code and is filed."""
    wanted = {
        "title": "设备采购合同", "year": 2026, "document_type": None, "department": cast.sales_one, "responsible": cast.salesperson,
        "series": volume.series if volume else None, "retention": volume.retention if volume else None, **values,
    }  # fmt: skip
    wanted["document_type"] = wanted["document_type"] or document_type()
    wanted["series"] = wanted["series"] or series("WS·KH")
    wanted["retention"] = wanted["retention"] or period()
    with transaction.atomic():
        made = Item(fonds=cast.fonds, volume=volume, created_at=clock.now(), **wanted)
        if is_coded:
            made.reference_code, made.number = code_issue_item(actor=cast.archivist, item=made, volume=volume)
            made.state, made.filed_at = "filed", clock.now()
            made.position = made.number
        made.save(force_insert=True)
        if is_coded:
            code_register(actor=cast.archivist, code=made.reference_code, item=made)
    return made


def make_project(cast: Cast, customer: Any, **values: Any) -> Project:
    """A running project of a customer."""
    wanted = {
        "name": "污水处理站改造",
        "number": "XM20260001",
        "state": "running",
        "responsible": cast.salesperson,
        **values,
    }
    made: Project = Project.objects.create(
        fonds=cast.fonds, customer=customer, department=cast.sales_one, created_at=clock.now(), **wanted
    )
    return made
