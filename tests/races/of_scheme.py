"""Acts on a draft of the scheme, on lines the archivist keeps, on a project, and on the codes of a volume."""

from typing import Any

from django.db import transaction

from kedang.business.holdings import shipped
from kedang.business.holdings.codes.ledger import VOLUME_KEY, tallies
from kedang.business.holdings.models import CodeTemplate, DocumentType, ReferenceCode, Scheme, Series, Volume
from kedang.business.holdings.services import codes, ledger, periods, projects, schemes, series, templates, types
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.kernel import clock
from kedang.foundation.numbering.models import NumberSeries
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.holdings.making import make_item, make_volume, period
from tests.holdings.making import series as class_of
from tests.races.acts import Act, Ground, Group, told

FIXED = told("scheme_fixed", "scheme_not_draft")
STALE = told("stale_version")


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def a_draft(cast: Cast, number: int) -> Ground:
    """A draft with a class of its own; whatever a round before left is dropped."""
    ensure_defaults(cast.fonds)
    actor = cast.archivist
    for left in Scheme.objects.filter(fonds=cast.fonds, state="draft"):
        schemes.scheme_retire(actor=actor, scheme=left)
    draft = schemes.scheme_draft(actor=actor)
    stamp = f"{clock.now():%H%M%S%f}"
    own = series.series_create(actor=actor, scheme=draft, values={"code": f"KJ{stamp}", "name": "科技"})
    more = {"own": own, "version": draft.version, "stamp": stamp}
    return Ground(cast, number, draft, more, [draft, own])


def one_in_force(ground: Ground) -> list[str]:
    """One version in force, at most one draft, no code twice, every class of papers and of the filing scope there."""
    rows = Scheme.objects.filter(fonds=ground.cast.fonds)
    states = list(rows.values_list("state", flat=True))
    found = [] if states.count("in_force") == 1 and states.count("draft") <= 1 else [f"versions {states}"]
    codes_there = list(Series.objects.filter(scheme=ground.on).values_list("code", flat=True))
    found += [f"classes {codes_there}"] if len(codes_there) > len(set(codes_there)) else []
    present = set(Series.objects.filter(scheme__in=rows.filter(state="in_force")).values_list("code", flat=True))
    named = set(
        DocumentType.objects.filter(fonds=ground.cast.fonds, is_kept=True).values_list("series_code", flat=True)
    )
    return found + ([f"the filing scope names {sorted(named - present)}"] if named - present else [])


DRAFT = Group(
    "draft of a scheme", a_draft,
    (
        Act(
            "scheme_change", lambda g, n: schemes.scheme_change(actor=who(g), scheme=g.on, note=f"说明{n}", version=g.more["version"]),
            once=True, told=FIXED | STALE,
        ),
        Act("scheme_publish", lambda g, n: schemes.scheme_publish(actor=who(g), scheme=g.on), once=True, told=FIXED),
        Act("scheme_retire", lambda g, n: schemes.scheme_retire(actor=who(g), scheme=g.on), once=True, told=FIXED),
        Act(
            "series_create", lambda g, n: series.series_create(actor=who(g), scheme=g.on,
                                                              values={"code": f"SJ{g.more['stamp']}", "name": "数据"}),
            once=True, told=FIXED | told("series_code_taken"),
        ),
        Act(
            "series_change",
            lambda g, n: series.series_change(actor=who(g), series=g.more["own"], values={"code": f"KJ{g.more['stamp']}X{n}"},
            version=g.more["own"].version),
            once=True, told=FIXED | STALE, gone=True,
        ),
        Act("series_remove", lambda g, n: series.series_remove(actor=who(g), series=g.more["own"]), once=True, told=FIXED, gone=True),
    ),
    one_in_force,
)  # fmt: skip


def lines(cast: Cast, number: int) -> Ground:
    """A fresh line of the filing scope, a period, two templates and a project."""
    ensure_defaults(cast.fonds)
    actor, stamp = cast.archivist, f"{clock.now():%H%M%S%f}"
    made = {"name": f"协议{stamp}", "series_code": "WS·KH", "retention": period()}
    if not class_of("WS·KH").is_active:
        series.series_change(actor=actor, series=class_of("WS·KH"), values={"is_active": True})
    line = types.document_type_create(actor=actor, values={**made, "code": f"X{stamp}"})
    kept = periods.period_create(actor=actor, values={"code": f"Z{stamp[-7:]}", "name": f"期限{stamp}", "years": 12})
    shape = {"arrangement": "item", "item_template": "{fonds}-{catalogue}-{item:4}"}
    one, other = (templates.template_create(actor=actor, values={**shape, "name": f"{stamp}{n}"}) for n in "甲乙")
    project = projects.project_create(actor=actor, customer=_customer(cast), values={"name": "改造"})
    more = {"line": line, "period": kept, "one": one, "other": other, "project": project, "stamp": stamp}
    return Ground(cast, number, line, more, [line, kept, one, other, project])


def _customer(cast: Cast) -> Any:
    from kedang.business.customers.models import Customer

    return Customer.objects.filter(fonds=cast.fonds, withdrawn_at=None).first() or make_customer(cast.archivist)


def kept_apart(ground: Ground) -> list[str]:
    """One default template; what only one could make is there at most once."""
    where = {"fonds": ground.cast.fonds}
    defaults = CodeTemplate.objects.filter(**where, arrangement="item", is_default=True).count()
    found = [] if defaults == 1 else [f"{defaults} default templates"]
    found += [f"{n} lines" for n in [DocumentType.objects.filter(**where, code="ONCE").count()] if n > 1]
    DocumentType.objects.filter(**where, code="ONCE").delete()
    CodeTemplate.objects.filter(**where, name="ONCE").delete()
    from kedang.business.holdings.models import RetentionPeriod

    RetentionPeriod.objects.filter(**where, code="ONCE").delete()
    return found


LINES = Group(
    "lines of the archivist", lines,
    (
        Act(
            "document_type_create",
            lambda g, n: types.document_type_create(actor=who(g), values={"code": "ONCE", "name": "只此", "is_kept": False}),
            once=True, told=told("type_code_taken"),
        ),
        Act(
            "document_type_change",
            lambda g, n: types.document_type_change(actor=who(g), document_type=g.more["line"], values={"due_days": n + 1}, version=1),
            once=True, told=STALE,
        ),
        Act("document_types_assign", lambda g, n: types.document_types_assign(actor=who(g), duties=shipped.DUTIES), quiet=True),
        Act(
            "period_create", lambda g, n: periods.period_create(actor=who(g), values={"code": "ONCE", "name": "只此"}),
            once=True, told=told("period_code_taken"),
        ),
        Act(
            "period_change", lambda g, n: periods.period_change(actor=who(g), period=g.more["period"], values={"years": 20 + n}, version=1),
            once=True, told=STALE,
        ),
        Act(
            "template_create",
            lambda g, n: templates.template_create(
                actor=who(g), values={"name": "ONCE", "arrangement": "item", "item_template": "{fonds}-{item:4}"}
            ),
            once=True, told=told("template_name_taken"),
        ),
        Act(
            "template_change",
            lambda g, n: templates.template_change(
                actor=who(g), template=g.more["one" if n % 2 else "other"], values={"is_default": True}
            ),
            told=told("template_default_taken"), quiet=True,
        ),
        Act(
            "project_change",
            lambda g, n: projects.project_change(actor=who(g), project=g.more["project"], values={"content": f"内容{n}"}, version=1),
            once=True, told=STALE,
        ),
    ),
    kept_apart,
)  # fmt: skip


def coded(cast: Cast, number: int) -> Ground:
    """A volume with an item, and a series of numbers of its own class and year with a gap."""
    ensure_defaults(cast.fonds)
    year = 1900 + number % 120
    volume = make_volume(cast, year=year)
    item = make_item(cast, volume)
    gap, _number = _issue(cast, volume)
    row = NumberSeries.objects.get(
        fonds=cast.fonds, key=VOLUME_KEY, prefix=volume.reference_code.rpartition("-")[0] + "-"
    )
    more = {"item": item, "series": row, "gap": int(gap.rpartition("-")[2]), "free": 5000 + row.last}
    return Ground(cast, number, volume, more, [volume, item])


def _issue(cast: Cast, volume: Volume, actor: Any = None) -> tuple[str, int]:
    with transaction.atomic():
        return codes.codes_issue_volume(
            actor=actor or cast.archivist, template=volume.template, series=class_of(), year=volume.year, retention=volume.retention
        )  # fmt: skip


def _replace(ground: Ground, number: int) -> Any:
    """Everybody wants the same new code."""
    return codes.code_replace(
        actor=who(ground),
        volume=ground.on,
        new_code=f"{ground.more['series'].prefix}{ground.more['free']}",
        reason="换号",
    )


def _issue_item(ground: Ground, client: int) -> Any:
    with transaction.atomic():
        volume = Volume.objects.get(pk=ground.on.pk)
        return codes.code_issue_item(actor=who(ground), item=ground.more["item"], volume=volume)


def no_code_twice(ground: Ground) -> list[str]:
    """Every code is of one object; the object carries its present one; the explained gap is none any more."""
    volume = Volume.objects.get(pk=ground.on.pk)
    current = list(ReferenceCode.objects.filter(volume=volume, state="current").values_list("code", flat=True))
    found = [] if current == [volume.reference_code] else [f"codes {current} of {volume.reference_code}"]
    item = volume.items.get()
    if not item.reference_code.startswith(volume.reference_code):
        found.append(f"item {item.reference_code} in {volume.reference_code}")
    tally = tallies([NumberSeries.objects.get(pk=ground.more["series"].pk)])[0]
    void = {n for one in tally.explained if one.state == "void" for n in range(one.first, one.last + 1)}
    gaps = {n for first, last in tally.gaps for n in range(first, last + 1)}
    return found + (["an explained number is a gap"] if void & gaps else [])


CODES = Group(
    "codes", coded,
    (
        Act("code_replace", _replace, once=True, told=told("code_unchanged", "code_taken")),
        Act("codes_issue_volume", lambda g, n: _issue(g.cast, g.on)),
        Act("code_issue_item", _issue_item),
        Act(
            "gap_explain",
            lambda g, n: ledger.gap_explain(
                actor=who(g), series=g.more["series"], first=g.more["gap"], last=g.more["gap"], reason="撤销"
            ),
            once=True, told=told("number_void_already"),
        ),
        Act("codes_reserve", lambda g, n: ledger.codes_reserve(actor=who(g), series=g.more["series"], count=n % 3 + 1, reason="预留")),
        Act(
            "number_reserve",
            lambda g, n: ledger.codes_reserve(actor=who(g), series=g.more["series"], count=1, reason="再预留"),
        ),
    ),
    no_code_twice,
)  # fmt: skip
