"""What another company calls it, by the names of this one: matched, or made inactive, and told."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import SchemeState
from kedang.business.holdings.models import (
    CodeTemplate,
    DocumentType,
    Project,
    ReferenceCode,
    RetentionPeriod,
    Scheme,
    Series,
)
from kedang.business.holdings.services.package_values import Facts
from kedang.foundation.access.models import Department, Fonds, Person


class Matching:
    """Finds classes, periods, templates, people … of a company; ``unknown`` says what it does not have."""

    def __init__(self, fonds: Fonds) -> None:
        self.fonds = fonds
        self.unknown: list[str] = []
        self.customers: dict[tuple[str, str], Customer] = {}
        """Number and name there → customer here, where that is known already."""
        self.scheme = Scheme.objects.filter(fonds=fonds, state=SchemeState.IN_FORCE).get()

    def is_taken(self, code: str) -> bool:
        """A code stands for something here already."""
        return bool(ReferenceCode.objects.filter(fonds=self.fonds, code=code).exists())

    def series(self, facts: Facts) -> Series:
        """The class of this code in the scheme in force."""
        found = Series.objects.filter(scheme=self.scheme, code=facts["code"]).first()
        if found is None:
            self.unknown.append(_("类别 %(code)s") % {"code": facts["code"]})
            found = Series.objects.create(
                scheme=self.scheme,
                code=facts["code"],
                name=facts["name"],
                is_active=False,
                scope_note=_("由封装包带入"),
            )
            found.path = f"/{found.pk}/"
            found.save(update_fields=["path"])
        made: Series = found
        return made

    def series_for_new(self) -> Series:
        """An active class under which a new code may be given."""
        found: Series = Series.objects.filter(scheme=self.scheme, is_active=True, arrangement="volume").order_by("pk")[
            0
        ]
        return found

    def retention(self, facts: Facts) -> RetentionPeriod:
        """The period of this code."""
        found = RetentionPeriod.objects.filter(fonds=self.fonds, code=facts["code"]).first()
        if found is None:
            self.unknown.append(_("保管期限 %(code)s") % {"code": facts["code"]})
            reads_as = RetentionPeriod.objects.filter(fonds=self.fonds, code=facts.get("reads_as") or "").first()
            found = RetentionPeriod.objects.create(
                fonds=self.fonds,
                code=facts["code"],
                name=facts["name"],
                years=facts["years"],
                is_old=True,
                reads_as=reads_as,
            )
        elif found.years != facts["years"]:
            told = _("保管期限 %(code)s 在本单位为 %(years)s 年") % {"code": found.code, "years": found.years or "∞"}
            self.unknown.append(told)
        made: RetentionPeriod = found
        return made

    def template(self, facts: Facts) -> CodeTemplate:
        """A template of the same shapes."""
        shapes = {"volume_template": facts["volume"], "item_template": facts["item"]}
        found = CodeTemplate.objects.filter(fonds=self.fonds, **shapes).order_by("pk").first()
        if found is None:
            name = (
                facts["name"] if not CodeTemplate.objects.filter(fonds=self.fonds, name=facts["name"]).exists() else ""
            )
            given = name or f"{facts['name'][:40]}（导入 {CodeTemplate.objects.filter(fonds=self.fonds).count() + 1}）"
            found = CodeTemplate.objects.create(
                fonds=self.fonds,
                name=given,
                arrangement="volume",
                standard=facts["standard"],
                is_active=False,
                **shapes,
            )
            self.unknown.append(_("档号模板 %(name)s") % {"name": facts["name"]})
        made: CodeTemplate = found
        return made

    def document_type(self, facts: Facts | None) -> DocumentType | None:
        """The line of the filing scope of this code and name."""
        if facts is None:
            return None
        found = DocumentType.objects.filter(fonds=self.fonds, code=facts["code"], name=facts["name"]).first()
        if found is None:
            self.unknown.append(_("文件材料 %(name)s") % {"name": facts["name"]})
        return found

    def shared(self, facts: Facts) -> dict[str, Any]:
        """Customer, project, department and person of a volume or item."""
        department = (
            Department.objects.filter(fonds=self.fonds, name=facts["department"]).first()
            if facts["department"]
            else None
        )
        if facts["department"] and department is None:
            self.unknown.append(_("部门 %(name)s") % {"name": facts["department"]})
        return {
            "customer": self.customer(facts["customer"]), "project": self.project(facts["project"]), "department": department,
            "responsible": self.person(facts["responsible"]),
        }  # fmt: skip

    def customer(self, facts: Facts | None) -> Customer | None:
        """The customer of this number and name."""
        if not facts or not facts.get("number"):
            return None
        known = self.customers.get((facts["number"], facts["name"]))
        if known is not None:
            return known
        found = Customer.objects.filter(fonds=self.fonds, number=facts["number"], name=facts["name"]).first()
        if found is None:
            self.unknown.append(_("客户 %(number)s %(name)s") % {"number": facts["number"], "name": facts["name"]})
        return found

    def project(self, facts: Facts | None) -> Project | None:
        """The project of this number and name."""
        if not facts:
            return None
        found = Project.objects.filter(fonds=self.fonds, number=facts["number"], name=facts["name"]).first()
        if found is None:
            self.unknown.append(_("项目 %(number)s %(name)s") % {"number": facts["number"], "name": facts["name"]})
        return found

    def person(self, facts: Facts | None) -> Person | None:
        """The person of this name, both on screen and at sign-in."""
        if not facts:
            return None
        found: Person | None = Person.objects.filter(
            fonds=self.fonds, username=facts["username"], name=facts["name"]
        ).first()
        if found is None:
            self.unknown.append(_("人员 %(name)s") % {"name": facts["name"]})
        return found
