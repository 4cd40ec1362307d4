"""档号模板: laid down by the archivist, checked before they number anything."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import first_values, refuse_stale, take_over
from kedang.business.holdings.choices import Arrangement
from kedang.business.holdings.codes.grammar import problem_of, template_of
from kedang.business.holdings.events.scheme import TEMPLATE_CHANGED, TEMPLATE_CREATED
from kedang.business.holdings.models import CodeTemplate, Item, Volume
from kedang.business.holdings.services.locking import locked
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

FIELDS = (
    "name", "arrangement", "standard", "volume_template", "item_template", "is_default", "is_active", "position",
)  # fmt: skip
SHAPING = ("arrangement", "volume_template", "item_template")
LOOKED_AT = 200
EXAMPLE = {
    "fonds": "Q001", "series": "ZY·KH·HT", "year": 2026, "retention": "D30", "unit": "XSB", "catalogue": "001", "project": "XM20260001",
    "volume": 12, "item": 3, "page": 25,
}  # fmt: skip
Values = Mapping[str, Any]


def template_for(fonds_id: int, arrangement: str) -> CodeTemplate:
    """The default template of a company for filing by volume or by item; without one the first that is in use.

    Raises:
        Refused: ``code_template_missing``.
    """
    known = CodeTemplate.objects.filter(fonds_id=fonds_id, arrangement=arrangement, is_active=True)
    found: CodeTemplate | None = known.select_related("fonds").order_by("-is_default", "position", "id").first()
    if found is None:
        told = _("还没有可用的“%(arrangement)s”档号模板，请先到“档号模板”中设立。")
        raise Refused("code_template_missing", told % {"arrangement": Arrangement(arrangement).label})
    return found


def template_problems(arrangement: str, volume_template: str, item_template: str) -> dict[str, str]:
    """What is wrong with a template, by field; empty when it can be used."""
    found: dict[str, str] = {}
    is_by_volume = arrangement == Arrangement.VOLUME
    serial = ("item", "page") if is_by_volume else ("item",)
    told = problem_of(
        item_template,
        serial=serial,
        needs=("volume",) if is_by_volume else (),
        without=() if is_by_volume else ("volume",),
    )
    if told:
        found["item_template"] = told
    if is_by_volume:
        told = problem_of(volume_template, serial=("volume",), without=("item", "page"))
        if told:
            found["volume_template"] = told
        elif "item_template" not in found and not item_template.startswith(volume_template):
            found["item_template"] = _("件档号应以案卷档号“%(volume)s”开头，后接件号，件才能随卷。") % {
                "volume": volume_template
            }
    elif volume_template:
        found["volume_template"] = _("按件整理没有案卷，请留空。")
    return found


def examples_of(arrangement: str, volume_template: str, item_template: str, **values: Any) -> list[tuple[str, str]]:
    """What codes of a sound template look like: (what, code)."""
    given = {**EXAMPLE, **{name: value for name, value in values.items() if value}}
    lines = []
    if arrangement == Arrangement.VOLUME:
        lines.append((_("案卷档号"), template_of(volume_template).build(given)))
    lines.append((_("件档号"), template_of(item_template).build(given)))
    return lines


@transaction.atomic
def template_create(*, actor: Actor, values: Values, fonds: Fonds | None = None) -> CodeTemplate:
    """Add a template. A new default takes the place of the one before.

    Raises:
        Refused: ``values_invalid``, ``template_name_taken``.
    """
    require(actor, "holdings.scheme")
    template = CodeTemplate(fonds_id=sure(fonds.pk if fonds is not None else actor.fonds_id))
    problems = Problems()
    take_over(template, _checked(values, problems))
    _whole(template, FIELDS, problems)
    if template.is_default:
        _step_back(actor, template)
    with constraints_refuse(_sentences()):
        template.save(force_insert=True)
    record(actor, TEMPLATE_CREATED, template, changes=first_values(template, FIELDS))
    return template


@transaction.atomic
def template_change(
    *, actor: Actor, template: CodeTemplate, values: Values, version: int | None = None
) -> CodeTemplate:
    """Change a template; codes already given stay as they are.

    Raises:
        Refused: ``stale_version``, ``values_invalid``, ``template_name_taken``, ``template_in_use`` when codes were given
        by the formats that would change.
    """
    found = locked(CodeTemplate, actor, "holdings.scheme", template)
    refuse_stale(found, version)
    problems = Problems()
    changes = take_over(found, _checked(values, problems))
    if not changes:
        return found
    _whole(found, tuple(changes), problems)
    shaping = [name for name in SHAPING if name in changes]
    was = {name: changes[name][0] if name in changes else getattr(found, name) for name in SHAPING}
    if shaping and _is_used(found, was):
        told = _("已有档案按“%(template)s”编号，不能改动它的整理方式和格式。请新建一个模板，把它设为默认。")
        raise Refused("template_in_use", told % {"template": found}, shaping[0])
    if changes.get("is_default", (False, False))[1]:
        _step_back(actor, found)
    found.version += 1
    with constraints_refuse(_sentences()):
        found.save(update_fields=[*changes, "version"])
    record(actor, TEMPLATE_CHANGED, found, changes=changes, meta={"version": found.version})
    return found


def _is_used(template: CodeTemplate, was: dict[str, Any]) -> bool:
    """Whether codes were given by the formats as they were."""
    if was["arrangement"] == Arrangement.VOLUME:
        return bool(Volume.objects.filter(template=template).exists())
    shape = template_of(was["item_template"])
    latest = Item.objects.filter(fonds_id=template.fonds_id, volume__isnull=True).exclude(reference_code="")
    codes = latest.order_by("-id").values_list("reference_code", flat=True)[:LOOKED_AT]
    return any(shape.parse(code) for code in codes)


def _checked(values: Values, problems: Problems) -> dict[str, Any]:
    clean = {name: typed(CodeTemplate, name, value, problems) for name, value in values.items() if name in FIELDS}
    for name in ("volume_template", "item_template"):
        if name in clean:
            clean[name] = "".join(str(clean[name]).split())
    return clean


def _whole(template: CodeTemplate, names: tuple[str, ...], problems: Problems) -> None:
    """The template as it will be must be sound."""
    if not template.name:
        problems.tell("name", _("名称没有填写，请补上。"))
    clean_record(template, names, problems)
    if template.arrangement in Arrangement.values:
        told = template_problems(template.arrangement, template.volume_template, template.item_template)
        for field, sentence in told.items():
            problems.tell(field, sentence)
    if template.is_default and not template.is_active:
        problems.tell("is_active", _("默认模板不能停用，请先把另一个模板设为默认。"))
    problems.refuse()


def _step_back(actor: Actor, new: CodeTemplate) -> None:
    """The default so far becomes an ordinary one."""
    before = CodeTemplate.objects.select_for_update().filter(
        fonds_id=new.fonds_id, arrangement=new.arrangement, is_default=True
    )
    for other in before.exclude(pk=new.pk):
        changes = take_over(other, {"is_default": False})
        other.version += 1
        other.save(update_fields=["is_default", "version"])
        record(actor, TEMPLATE_CHANGED, other, changes=changes, meta={"version": other.version})


def _sentences() -> dict[str, tuple[str, str, str]]:
    taken = ("template_name_taken", "name", _("已有同名的档号模板，请换一个名称。"))
    default = ("template_default_taken", "is_default", _("刚有另一个模板被设为默认，请刷新后再试。"))
    return {
        "code_template_once": taken, "codetemplate.name": taken,
        "code_template_one_default": default, "codetemplate.arrangement": default,
    }  # fmt: skip
