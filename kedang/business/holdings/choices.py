"""Fixed words of arrangement and custody (AR, CS)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Arrangement(models.TextChoices):
    """整理方式 (AR-04)."""

    ITEM = "item", _("按件整理")
    VOLUME = "volume", _("按卷整理")


class SchemeState(models.TextChoices):
    """State of a version of the classification scheme: one is in force, drafts may be edited, retired ones stay for ever."""

    DRAFT = "draft", _("拟订")
    IN_FORCE = "in_force", _("现行")
    RETIRED = "retired", _("停用")


class Carrier(models.TextChoices):
    """载体 (AR-11)."""

    ELECTRONIC = "electronic", _("电子")
    PAPER = "paper", _("纸质")
    HYBRID = "hybrid", _("电子与纸质")
    OBJECT = "object", _("实物")


class ItemState(models.TextChoices):
    """件: the four steps of filing (A-I4), and what may become of it."""

    RECEIVED = "received", _("待鉴别")
    OUT_OF_SCOPE = "out_of_scope", _("不归档")
    IDENTIFIED = "identified", _("待定位")
    PLACED = "placed", _("待编目")
    CATALOGUED = "catalogued", _("待入库")
    FILED = "filed", _("已归档")
    REMOVED = "removed", _("已移出")
    DESTROYED = "destroyed", _("已销毁")


class VolumeState(models.TextChoices):
    """案卷: open while items are put in, closed when arranged, shelved when put away."""

    OPEN = "open", _("组卷中")
    CLOSED = "closed", _("已结卷")
    SHELVED = "shelved", _("已入库")
    DESTROYED = "destroyed", _("已销毁")


class Whereabouts(models.TextChoices):
    """去向: where paper is. Lending and disposal meet here and refuse each other."""

    IN_STORE = "in_store", _("在库")
    ISSUED = "issued", _("借出")
    WITHDRAWN = "withdrawn", _("提出待销毁")
    GONE = "gone", _("已不存在")


class Relation(models.TextChoices):
    """How an item belongs to the item it follows (A-I9): together they stay in one volume."""

    ATTACHMENT = "attachment", _("附件")
    DRAFT = "draft", _("定稿")
    FORWARDED = "forwarded", _("被转发原件")
    REQUEST = "request", _("请示")
    LANGUAGE = "language", _("其他文字文本")


class YearRule(models.TextChoices):
    """跨年度文件归入哪一年 (A-I12)."""

    OWN_DATE = "own_date", _("成文年度")
    REPLY = "reply", _("请示与批复：复文年；无复文：请示年")
    FIRST_YEAR = "first_year", _("跨年度规划：所针对的第一年")
    LAST_YEAR = "last_year", _("跨年度总结：所针对的最后一年")
    OPENING = "opening", _("会议文件：开幕年")
    CLOSING = "closing", _("项目、案件：办结年")


class FilingStep(models.TextChoices):
    """归档四步 (A-I4, AR-01), each leaves a trace."""

    IDENTIFY = "identify", _("鉴别")
    PLACE = "place", _("定位")
    CATALOGUE = "catalogue", _("编目")
    PUT_AWAY = "put_away", _("入库")


class FileRole(models.TextChoices):
    """What a file is to its item."""

    ORIGINAL = "original", _("原件")
    SCAN = "scan", _("扫描件")
    COPY = "copy", _("副本")
    REDACTED = "redacted", _("遮盖件")


class CodeState(models.TextChoices):
    """档号台账: a code once given belongs to its object for ever."""

    CURRENT = "current", _("现用")
    FORMER = "former", _("原档号")
    VOID = "void", _("作废")


class NoteKind(models.TextChoices):
    """What a line of the 备考表 tells."""

    ADDED = "added", _("补入")
    REMOVED = "removed", pgettext_lazy("状态", "移出")
    REORDERED = "reordered", _("调整顺序")
    CHANGED = "changed", _("更正")
    DEFECT = "defect", _("缺损")
    DAMAGE = "damage", _("借阅损坏")
    MISSING = "missing", _("缺页")
    REOPENED = "reopened", _("重新开卷")
    MOVED = "moved", _("移库")
    DESTROYED = "destroyed", _("销毁")
    REMARK = "remark", _("说明")


class LocationKind(models.TextChoices):
    """存放位置 (CS-01, AR-11), from the building down to the box."""

    STOREHOUSE = "storehouse", _("库区")
    ROOM = "room", _("库房")
    CABINET = "cabinet", _("档案柜")
    SHELF = "shelf", _("层")
    BOX = "box", _("档案盒")


LOCATION_ORDER = tuple(LocationKind.values)


class TransferState(models.TextChoices):
    """移交: drawn up by the department, checked and signed by the archive, line by line (D-Ⅰ)."""

    DRAFT = "draft", _("编制中")
    SENT = "sent", _("待接收")
    RECEIVED = "received", _("已接收")
    WITHDRAWN = "withdrawn", _("已撤回")


class LineState(models.TextChoices):
    """A line of a transfer."""

    PENDING = "pending", _("待核对")
    ACCEPTED = "accepted", _("接收")
    REJECTED = "rejected", _("退回")


class CheckOccasion(models.TextChoices):
    """四性检测的环节 (DA/T 70-2018)."""

    FILING = "filing", _("归档")
    TRANSFER = "transfer", _("移交与接收")
    CUSTODY = "custody", _("长期保存")


class CheckProperty(models.TextChoices):
    """四性."""

    AUTHENTICITY = "authenticity", _("真实性")
    INTEGRITY = "integrity", _("完整性")
    USABILITY = "usability", _("可用性")
    SECURITY = "security", _("安全性")


class Verdict(models.TextChoices):
    """Result of one check or of a whole run."""

    PASSED = "passed", _("通过")
    WARNED = "warned", _("提示")
    PENDING = "pending", _("待人工核对")
    FAILED = "failed", _("不通过")


class FindingState(models.TextChoices):
    """检查发现的问题, a task until solved."""

    OPEN = "open", _("待处理")
    SOLVED = "solved", _("已处理")


class StockState(models.TextChoices):
    """盘点 (CS-02)."""

    RUNNING = "running", _("盘点中")
    CLOSED = "closed", _("已结束")


class StockResult(models.TextChoices):
    """What a stock-take says of one thing."""

    FOUND = "found", _("相符")
    MISPLACED = "misplaced", _("错位")
    MISSING = "missing", _("未找到")
    ON_LOAN = "on_loan", _("借出")
    UNEXPECTED = "unexpected", _("账外")
