"""Who may import, see what was imported, and undo it."""

from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models import ImportBatch, ImportChunk, ImportTemplate
from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import Policy, ScopePaths, register

_GROUP = _("资料收集")

USE = Action("intake.use", _("批量导入"), _GROUP)
UNDO = Action("intake.undo", _("撤销导入批次"), _GROUP)


@register
class ImportBatchPolicy(Policy):
    """One sees the batches of one's own scope: those one brought in, or those for one's department."""

    model, view, change = ImportBatch, "intake.use", "intake.use"
    paths = ScopePaths(owner="actor_id", department="department_id")


@register
class ImportChunkPolicy(Policy):
    model, view, change, parent = ImportChunk, "intake.use", "intake.use", "batch"


@register
class ImportTemplatePolicy(Policy):
    model, view, change, ignores_scope = ImportTemplate, "intake.use", "intake.use", True
