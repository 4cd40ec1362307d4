"""Many at once is the same as one after the other: every verb for picked rows against the same verb on each row alone (R34)."""

from typing import Any

from django.db import models, transaction
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.foundation.web.records.base import RecordPages
from tests.access.harness import rules
from tests.access.harness.exits import FILLED, Walker, list_pages

MOST_PICKED = 8
ANSWERS = {**FILLED, "grade": "B", "reason": "季度评审"}


def batch_verbs() -> list[tuple[type[RecordPages], Any]]:
    """Every verb that lists offer for picked rows, found among the declarations."""
    every = dict.fromkeys([*list_pages(), *subclasses(RecordPages)])
    return [
        (pages, verb)
        for pages in every
        if getattr(pages, "model", None) is not None
        for verb in pages.every_verb()
        if verb.batch
    ]


def subclasses(base: type[RecordPages]) -> list[type[RecordPages]]:
    """Declared pages that have addresses of their own."""
    return [
        pages
        for pages in base.__subclasses__()
        if pages.__module__.startswith("kedang.")
        and pages.__name__ != "KindPages"
        and getattr(pages, "model", None) is not None
    ]


class Bulk:
    """One person who picks rows at random."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.judge = walker, walker.judge
        self.alone: dict[tuple[str, str, int], bool] = {}

    def run(self, selections: int) -> None:
        """So many random selections for each verb."""
        for pages, verb in batch_verbs():
            keys = list(pages.model._default_manager.order_by("pk").values_list("pk", flat=True))
            for _at in range(selections):
                picked = self.walker.random.sample(keys, self.walker.random.randint(1, min(MOST_PICKED, len(keys))))
                self.compare(pages, verb, picked)

    def cover(self) -> int:
        """Every row once for each verb, in two random selections; how many selections that were."""
        asked = 0
        for pages, verb in batch_verbs():
            keys = list(pages.model._default_manager.order_by("pk").values_list("pk", flat=True))
            self.walker.random.shuffle(keys)
            half = (len(keys) + 1) // 2
            for picked in filter(None, (keys[:half], keys[half:])):
                self.compare(pages, verb, picked)
                asked += 1
        return asked

    def compare(self, pages: type[RecordPages], verb: Any, picked: list[int]) -> None:
        """What the bulk verb did, and what each row alone would have had done to it."""
        url = reverse(f"{pages.app()}:{pages.word()}-batch-{verb.key}")
        changed = self.changed(pages.model, picked, url, {**ANSWERS, "pick": [str(key) for key in picked], "_run": "1"})
        expected = {key for key in picked if self.decided(pages, verb, key)}
        told = f"{verb.key} of {picked}: changed {sorted(changed)}, one by one {sorted(expected)}"
        self.judge.tally.expect("bulk", url, self.judge.who.key, changed == expected, told)

    def decided(self, pages: type[RecordPages], verb: Any, key: int) -> bool:
        """Whether the row alone would be changed; for dossiers the rules are asked too."""
        place = (pages.kind(), verb.key, key)
        if place not in self.alone:
            url = reverse(f"{pages.app()}:{pages.word()}-{verb.key}", args=[key])
            self.alone[place] = bool(self.changed(pages.model, [key], url, ANSWERS))
            fact = self.judge.house.facts.get(key)
            if pages.model is Customer and fact is not None:
                should = rules.may(self.judge.who, verb.action, fact) and fact.state not in {"withdrawn", "undone"}
                self.judge.tally.expect(
                    "bulk",
                    url,
                    self.judge.who.key,
                    self.alone[place] == should,
                    f"changed {self.alone[place]}, rules say {should}",
                )
        return self.alone[place]

    def changed(self, model: type[models.Model], keys: list[int], url: str, data: dict[str, Any]) -> set[int]:
        """Rows that a request changed; it is taken back."""
        rows = model._default_manager.filter(pk__in=keys)
        before = {row.pk: contents(row) for row in rows}
        with transaction.atomic():
            self.walker.client.post(url, data)
            after = {row.pk: contents(row) for row in rows.all()}
            transaction.set_rollback(True)
        return {key for key, values in before.items() if after.get(key) != values}


def contents(row: models.Model) -> tuple[Any, ...]:
    """Values of a row."""
    return tuple(getattr(row, column.attname) for column in row._meta.concrete_fields)
