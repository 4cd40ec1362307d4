"""Who may import, see what was imported, and undo it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models import ImportBatch, ImportChunk, ImportTemplate
from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant
from kedang.foundation.access.policies import Policy, ScopePaths, any_of, register

_GROUP = _("资料收集")

USE = Action("intake.use", _("批量导入"), _GROUP)
UNDO = Action("intake.undo", _("撤销导入批次"), _GROUP)


@register
class ImportBatchPolicy(Policy):
    """One sees the batches that one brought in, whatever they are for, and those of one's scope, e.g. for one's department."""

    model, view, change = ImportBatch, "intake.use", "intake.use"
    paths = ScopePaths(owner="actor_id", department="department_id")

    def grant_q(self, grant: ActiveGrant) -> Q:
        """See the class."""
        return any_of([super().grant_q(grant), Q(actor_id=grant.person_id)])

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`grant_q`."""
        return super().covers(grant, obj) or (isinstance(obj, ImportBatch) and obj.actor_id == grant.person_id)


@register
class ImportChunkPolicy(Policy):
    model, view, change, parent = ImportChunk, "intake.use", "intake.use", "batch"


@register
class ImportTemplatePolicy(Policy):
    model, view, change, ignores_scope = ImportTemplate, "intake.use", "intake.use", True
