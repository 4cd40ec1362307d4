"""Finding: one query, the reader's scope inside it, exact totals up to a cap, newest first, and why each hit is one.

Three plans answer every query, all with the same conditions, and the cheapest is chosen by looking at a sample first:
*look through* the few records in scope, *walk* from the newest document on (fragments that nearly every record holds), or
ask the *index* for candidates (all others). A planner would choose by statistics that do not exist.
"""

import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.foundation.search.dialect import Dialect, Sql, all_of, any_of, dialect
from kedang.foundation.search.documents import ANCHOR, OPEN, SHORT_NAME, opened
from kedang.foundation.search.documents import whole as whole_token
from kedang.foundation.search.models import ID_MASK, key_of, key_range
from kedang.foundation.search.narrowing import narrowed
from kedang.foundation.search.query import Query, Term, Way, parse, without
from kedang.foundation.search.results import PAGE_SIZE, Hit, Result
from kedang.foundation.search.scope import Where, few_in_scope, where_of
from kedang.foundation.search.sources import SearchSource, source_of

CAP = 10_000
SAMPLE = 500
CLUSTERS = 20
"""Places at which a sample looks: files come in the order of regions, so a few long stretches would mistake a region for the country."""
SMALL = 600
SELECTIVE = 3
QUICK_MS = 4.0
FEW_HITS = 1000
WIDE = 4000
"""So many documents that the index names and that are not meant are worth asking it more narrowly."""


def find(
    kind: str,
    text: str,
    scope: Q,
    private: Mapping[str, Q] | None = None,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    cap: int = CAP,
    is_read_again: bool = False,
) -> Result:
    """Records of a kind that hold ``text`` and lie in ``scope``, newest first, whole numbers and names before them.

    Args:
        scope: condition on the business model (``scope_q(actor, "customers.view", Customer)``).
        private: secrecy class → condition on the business model where the reader sees fields of that class in clear;
            private numbers are compared nowhere else.
        page: from 1; pages past the cap are empty.
        is_read_again: the caller reads the records of the hits within the scope itself, so the index is believed here.
    """
    start = time.perf_counter()
    source = source_of(kind)
    search = _Search(source, parse(text), scope, private or {}, cap)
    search.turn_to(max(page, 1), page_size)
    total, ids, plan = search.run()
    hits = search.hits(ids, is_read_again=is_read_again)
    took = (time.perf_counter() - start) * 1000
    words = tuple(term.word for term in search.query.terms)
    return Result(min(total, cap), total > cap, hits, page, page_size, took, plan, words)


def find_ids(kind: str, text: str, scope: Q, private: Mapping[str, Q] | None = None, *, cap: int = CAP) -> list[int]:
    """Ids of the hits without reasons, at most ``cap``: a condition beside others."""
    search = _Search(source_of(kind), parse(text), scope, private or {}, cap)
    search.turn_to(1, cap)
    return search.run()[1]


class _Sample(NamedTuple):
    """``documents``: upper bound of how many there are; ``named``, ``share``: part that holds the words, and in scope."""

    documents: int
    looked: int
    named: float
    share: float


class _Search:
    """One search under way."""

    def __init__(self, source: SearchSource, query: Query, scope: Q, private: Mapping[str, Q], cap: int) -> None:
        self.source, self.query, self.scope, self.private, self.cap = source, query, scope, private, cap
        self.dialect: Dialect = dialect()
        self.low, self.high = key_range(source.code)
        self.where = Where()
        self.private_hits: dict[str, list[int]] = {}
        self.offset, self.limit = 0, PAGE_SIZE
        self._from, self._last = 0, PAGE_SIZE

    def turn_to(self, page: int, page_size: int) -> None:
        """Which hits are wanted; none behind the cap."""
        self.offset, self.limit = (page - 1) * page_size, page_size
        self._from, self._last = self.offset, min(self.offset + self.limit, self.cap)

    def run(self) -> tuple[int, list[int], str]:
        """(number of hits up to one above the cap, ids on the page, plan)."""
        self.where = where_of(self.source, self.scope)
        if not self.query.groups or self.where.is_nothing:
            return 0, [], "none"
        with self.dialect.planned():
            for term in self.query.terms:
                for name, token in term.private:
                    self.private_hits[token] = self._private_keys(name, token)
            self._drop_dead_ways()
            return self._cheapest()

    def _drop_dead_ways(self) -> None:
        """Leave out ways that the index holds for no record at all: each would be compared with every candidate."""
        dead: set[Way] = set()
        for term in self.query.terms:
            for way in term.ways:
                if len(way.grams) >= SELECTIVE and len(term.ways) > 1:
                    asked = self.dialect.asked(Query(((Term(term.word, (way,)),),)), {})
                    if not self._rows(self.dialect.candidates(asked, self.low, self.high, ("", []), 1)):
                        dead.add(way)
        if dead:
            self.query = Query(tuple(tuple(without(term, dead) for term in group) for group in self.query.groups))

    def hits(self, ids: list[int], *, is_read_again: bool = False) -> tuple[Hit, ...]:
        """Hits in the order of ``ids``, each with its reasons; records that left the scope meanwhile are dropped."""
        keys = [key_of(self.source.code, one) for one in ids]
        if not keys:
            return ()
        bodies = dict(
            self._rows((f"SELECT id, body FROM search_document WHERE id IN ({','.join(map(str, keys))})", []))
        )
        rows = self.source.model._base_manager.filter(self.scope, pk__in=ids)
        still = set(ids) if is_read_again else set(rows.values_list("pk", flat=True))
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
        sql = f"SELECT id FROM search_document WHERE {condition[0]} LIMIT {self.cap + 1}"
        return self._page((sql, condition[1]))

    def _walk(self, limit: int, offset: int = 0, without: str = "", newest: int | None = None) -> Sql:
        condition = self._condition()
        sql = f"SELECT id FROM search_document WHERE id BETWEEN %s AND %s AND {condition[0]}{without}"
        return f"{sql} ORDER BY id DESC LIMIT {limit} OFFSET {offset}", [
            self.low,
            self.high if newest is None else newest,
            *condition[1],
        ]

    def _cheapest(self) -> tuple[int, list[int], str]:
        sample = self._narrowed(self._sample())
        walking = self.dialect.walk_cost(min(sample.documents, self.cap / sample.share))
        asking = self._asking(sample) if sample.looked >= SAMPLE // 2 and self._can_ask() else None
        if not self.where.is_company_wide and min(walking, walking if asking is None else asking) > QUICK_MS:
            few = few_in_scope(self.source, self.scope)
            if few is not None:
                return *self._look_through(few), "few"
        are_many = sample.looked > 0 and sample.share * sample.documents > self.cap
        if asking is None or walking < asking:
            found = self._walk(self.cap + 1)
            return *(self._counted(found, sample, walked=True) if are_many else self._page(found)), "walk"
        if self._has_to_sort(sample):
            return *self._page(self._candidates(sample.documents), are_many=are_many), "index"
        found = self._candidates(self.cap + 1)
        if are_many and not self.dialect.is_ordered:
            return *self._counted(found, sample), "index"
        return *self._page(found, sample), "index"

    def _narrowed(self, sample: "_Sample") -> "_Sample":
        """Where the index names many more than are meant: two syllables are asked for by the pairs of characters that it holds for them."""
        spared = (sample.named - sample.share) * sample.documents
        if spared <= WIDE or not self.dialect.tells_grams:
            return sample
        asked, self.query = self.query, narrowed(self.query, self.dialect, spared)
        return sample if self.query is asked else sample._replace(named=sample.share)

    def _can_ask(self) -> bool:
        return all(way.grams or way.prefixes for term in self.query.terms for way in term.ways)

    def _asking(self, sample: "_Sample") -> float:
        """Cost of asking the index until the cap is passed: it names what holds the words, whoever may see it."""
        prefixes = max((len(way.prefixes) for term in self.query.terms for way in term.ways), default=0)
        named = sample.named * sample.documents
        cost = self.dialect.index_cost(named, min(named, self.cap * sample.named / sample.share), prefixes)
        if not self.dialect.is_ordered and sample.share * sample.documents > self.cap:
            cost += min(self._walking_to_page(sample), self.dialect.index_cost(named, named, prefixes))
        return cost

    def _has_to_sort(self, sample: "_Sample") -> bool:
        """Whether a far page will want all candidates in order: then they are asked for at once, not counted first."""
        named = sample.named * sample.documents
        return not self.dialect.is_ordered and self._walking_to_page(sample) > self.dialect.index_cost(named, named, 0)

    def _walking_to_page(self, sample: "_Sample") -> float:
        return self.dialect.walk_cost(min(sample.documents, self._last / sample.share))

    def _candidates(self, limit: int) -> Sql:
        asked = self.dialect.asked(self.query, {token: bool(keys) for token, keys in self.private_hits.items()})
        terms = self.query.terms
        is_certain = all(not term.private and all(way.is_certain for way in term.ways) for term in terms)
        condition = (self.where.sql, list(self.where.params)) if is_certain else self._condition()
        return self.dialect.candidates(asked, self.low, self.high, condition, limit)

    def _newest(self, sample: "_Sample", without: str) -> list[int]:
        """The page of newest hits when there are too many to have them all: by walking, or by sorting candidates."""
        limit = self._last - self._from
        if limit <= 0:
            return []
        named = sample.named * sample.documents
        if self._walking_to_page(sample) <= self.dialect.index_cost(named, named, 0):
            sql, params = self._walk(limit, self._from, without.replace(" id ", " search_document.id "))
        else:
            found, params = self._candidates(sample.documents)
            sql = f"SELECT id FROM ({found}) AS found WHERE true{without} ORDER BY id DESC LIMIT {limit} OFFSET {self._from}"
        return [row[0] for row in self._rows((sql, params))]

    def _counted(self, found: Sql, sample: "_Sample", *, walked: bool = False) -> tuple[int, list[int]]:
        """The same where more hits than the cap are expected: counted by themselves, as nothing of them needs to be kept or put in
        order; the page is read from the newest on.
        """
        page: list[int] = []
        if walked:
            total, page = self._walked()
        else:
            total = self._rows((f"SELECT count(*) FROM ({found[0]}) AS found", found[1]))[0][0]
        if total <= min(FEW_HITS, self.cap):
            return self._page(found)
        first = self._beginning(self._whole())
        keys = page
        if first or not walked:
            keys = self._composed(first, found, sample if total > self.cap else None, walked=walked)
        return total, [key & ID_MASK for key in keys]

    def _walked(self) -> tuple[int, list[int]]:
        """Number of hits up to one above the cap and keys of the page, both in one walk: what follows the page is counted from there on."""
        limit = max(min(self.offset + self.limit, self.cap) - self.offset, 0)
        page = [row[0] for row in self._rows(self._walk(limit, self.offset))]
        passed, newest = (self.offset + len(page), page[-1] - 1) if page else (0, self.high)
        rest, params = self._walk(self.cap + 1 - passed, newest=newest)
        return passed + self._rows((f"SELECT count(*) FROM ({rest}) AS rest", params))[0][0], page

    def _page(self, found: Sql, sample: "_Sample | None" = None, *, are_many: bool = False) -> tuple[int, list[int]]:
        """Number of hits, and the ids of the page among them: exact ones first, then newest first.

        Up to ``FEW_HITS`` the stored texts tell which hits are exact; among more of them only those are looked for that
        begin with the word, which the index knows. ``are_many``: more are expected. ``sample``: given where ``found`` ends at the cap.
        """
        few = min(FEW_HITS, self.cap)
        whole = self._whole()
        order, params = "id DESC", found[1]
        if whole[0] and not are_many:
            order = (
                f"CASE WHEN (SELECT count(*) FROM found) > {few} THEN 0 WHEN EXISTS (SELECT 1 FROM search_document "
                f"WHERE search_document.id = found.id AND {whole[0]}) THEN 1 ELSE 0 END DESC, id DESC"
            )
            params = [*found[1], *whole[1]]
        limit = max(min(self.offset + self.limit, self.cap) - self.offset, 0)
        sql = (
            f"WITH found AS MATERIALIZED ({found[0]}) SELECT count(*) FROM found UNION ALL SELECT id FROM "
            f"(SELECT id FROM found ORDER BY {order} LIMIT {limit} OFFSET {self.offset}) AS page"
        )
        rows = self._rows((sql, params))
        total, keys = rows[0][0], [row[0] for row in rows[1:]]
        if total <= few and are_many:
            return self._page(found)
        if total > few:
            first = self._beginning(whole)
            if first or (total > self.cap and sample is not None and not self.dialect.is_ordered):
                keys = self._composed(first, found, sample if total > self.cap else None)
        return total, [key & ID_MASK for key in keys]

    def _composed(self, first: list[int], found: Sql, sample: "_Sample | None", *, walked: bool = False) -> list[int]:
        """The page when some hits come before the newest ones."""
        without = f" AND id NOT IN ({','.join(map(str, first))})" if first else ""
        top = first[self.offset : self.offset + self.limit]
        self._from = max(self.offset - len(first), 0)
        self._last = min(self.offset + self.limit, self.cap) - len(first)
        limit = max(self._last - self._from, 0)
        if walked:
            sql = self._walk(limit, self._from, without.replace(" id ", " search_document.id "))
        elif sample is not None and not self.dialect.is_ordered:
            return top + self._newest(sample, without)
        else:
            ordered = f"SELECT id FROM ({found[0]}) AS found WHERE true{without} ORDER BY id DESC"
            sql = f"{ordered} LIMIT {limit} OFFSET {self._from}", found[1]
        return top + [row[0] for row in self._rows(sql)]

    def _beginning(self, whole: Sql) -> list[int]:
        """Keys of documents whose name is the word, newest first, by the gram of its beginning."""
        if not whole[0] or self.word[0].isascii() or len(self.word) < 2:
            return []
        asked = self.dialect.token(whole_token(self.word) if len(self.word) <= SHORT_NAME else ANCHOR + self.word[:2])
        condition = all_of([whole, (self.where.sql, list(self.where.params))])
        found, params = self.dialect.candidates(asked, self.low, self.high, condition, FEW_HITS)
        return [row[0] for row in self._rows((f"SELECT id FROM ({found}) AS found ORDER BY id DESC", params))]

    # pieces

    def _sample(self) -> "_Sample":
        """How documents from all over the kind answer, without and with the reader's scope."""
        words, scoped = self._words(is_named=True), self._condition()
        low, clusters = self.low, []
        for at in range(CLUSTERS):
            place = f"{low} + (SELECT documents FROM newest) * {at} / {CLUSTERS}"
            rows = f"SELECT * FROM search_document WHERE id > {place} ORDER BY id LIMIT {SAMPLE // CLUSTERS}"
            clusters.append(f"SELECT * FROM ({rows}) AS cluster")
        sql = (
            f"WITH newest AS (SELECT coalesce(max(id), {low}) - {low} AS documents FROM search_document "
            f"WHERE id BETWEEN %s AND %s) SELECT (SELECT documents FROM newest), count(*), "
            f"sum(CASE WHEN {words[0]} THEN 1 ELSE 0 END), sum(CASE WHEN {scoped[0]} THEN 1 ELSE 0 END) "
            f"FROM ({' UNION ALL '.join(clusters)}) AS search_document"
        )
        found = self._rows((sql, [self.low, self.high, *words[1], *scoped[1]]))[0]
        documents, looked, named, hits = (int(number or 0) for number in found)
        if documents <= SMALL:
            return _Sample(documents, 0, 1.0, 1.0)
        return _Sample(documents, looked, (named + 0.5) / (looked + 1), (hits + 0.5) / (looked + 1))

    def _condition(self) -> Sql:
        return all_of([self._words(), (self.where.sql, list(self.where.params))])

    def _words(self, is_named: bool = False) -> Sql:
        """The words stand in the text; or, ``is_named``, what the index names for them, which may be more."""
        return any_of([all_of([self._term(term, is_named) for term in group]) for group in self.query.groups])

    def _term(self, term: Term, is_named: bool = False) -> Sql:
        ways = [self._way(way, is_named) for way in term.ways]
        for _name, token in term.private:
            if keys := self.private_hits.get(token):
                ways.append((f"search_document.id IN ({','.join(map(str, keys))})", []))
        return any_of(ways)

    def _way(self, way: Way, is_named: bool) -> Sql:
        if is_named and way.named_by:
            return any_of([self.dialect.contains(fragment) for fragment in way.named_by])
        return all_of([self.dialect.contains(fragment) for fragment in way.fragments])

    @property
    def word(self) -> str:
        """The one word of the query; empty when there are several."""
        terms = list(self.query.terms)
        return terms[0].word if len(terms) == 1 else ""

    def _whole(self) -> Sql:
        """The one word of the query is the whole text of a field that says so."""
        if not self.word or not self.source.exact_letters:
            return "", []
        return any_of([self.dialect.contains(f"{OPEN}{one}{self.word}{OPEN}") for one in self.source.exact_letters])

    def _private_keys(self, secrecy_class: str, token: str) -> list[int]:
        """Keys of documents with a private number, as far as the reader may compare it there."""
        if secrecy_class not in self.private or secrecy_class not in self.source.private:
            return []
        allowed = where_of(self.source, self.private[secrecy_class])
        if allowed.is_nothing:
            return []
        condition = (allowed.sql, list(allowed.params))
        sql = self.dialect.candidates(self.dialect.token(token), self.low, self.high, condition, self.cap + 1)
        return [row[0] for row in self._rows(sql)]

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
        other = self.titles[""]
        return [
            self.titles.get(letter, other) for letter, text in fields if any(fragment in text for fragment in fragments)
        ]

    @cached_property
    def titles(self) -> dict[str, str]:
        """Letter of a field → reason in the reader's language; the empty letter is any other field."""
        return {"": _("其他")} | {letter: str(title) for letter, title in self.source.titles.items()}
