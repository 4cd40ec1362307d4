"""Questions whose answer could betray what is not shown: does a hidden value, typed in full or in part, find more than any other?"""

import html
import re
from typing import Any
from urllib.parse import unquote

from django.urls import reverse

from kedang.business.holdings.models import Item, Volume
from kedang.foundation.kernel import keys
from tests.access.harness import rules
from tests.access.harness.addresses import sensitive
from tests.access.harness.alike import same_tokens
from tests.access.harness.canaries import Canary
from tests.access.harness.choice import turn
from tests.access.harness.ear import songs_of
from tests.access.harness.exits import Walker, list_pages

Question = tuple[str, str, dict[str, str]]
"""Channel, address, parameters with ``{}`` for the text."""
PAPERS = {"Item", "Volume", "StoredFile", "FilePage", "Project", "VolumeNote"}
FEW = {"grade": ("A", "D"), "sex": ("male", "female")}


class Oracle:
    """One person who guesses."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.judge, self.size = walker, walker.judge, walker.size
        self.known: dict[tuple[str, str, str], Any] = {}

    def ask_all(self) -> None:
        """Every question about a share of the canaries that the person does not see in clear, and every order."""
        hidden = [
            c for c in self.judge.forbidden if c.fact is not None and c.kind not in {"open", "internal"} and not c.staff
        ]
        for number, canary in enumerate(self.chosen(hidden)):
            for text, decoy in self.texts(canary):
                for question in turn(questions(canary.name), self.walker.at + number, self.size.questions):
                    self.compare(question, text, decoy, canary)
        self.trail(hidden)
        self.papers()
        self.orders()
        self.few_values()

    def chosen(self, hidden: list[Canary]) -> list[Canary]:
        """Some hidden values, no two of the same class of fields where there are others. Every other one is the present value of a dossier
        that the person sees: there an answer could betray it.
        """
        found: list[Canary] = []
        near = [c for c in hidden if c.fact is not None and not c.is_past and rules.sees(self.judge.who, c.fact)]
        kinds = sorted({canary.kind for canary in hidden})
        for number in range(min(self.size.guesses, len(hidden))):
            kind = kinds[(self.walker.at + number) % len(kinds)]
            close = [canary for canary in near if canary.kind == kind] if number % 2 == 0 else []
            found.append(self.walker.random.choice(close or [canary for canary in hidden if canary.kind == kind]))
        return found

    def trail(self, hidden: list[Canary]) -> None:
        """Numbers that others typed stand in the trail: do its conditions confirm one?"""
        typed = [c for c in hidden if c.name in {"mobile", "bank_account"} and c.model == "Customer"]
        if not rules.holds(self.judge.who, "audit.view") or not typed:
            return
        newest = {(canary.name, canary.fact): canary for canary in typed}
        question = ("filter", reverse("access:event-list"), {"subject": "{}"})
        for canary in self.walker.random.sample(list(newest.values()), min(len(newest), 2 * self.size.guesses)):
            for text, decoy in self.texts(canary):
                self.compare(question, text, decoy, canary)

    def papers(self) -> None:
        """Words of papers out of reach, in titles, names of files and the text of documents, find no more than words that are nobody's.

        The ledger tells codes to everybody who may look at the archive, never what they stand for: of codes only the answer is listened to.
        """
        house, who = self.walker.house, self.judge.who
        out = [c for c in self.judge.forbidden if c.model in PAPERS and c.fact]
        some = self.walker.random.sample(out, min(len(out), 2 * self.size.guesses))
        for number, canary in enumerate(some):
            decoy = house.maker.make(canary.shape)[0]
            for question in turn(paper_questions(), self.walker.at + number, self.size.questions):
                same = self.page(question, canary.value) == self.page(question, decoy)
                told = f"{canary.told}: “{canary.value}” answers otherwise than “{decoy}”"
                self.judge.tally.expect(f"{question[0]} oracle", question[1], who.key, same, told)
        for model in (Volume, Item):
            rows_of, name = house.rows[model].items(), model.__name__
            hidden = [
                key for key, fact in rows_of if fact is not None and rules.right(who, fact, "open", name) == rules.HIDE
            ]
            rows = model._default_manager.filter(pk__in=hidden).exclude(reference_code="").order_by("pk")
            for row in rows[: self.size.guesses]:
                for question in code_questions():
                    self.page(question, row.reference_code)

    def page(self, question: Question, text: str) -> tuple[int, str]:
        """Status and page, without what was typed and what is new every time."""
        channel, url, query = question
        response = self.walker.ask(("GET", {name: value.format(text) for name, value in query.items()}, {}), url)
        typed = tuple(
            song.text for other in self.judge.house.canaries if text in other.value for song in songs_of(other)
        )
        self.judge.hears(channel, f"{url} {query} {text}", response, typed=(text, *typed))
        body = b"".join(response) if response.streaming else response.content
        plain = html.unescape(unquote(body.decode(errors="replace")))
        return response.status_code, re.sub(r"\d+(\.\d+)? ?(毫秒|秒|ms)", "", same_tokens(plain.replace(text, "…")))

    def texts(self, canary: Canary) -> list[tuple[str, str]]:
        """The value, its tail and its blind index, each with one of the same shape that is nobody's."""
        maker = self.walker.house.maker
        decoy = maker.make(canary.shape)[0] if canary.shape != "identity" else "440305197001010019"
        found = [(canary.value, decoy)]
        if canary.shape in {"mobile", "phone", "account", "identity"}:
            found += [(canary.value[-4:], decoy[-4:]), (canary.value[-8:], decoy[-8:])]
        if canary.name in {"mobile", "id_number"}:
            found.append((keys.blind(canary.value, canary.name), keys.blind(decoy, canary.name)))
        if canary.shape == "word":
            found.append((canary.value[:4], decoy[:4]))
        return found

    def compare(self, question: Question, text: str, decoy: str, canary: Canary) -> None:
        """The two answers tell the same."""
        channel, url, _query = question
        right, wrong = self.answer(question, text), self.answer(question, decoy)
        tally, who = self.judge.tally, self.judge.who.key
        if right == wrong or self.is_known_anyway(canary, text, right[0] - wrong[0]):
            tally.count(f"{channel} oracle", who, 1, 1)
        else:
            tally.expect(
                f"{channel} oracle", url, who, False, f"{canary.told}: “{text}” finds {right}, “{decoy}” finds {wrong}"
            )

    def is_known_anyway(self, canary: Canary, text: str, more: Any) -> bool:
        """Whether what the text found holds it in a field that the person does see."""
        return bool(more) and all(
            any(
                text in other.value and other.fact is not None and other.fact.key == key and right == rules.SHOW
                for other, right in self.judge.rights.items()
            )
            for key in more
        )

    def answer(self, question: Question, text: str) -> tuple[frozenset[str], Any]:
        """Dossiers named in an answer, and how many it says there are."""
        channel, url, query = question
        key = (url, str(query), text)
        if key not in self.known:
            response = self.walker.ask(("GET", {name: value.format(text) for name, value in query.items()}, {}), url)
            typed = tuple(
                song.text for other in self.judge.house.canaries if text in other.value for song in songs_of(other)
            )
            songs = self.judge.hears(channel, f"{url} {query} {text}", response, typed=(text, *typed))
            self.known[key] = frozenset(self.judge.names_in(songs)), total_of(response)
        found: tuple[frozenset[str], Any] = self.known[key]
        return found

    def orders(self) -> None:
        """Sorting by what one does not see changes nothing."""
        for pages in list_pages():
            url = reverse(f"{pages.app()}:{pages.word()}-list")
            plain = self.order(url, "")
            for name in sensitive(pages.model):
                kind = pages.model.secrecy.of(name)  # type: ignore[attr-defined]
                if plain is None or self.sees_everywhere(pages.model.__name__, kind):
                    continue
                for sort in turn((name, f"-{name}", f"{name}_blind"), self.walker.at, self.size.questions):
                    holds = self.order(url, sort) == plain
                    self.judge.tally.expect(
                        "sort oracle", f"{url}?sort={sort}", self.judge.who.key, holds, "the order changes"
                    )

    def order(self, url: str, sort: str) -> list[int] | None:
        """Keys of the rows in order."""
        response = self.walker.ask(("GET", {"sort": sort, "size": "100"} if sort else {"size": "100"}, {}), url)
        rows = (response.context or {}).get("rows") if response.status_code == 200 else None
        return None if rows is None else [row.obj.pk for row in rows]

    def few_values(self) -> None:
        """Fields of few values: each value finds the same where not every row shows it."""
        for name, (one, other) in FEW.items():
            if self.sees_everywhere("Customer", "assessment" if name == "grade" else "personal"):
                continue
            asked = turn(questions(name), self.walker.at, self.size.questions)
            for question in questions(name):
                if "q" in question[2] or question not in asked:
                    continue
                right, wrong = self.answer(question, one), self.answer(question, other)
                self.judge.tally.expect(
                    f"{question[0]} oracle",
                    question[1],
                    self.judge.who.key,
                    right == wrong,
                    f"{name} {one}: {right} {wrong}",
                )

    def sees_everywhere(self, model: str, kind: str) -> bool:
        """Whether the person sees a class of fields of every row within reach."""
        if model != "Customer":
            return False
        facts = [fact for fact in self.judge.house.facts.values() if rules.sees(self.judge.who, fact)]
        return all(rules.right(self.judge.who, fact, kind) == rules.SHOW for fact in facts)


def questions(name: str) -> list[Question]:
    """Ways to ask for a text in a field."""
    customers = reverse("customers:customer-list")
    found: list[Question] = [
        ("search", reverse("web:search"), {"q": "{}"}),
        ("suggestion", reverse("web:suggest"), {"q": "{}"}),
        ("filter", customers, {"q": "{}", "size": "100"}),
        ("filter", customers, {name: "{}", "size": "100"}),
        ("filter", reverse("customers:gaps"), {"q": "{}", name: "{}"}),
        ("filter", reverse("customers:register"), {"q": "{}", name: "{}"}),
    ]
    for path, operator in (
        (name, "eq"),
        (name, "has"),
        (f"{name}_blind", "eq"),
        (f"contacts__{name}", "eq"),
        (name, "gt"),
    ):
        found.append(("filter", customers, {"cf": path, "co": operator, "cv": "{}", "size": "100"}))
    return found


def paper_questions() -> list[Question]:
    """Ways to ask for a word of the archive."""
    return [
        ("document search", reverse("web:search"), {"q": "{}"}),
        ("document search", reverse("web:search"), {"q": "{}", "kind": "file"}),
        ("suggestion", reverse("web:suggest"), {"q": "{}"}),
        ("filter", reverse("holdings:item-list"), {"q": "{}"}),
        ("filter", reverse("holdings:volume-list"), {"q": "{}"}),
        ("suggestion", reverse("holdings:picker", args=["item"]), {"main": "{}"}),
    ]


def code_questions() -> list[Question]:
    """Where a code may be scanned or typed."""
    return [
        ("scanning", reverse("holdings:code-find"), {"code": "{}"}),
        ("scanning", reverse("holdings:code-qr"), {"code": "{}"}),
        ("scanning", reverse("holdings:sheet-check"), {"code": "{}"}),
    ]


def total_of(response: Any) -> Any:
    """How many an answer says there are."""
    context = response.context
    if context is None:
        return None
    page = context.get("page")
    return getattr(page, "total", None)
