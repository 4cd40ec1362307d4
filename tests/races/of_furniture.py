"""Acts on saved views, list settings and numbers."""

from typing import Any

from django.db import transaction

from kedang.foundation.numbering import services as numbering
from kedang.foundation.numbering.models import NumberEntry, NumberRule, NumberSeries
from kedang.foundation.web import services as s
from kedang.foundation.web.models import ListSettings, SavedView
from tests.cast import Cast
from tests.races.acts import Act, Ground, Group, told


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def save(ground: Ground, name: str) -> SavedView:
    return s.view_save(actor=who(ground), record_kind="customers.customer", name=name, conditions={"grade": ["A"]})


def a_view(cast: Cast, number: int) -> Ground:
    """One view of the archivist's own and room for more."""
    SavedView.objects.filter(owner=cast.archivist).delete()
    ground = Ground(cast, number, None)
    ground.on = save(ground, "旧视图")
    return ground


def views_once(ground: Ground) -> list[str]:
    names = list(SavedView.objects.filter(owner=who(ground)).values_list("name", flat=True))
    rows = ListSettings.objects.filter(owner=who(ground)).count()
    return ([f"views {names}"] if len(names) > len(set(names)) else []) + (
        [f"{rows} settings of one list"] if rows > 1 else []
    )


VIEW = Group(
    "view", a_view,
    (
        Act("view_save", lambda g, n: save(g, "新视图")),
        Act("view_columns", lambda g, n: s.view_columns(actor=who(g), view_id=g.on.pk, columns=["name", f"c{n}"]), gone=True),
        Act("view_first", lambda g, n: s.view_first(actor=who(g), view_id=g.on.pk), gone=True),
        Act("view_delete", lambda g, n: s.view_delete(actor=who(g), view_id=g.on.pk), once=True, gone=True),
        Act(
            "list_settings_save",
            lambda g, n: s.list_settings_save(actor=who(g), record_kind="customers.customer", columns=[f"c{n}"], page_size=50),
        ),
    ),
    views_once,
)  # fmt: skip


def a_series(cast: Cast, number: int) -> Ground:
    """The company's rule, and a series with ten numbers of this round."""
    rule = numbering.rule_for(cast.fonds.pk, "customers")
    with transaction.atomic():
        run = numbering.issue_run(actor=cast.archivist, rule=rule, code="GY", count=4)
    series = NumberSeries.objects.get(key=rule.key, prefix=run.prefix, suffix=run.suffix)
    return Ground(cast, number, series, {"rule": NumberRule.objects.get(pk=rule.pk), "first": run.first}, [])


def issue(ground: Ground, client: int) -> Any:
    with transaction.atomic():
        return numbering.issue_run(actor=who(ground), rule=ground.more["rule"], code="GY", count=client % 3 + 1)


def void(ground: Ground, client: int) -> Any:
    with transaction.atomic():
        first = ground.more["first"]
        return numbering.number_void(
            actor=who(ground), series=ground.on, first=first, last=first + 1, reason="印错作废"
        )


def ledger(ground: Ground) -> list[str]:
    """Every number was used once, without a gap, and declared void at most once."""
    series = NumberSeries.objects.get(pk=ground.on.pk)
    found = []
    for state, is_whole in (("used", True), ("void", False)):
        rows = NumberEntry.objects.filter(series=series, state=state).order_by("first").values_list("first", "last")
        numbers = [n for first, last in rows for n in range(first, last + 1)]
        if len(numbers) > len(set(numbers)):
            found.append(f"{state}: a number twice")
        if is_whole and numbers != list(range(1, series.last + 1)):
            found.append(f"the ledger does not reach {series.last} without a gap")
    return found


NUMBERS = Group(
    "numbers", a_series,
    (
        Act("issue_run", issue),
        Act("number_void", void, once=True, told=told("number_void_already")),
        Act(
            "number_rule_change",
            lambda g, n: numbering.number_rule_change(
                actor=who(g), rule=g.more["rule"], template=g.more["rule"].template, serial_width=4 + n % 3,
                codes=dict(g.more["rule"].codes),
            ),
            quiet=True,
        ),
    ),
    ledger,
)  # fmt: skip
