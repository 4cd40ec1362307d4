"""Finding: one query, the reader's scope inside it, exact totals up to a cap, newest first, and why each hit is one.

Three plans answer every query, all with the same conditions, and the cheapest is chosen by looking at the newest few
documents first: *look through* the few records in scope, *walk* from the newest document on (fragments that nearly every
record holds), or ask the *index* for candidates (all others). A planner would choose by statistics that do not exist.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.foundation.search.dialect import Dialect, Sql, all_of, any_of, dialect
from kedang.foundation.search.documents import OPEN, opened
from kedang.foundation.search.models import ID_MASK, SearchDocument, key_of, key_range
from kedang.foundation.search.query import Query, Term, parse
from kedang.foundation.search.scope import Where, few_in_scope, where_of
from kedang.foundation.search.sources import SearchSource, source_of

CAP = 10_000
SAMPLE = 1000
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record and the reasons: titles of the fields that hold what was asked for."""

    id: int
    why: tuple[str, ...]

    @property
    def why_text(self) -> str:
        """The reasons in one line."""
        return "、".join(self.why)


@dataclass(frozen=True, slots=True)
class Result:
    """One page of hits. ``total`` is exact unless ``is_capped``: then it is the cap, and there are more."""

    total: int = 0
    is_capped: bool = False
    hits: tuple[Hit, ...] = ()
    page: int = 1
    page_size: int = PAGE_SIZE
    took_ms: float = 0.0
    plan: str = "none"
    words: tuple[str, ...] = field(default=())

    @property
    def ids(self) -> list[int]:
        """Ids of the records on this page."""
        return [hit.id for hit in self.hits]

    @property
    def pages(self) -> int:
        """Number of pages that can be opened."""
        return -(-self.total // self.page_size)

    @property
    def total_text(self) -> str:
        """``312``, ``10,000+``."""
        return f"{self.total:,}+" if self.is_capped else f"{self.total:,}"


def find(
    kind: str,
    text: str,
    scope: Q,
    private: Mapping[str, Q] | None = None,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    cap: int = CAP,
) -> Result:
    """Records of a kind that hold ``text`` and lie in ``scope``, newest first, whole numbers and names before them.

    Args:
        scope: condition on the business model (``scope_q(actor, "customers.view", Customer)``).
        private: secrecy class → condition on the business model where the reader sees fields of that class in clear;
            private numbers are compared nowhere else.
        page: from 1; pages past the cap are empty.
    """
    start = time.perf_counter()
    source = source_of(kind)
    search = _Search(source, parse(text), scope, private or {}, cap)
    search.offset, search.limit = (max(page, 1) - 1) * page_size, page_size
    total, ids, plan = search.run()
    hits = search.hits(ids)
    took = (time.perf_counter() - start) * 1000
    words = tuple(term.word for term in search.query.terms)
    return Result(min(total, cap), total > cap, hits, page, page_size, took, plan, words)


class _Search:
    """One search under way."""

    def __init__(self, source: SearchSource, query: Query, scope: Q, private: Mapping[str, Q], cap: int) -> None:
        self.source, self.query, self.scope, self.private, self.cap = source, query, scope, private, cap
        self.dialect: Dialect = dialect()
        self.low, self.high = key_range(source.code)
        self.where = Where()
        self.private_hits: dict[str, list[int]] = {}
        self.offset, self.limit = 0, PAGE_SIZE

    def run(self) -> tuple[int, list[int], str]:
        """(number of hits up to one above the cap, ids on the page, plan)."""
        self.where = where_of(self.source, self.scope)
        if not self.query.groups or self.where.is_nothing:
            return 0, [], "none"
        with self.dialect.planned():
            for term in self.query.terms:
                for name, token in term.private:
                    self.private_hits[token] = self._private_keys(name, token)
            if not self.where.is_company_wide:
                few = few_in_scope(self.source, self.scope)
                if few is not None:
                    return *self._look_through(few), "few"
            return self._walk_or_ask()

    def hits(self, ids: list[int]) -> tuple[Hit, ...]:
        """Hits in the order of ``ids``, each with its reasons; records that left the scope meanwhile are dropped."""
        keys = [key_of(self.source.code, one) for one in ids]
        bodies = dict(SearchDocument.objects.filter(pk__in=keys).values_list("pk", "body"))
        still = set(self.source.model._base_manager.filter(self.scope, pk__in=ids).values_list("pk", flat=True))
        return tuple(
            Hit(one, self._why(key, bodies[key]))
            for one, key in zip(ids, keys, strict=True)
            if one in still and key in bodies
        )

    # the three plans

    def _look_through(self, few: list[int]) -> tuple[int, list[int]]:
        if not few:
            return 0, []
        keys = ",".join(str(key_of(self.source.code, one)) for one in few)
        condition = all_of([(f"search_document.id IN ({keys})", []), self._condition()])
        exact = self._exact()
        sql = f"SELECT id, {exact[0]} AS exact FROM search_document WHERE {condition[0]} LIMIT {self.cap + 1}"
        return self._page((sql, [*exact[1], *condition[1]]))

    def _walk(self, offset: int, limit: int, exact: Sql) -> Sql:
        condition = self._condition()
        range_sql = "id BETWEEN %s AND %s"
        sql = f"SELECT id, {exact[0]} AS exact FROM search_document WHERE {range_sql} AND {condition[0]}"
        params = [*exact[1], self.low, self.high, *condition[1]]
        return f"{sql} ORDER BY id DESC LIMIT {limit} OFFSET {offset}", params

    def _walk_or_ask(self) -> tuple[int, list[int], str]:
        newest, hits, looked = self._sample()
        share = (hits + 0.5) / (looked + 1)
        rows = min(newest, self.cap / share)
        by_prefix = any(way.prefixes for term in self.query.terms for way in term.ways)
        can_ask = all(way.grams or way.prefixes for term in self.query.terms for way in term.ways)
        asking = self.dialect.index_cost(self._named(share, newest), self.cap, by_prefix)
        if looked < SAMPLE or not can_ask or self.dialect.walk_cost(rows) < asking:
            return *self._page(self._walk(0, self.cap + 1, self._exact())), "walk"
        asked = self.dialect.asked(self.query, {token: bool(keys) for token, keys in self.private_hits.items()})
        candidates = self.dialect.candidates(asked, self.low, self.high, self._condition(), self.cap + 1, self._exact())
        total, ids = self._page(candidates)
        if total > self.cap and not self.dialect.is_ordered:
            ids = self._newest(asked, share, newest)
        return total, ids, "index"

    def _newest(self, asked: str, share: float, newest: int) -> list[int]:
        """The page of newest hits when there are too many to have them all: by walking, or by sorting candidates."""
        last = min(self.offset + self.limit, self.cap)
        if last <= self.offset:
            return []
        walking = self.dialect.walk_cost(min(newest, last / share))
        if walking <= self.dialect.index_cost(share * newest, newest, False):
            sql, params = self._walk(self.offset, last - self.offset, ("0", []))
        else:
            sql, params = self.dialect.candidates(asked, self.low, self.high, self._condition(), newest, ("0", []))
            sql = f"SELECT id FROM ({sql}) AS found ORDER BY id DESC LIMIT {last - self.offset} OFFSET {self.offset}"
        return [row[0] & ID_MASK for row in self._rows((sql, params))]

    # pieces

    def _named(self, share: float, newest: int) -> float:
        return share * newest

    def _sample(self) -> tuple[int, int, int]:
        """(upper bound of the number of documents, hits among the newest ones, how many were looked at)."""
        condition = self._condition()
        sql = (
            "SELECT max(id), count(*), sum(CASE WHEN " + condition[0] + " THEN 1 ELSE 0 END) FROM "
            "(SELECT * FROM search_document WHERE id BETWEEN %s AND %s ORDER BY id DESC "
            f"LIMIT {SAMPLE}) AS search_document"
        )
        newest, looked, hits = self._rows((sql, [*condition[1], self.low, self.high]))[0]
        return (newest or 0) & ID_MASK, int(hits or 0), int(looked or 0)

    def _condition(self) -> Sql:
        groups = [all_of([self._term(term) for term in group]) for group in self.query.groups]
        return all_of([any_of(groups), (self.where.sql, list(self.where.params))])

    def _term(self, term: Term) -> Sql:
        ways = [all_of([self.dialect.contains(fragment) for fragment in way.fragments]) for way in term.ways]
        for _name, token in term.private:
            if keys := self.private_hits.get(token):
                ways.append((f"search_document.id IN ({','.join(map(str, keys))})", []))
        return any_of(ways)

    def _exact(self) -> Sql:
        """1 where the query is the whole text of a field that says so."""
        if len(self.query.groups) != 1 or len(self.query.groups[0]) != 1:
            return "0", []
        word = self.query.groups[0][0].word
        condition = any_of([self.dialect.contains(f"{OPEN}{one}{word}{OPEN}") for one in self.source.exact_letters])
        return (f"CASE WHEN {condition[0]} THEN 1 ELSE 0 END", condition[1]) if condition[1] else ("0", [])

    def _private_keys(self, secrecy_class: str, token: str) -> list[int]:
        """Keys of documents with a private number, as far as the reader may compare it there."""
        if secrecy_class not in self.private or secrecy_class not in self.source.private:
            return []
        allowed = where_of(self.source, self.private[secrecy_class])
        if allowed.is_nothing:
            return []
        condition = (allowed.sql, list(allowed.params))
        sql = self.dialect.candidates(
            self.dialect.token(token), self.low, self.high, condition, self.cap + 1, ("0", [])
        )
        return [row[0] for row in self._rows(sql)]

    def _page(self, found: Sql) -> tuple[int, list[int]]:
        """Number of rows found, and the ids of the page among them: exact ones first, then newest first."""
        last = min(self.offset + self.limit, self.cap)
        sql = (
            f"WITH found AS MATERIALIZED ({found[0]}) SELECT count(*) FROM found UNION ALL SELECT id FROM "
            "(SELECT id FROM found ORDER BY exact DESC, id DESC "
            f"LIMIT {max(last - self.offset, 0)} OFFSET {self.offset}) AS page"
        )
        rows = self._rows((sql, found[1]))
        return rows[0][0], [row[0] & ID_MASK for row in rows[1:]]

    def _rows(self, sql: Sql) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql[0], sql[1])
            return list(cursor.fetchall())

    def _why(self, key: int, body: str) -> tuple[str, ...]:
        """Titles of the fields that hold what was asked for, in the order of the terms."""
        fields = list(opened(body))
        found: dict[str, None] = {}
        for term in self.query.terms:
            for way in term.ways:
                if all(fragment in body for fragment in way.fragments):
                    found.update(dict.fromkeys(self._titles(fields, way.fragments)))
            for name, token in term.private:
                if key in self.private_hits.get(token, ()):
                    found[str(self.source.private[name])] = None
        return tuple(found)

    def _titles(self, fields: Iterable[tuple[str, str]], fragments: tuple[str, ...]) -> list[str]:
        titles = self.source.titles
        return [
            str(titles.get(letter, _("其他")))
            for letter, text in fields
            if any(fragment in text for fragment in fragments)
        ]
