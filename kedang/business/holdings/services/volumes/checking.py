"""Values of a volume as people give them: records by key or as themselves, of the same company, and what is wrong with them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.customers.services.problems import Problems, typed
from kedang.business.holdings.choices import Arrangement, SchemeState
from kedang.business.holdings.models import CodeTemplate, Project, RetentionPeriod, Series, Volume
from kedang.foundation.access.models import Department, Person
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

PLAIN = ("title", "year", "secrecy_level", "carrier", "situation", "remarks")
RECORDS: dict[str, Any] = {
    "series": Series, "retention": RetentionPeriod, "template": CodeTemplate, "department": Department, "responsible": Person,
    "customer": Customer, "project": Project,
}  # fmt: skip
FREE = ("title", "secrecy_level", "carrier", "department", "responsible", "situation", "remarks")
"""What may be changed while the volume is open."""
FIXED = ("series", "year", "retention", "template", "customer", "project")
"""What may be changed only while nothing lies in it: the items went in because of it."""
EVERY = (*FREE, *FIXED)
EARLIEST_YEAR = 1840


def checked(
    actor: Actor, values: Mapping[str, Any], fonds_id: int, current: Volume | None
) -> tuple[dict[str, Any], Problems]:
    """Values as the model holds them, and everything that is wrong with them."""
    problems = Problems()
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name in PLAIN:
            clean[name] = typed(Volume, name, value, problems)
        elif name in RECORDS:
            clean[name] = _record(actor, name, value, fonds_id, problems)
        else:
            problems.tell(name, _("案卷没有“%(name)s”这一项。") % {"name": name})
    if current is None and not clean.get("retention") and clean.get("series") is not None:
        clean["retention"] = clean["series"].retention
    _check_series(clean, problems)
    _check_year(clean, problems)
    _check_project(clean, current, problems)
    if current is None:
        for name in ("series", "year", "retention"):
            if not clean.get(name):
                label = Volume._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # fields of the model
                problems.tell(name, _("%(label)s没有填写，请补上。") % {"label": label})
    elif "title" in clean and not clean["title"]:
        problems.tell("title", _("案卷题名不能为空。"))
    return clean, problems


def _record(actor: Actor, name: str, value: Any, fonds_id: int, problems: Problems) -> Any:
    """The record meant, of the same company and in reach."""
    if value in (None, ""):
        return None
    model = RECORDS[name]
    key = value.pk if isinstance(value, model) else value
    rows = model.objects.visible_to(actor) if name in {"customer", "project"} else model.objects.all()
    mine = {"scheme__fonds_id": fonds_id} if name == "series" else {"fonds_id": fonds_id}
    related = {"series": ("scheme", "retention"), "project": ("customer",)}.get(name, ())
    row = rows.select_related(*related).filter(pk=key, **mine).first() if str(key).isdigit() else None
    if row is None or getattr(row, "is_active", True) is False:
        label = Volume._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # fields of the model
        problems.tell(name, _("所选的%(label)s不存在、已停用或不在您的数据范围内，请重新选择。") % {"label": label})
        return None
    return row


def _check_series(clean: dict[str, Any], problems: Problems) -> None:
    series, template = clean.get("series"), clean.get("template")
    if series is not None and series.arrangement != Arrangement.VOLUME:
        problems.tell("series", _("类别“%(series)s”按件整理，不立案卷；请选择按卷整理的类别。") % {"series": series})
    if series is not None and series.scheme.state != SchemeState.IN_FORCE:
        problems.tell(
            "series", _("类别“%(series)s”属于未施行或已停用的分类方案，请选择现行方案的类别。") % {"series": series}
        )
    if template is not None and (template.arrangement != Arrangement.VOLUME or not template.volume_template):
        problems.tell(
            "template", _("档号模板“%(template)s”不能编案卷档号，请选择按卷整理的模板。") % {"template": template}
        )


def _check_year(clean: dict[str, Any], problems: Problems) -> None:
    year, latest = clean.get("year"), clock.today().year + 1
    if isinstance(year, int) and not EARLIEST_YEAR <= year <= latest:
        told = _("年度应在 %(first)s 到 %(last)s 之间，现为 %(year)s。")
        problems.tell("year", told % {"first": EARLIEST_YEAR, "last": latest, "year": year})


def _check_project(clean: dict[str, Any], current: Volume | None, problems: Problems) -> None:
    """A project brings its customer along."""
    project = clean.get("project")
    if project is None:
        return
    customer = clean.get("customer") or (current.customer if current is not None and "customer" not in clean else None)
    if customer is None:
        clean["customer"] = project.customer
    elif customer.pk != project.customer_id:
        told = _("项目“%(project)s”是客户“%(customer)s”的，与所选客户不一致。")
        problems.tell("project", told % {"project": project, "customer": project.customer})
