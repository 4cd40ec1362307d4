"""Who may do what with the scheme, items, volumes, places and what belongs to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Customer
from kedang.business.holdings import models as m
from kedang.business.holdings.choices import ItemState, VolumeState
from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant, has_action
from kedang.foundation.access.policies import Policy, ScopePaths, any_of, policy_for, prefixed, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

_GROUP = _("档案整理")
_CUSTODY = _("档案保管")
_SETTINGS = _("档案设置")

PROJECTS_TAB = Action("holdings.projects_tab", _("客户档案的“项目”页"), _GROUP, is_reading=True, is_part=True)
PAPERS_TAB = Action("holdings.papers_tab", _("客户档案的“档案”页"), _GROUP, is_reading=True, is_part=True)
HISTORY = Action("holdings.history", _("查看文件与项目的操作记录"), _GROUP, is_reading=True, is_part=True)
VIEW = Action(
    "holdings.view",
    _("查看案卷与文件目录"),
    _GROUP,
    is_reading=True,
    includes=("holdings.projects_tab", "holdings.papers_tab", "holdings.history"),
)
LEAF = Action("holdings.leaf", _("逐页阅读文件内容"), _GROUP, is_reading=True)
READ = Action("holdings.read", _("下载文件内容"), _GROUP, is_reading=True, is_taking=True, includes=("holdings.leaf",))
COPY = Action("holdings.copy", _("制作文件复制件"), _GROUP, is_reading=True, is_taking=True)
PRINT = Action("holdings.print", _("打印目录与表格"), _GROUP, is_reading=True, is_taking=True)
EXPORT = Action("holdings.export", _("导出目录与封装包"), _GROUP, is_reading=True, is_taking=True)
DELIVER = Action("holdings.deliver", _("交来文件与移交"), _GROUP)
FILE = Action("holdings.file", _("办理归档"), _GROUP)
ARRANGE = Action("holdings.arrange", _("组卷与结卷"), _GROUP)
MEND = Action("holdings.mend", _("登记与签认备考表、互见，申请重新开卷"), _GROUP)
REOPEN = Action("holdings.reopen", _("审批重新开卷"), _GROUP)
RECEIVE = Action("holdings.receive", _("接收移交"), _GROUP)
CHECK = Action("holdings.check", _("四性检测"), _GROUP)
PROJECT = Action("holdings.project", _("管理客户项目"), _GROUP)
CUSTODY_VIEW = Action("custody.view", _("查看库房与存放位置"), _CUSTODY, is_reading=True)
CUSTODY = Action("custody.keep", _("入库、移库、盘点与库房登记"), _CUSTODY)
LAYOUT = Action("custody.layout", _("设置库房与柜架"), _CUSTODY)
SCHEME = Action("holdings.scheme", _("管理分类方案、归档范围与档号"), _SETTINGS)

READING = frozenset(
    {
        "holdings.view",
        "holdings.history",
        "holdings.leaf",
        "holdings.read",
        "holdings.copy",
        "holdings.print",
        "holdings.export",
    }
)
MENDING = READING | {
    "holdings.check", "custody.keep", "holdings.reopen", "holdings.mend", "holdings.deliver", "holdings.receive", "lending.ask",
}  # fmt: skip
"""What may be done with a volume that is closed, besides reading: mending, keeping, and asking to use it, which changes nothing in it."""


class _Setting(Policy):
    """What the archivist lays down; everyone who works with holdings may look at it."""

    view, change, ignores_scope = "holdings.view", "holdings.scheme", True


@register
class RetentionPeriodPolicy(_Setting):
    model = m.RetentionPeriod


@register
class SchemePolicy(_Setting):
    model = m.Scheme


@register
class SeriesPolicy(_Setting):
    model = m.Series
    paths = ScopePaths(fonds="scheme__fonds_id")


@register
class SeriesMergerPolicy(Policy):
    model, view, change, parent = m.SeriesMerger, "holdings.view", "holdings.scheme", "series"


@register
class CodeTemplatePolicy(_Setting):
    model = m.CodeTemplate


@register
class DocumentTypePolicy(_Setting):
    model = m.DocumentType


@register
class ReferenceCodePolicy(_Setting):
    """The ledger of codes tells codes, never titles."""

    model = m.ReferenceCode


@register
class ProjectPolicy(Policy):
    model, view, change, history = m.Project, "holdings.view", "holdings.project", HISTORY.code
    paths = ScopePaths(owner="responsible_id", department="department_id", secrecy="secrecy_level")
    shared_through = "customer"


@register
class VolumePolicy(Policy):
    """Scopes run along who arranged it and the department it comes from."""

    model, view, change = m.Volume, "holdings.view", "holdings.arrange"
    paths = ScopePaths(owner="responsible_id", department="department_id", secrecy="secrecy_level")

    def refuse(self, actor: Actor, code: str, obj: models.Model) -> Refused | None:
        """A closed volume is changed only after it was opened again; a destroyed one only read."""
        if not isinstance(obj, m.Volume) or code in READING:
            return None
        if obj.state == VolumeState.DESTROYED:
            return Refused("volume_destroyed", str(_("此案卷已销毁，只保留目录，不能再办理。")))
        if obj.state != VolumeState.OPEN and code not in MENDING:
            return Refused(
                "volume_closed", str(_("此案卷已结卷，不能改动。确需改动的，请先申请重新开卷，批准后再办理。"))
            )
        return None


class _OfVolume(Policy):
    """What belongs to a volume follows the volume."""

    view, change, parent = "holdings.view", "holdings.arrange", "volume"


@register
class VolumeNotePolicy(_OfVolume):
    model = m.VolumeNote


@register
class VolumeReopeningPolicy(_OfVolume):
    model = m.VolumeReopening


@register
class PackagePolicy(Policy):
    """A package of a volume follows the volume, one of a dossier the customer, of who works with holdings at all."""

    model, view, change = m.Package, "holdings.view", "holdings.arrange"

    def scope(self, actor: Actor, code: str = "") -> models.Q:
        """Rows reached through what is packed in them."""
        if actor.is_system:
            return models.Q()
        code = code or self.view
        through = models.Q(volume__isnull=False) & prefixed(policy_for(m.Volume).scope(actor, code), "volume")
        if has_action(actor, code):
            seen = prefixed(policy_for(Customer).scope(actor, "customers.view"), "customer")
            through |= models.Q(customer__isnull=False) & seen
        return through

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`scope`."""
        above = obj.volume or obj.customer  # type: ignore[attr-defined]  # of the model above
        return policy_for(type(above)).covers(grant, above)


@register
class PackageArrivalPolicy(Policy):
    """Packages that came are the business of who receives for the archive, as secret as what is in them."""

    model, view, change = m.PackageArrival, "holdings.receive", "holdings.receive"
    paths = ScopePaths(owner="brought_by_id", secrecy="secrecy_level")


@register
class ItemPolicy(Policy):
    """Scopes run along who brought it and the department it comes from."""

    model, view, change, history = m.Item, "holdings.view", "holdings.file", HISTORY.code
    paths = ScopePaths(owner="responsible_id", department="department_id", secrecy="secrecy_level")
    shared_through, shared_kind = "customer", "document_type_id"

    def refuse(self, actor: Actor, code: str, obj: models.Model) -> Refused | None:
        """Of what is destroyed only the entry stays."""
        if isinstance(obj, m.Item) and obj.state == ItemState.DESTROYED and code not in READING:
            return Refused("item_destroyed", str(_("此件已销毁，只保留目录，不能再办理。")))
        return None


class _OfItem(Policy):
    """What belongs to an item follows the item."""

    view, change, parent = "holdings.view", "holdings.file", "item"


@register
class ItemFilePolicy(_OfItem):
    model = m.ItemFile


@register
class FilingTracePolicy(_OfItem):
    model = m.FilingTrace


class _Custody(Policy):
    """Places and their care belong to the archive as a whole."""

    view, change, ignores_scope = "custody.view", "custody.keep", True


@register
class LocationPolicy(_Custody):
    model, change = m.Location, "custody.layout"


class _OfLocation(_Custody):
    paths = ScopePaths(fonds="location__fonds_id")


@register
class PlacementPolicy(_OfLocation):
    model = m.Placement


@register
class StockTakePolicy(_Custody):
    model = m.StockTake


@register
class StockLinePolicy(_Custody):
    model = m.StockLine
    paths = ScopePaths(fonds="stock_take__fonds_id")


@register
class StockScanPolicy(_Custody):
    model = m.StockScan
    paths = ScopePaths(fonds="stock_take__fonds_id")


@register
class InspectionPolicy(_Custody):
    model = m.Inspection


@register
class FindingPolicy(_Custody):
    model = m.Finding


@register
class ClimateLimitPolicy(_OfLocation):
    model, change = m.ClimateLimit, "custody.layout"


@register
class ClimateReadingPolicy(_OfLocation):
    model = m.ClimateReading


@register
class EquipmentPolicy(_Custody):
    model = m.Equipment


@register
class RoomVisitPolicy(_Custody):
    model = m.RoomVisit


@register
class StatisticsReportPolicy(_Custody):
    model = m.StatisticsReport


@register
class TransferPolicy(Policy):
    """A department sees its own lists; who receives sees all."""

    model, view, change = m.Transfer, "holdings.view", "holdings.deliver"
    paths = ScopePaths(owner="handed_by_id", department="department_id")


@register
class TransferLinePolicy(Policy):
    model, view, change, parent = m.TransferLine, "holdings.view", "holdings.deliver", "transfer"


@register
class CheckRunPolicy(Policy):
    """Runs tell of codes and points, and are looked at by who may check."""

    model, view, change = m.CheckRun, "holdings.check", "holdings.check"


@register
class CheckResultPolicy(Policy):
    model, view, change, parent = m.CheckResult, "holdings.check", "holdings.check", "run"


@register
class PrintedSheetPolicy(Policy):
    """A printed sheet is there for who may see what it is of, and for who printed it."""

    model, view, change = m.PrintedSheet, "holdings.view", "holdings.print"
    paths = ScopePaths(owner="printed_by_id", department="department_id", secrecy="secrecy_level")
    above = ("volume", "transfer")

    def grant_q(self, grant: ActiveGrant) -> models.Q:
        """Rows reached by themselves, by their volume or by their transfer."""
        own = super().grant_q(grant)
        over = [prefixed(policy_for(_related(name)).grant_q(grant), name) for name in self.above] if own else []
        return any_of([own, *over])

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`grant_q`."""
        over = [getattr(obj, name) for name in self.above]
        return super().covers(grant, obj) or any(policy_for(type(o)).covers(grant, o) for o in over if o is not None)


def _related(name: str) -> type[models.Model]:
    return {"volume": m.Volume, "transfer": m.Transfer}[name]


@register
class PrintSettingsPolicy(_Setting):
    model = m.PrintSettings
