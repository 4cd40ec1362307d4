"""件: the smallest thing that is filed, its files, and the trace of its filing."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings import choices as c
from kedang.business.holdings.models.location import Location
from kedang.business.holdings.models.project import Project
from kedang.business.holdings.models.scheme import DocumentType, RetentionPeriod, Series
from kedang.business.holdings.models.volume import Volume
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.files.models import StoredFile


class Item(models.Model):
    """件 (AR-01, AR-06, AR-07). Until it is placed it has neither class nor code; filed, it is changed only by correcting with a reason.

    ``belongs_to`` and ``relation``: this one is the attachment, the draft … of the other, and is in the same volume.
    ``position`` is the order in the volume, ``first_page`` where it begins there.
    """

    secrecy = FieldSecrecy(default="internal", open="reference_code year state")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    reference_code = models.CharField(_("档号"), max_length=120, blank=True, default="", editable=False)
    title = models.CharField(_("题名"), max_length=300)
    is_title_made = models.BooleanField(_("题名为整理人所拟"), default=False)
    document_type = models.ForeignKey(
        DocumentType, models.PROTECT, null=True, blank=True, verbose_name=_("文件材料"), related_name="items"
    )
    document_number = models.CharField(_("文号"), max_length=80, blank=True, default="")
    author = models.CharField(_("责任者"), max_length=120, blank=True, default="")
    dated_on = models.DateField(_("成文日期"), null=True, blank=True)
    period_from = models.PositiveSmallIntegerField(_("所针对年度（起）"), null=True, blank=True)
    period_to = models.PositiveSmallIntegerField(_("所针对年度（止）"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("页数"), default=0)
    copies = models.PositiveSmallIntegerField(_("份数"), default=1)
    language = models.CharField(_("文字"), max_length=20, blank=True, default="")
    carrier = models.CharField(_("载体"), max_length=12, choices=c.Carrier.choices, default=c.Carrier.ELECTRONIC)
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    remarks = models.CharField(_("备注"), max_length=300, blank=True, default="")

    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, verbose_name=_("客户"), related_name="items"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, verbose_name=_("项目"), related_name="items"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("归档部门"), related_name="+", db_index=False
    )
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("经办人"), related_name="+", db_index=False
    )

    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, verbose_name=_("类别"), related_name="items", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    retention = models.ForeignKey(
        RetentionPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("保管期限"),
        related_name="+",
        db_index=False,
    )
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, verbose_name=_("案卷"), related_name="items", editable=False
    )
    number = models.PositiveIntegerField(_("件号"), null=True, blank=True, editable=False)
    position = models.PositiveIntegerField(_("卷内顺序"), null=True, blank=True, editable=False)
    first_page = models.PositiveIntegerField(_("起始页号"), null=True, blank=True, editable=False)
    belongs_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("所属文件"), related_name="companions"
    )
    relation = models.CharField(
        _("与所属文件的关系"), max_length=12, choices=c.Relation.choices, blank=True, default=""
    )
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("存放位置"),
        related_name="items",
        editable=False,
    )
    state = models.CharField(
        _("状态"), max_length=12, choices=c.ItemState.choices, default=c.ItemState.RECEIVED, editable=False
    )
    whereabouts = models.CharField(
        _("去向"), max_length=10, choices=c.Whereabouts.choices, default=c.Whereabouts.IN_STORE, editable=False
    )
    # Written by the room of holds, in the transaction of a hold; empty as long as there never was one.
    hold_count = models.PositiveIntegerField(_("冻结"), null=True, blank=True, editable=False)
    loan_hold_count = models.PositiveIntegerField(_("冻结且不外借"), null=True, blank=True, editable=False)
    source = models.CharField(_("来源"), max_length=120, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("收到时间"), editable=False)
    filed_at = models.DateTimeField(_("归档时间"), null=True, blank=True, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("件")
        verbose_name_plural = pgettext_lazy("多条", "件")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["fonds", "reference_code"], name="item_code_once", condition=~Q(reference_code="")
            ),
            models.UniqueConstraint(
                fields=["volume", "number"],
                name="item_number_once",
                condition=Q(volume__isnull=False, number__isnull=False),
            ),
            models.CheckConstraint(condition=~Q(title=""), name="item_has_title"),
            models.CheckConstraint(
                condition=Q(hold_count__isnull=True)
                | Q(hold_count=0)
                | (~Q(state=c.ItemState.DESTROYED) & ~Q(whereabouts=c.Whereabouts.GONE)),
                name="item_held_stays",
            ),
            models.CheckConstraint(condition=~Q(belongs_to=F("id")), name="item_not_its_own"),
            models.CheckConstraint(
                condition=Q(belongs_to__isnull=True, relation="") | (Q(belongs_to__isnull=False) & ~Q(relation="")),
                name="item_relation_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["fonds", "id", "secrecy_level", "department", "state"], name="item_pages"),
            models.Index(fields=["fonds", "state", "id"], name="item_by_state"),
            models.Index(fields=["volume", "position"], name="item_in_volume", condition=Q(volume__isnull=False)),
            models.Index(fields=["fonds", "series", "year", "retention", "number"], name="item_catalogue"),
            models.Index(
                fields=["fonds", "filed_at", "id"], name="item_by_filing", condition=Q(filed_at__isnull=False)
            ),
            models.Index(fields=["fonds", "created_at"], name="item_by_creation"),
            models.Index(fields=["fonds", "dated_on", "id"], name="item_by_date", condition=Q(dated_on__isnull=False)),
            models.Index(fields=["fonds", "state"], name="item_single", condition=Q(volume__isnull=True)),
            models.Index(
                fields=["fonds", "responsible", "id"],
                name="item_by_responsible",
                condition=Q(responsible__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The title as catalogues print it: one that the archivist made up stands in brackets."""
        return f"[{self.title}]" if self.is_title_made else self.title

    @property
    def location_text(self) -> str:
        """Where it stands: by itself, or with its volume."""
        if self.location_id is not None:
            return str(self.location)
        above = self.volume.location if self.volume is not None else None
        return str(_("%(place)s（随案卷）") % {"place": above}) if above is not None else ""

    @property
    def audit_label(self) -> str:
        """Title and code, as the trail keeps them."""
        return f"{self.title}（{self.reference_code}）" if self.reference_code else self.title


class ItemFile(models.Model):
    """A file of an item. A newer version follows the older one; none is ever replaced or removed while the item is kept."""

    secrecy = FieldSecrecy(default="internal")

    item = models.ForeignKey(Item, models.PROTECT, related_name="files", verbose_name=_("件"))
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="item_file", verbose_name=_("文件"))
    role = models.CharField(_("性质"), max_length=10, choices=c.FileRole.choices, default=c.FileRole.ORIGINAL)
    number = models.PositiveSmallIntegerField(_("版次"), default=1, editable=False)
    follows = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("前一版"),
        related_name="followed_by",
        editable=False,
    )
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    added_at = models.DateTimeField(_("加入时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("件的文件")
        verbose_name_plural = _("件的文件")
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.file)

    @property
    def audit_parent(self) -> Item:
        """Shown with its item."""
        return self.item


class FilingTrace(models.Model):
    """归档轨迹 (AR-01): one step of filing, what the rules proposed and why, what the archivist decided, and why otherwise."""

    secrecy = FieldSecrecy(default="internal")

    item = models.ForeignKey(Item, models.PROTECT, related_name="traces", verbose_name=_("件"))
    step = models.CharField(_("步骤"), max_length=10, choices=c.FilingStep.choices)
    proposed = models.JSONField(_("系统建议"), default=dict)
    decided = models.JSONField(_("确认结果"), default=dict)
    because = models.CharField(_("建议理由"), max_length=500, blank=True, default="")
    reason = models.CharField(_("改动理由"), max_length=300, blank=True, default="")
    made_by = models.CharField(_("办理人"), max_length=80)
    made_at = models.DateTimeField(_("办理时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("归档轨迹")
        verbose_name_plural = _("归档轨迹")
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.item} {self.get_step_display()}"

    @property
    def audit_parent(self) -> Item:
        """Shown with its item."""
        return self.item


class ReferenceCode(models.Model):
    """档号台账 (AR-08): every code that was ever given, whose it is, and by which it was replaced. A code never moves to another object."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    code = models.CharField(_("档号"), max_length=120)
    state = models.CharField(_("状态"), max_length=8, choices=c.CodeState.choices, default=c.CodeState.CURRENT)
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="codes", verbose_name=_("案卷")
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="codes", verbose_name=_("件"))
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("新档号")
    )
    reason = models.CharField(_("说明"), max_length=200, blank=True, default="")
    given_by = models.CharField(_("编号人"), max_length=80)
    given_at = models.DateTimeField(_("编号时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("档号记录")
        verbose_name_plural = _("档号台账")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fonds", "code"], name="reference_code_once"),
            models.CheckConstraint(
                condition=Q(volume__isnull=False, item__isnull=True)
                | Q(volume__isnull=True, item__isnull=False)
                | Q(volume__isnull=True, item__isnull=True, state="void"),
                name="reference_code_of_one",
            ),
        ]

    def __str__(self) -> str:
        return self.code
