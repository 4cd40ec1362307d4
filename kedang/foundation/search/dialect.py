"""What the two databases say differently: asking the token index, containing a fragment, and who plans the query."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, transaction

from kedang.foundation.search.query import Query, Term, Way

Sql = tuple[str, list[Any]]


class Dialect(ABC):
    """SQL of one database. ``walk_cost`` and ``index_cost`` are measured milliseconds and only compared with each other."""

    @abstractmethod
    def asked(self, query: Query, privates: dict[str, bool]) -> str:
        """The text by which the index is asked for candidates of a query."""

    @abstractmethod
    def contains(self, fragment: str) -> Sql:
        """The stored text of ``search_document`` contains a fragment, exactly."""

    @abstractmethod
    def candidates(self, asked: str, low: int, high: int, condition: Sql, limit: int) -> Sql:
        """Keys of documents that the index names and that fulfil a condition, at most so many."""

    @abstractmethod
    def walk_cost(self, rows: float) -> float: ...

    @abstractmethod
    def index_cost(self, named: float, read: float, prefixes: int) -> float: ...

    @contextmanager
    def planned(self) -> Iterator[None]:
        """The block's statements are executed as written."""
        yield

    @property
    def is_ordered(self) -> bool:
        """Whether candidates come newest first at no cost."""
        return False

    @property
    def tells_grams(self) -> bool:
        """Whether the index says at little cost which grams it holds."""
        return False

    def beginning_with(self, chars: Sequence[str]) -> list[str]:
        """Grams of the index that begin with one of these characters; asked only of an index that :attr:`tells_grams`."""
        raise NotImplementedError

    def expression(self, query: Query, privates: dict[str, bool], all_of: str, any_of: str) -> str:
        """The boolean expression over tokens, with the connectives of the database."""
        groups = (all_of.join(self._term(term, privates, all_of, any_of) for term in group) for group in query.groups)
        return any_of.join(f"({group})" for group in groups)

    def _term(self, term: Term, privates: dict[str, bool], all_of: str, any_of: str) -> str:
        ways = [self._way(way, all_of, any_of) for way in term.ways]
        ways += [self.token(token) for _, token in term.private if privates.get(token)]
        return f"({any_of.join(ways)})"

    def _way(self, way: Way, all_of: str, any_of: str) -> str:
        parts = [self.token(gram) for gram in way.grams]
        if way.prefixes:
            parts.append(f"({any_of.join(self.beginning(prefix) for prefix in way.prefixes)})")
        return f"({all_of.join(parts)})"

    @abstractmethod
    def token(self, text: str) -> str: ...

    @abstractmethod
    def beginning(self, text: str) -> str: ...


class PostgreSQL(Dialect):
    """GIN gives all candidates at once, in no order; the planner's guesses about tokens are worthless, so it gets none."""

    def asked(self, query: Query, privates: dict[str, bool]) -> str:
        return self.expression(query, privates, " & ", " | ")

    def token(self, text: str) -> str:
        return f"'{text}'"

    def beginning(self, text: str) -> str:
        return f"'{text}':*"

    def contains(self, fragment: str) -> Sql:
        return "strpos(search_document.body, %s) > 0", [fragment]

    def candidates(self, asked: str, low: int, high: int, condition: Sql, limit: int) -> Sql:
        # id + 0: the range of the kind must not tempt the planner into reading the primary key instead of the tokens
        where = "tokens @@ %s::tsquery AND id + 0 BETWEEN %s AND %s" + (f" AND {condition[0]}" if condition[0] else "")
        return f"SELECT id FROM search_document WHERE {where} LIMIT {limit}", [asked, low, high, *condition[1]]

    def walk_cost(self, rows: float) -> float:
        return rows * 0.65e-3

    def index_cost(self, named: float, read: float, prefixes: int) -> float:
        return named * (0.05e-3 + min(prefixes, 1) * 0.1e-3 + prefixes * 0.042e-3) + min(named, read) * 1.0e-3

    @contextmanager
    def planned(self) -> Iterator[None]:
        """Tokens by bitmap, keys by index, nothing by reading and sorting the whole table."""
        is_outermost = not connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true), "
                "set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)"
            )
            yield
            if is_outermost:
                return  # the settings are the transaction's own and end with it
            cursor.execute("RESET enable_seqscan; RESET enable_sort; RESET jit; RESET max_parallel_workers_per_gather")


class SQLite(Dialect):
    """FTS5 walks the postings newest first and stops when it has enough; only prefixes are gathered beforehand."""

    def asked(self, query: Query, privates: dict[str, bool]) -> str:
        return self.expression(query, privates, " AND ", " OR ")

    def token(self, text: str) -> str:
        return f'"{text}"'

    def beginning(self, text: str) -> str:
        return f'"{text}"*'

    def contains(self, fragment: str) -> Sql:
        return "instr(search_document.body, %s) > 0", [fragment]

    def candidates(self, asked: str, low: int, high: int, condition: Sql, limit: int) -> Sql:
        joined, where = "", ""
        if condition[0]:
            joined = "CROSS JOIN search_document ON search_document.id = search_grams.rowid "
            where = f" AND {condition[0]}"
        sql = (
            f"SELECT search_grams.rowid AS id FROM search_grams {joined}"
            f"WHERE search_grams MATCH %s AND search_grams.rowid BETWEEN %s AND %s{where} "
            f"ORDER BY search_grams.rowid DESC LIMIT {limit}"
        )
        return sql, [asked, low, high, *condition[1]]

    def walk_cost(self, rows: float) -> float:
        return rows * 0.4e-3

    def index_cost(self, named: float, read: float, prefixes: int) -> float:
        return (named * 0.2e-3 if prefixes else 0.0) + min(named, read) * 1.0e-3

    @property
    def is_ordered(self) -> bool:
        return True

    @property
    def tells_grams(self) -> bool:
        return True

    def beginning_with(self, chars: Sequence[str]) -> list[str]:
        # a window on the index, as long as the connection lives; it holds nothing itself
        made = (
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_vocabulary USING fts5vocab('main', 'search_grams', 'row')"
        )
        asked = (
            "SELECT term FROM json_each(%s) AS wanted CROSS JOIN temp.search_vocabulary "
            "WHERE term >= wanted.value AND term < char(unicode(wanted.value) + 1)"
        )
        with connection.cursor() as cursor:
            cursor.execute(made)
            cursor.execute(asked, [json.dumps(chars, ensure_ascii=False)])
            return [term for (term,) in cursor.fetchall()]


@cache
def _dialect(vendor: str) -> Dialect:
    return PostgreSQL() if vendor == "postgresql" else SQLite()


def dialect() -> Dialect:
    """The dialect of the database in use."""
    return _dialect(connection.vendor)


def all_of(conditions: Sequence[Sql]) -> Sql:
    """Conjunction of conditions; empty ones say nothing."""
    said = [condition for condition in conditions if condition[0]]
    return " AND ".join(sql for sql, _ in said), [param for _, params in said for param in params]


def any_of(conditions: Sequence[Sql]) -> Sql:
    """Disjunction of conditions."""
    return "(" + " OR ".join(sql for sql, _ in conditions) + ")", [
        param for _, params in conditions for param in params
    ]
