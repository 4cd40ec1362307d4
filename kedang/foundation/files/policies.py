"""Stored files have no reader of their own: each is read through the record it belongs to."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import Policy, register
from kedang.foundation.files.models import StoredFile

SEE = Action("files.view", _("查看文件存储与核验情况"), _("文件"), is_reading=True)
KEEP = Action("files.keep", _("核验、修复与重新查毒"), _("文件"))


@register
class StoredFilePolicy(Policy):
    """The storage pages show names, sizes and states to who keeps the store; content is never read by this right."""

    model, view, change, ignores_scope = StoredFile, "files.view", "files.keep", True
