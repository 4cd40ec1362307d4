"""A company's archive is ready from its first day: periods, a scheme in force, the filing scope, code templates."""

from django.db import transaction

from kedang.business.holdings import shipped
from kedang.business.holdings.choices import SchemeState
from kedang.business.holdings.events.scheme import DEFAULTS_LAID
from kedang.business.holdings.models import CodeTemplate, DocumentType, RetentionPeriod, Scheme, Series
from kedang.business.holdings.services import projects
from kedang.foundation.access.models import Fonds
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.numbering.models import NumberRule

SHIPPER: Actor = system_actor("初始设置")


@transaction.atomic
def ensure_defaults(fonds: Fonds) -> dict[str, int]:
    """Lay down what a company has none of yet; what is there, even a single line, is left alone. Returns how many were made."""
    fonds = Fonds.objects.select_for_update().get(pk=fonds.pk)
    made = {
        "periods": _periods(fonds),
        "series": _scheme(fonds),
        "types": _types(fonds),
        "templates": _templates(fonds),
        "rules": _project_numbers(fonds),
    }
    if any(made.values()):
        record(SHIPPER, DEFAULTS_LAID, fonds, meta=made, fonds_id=fonds.pk)
    return made


def _periods(fonds: Fonds) -> int:
    if RetentionPeriod.objects.filter(fonds=fonds).exists():
        return 0
    present = [one for one in shipped.PERIODS if not one.reads_as]
    rows = {
        row.code: row
        for row in RetentionPeriod.objects.bulk_create(
            RetentionPeriod(fonds=fonds, code=one.code, name=one.name, years=one.years, position=at)
            for at, one in enumerate(present)
        )
    }
    RetentionPeriod.objects.bulk_create(
        RetentionPeriod(
            fonds=fonds, code=one.code, name=one.name, years=one.years, is_old=True, reads_as=rows[one.reads_as], position=10 + at
        )
        for at, one in enumerate(one for one in shipped.PERIODS if one.reads_as)
    )  # fmt: skip
    return len(shipped.PERIODS)


def _scheme(fonds: Fonds) -> int:
    if Scheme.objects.filter(fonds=fonds).exists():
        return 0
    periods = _periods_of(fonds)
    scheme = Scheme.objects.create(
        fonds=fonds, number=1, title=shipped.TITLE, note=shipped.NOTE, state=SchemeState.IN_FORCE, published_at=clock.now()
    )  # fmt: skip
    rows: dict[str, Series] = {}
    for level in range(4):
        classes = [(at, one) for at, one in enumerate(shipped.CLASSES) if one.code.count("·") == level]
        made = Series.objects.bulk_create(
            Series(
                scheme=scheme, parent=rows.get(one.code.rpartition("·")[0]), code=one.code, name=one.name, arrangement=one.arrangement,
                retention=periods.get(one.retention), scope_note=one.note, position=at * 10,
            )
            for at, one in classes
        )  # fmt: skip
        for row in made:
            row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
        Series.objects.bulk_update(made, ["path"])
        rows.update((row.code, row) for row in made)
    return len(rows)


def _types(fonds: Fonds) -> int:
    if DocumentType.objects.filter(fonds=fonds).exists():
        return 0
    periods = _periods_of(fonds)
    rows = [
        DocumentType(
            fonds=fonds, code=kind.code, name=kind.name, series_code=kind.series, retention=periods.get(kind.retention),
            secrecy_level=kind.secrecy, year_rule=kind.rule, due_days=kind.due, keywords=kind.words, order_weight=kind.weight,
            basis=kind.basis, position=at * 10,
        )
        for at, kind in enumerate(shipped.KINDS)
    ]  # fmt: skip
    rows += [
        DocumentType(fonds=fonds, code=code, name=name, is_kept=False, keywords=words, position=1000 + at)
        for at, (code, name, words) in enumerate(shipped.NOT_KEPT)
    ]
    DocumentType.objects.bulk_create(rows)
    return len(rows)


def _templates(fonds: Fonds) -> int:
    if CodeTemplate.objects.filter(fonds=fonds).exists():
        return 0
    CodeTemplate.objects.bulk_create(
        CodeTemplate(
            fonds=fonds, name=one.name, arrangement=one.arrangement, standard=one.standard, volume_template=one.volume,
            item_template=one.item, is_default=one.is_default, position=at * 10,
        )
        for at, one in enumerate(shipped.SHAPES)
    )  # fmt: skip
    return len(shipped.SHAPES)


def _project_numbers(fonds: Fonds) -> int:
    """Projects count to four places: they stand in codes, whose parts should stay as wide."""
    asked = {"serial_width": projects.NUMBER_WIDTH}
    return int(NumberRule.objects.get_or_create(fonds=fonds, key=projects.NUMBER_KEY, defaults=asked)[1])


def _periods_of(fonds: Fonds) -> dict[str, RetentionPeriod]:
    return {row.code: row for row in RetentionPeriod.objects.filter(fonds=fonds)}
