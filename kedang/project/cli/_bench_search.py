# ruff: noqa: S608  (table names and caps of this file; every value is bound)
"""``kedang bench search``: fragments drawn from the installation's own customers, against raw SQL and a plain scan.

Each fragment is found as the pages find it, on the first page and on a deep one, by itself and as a whole request to a web
process, and asked of the same engine by LIKE and by its index alone. A plain scan over the folded texts of all customers says
what must be found.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Q

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.text import fold, initials, syllables
from kedang.foundation.search.dialect import dialect
from kedang.foundation.search.find import CAP, find
from kedang.foundation.search.models import key_range
from kedang.foundation.search.query import parse
from kedang.project.cli import json_flag
from kedang.project.cli._bench_pages import WebProcess, reading_person

COMMON, RARE = 0.05, 0.0005
ASKED_TIMES = 3


@dataclass
class Shelf:
    """Everything that a scan needs: folded texts and pinyin of every customer, one line each."""

    ids: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def add_parser(subparsers: Any) -> None:
    """``search``."""
    parser = subparsers.add_parser("search", help="各种片段的检索用时，与裸 SQL 对比，并与逐条比对核实结果")
    parser.add_argument("--each", type=int, default=12, help="每类片段取多少个")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as", dest="username", default="", help="以谁的身份检索（默认可见全部）")
    parser.add_argument("--no-http", action="store_true", help="只测检索本身，不测整个网页请求")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Draws the fragments, measures, compares."""
    from kedang.foundation.search.services import scopes_of
    from kedang.project.cli.search import searching_person

    scope, _private = scopes_of(searching_person(args.username), "customer")
    shelf = filled()
    if not shelf.ids:
        raise Refused("nothing_to_measure", "库中没有可检索的客户，请先导入或装入演示数据。")
    in_scope = visible(scope, shelf)
    answer: dict[str, Any] = {"engine": connection.vendor, "customers": len(shelf.ids), "in_scope": len(in_scope)}
    wrong: list[str] = []
    every, requests = list[float](), list[float]()
    with nullcontext() if args.no_http else WebProcess(reading_person(args.username)) as web:
        for name, fragments in drawn(shelf, random.Random(args.seed), args.each).items():  # noqa: S311  (no secret)
            times = Times()
            for fragment in fragments:
                expected = scanned(shelf, fragment) & in_scope
                if not is_right(fragment, expected, scope):
                    wrong.append(fragment)
                times.measure(fragment, scope)
                if web is not None:
                    times.ask(fragment, web)
            answer[name] = times.summary(fragments)
            every += times.first + times.deep
            requests += times.http + times.http_deep
    answer |= {
        "all": percentiles(every),
        "http": percentiles(requests) if requests else None,
        "compared": sum(
            len(found["fragments"]) for found in answer.values() if isinstance(found, dict) and "fragments" in found
        ),
    }
    return answer | {"wrong": wrong}


def filled() -> Shelf:
    """Every customer in the index, with texts and pinyin."""
    from kedang.business.customers.models import Contact, Customer, FormerName, KeyPerson

    more: dict[int, list[tuple[str, bool]]] = {}
    for model, person, extra in (
        (FormerName, False, {}), (Contact, True, {"left_on__isnull": True}), (KeyPerson, True, {"removed_at__isnull": True})
    ):  # fmt: skip
        for one, name in model._base_manager.filter(**extra).values_list("customer_id", "name").iterator():
            more.setdefault(one, []).append((fold(name), person))
    shelf = Shelf()
    columns = (
        "id",
        "name",
        "party_kind",
        "legal_representative",
        "short_name",
        "number",
        "uscc",
        "registration_number",
    )
    for one, name, kind, legal, short, *plain in (
        Customer.objects.filter(withdrawn_at__isnull=True)
        .order_by("id")
        .values_list(*columns)
        .iterator(chunk_size=5000)
    ):
        names = [(fold(name), kind == "individual"), (fold(legal), True), (fold(short), False), *more.get(one, ())]
        said = [(text, person) for text, person in names if text and not text.isascii()]
        shelf.ids.append(one)
        shelf.names.append(names[0][0])
        shelf.texts.append("|".join([*(text for text, _ in names), *map(fold, plain)]))
        shelf.letters.append("|".join(form for text, person in said for form in initials(text, person)))
        shelf.spoken.append("|".join(form for text, person in said for form in syllables(text, person)))
    return shelf


def visible(scope: Q, shelf: Shelf) -> set[int]:
    """Ids in the reader's scope."""
    from kedang.business.customers.models import Customer

    return set(Customer.objects.filter(scope).values_list("id", flat=True)) if scope else set(shelf.ids)


def drawn(shelf: Shelf, chance: random.Random, each: int) -> dict[str, list[str]]:
    """Fragments by length and frequency, initials, full pinyin, numbers; each class from the customers' own texts."""
    sample = chance.sample(range(len(shelf.ids)), min(4000, len(shelf.ids)))
    classes: dict[str, list[str]] = {}
    for size in (1, 2, 3, 4):
        seen: Counter[str] = Counter()
        for at in sample:
            name = shelf.names[at]
            seen.update({name[start : start + size] for start in range(len(name) - size + 1)})
        shares = {
            fragment: count / len(sample) for fragment, count in seen.items() if not any(map(str.isascii, fragment))
        }
        ranges = {"common": (COMMON, 2.0), "mid": (RARE * 4, COMMON), "rare": (0.0, RARE)}
        for name, (low, high) in ranges.items():
            among = sorted(fragment for fragment, share in shares.items() if low <= share < high)
            if among:
                classes[f"chars_{size}_{name}"] = chance.sample(among, min(each, len(among)))
    picks = [chance.choice(sample) for _ in range(each)]
    letters = [part for at in picks if len(part := shelf.letters[at].split("|")[0]) >= 6]
    starts = [chance.randrange(len(part) - 5) for part in letters]
    classes["initials_3"] = [part[start : start + 3] for part, start in zip(letters, starts, strict=True)]
    classes["initials_5"] = [part[start : start + 5] for part, start in zip(letters, starts, strict=True)]
    said = [part.split("·")[1:] for at in picks if (part := shelf.spoken[at].split("|")[0]).count("·") >= 4]
    classes["pinyin_2"] = ["".join(parts[:2]) for parts in said]
    classes["pinyin_4"] = ["".join(parts[:4]) for parts in said]
    codes = [part for at in picks if len(part := shelf.texts[at].split("|")[-2]) == 18]
    classes["number_middle_6"] = [part[7:13] for part in codes]
    return {name: fragments for name, fragments in classes.items() if fragments}


def scanned(shelf: Shelf, fragment: str) -> set[int]:
    """What a look at everything finds."""
    found = {one for one, text in zip(shelf.ids, shelf.texts, strict=True) if fragment in text}
    if fragment.isascii() and not fragment.isdigit():
        from kedang.foundation.kernel.text.typed import readings

        found |= {one for one, text in zip(shelf.ids, shelf.letters, strict=True) if fragment in text}
        for way in readings(fragment):
            found |= {one for one, text in zip(shelf.ids, shelf.spoken, strict=True) if way in text}
    return found


def is_right(fragment: str, expected: set[int], scope: Q) -> bool:
    """The total is right, and the hits are exactly these (all of them up to 2,000, else every one of a page)."""
    if len(expected) > 2000:
        result = find("customer", fragment, scope)
        total = min(len(expected), CAP)
        return (result.total, result.is_capped) == (total, len(expected) > CAP) and set(result.ids) <= expected
    return set(find("customer", fragment, scope, page_size=2000).ids) == expected


@dataclass
class Times:
    """Milliseconds of one class of fragments."""

    first: list[float] = field(default_factory=list)
    deep: list[float] = field(default_factory=list)
    like: list[float] = field(default_factory=list)
    index: list[float] = field(default_factory=list)
    http: list[float] = field(default_factory=list)
    http_deep: list[float] = field(default_factory=list)
    pages: int = 1

    def ask(self, fragment: str, web: WebProcess) -> None:
        """Whole requests of the search page: first page, last page that can be opened."""
        address = f"/search/?{urlencode({'q': fragment})}"
        for _ in range(ASKED_TIMES):
            self.http.append(timed(lambda: web.get(address)))
            if self.pages > 2:
                self.http_deep.append(timed(lambda: web.get(f"{address}&page={self.pages - 1}")))

    def measure(self, fragment: str, scope: Q) -> None:
        """First page, last page that can be opened, LIKE, index."""
        result = find("customer", fragment, scope)
        self.pages = result.pages
        self.first.append(timed(lambda: find("customer", fragment, scope)))
        if result.pages > 2:
            self.deep.append(timed(lambda: find("customer", fragment, scope, page=result.pages - 1)))
        self.like.append(timed(lambda: by_like(fragment)))
        self.index.append(timed(lambda: by_index(fragment)))

    def summary(self, fragments: list[str]) -> dict[str, Any]:
        """Percentiles and the ratios of the medians."""
        first, like, index = percentiles(self.first), percentiles(self.like), percentiles(self.index)
        return {
            "fragments": fragments,
            "first": first,
            "deep": percentiles(self.deep) if self.deep else None,
            "http": percentiles(self.http) if self.http else None,
            "http_deep": percentiles(self.http_deep) if self.http_deep else None,
            "raw_like": like,
            "raw_index": index,
            "ratio_like": round(first["p50_ms"] / max(like["p50_ms"], 0.01), 2),
            "ratio_index": round(first["p50_ms"] / max(index["p50_ms"], 0.01), 2),
        }


def by_like(fragment: str) -> None:
    """The newest 50 by LIKE, and how many there are up to the cap, as plainly written SQL would."""
    with connection.cursor() as cursor:
        pattern = f"%{fragment}%"
        cursor.execute("SELECT id FROM customers_customer WHERE name LIKE %s ORDER BY id DESC LIMIT 50", [pattern])
        cursor.fetchall()
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM customers_customer WHERE name LIKE %s LIMIT {CAP + 1}) AS found",
            [pattern],
        )
        cursor.fetchall()


def by_index(fragment: str) -> None:
    """Candidates of the token index alone, counted up to the cap: no scope, no order, no exactness."""
    spoken = dialect()
    asked = spoken.asked(parse(fragment), {})
    low, high = key_range(1)
    sql, params = spoken.candidates(asked, low, high, ("", []), CAP + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS found", params)
        cursor.fetchall()


def timed(action: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def percentiles(times: list[float]) -> dict[str, float]:
    """Median, 95th percentile and worst."""
    ordered = sorted(times)
    worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return {"p50_ms": round(statistics.median(ordered), 2), "p95_ms": round(worst, 2), "max_ms": round(ordered[-1], 2)}
