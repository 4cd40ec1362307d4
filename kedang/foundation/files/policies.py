"""Stored files have no reader of their own: each is read through the record it belongs to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import NOTHING, Policy, ScopePaths, register
from kedang.foundation.files.models import FilePage, FixityFault, FixityRun, StoredFile
from kedang.foundation.files.owners import named_to
from kedang.foundation.kernel.actors import Actor

SEE = Action("files.view", _("查看文件存储与核验情况"), _("文件"), is_reading=True)
KEEP = Action("files.keep", _("核验、修复与重新查毒"), _("文件"))


@register
class StoredFilePolicy(Policy):
    """The storage pages show names, sizes and states to who keeps the store; content is never read by this right.

    A name tells something too: the file of a record above the keeper's head does not exist for him here.
    """

    model, view, change, ignores_scope = StoredFile, "files.view", "files.keep", True

    def limits(self, actor: Actor) -> Q:
        """Company, and names that the actor may know."""
        return super().limits(actor) & named_to(actor)

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`limits`."""
        person = Person.objects.get(pk=grant.person_id)
        return super().covers(grant, obj) and StoredFile.objects.filter(named_to(person), pk=obj.pk).exists()


@register
class FilePagePolicy(Policy):
    """Pages are found through :mod:`owners`; by themselves they are seen by nobody but the system."""

    model, view, change = FilePage, "files.view", "files.keep"
    paths = ScopePaths(fonds="file__fonds_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """No page by this way."""
        return Q() if actor.is_system else NOTHING


@register
class FixityRunPolicy(Policy):
    """The store is one for all companies of an installation, and so is its check."""

    model, view, change, ignores_scope = FixityRun, "files.view", "files.keep", True
    paths = ScopePaths(fonds="")


@register
class FixityFaultPolicy(Policy):
    """Follows the file; what no record names belongs to the store."""

    model, view, change, ignores_scope = FixityFault, "files.view", "files.keep", True
    paths = ScopePaths(fonds="")

    def limits(self, actor: Actor) -> Q:
        """Of files of the actor's company whose names he may know, and of extra ones."""
        return Q(file__isnull=True) | (Q(file__fonds_id=actor.fonds_id) & named_to(actor, "file_id"))

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`limits`."""
        person = Person.objects.get(pk=grant.person_id)
        return super().covers(grant, obj) and FixityFault.objects.filter(self.limits(person), pk=obj.pk).exists()
