"""Whose a stored file is: rooms above say which of their records hold files and who may read them; a file nobody owns is read by nobody.

``register_owner(ItemFile, "file", visible)`` in the room's ``AppConfig.ready()``: ``visible(actor)`` gives the rows of the model whose
file the actor may read. Everything that shows content (viewer, pictures, search in documents, download) asks here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from kedang.foundation.access.grants import has_action
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope

Visible = Callable[[Actor], Q]


def _plain(actor: Actor, owner: Any) -> str:
    """Until its room says more, an owner is called what it calls itself."""
    return str(owner)


def _nowhere(owner: Any) -> str:
    return ""


def _all_pages(actor: Actor, owner: Any) -> list[tuple[int, int]] | None:
    """No limit."""
    return None


def _itself(owner: Any) -> models.Model:
    """The record on whose page the reading of a file stands."""
    record: models.Model = getattr(owner, "audit_parent", None) or owner
    return record


@dataclass(frozen=True, slots=True)
class FileOwner:
    """One model whose rows hold files.

    ``title(actor, row)`` is what this reader may see of the name of the record, ``url(row)`` its page, ``record_of(row)`` the record that
    the entry “file read” is about, ``action`` the right without which nobody reads, ``joined`` what to fetch with a row for these.
    ``pages(actor, row)`` are the pairs of first and last page that the reader may see, None for all; ``limits(actor)`` whether it is worth
    asking; ``may_take(actor, row)`` whether the words of a page may be copied off, and the file be taken.
    """

    model: type[models.Model]
    path: str
    visible: Visible
    title: Callable[[Actor, Any], str] = _plain
    url: Callable[[Any], str] = _nowhere
    record_of: Callable[[Any], models.Model] = _itself
    action: str = ""
    joined: tuple[str, ...] = ()
    pages: Callable[[Actor, Any], list[tuple[int, int]] | None] = _all_pages
    limits: Callable[[Actor], bool] = lambda actor: False
    may_take: Callable[[Actor, Any], bool] = lambda actor, owner: True

    def rows(self, actor: Actor) -> Any:
        """Rows whose file the actor may read."""
        return self.model._base_manager.filter(self.visible(actor)).select_related(*self.joined)


@dataclass(frozen=True, slots=True)
class Held:
    """A file together with the record through which it is read."""

    file: StoredFile
    row: Any
    owner: FileOwner

    @property
    def record(self) -> models.Model:
        """The record that the entry of a reading is about."""
        return self.owner.record_of(self.row)

    @property
    def url(self) -> str:
        """Page of the record."""
        return self.owner.url(self.row)

    def title(self, actor: Actor) -> str:
        """Name of the record as the actor may see it."""
        return self.owner.title(actor, self.row)

    def pages(self, actor: Actor) -> list[tuple[int, int]] | None:
        """Pages that the actor may see, None for all."""
        return self.owner.pages(actor, self.row)

    def shows(self, actor: Actor, page: int) -> bool:
        """Whether a page is among them."""
        pairs = self.pages(actor)
        return pairs is None or any(first <= page <= last for first, last in pairs)

    def may_take(self, actor: Actor) -> bool:
        """Whether the actor may have more than the picture of a page."""
        return self.owner.may_take(actor, self.row)


_owners: dict[type[models.Model], FileOwner] = {}


def register_owner(model: type[models.Model], path_to_file: str, visible: Visible, **more: Any) -> None:
    """Declare a model whose rows hold files.

    Args:
        path_to_file: name of its foreign key to the stored file.
        visible: condition on the model: the rows whose file an actor may read.
        more: see :class:`FileOwner`.
    """
    _owners[model] = FileOwner(model, path_to_file, visible, **more)


def owners() -> Iterator[FileOwner]:
    """All declared owners."""
    return iter(_owners.values())


def readable(actor: Actor, outer: str = "pk") -> Q:
    """Condition on files (or, with ``outer``, on rows that point to one): content that the actor may read."""
    found = Q(pk__in=[])
    for one in owners():
        found |= Q(Exists(one.rows(actor).select_related(None).order_by().filter(**{one.path: OuterRef(outer)})))
    return found


def named_to(actor: Actor, outer: str = "pk") -> Q:
    """Condition on files whose name the actor may know: those he may read, and those that belong to no record yet.

    Every record above this room that points to a file owns it, whether it was declared or not.
    """
    owned = Q(pk__in=[])
    for one in StoredFile._meta.related_objects:
        if one.related_model._meta.app_label != StoredFile._meta.app_label:
            owned |= Q(Exists(one.related_model._base_manager.filter(**{one.field.name: OuterRef(outer)})))
    return readable(actor, outer) | ~owned


def held(actor: Actor, pk: int) -> Held:
    """A file that the actor may read, with its owner.

    Raises:
        OutOfScope: there is none, or not for this actor.
    """
    for one in owners():
        row = one.rows(actor).select_related(one.path, *one.joined).filter(**{one.path: pk}).first()
        if row is not None:
            return Held(getattr(row, one.path), row, one)
    raise OutOfScope


def holders(actor: Actor, files: Any) -> dict[int, Held]:
    """File → owner, of those files that the actor may read; a query for each kind of owner."""
    found: dict[int, Held] = {}
    for one in owners():
        wanted = [pk for pk in files if pk not in found]
        if wanted:
            rows = one.rows(actor).select_related(one.path, *one.joined).filter(**{f"{one.path}__in": wanted})
            found |= {getattr(row, f"{one.path}_id"): Held(getattr(row, one.path), row, one) for row in rows}
    return found


def are_limited(actor: Actor) -> bool:
    """Whether some files are open to the actor by pages only."""
    return any(one.limits(actor) for one in owners())


def reads_any(actor: Actor) -> bool:
    """Whether the actor reads files of any kind of owner: the question behind the tab of the search page."""
    return any(not one.action or has_action(actor, one.action) for one in owners())


def is_open(file: StoredFile) -> bool:
    """Whether the bytes may be shown at all."""
    return file.state == FileState.GOOD
