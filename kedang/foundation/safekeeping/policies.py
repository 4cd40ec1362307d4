"""Who may look at operations, and who may make backups and drills. Sets belong to the installation, not to one company."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import Policy, ScopePaths, register
from kedang.foundation.safekeeping.models import Backup, Drill

VIEW = Action("safekeeping.view", _("查看运行与备份"), _("系统"), is_reading=True)
RUN = Action("safekeeping.run", _("备份与恢复演练"), _("系统"))


@register
class BackupPolicy(Policy):
    model, view, change, ignores_scope = Backup, "safekeeping.view", "safekeeping.run", True
    paths = ScopePaths(fonds="")


@register
class DrillPolicy(Policy):
    model, view, change, ignores_scope = Drill, "safekeeping.view", "safekeeping.run", True
    paths = ScopePaths(fonds="")
