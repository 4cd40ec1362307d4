"""Writing saved views and list settings."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.events import VIEW_DELETED, VIEW_SAVED
from kedang.foundation.web.models import ListSettings, SavedView

MOST_VIEWS = 30


@transaction.atomic
def view_save(
    *,
    actor: Person,
    record_kind: str,
    name: str,
    conditions: Mapping[str, list[str]],
    columns: Sequence[str] = (),
    is_shared: bool = False,
) -> SavedView:
    """Keep conditions under a name; the same name again replaces one's own view.

    Raises:
        Refused: ``view_name_missing``, ``view_empty``, ``too_many_views``. NotAllowed: sharing without the right.
    """
    name = name.strip()
    if not name:
        raise Refused("view_name_missing", _("请给视图起一个名称，例如“华东重点客户”。"), "name")
    if len(name) > 30:
        raise Refused("view_name_long", _("视图名称最多 30 个字。"), "name")
    if not conditions:
        raise Refused("view_empty", _("还没有任何条件。请先查询，再保存为视图。"), "name")
    if is_shared and not can(actor, "web.share_views"):
        raise NotAllowed(_("您不能把视图共享给全公司。请只保存给自己，或请系统管理员共享。"))
    Person.objects.select_for_update().get(pk=actor.pk)  # the same name saved twice at once is one view
    known = SavedView.objects.select_for_update().filter(owner=actor, record_kind=record_kind)
    view = known.filter(name=name).first()
    if view is None:
        count = known.count()
        if count >= MOST_VIEWS:
            raise Refused("too_many_views", _("视图已有 %(count)s 个，请先删除不用的。") % {"count": count}, "name")
        view = SavedView(owner=actor, fonds_id=actor.fonds_id, record_kind=record_kind, name=name, position=count)
        view.created_at = clock.now()
    view.conditions, view.columns, view.is_shared = dict(conditions), list(columns), is_shared
    view.full_clean(validate_constraints=False)
    view.save()
    record(actor, VIEW_SAVED, view, meta={"kind": record_kind, "shared": is_shared})
    return view


@transaction.atomic
def view_columns(*, actor: Person, view_id: int, columns: Sequence[str]) -> SavedView:
    """Keep columns with one's own view; none means those of the list.

    Raises:
        OutOfScope: not one's own.
    """
    view = _own(actor, view_id)
    view.columns = list(columns)
    view.save(update_fields=["columns"])
    record(actor, VIEW_SAVED, view, meta={"kind": view.record_kind, "columns": list(columns)})
    return view


@transaction.atomic
def view_first(*, actor: Person, view_id: int) -> SavedView:
    """Put one's own view before one's others.

    Raises:
        OutOfScope: not one's own.
    """
    view = _own(actor, view_id)
    others = SavedView.objects.filter(owner=actor, record_kind=view.record_kind).exclude(pk=view.pk)
    for position, other in enumerate(others.order_by("position", "id"), 1):
        SavedView.objects.filter(pk=other.pk).update(position=position)
    view.position = 0
    view.save(update_fields=["position"])
    record(actor, VIEW_SAVED, view, meta={"kind": view.record_kind, "position": 0})
    return view


def _own(actor: Person, view_id: int) -> SavedView:
    view: SavedView | None = SavedView.objects.select_for_update().filter(owner=actor, pk=view_id).first()
    if view is None:
        raise OutOfScope
    return view


@transaction.atomic
def view_delete(*, actor: Person, view_id: int) -> None:
    """Delete one's own saved view.

    Raises:
        OutOfScope: not one's own.
    """
    view = _own(actor, view_id)
    record(actor, VIEW_DELETED, view, meta={"kind": view.record_kind})
    view.delete()


def list_settings_save(
    *, actor: Person, record_kind: str, columns: Sequence[str], density: str = "", page_size: int = 20
) -> ListSettings:
    """Keep how a person likes a list."""
    kept, _created = ListSettings.objects.update_or_create(
        owner=actor,
        record_kind=record_kind,
        defaults={"columns": list(columns), "density": density, "page_size": page_size},
    )
    return kept
