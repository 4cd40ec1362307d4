"""分类方案 by versions: drafted as a copy, edited, put in force; the one before stays for what was filed under it (AR-03)."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.customers.services.writing import first_values, refuse_stale, take_over
from kedang.business.holdings.choices import SchemeState
from kedang.business.holdings.events.scheme import (
    SCHEME_CHANGED,
    SCHEME_DRAFTED,
    SCHEME_PUBLISHED,
    SCHEME_RETIRED,
    TYPE_CHANGED,
)
from kedang.business.holdings.models import DocumentType, Item, Scheme, Series, SeriesMerger, Volume
from kedang.business.holdings.services.locking import locked
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

MOST_NAMED = 8


def scheme_in_force(fonds_id: int) -> Scheme:
    """The version by which a company files today.

    Raises:
        Refused: ``scheme_missing``.
    """
    found: Scheme | None = Scheme.objects.filter(fonds_id=fonds_id, state=SchemeState.IN_FORCE).first()
    if found is None:
        raise Refused("scheme_missing", _("还没有现行的分类方案。请先到“分类方案”中拟订并施行。"))
    return found


def series_held(fonds_id: int) -> set[int]:
    """Classes under which something is filed, together with all classes that took over from them."""
    used = set(Volume.objects.filter(fonds_id=fonds_id).values_list("series_id", flat=True).distinct())
    used |= set(
        Item.objects.filter(fonds_id=fonds_id, series__isnull=False).values_list("series_id", flat=True).distinct()
    )
    later: dict[int, list[int]] = {}
    taken_over = Series.objects.filter(scheme__fonds_id=fonds_id, former__isnull=False)
    for pk, former in taken_over.values_list("id", "former_id"):
        later.setdefault(former, []).append(pk)
    for pk, former in SeriesMerger.objects.filter(former__scheme__fonds_id=fonds_id).values_list(
        "series_id", "former_id"
    ):
        later.setdefault(former, []).append(pk)
    held, waiting = set(), list(used)
    while waiting:
        one = waiting.pop()
        if one not in held:
            held.add(one)
            waiting += later.get(one, [])
    return held


def classes_lost(draft: Scheme) -> list[Series]:
    """Classes in force under which something is filed, or which the filing scope names, and which no class of the draft takes over."""
    before = Scheme.objects.filter(fonds_id=draft.fonds_id, state=SchemeState.IN_FORCE).first()
    if before is None:
        return []
    held = series_held(draft.fonds_id)
    named = set(
        DocumentType.objects.filter(fonds_id=draft.fonds_id, is_active=True, is_kept=True)
        .exclude(series_code="")
        .values_list("series_code", flat=True)
    )
    followed = set(draft.series.filter(former__isnull=False).values_list("former_id", flat=True))
    followed |= set(SeriesMerger.objects.filter(series__scheme=draft).values_list("former_id", flat=True))
    return [one for one in before.series.all() if (one.pk in held or one.code in named) and one.pk not in followed]


def _one_after_the_other(fonds_id: int) -> None:
    """Versions of one company come and go one after the other: its row is the lock, since a version that is not there yet has none.

    Without the key, so that whoever writes records of the company meanwhile does not wait.
    """
    Fonds.objects.select_for_update(no_key=True).get(pk=fonds_id)


@transaction.atomic
def scheme_draft(*, actor: Actor, title: str = "", note: str = "", fonds: Fonds | None = None) -> Scheme:
    """Begin the next version as a copy of the one in force, each class pointing to the one it takes over from.

    Raises:
        Refused: ``scheme_draft_exists``.
    """
    require(actor, "holdings.scheme")
    fonds_id = sure(fonds.pk if fonds is not None else actor.fonds_id)
    _one_after_the_other(fonds_id)
    known = list(Scheme.objects.filter(fonds_id=fonds_id))
    draft = next((one for one in known if one.state == SchemeState.DRAFT), None)
    if draft is not None:
        told = _("已有一份拟订中的“%(scheme)s”，请在它上面修改，或先废弃它。")
        raise Refused("scheme_draft_exists", told % {"scheme": draft})
    before = next((one for one in known if one.state == SchemeState.IN_FORCE), known[0] if known else None)
    number = (Scheme.objects.filter(fonds_id=fonds_id).aggregate(last=Max("number"))["last"] or 0) + 1
    title = " ".join(title.split()) or (before.title if before else _("客户档案分类方案"))
    made = Scheme(fonds_id=fonds_id, number=number, title=title[:80], note=note.strip())
    told = _("刚有另一人开始拟订新版，请刷新后在那一份上修改。")
    once = ("scheme_draft_exists", "title", told)
    with constraints_refuse({"scheme_number_once": once, "scheme.number": once}):
        made.save(force_insert=True)
    copied = _copy_classes(before, made) if before is not None else 0
    changes = first_values(made, ("number", "title", "note"))
    record(
        actor, SCHEME_DRAFTED, made, changes=changes, meta={"classes": copied, "from": before.number if before else 0}
    )
    return made


def _copy_classes(before: Scheme, made: Scheme) -> int:
    """Level by level, so that children find their parents."""
    new_of: dict[int | None, Series | None] = {None: None}
    waiting = list(before.series.order_by("position", "id"))
    copied = len(waiting)
    while waiting:
        level = [one for one in waiting if one.parent_id in new_of]
        waiting = [one for one in waiting if one.parent_id not in new_of]
        rows = [
            Series(
                scheme=made, parent=new_of[one.parent_id], code=one.code, name=one.name, arrangement=one.arrangement,
                retention_id=one.retention_id, scope_note=one.scope_note, former=one, position=one.position, is_active=one.is_active,
            )
            for one in level
        ]  # fmt: skip
        for one, row in zip(level, Series.objects.bulk_create(rows), strict=True):
            row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
            new_of[one.pk] = row
        Series.objects.bulk_update(rows, ["path"])
    return copied


@transaction.atomic
def scheme_change(
    *, actor: Actor, scheme: Scheme, title: str | None = None, note: str | None = None, version: int | None = None
) -> Scheme:
    """Change title or note of a draft.

    Raises:
        Refused: ``stale_version``, ``scheme_fixed``, ``values_invalid``.
    """
    found = locked(Scheme, actor, "holdings.scheme", scheme)
    refuse_stale(found, version)
    refuse_fixed(found)
    given: dict[str, Any] = {}
    if title is not None:
        given["title"] = " ".join(title.split())[:80]
    if note is not None:
        given["note"] = note.strip()
    if given.get("title") == "":
        raise Refused("values_invalid", _("名称没有填写，请补上。"), "title")
    changes = take_over(found, given)
    if changes:
        found.version += 1
        found.save(update_fields=[*changes, "version"])
        record(actor, SCHEME_CHANGED, found, changes=changes, meta={"version": found.version})
    return found


def refuse_fixed(scheme: Scheme) -> None:
    """Only drafts may be edited."""
    if scheme.state != SchemeState.DRAFT:
        told = _("“%(scheme)s”已%(state)s，内容不能再改。请拟订新版，改好后施行。")
        raise Refused("scheme_fixed", told % {"scheme": scheme, "state": scheme.get_state_display()})


@transaction.atomic
def scheme_publish(*, actor: Actor, scheme: Scheme) -> Scheme:
    """Put a draft in force; the version before is retired and keeps what was filed under it. The filing scope follows the new codes.

    Raises:
        Refused: ``scheme_not_draft``, ``scheme_empty``, ``classes_lost`` (each class with papers needs one that takes over).
    """
    _one_after_the_other(scheme.fonds_id)
    found = locked(Scheme, actor, "holdings.scheme", scheme)
    every = Scheme.objects.select_for_update(of=("self",)).filter(fonds_id=found.fonds_id, state=SchemeState.IN_FORCE)
    before: Scheme | None = every.first()
    if found.state != SchemeState.DRAFT:
        told = _("“%(scheme)s”是%(state)s的版本，只有拟订中的才能施行。")
        raise Refused("scheme_not_draft", told % {"scheme": found, "state": found.get_state_display()})
    if not found.series.filter(is_active=True).exists():
        raise Refused("scheme_empty", _("这一版还没有任何启用的类别，不能施行。请先增加类别。"))
    lost = classes_lost(found)
    if lost:
        names = "、".join(str(one) for one in lost[:MOST_NAMED])
        told = _(
            "下列类别已有归档文件或归档范围条目，新版中却没有类别承接：%(names)s。请增加类别并注明原类别；不再使用的可以停用，不要删除。"
        )
        raise Refused("classes_lost", told % {"names": names}, classes=[one.code for one in lost])
    now = clock.now()
    if before is not None:
        before.state, before.retired_at = SchemeState.RETIRED, now
        before.version += 1
        before.save(update_fields=["state", "retired_at", "version"])
        told = _("由第 %(number)s 版接替") % {"number": found.number}
        record(actor, SCHEME_RETIRED, before, changes={"state": ("in_force", "retired")}, reason=told)
    found.state, found.published_at = SchemeState.IN_FORCE, now
    found.version += 1
    once = ("scheme_not_draft", "state", _("刚有另一版开始施行，请刷新后再试。"))
    with constraints_refuse({"scheme_one_in_force": once, "scheme.fonds_id": once}):
        found.save(update_fields=["state", "published_at", "version"])
    moved = _move_scope(actor, found)
    record(actor, SCHEME_PUBLISHED, found, changes={"state": ("draft", "in_force")}, meta={"types_moved": moved})
    return found


def _move_scope(actor: Actor, scheme: Scheme) -> int:
    """Lines of the filing scope name classes by code: where the code changed, they take the new one."""
    renamed: dict[str, str] = {}
    taking_over = (
        scheme.series.filter(former__isnull=False).select_related("former").order_by("-is_active", "position", "id")
    )
    for one in taking_over:
        if one.former is not None:
            renamed.setdefault(one.former.code, one.code)
    merged = SeriesMerger.objects.filter(series__scheme=scheme).select_related("series", "former")
    for merger in merged.order_by("-series__is_active", "series__position", "id"):
        renamed.setdefault(merger.former.code, merger.series.code)
    moved = 0
    for row in DocumentType.objects.select_for_update(of=("self",)).filter(fonds_id=scheme.fonds_id):
        new = renamed.get(row.series_code, row.series_code)
        if new == row.series_code:
            continue
        changes = take_over(row, {"series_code": new})
        row.version += 1
        row.save(update_fields=["series_code", "version"])
        told = _("分类方案第 %(number)s 版施行") % {"number": scheme.number}
        record(actor, TYPE_CHANGED, row, changes=changes, reason=told, meta={"version": row.version})
        moved += 1
    return moved


@transaction.atomic
def scheme_retire(*, actor: Actor, scheme: Scheme, reason: str = "") -> Scheme:
    """Drop a draft that will not come into force; its number is not given again.

    Raises:
        Refused: ``scheme_not_draft``: the version in force is retired by the one that follows it, never by itself.
    """
    _one_after_the_other(scheme.fonds_id)
    found = locked(Scheme, actor, "holdings.scheme", scheme)
    if found.state != SchemeState.DRAFT:
        told = _("“%(scheme)s”是%(state)s的版本，只有拟订中的可以废弃；现行版本在新版施行时自动停用。")
        raise Refused("scheme_not_draft", told % {"scheme": found, "state": found.get_state_display()})
    found.state, found.retired_at = SchemeState.RETIRED, clock.now()
    found.version += 1
    found.save(update_fields=["state", "retired_at", "version"])
    record(actor, SCHEME_RETIRED, found, changes={"state": ("draft", "retired")}, reason=reason.strip())
    return found
