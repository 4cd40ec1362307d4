"""档号: given from the ledger, kept for ever, replaced with the old one remembered (AR-08).

A number is taken inside the transaction that uses it; the caller then writes ``code_register``. Who rolls back gives it back.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.holdings.choices import CodeState, ItemState, SchemeState, VolumeState
from kedang.business.holdings.codes.grammar import Template, template_of
from kedang.business.holdings.codes.ledger import ITEM_KEY, VOLUME_KEY, series_of
from kedang.business.holdings.events.scheme import CODE_REPLACED
from kedang.business.holdings.models import CodeTemplate, Item, ReferenceCode, RetentionPeriod, Series, Volume
from kedang.business.holdings.services.templates import template_for
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.numbering.models import NumberRule
from kedang.foundation.numbering.services import Run, issue_run, number_take_up

LONGEST_PREFIX = 80
LONGEST_SUFFIX = 40
EARLIEST_YEAR = 1900
_replaced: list[Callable[[Volume | Item], None]] = []


def when_replaced(handler: Callable[[Volume | Item], None]) -> Callable[[Volume | Item], None]:
    """Decorator: ``handler(object)`` runs in the transaction in which a code was replaced (search, printed forms)."""
    if handler not in _replaced:
        _replaced.append(handler)
    return handler


def codes_issue_volume(
    *,
    actor: Actor,
    template: CodeTemplate,
    series: Series,
    year: int,
    retention: RetentionPeriod,
    unit: str = "",
    project_number: str = "",
    catalogue: str = "",
    reserved: str = "",
) -> tuple[str, int]:
    """The next code of a volume and its 案卷号, in the transaction under way.

    Args:
        reserved: a reserved code to be used instead of the next one.

    Raises:
        Refused: ``template_not_for_volumes``, ``series_not_in_force``, ``year_odd``, ``code_part_missing``, ``code_ambiguous``,
        ``code_too_long``; ``reserved_elsewhere``, ``code_taken`` and those of ``number_take_up``.
    """
    if not template.volume_template:
        told = _("档号模板“%(template)s”用于按件整理，没有案卷档号格式。请选择按卷整理的模板。")
        raise Refused("template_not_for_volumes", told % {"template": template}, "template")
    if not series.is_active or series.scheme.state != SchemeState.IN_FORCE:
        told = _("类别“%(series)s”不在现行分类方案中或已停用，不能再立新卷。请选择现行类别。")
        raise Refused("series_not_in_force", told % {"series": series}, "series")
    refuse_odd_year(year)
    values = {
        "fonds": template.fonds.code, "series": series.code, "year": year, "retention": retention.code, "unit": unit,
        "project": project_number, "catalogue": catalogue,
    }  # fmt: skip
    shape = template_of(template.volume_template)
    if reserved:
        return _taken_up(actor, template.fonds_id, shape, values, clean_code(reserved))
    return _next(actor, template.fonds_id, VOLUME_KEY, shape, "volume", values, 1)[0]


def _taken_up(actor: Actor, fonds_id: int, shape: Template, values: Mapping[str, Any], code: str) -> tuple[str, int]:
    """A reserved code, which must be one of the series that these values stand for."""
    prefix, suffix = shape.around("volume", values)
    parts, found = shape.parse(code), series_of(fonds_id, VOLUME_KEY, code)
    if parts is None or found is None or (found[0].prefix, found[0].suffix) != (prefix, suffix):
        told = _(
            "预留号 %(code)s 与所填的类别、年度、保管期限不符：按所填应以“%(prefix)s”开头。请改选预留号，或改正这几项。"
        )
        raise Refused("reserved_elsewhere", told % {"code": code, "prefix": prefix}, "reserved_code")
    known = ReferenceCode.objects.filter(fonds_id=fonds_id, code=code).first()
    if known is not None:
        taken = _taken_by(known)
        raise Refused(taken.code, taken.sentence, "reserved_code")
    number_take_up(actor=actor, series=found[0], number=found[1])
    return code, found[1]


def code_issue_item(
    *, actor: Actor, item: Item, volume: Volume | None = None, template: CodeTemplate | None = None
) -> tuple[str, int]:
    """The next code of an item and its 件号, in the transaction under way; see :func:`codes_issue_items`."""
    return codes_issue_items(actor=actor, items=[item], volume=volume, template=template)[0]


def codes_issue_items(
    *, actor: Actor, items: Sequence[Item], volume: Volume | None = None, template: CodeTemplate | None = None
) -> list[tuple[str, int]]:
    """The next codes of items of one volume, or of items of one class, year and retention that are filed by themselves.

    Args:
        actor: who files.
        items: in the order in which they shall be numbered.
        volume: where they lie; default the volume of the first. None of both: filed by item.
        template: default that of the volume, or the default one for filing by item.

    Raises:
        Refused: ``code_template_missing``, ``code_part_missing``, ``code_ambiguous``, ``code_too_long``, ``year_odd``,
        ``item_page_missing``.
    """
    if not items:
        return []
    volume = volume or items[0].volume
    chosen = template or (volume.template if volume is not None else template_for(items[0].fonds_id, "item"))
    shape = template_of(chosen.item_template)
    values = _volume_values(volume, chosen) if volume is not None else _item_values(items[0], chosen)
    if "page" in shape.words:
        return [_by_page(item, shape, values) for item in items]
    return _next(actor, chosen.fonds_id, ITEM_KEY, shape, "item", values, len(items))


def _by_page(item: Item, shape: Template, values: Mapping[str, Any]) -> tuple[str, int]:
    """Where codes end with the page at which the item begins, nothing is counted."""
    if not item.first_page:
        told = _("此模板以页号编件，“%(item)s”还没有起始页号。请先在卷内编页号。")
        raise Refused("item_page_missing", told % {"item": item}, "first_page")
    return shape.build({**values, "page": item.first_page}), item.first_page


def _item_values(item: Item, template: CodeTemplate) -> dict[str, Any]:
    """What stands in the code of an item that is filed by itself."""
    refuse_odd_year(item.year)
    return {
        "fonds": template.fonds.code, "series": item.series.code if item.series else "", "year": item.year,
        "retention": item.retention.code if item.retention else "",
        "unit": (item.department.code or item.department.name) if item.department else "",
        "project": item.project.number if item.project else "",
    }  # fmt: skip


def _volume_values(volume: Volume, template: CodeTemplate) -> dict[str, Any]:
    """What stands in the codes of a volume's items: first of all what stands in the volume's own."""
    found = template_of(template.volume_template).parse(volume.reference_code) if template.volume_template else None
    values = {
        "fonds": template.fonds.code, "series": volume.series.code, "year": volume.year, "retention": volume.retention.code,
        "unit": volume.department.code if volume.department else "", "project": volume.project.number if volume.project else "",
        "volume": volume.number,
    }  # fmt: skip
    return values | (found or {})


def _next(
    actor: Actor, fonds_id: int, key: str, shape: Template, word: str, values: Mapping[str, Any], count: int
) -> list[tuple[str, int]]:
    """The next numbers of the series that these values stand for. Codes that somebody was given by renumbering are passed over."""
    prefix, suffix = shape.around(word, values)
    if len(prefix) > LONGEST_PREFIX or len(suffix) > LONGEST_SUFFIX:
        told = _("档号“%(prefix)s…”太长，序号之前最多 %(most)s 个字。请缩短类别号或换一个模板。")
        raise Refused("code_too_long", told % {"prefix": prefix[:40], "most": LONGEST_PREFIX})
    rule = NumberRule(
        fonds_id=fonds_id, key=key, template=f"{{code}}{{serial}}{suffix}", serial_width=shape.width(word)
    )
    given: list[tuple[str, int]] = []
    while len(given) < count:
        run: Run = issue_run(actor=actor, rule=rule, code=prefix, count=count - len(given))
        if not given:
            shape.build({**values, word: run.first})
        texts = run.texts()
        taken = set(ReferenceCode.objects.filter(fonds_id=fonds_id, code__in=texts).values_list("code", flat=True))
        given += [(code, run.first + at) for at, code in enumerate(texts) if code not in taken]
    return given


def refuse_odd_year(year: int | None) -> None:
    """A year that no file can be of."""
    if year is None or not EARLIEST_YEAR <= year <= clock.today().year + 1:
        told = _("年度“%(year)s”不合常理，应在 %(first)s 到 %(last)s 之间。")
        last = clock.today().year + 1
        raise Refused("year_odd", told % {"year": year or _("空"), "first": EARLIEST_YEAR, "last": last}, "year")


def code_register(*, actor: Actor, code: str, volume: Volume | None = None, item: Item | None = None) -> ReferenceCode:
    """Write into the register whose a code is, in the transaction under way; the event of the volume or item names it.

    Raises:
        Refused: ``code_taken``.
    """
    return codes_register(actor=actor, pairs=[(code, volume or item)])[0]


def codes_register(*, actor: Actor, pairs: Sequence[tuple[str, Volume | Item | None]]) -> list[ReferenceCode]:
    """Write many codes into the register, each with the volume or item it belongs to.

    Raises:
        Refused: ``code_taken``.
    """
    now, by = clock.now(), actor.display_name
    rows = []
    for code, owner in pairs:
        if owner is None:
            raise ValueError("a code belongs to a volume or an item")
        rows.append(
            ReferenceCode(
                fonds_id=owner.fonds_id, code=code, given_by=by, given_at=now,
                volume=owner if isinstance(owner, Volume) else None, item=owner if isinstance(owner, Item) else None,
            )
        )  # fmt: skip
    with constraints_refuse(_taken(pairs[0][0] if len(pairs) == 1 else "")):
        made: list[ReferenceCode] = ReferenceCode.objects.bulk_create(rows, batch_size=500)
    _lead_on(made)
    return made


def _lead_on(made: Sequence[ReferenceCode]) -> None:
    """Codes that were withdrawn from these items before lead to their new ones."""
    new: dict[int | None, ReferenceCode] = {row.item_id: row for row in made if row.item_id is not None}
    if not new:
        return
    olds = list(ReferenceCode.objects.filter(item__in=list(new), state=CodeState.VOID, successor__isnull=True))
    for old in olds:
        old.successor = new.get(old.item_id)
    if olds:
        ReferenceCode.objects.bulk_update(olds, ["successor"], batch_size=500)


@transaction.atomic
def code_replace(
    *, actor: Actor, volume: Volume | None = None, item: Item | None = None, new_code: str, reason: str
) -> ReferenceCode:
    """Give a volume or an item another code; the old one leads to it for ever. The items of a volume follow.

    Raises:
        Refused: ``reason_missing``, ``code_unchanged``, ``code_shape_unknown``, ``code_taken``, ``code_of_other_volume``,
        ``volume_destroyed``, ``item_destroyed``.
    """
    owner = _locked_owner(actor, volume if volume is not None else item)
    reason = reason.strip()
    if len(reason) < 2:
        raise Refused("reason_missing", _("请写明改换档号的理由，例如“分类方案换版”。"), "reason")
    new_code = clean_code(new_code)
    old_code = owner.reference_code
    if new_code == old_code:
        raise Refused("code_unchanged", _("新档号与现档号相同，无须改换。"), "new_code")
    found = _checked_shape(owner, new_code)
    followers: list[tuple[Item, str]] = []
    if isinstance(owner, Volume):
        followers = [
            (one, new_code + one.reference_code[len(old_code) :])
            for one in owner.items.select_for_update(of=("self",)).order_by("id")
            if old_code and one.reference_code.startswith(old_code)
        ]
    made = _hand_over([(owner, new_code), *followers], actor, reason)
    _move_owner(owner, new_code, found)
    for follower, code in followers:
        _move_owner(follower, code, None)
    _take_up_reserved(actor, owner, new_code)
    record(actor, CODE_REPLACED, owner, changes={"reference_code": (old_code, new_code)}, reason=reason)
    entries = [
        Entry(subject_of(one), {"reference_code": (one.__dict__.pop("_former_code"), one.reference_code)}, reason)
        for one, _code in followers
    ]
    record_many(actor, CODE_REPLACED, entries, model=Item)
    for handler in _replaced:
        handler(owner)
        for follower, _code in followers:
            handler(follower)
    return made[0]


def _take_up_reserved(actor: Actor, owner: Volume | Item, code: str) -> None:
    """A reserved number that is used by hand is told in the ledger too."""
    found = series_of(owner.fonds_id, VOLUME_KEY if isinstance(owner, Volume) else ITEM_KEY, code)
    if found is not None:
        with suppress(Refused):  # not reserved: an ordinary code
            number_take_up(actor=actor, series=found[0], number=found[1])


def _locked_owner(actor: Actor, given: Volume | Item | None) -> Any:
    if given is None:
        raise ValueError("a code belongs to a volume or an item")
    model: Any = type(given)
    found = model.objects.select_for_update(of=("self",)).filter(pk=given.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, "holdings.view", found)
    require(actor, "holdings.scheme")
    if found.state in {VolumeState.DESTROYED, ItemState.DESTROYED}:
        raise Refused(f"{model._meta.model_name}_destroyed", _("已销毁的档案保留原档号，不能改换。"))
    if not found.reference_code:
        raise Refused("code_missing", _("“%(name)s”还没有档号，编目时会自动编号。") % {"name": found})
    return found


def _checked_shape(owner: Any, code: str) -> tuple[CodeTemplate, dict[str, Any]]:
    """The template by which the new code reads, its own first, and its parts."""
    held: Volume | None = owner.volume if isinstance(owner, Item) else None
    if held is not None and not code.startswith(held.reference_code):
        told = _("此件在案卷 %(volume)s 中，件的档号应以案卷档号开头。要换卷请先移出。")
        raise Refused("code_of_other_volume", told % {"volume": held.reference_code}, "new_code")
    own = owner.template_id if isinstance(owner, Volume) else held.template_id if held is not None else None
    every = list(CodeTemplate.objects.filter(fonds_id=owner.fonds_id).order_by("-is_active", "position", "id"))
    for template in sorted(every, key=lambda one: one.pk != own):
        source = template.volume_template if isinstance(owner, Volume) else template.item_template
        parts = template_of(source).parse(code) if source else None
        if parts is not None:
            return template, parts
    told = _("“%(code)s”不合任何档号模板的格式。请核对各部分与分隔符，或先增加一个模板。")
    raise Refused("code_shape_unknown", told % {"code": code}, "new_code")


def _hand_over(pairs: list[tuple[Any, str]], actor: Actor, reason: str) -> list[ReferenceCode]:
    """New rows in the register, old ones led on to them."""
    fonds_id = pairs[0][0].fonds_id
    known = ReferenceCode.objects.filter(fonds_id=fonds_id, code__in=[code for _owner, code in pairs])
    taken = known.select_related("volume", "item").order_by("id").first()
    if taken is not None:
        raise _taken_by(taken)
    made = codes_register(actor=actor, pairs=[(code, owner) for owner, code in pairs])
    olds = {one.code: one for one in ReferenceCode.objects.select_for_update(of=("self",)).filter(
        fonds_id=fonds_id, code__in=[owner.reference_code for owner, _code in pairs]
    )}  # fmt: skip
    for (owner, _code), new in zip(pairs, made, strict=True):
        old = olds.get(owner.reference_code)
        if old is not None:
            old.state, old.successor, old.reason = CodeState.FORMER, new, reason[:200]
    ReferenceCode.objects.bulk_update(olds.values(), ["state", "successor", "reason"], batch_size=500)
    return made


def _move_owner(owner: Any, code: str, found: tuple[CodeTemplate, dict[str, Any]] | None) -> None:
    """The object carries its new code, and the number in it."""
    owner.__dict__["_former_code"], owner.reference_code = owner.reference_code, code
    owner.version += 1
    saving = ["reference_code", "version"]
    if found is not None:
        template, parts = found
        word = "volume" if isinstance(owner, Volume) else "item"
        if word in parts:
            owner.number = parts[word]
            saving.append("number")
        if isinstance(owner, Volume):
            owner.template = template
            saving.append("template")
    if isinstance(owner, Volume):
        owner.changed_at = clock.now()
        saving.append("changed_at")
    with constraints_refuse(_taken(code)):
        owner.save(update_fields=saving)


def clean_code(text: str) -> str:
    """A code as typed, pasted or scanned: full width to half, dashes and dots of all kinds to those of the standard, no spaces."""
    kept = "".join(text.split()).translate(_ODD_SIGNS)
    return "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in kept)


_ODD_SIGNS = str.maketrans({
    "—": "-", "–": "-", "‐": "-", "‑": "-", "－": "-", "−": "-", "•": "·", "・": "·", "．": "·", "‧": "·", "∙": "·",
})  # fmt: skip


def _taken_by(row: ReferenceCode) -> Refused:
    if row.state == CodeState.VOID:
        return Refused(
            "code_taken",
            _("档号 %(code)s 已作废（%(reason)s），不再使用。") % {"code": row, "reason": row.reason},
            "new_code",
        )
    told = _("档号 %(code)s 已属于另一卷或件，一个档号只属于一个对象，用过的也不再给别的对象。请换一个。")
    return Refused("code_taken", told % {"code": row}, "new_code")


def _taken(code: str) -> dict[str, tuple[str, str, str]]:
    told = _("档号 %(code)s 已在台账中，一个档号只属于一个对象。请换一个。") % {"code": code}
    entry = ("code_taken", "new_code", told)
    same_number = ("code_taken", "new_code", _("卷内已有相同件号的文件，请换一个档号。"))
    return {
        "reference_code_once": entry, "referencecode.code": entry, "volume_code_once": entry, "item_code_once": entry,
        "volume.reference_code": entry, "item.reference_code": entry, "item_number_once": same_number, "item.volume_id": same_number,
    }  # fmt: skip
