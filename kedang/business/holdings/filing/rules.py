"""What the archivist laid down for a company, read once for many documents."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement, SchemeState
from kedang.business.holdings.filing.reasoned import Reasoned
from kedang.business.holdings.filing.recognising import kind_in
from kedang.business.holdings.models import DocumentType, Item, RetentionPeriod, Scheme, Series


@dataclass(slots=True)
class Rules:
    """Filing scope and the scheme in force."""

    fonds_id: int
    kinds: list[DocumentType] = field(default_factory=list)
    scheme: Scheme | None = None
    series: dict[str, Series] = field(default_factory=dict)

    def kind_of(self, texts: Iterable[str]) -> Reasoned:
        """The kind of document that texts speak of."""
        kind, word = kind_in(texts, self.kinds)
        if kind is None:
            return Reasoned(None, _("题名和文件名里没有归档范围的识别词，请选择文件材料种类。"))
        return Reasoned(kind, _("题名或文件名含“%(word)s”，识别为%(kind)s。") % {"word": word, "kind": kind.name})

    def series_of(self, item: Item) -> Reasoned:
        """The class of a document: that of its kind, in the scheme in force."""
        kind = item.document_type
        if self.scheme is None:
            return Reasoned(None, _("还没有现行的分类方案，请先在“分类方案”中发布一版。"))
        if kind is None or not kind.series_code:
            return Reasoned(None, _("归档范围没有给这种文件规定类别，请选择类别。"))
        found = self.series.get(kind.series_code)
        if found is None:
            told = _("归档范围规定的类别号 %(code)s 不在现行分类方案中，请选择类别。")
            return Reasoned(None, told % {"code": kind.series_code})
        return Reasoned(found, _("归档范围规定%(kind)s归入“%(series)s”。") % {"kind": kind.name, "series": found.name})

    def retention_of(self, item: Item, series: Series | None) -> Reasoned:
        """保管期限: of the kind, else of the class; an old period is read as the present one."""
        kind = item.document_type
        if kind is not None and kind.retention is not None:
            basis = _("（%(basis)s）") % {"basis": kind.basis} if kind.basis else ""
            told = _("归档范围规定%(kind)s保管%(period)s%(basis)s。")
            return self._present(kind.retention, told, {"kind": kind.name, "basis": basis})
        if series is not None and series.retention is not None:
            told = _("类别“%(series)s”规定保管%(period)s。")
            return self._present(series.retention, told, {"series": series.name})
        return Reasoned(None, _("归档范围和类别都没有规定保管期限，请选择。"))

    def _present(self, period: RetentionPeriod, told: str, more: dict[str, str]) -> Reasoned:
        if period.is_old and period.reads_as is not None:
            told += _("旧期限“%(old)s”按%(period)s执行。") % {"old": period.name, "period": period.reads_as.name}
            period = period.reads_as
        return Reasoned(period, told % {"period": period.name, **more})

    @staticmethod
    def arrangement_of(series: Series | None) -> Reasoned:
        """整理方式, as the class says."""
        if series is None:
            return Reasoned(Arrangement.VOLUME.value, _("未定类别，暂按卷整理。"))
        label = Arrangement(series.arrangement).label
        return Reasoned(series.arrangement, _("类别“%(series)s”%(way)s。") % {"series": series.name, "way": str(label)})


def rules_of(fonds_id: int) -> Rules:
    """The rules of a company as they are now: three queries, whatever is filed with them."""
    kinds = list(DocumentType.objects.filter(fonds_id=fonds_id, is_active=True).select_related("retention__reads_as"))
    scheme = Scheme.objects.filter(fonds_id=fonds_id, state=SchemeState.IN_FORCE).first()
    rows = Series.objects.filter(scheme=scheme, is_active=True).select_related("retention__reads_as") if scheme else []
    return Rules(fonds_id, kinds, scheme, {row.code: row for row in rows})
