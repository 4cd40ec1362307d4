"""What addresses of scheme, filing scope, templates, codes and projects name: all of 青禾, the project of 周航."""

from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import CodeTemplate, DocumentType, ReferenceCode, RetentionPeriod
from kedang.business.holdings.services.projects import project_create
from kedang.business.holdings.services.schemes import scheme_draft
from kedang.business.holdings.setup import ensure_defaults
from tests.cast import Cast


def arguments_of_scheme(cast: Cast, customer: Customer) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    ensure_defaults(cast.fonds)
    draft = scheme_draft(actor=cast.archivist)
    project = project_create(actor=cast.archivist, customer=customer, values={"name": "污水处理站改造"})
    code = ReferenceCode.objects.filter(fonds=cast.fonds, state="current").order_by("id").first()

    def first(model: Any) -> dict[str, Any]:
        return {"pk": model.objects.filter(fonds=cast.fonds).order_by("id").first().pk}

    return {
        "scheme": {"pk": draft.pk}, "series-create": {"scheme_pk": draft.pk},
        "series": {"pk": draft.series.latest("id").pk},
        "period": first(RetentionPeriod), "document-type": first(DocumentType), "code-template": first(CodeTemplate),
        "code-replace": {"pk": code.pk if code is not None else 0},
        "project-create": {"customer_pk": customer.pk}, "project": {"pk": project.pk},
    }  # fmt: skip
