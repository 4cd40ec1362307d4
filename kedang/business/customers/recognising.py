"""Which customers of the base a set of rows may be: four look-ups by index for a thousand rows, then a rule per row.

The same certainty as for a single dossier: credit code, document number, one's own number, the name (unless two credit codes speak
against it), for people the name together with the mobile. What is only alike is told and not decided.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.models import Customer
from kedang.business.customers.naming import similarity
from kedang.business.customers.rows import RowKeys
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.bulk import binding_cursor, counted_roughly
from kedang.foundation.kernel.names import SAME, SUSPECT
from kedang.foundation.kernel.text import fold


class Known(NamedTuple):
    """A customer of the base, as far as it is needed to recognise it."""

    id: int
    number: str
    name: str
    kind: str
    uscc: str
    uscc_twin: int
    name_key: str
    document: str
    mobile: str


class Match(NamedTuple):
    """A recognised customer and why; ``field`` is the one that decided."""

    known: Known
    code: str
    field: str
    sentence: str


_APART = "\x1f"
"""Stands between the values of a look-up; folded texts and codes hold no such sign."""
_COLUMNS = ("id", "number", "name", "party_kind", "uscc", "uscc_twin", "name_key", "id_number_blind", "mobile_blind")
MOST_COMPARED = 200
"""So many customers with the same blocking key are looked at; a key that more share says nothing."""
_INDIVIDUAL = PartyKind.INDIVIDUAL.value


@dataclass(slots=True)
class Base:
    """The part of the base that some rows may meet."""

    by_uscc: dict[str, list[Known]] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=dict)
    by_document: dict[str, list[Known]] = field(default_factory=dict)
    by_mobile: dict[str, list[Known]] = field(default_factory=dict)
    by_number: dict[str, list[Known]] = field(default_factory=dict)
    visible: frozenset[int] | None = None

    def told(self, known: Known) -> str:
        """Name and number of a customer, or less for who may not see it."""
        if self.visible is not None and known.id not in self.visible:
            return "（不在您数据范围内的客户）"
        return f"“{known.name}”（{known.number}）"

    def reaches(self, known: Known) -> bool:
        """Whether the actor may change it."""
        return self.visible is None or known.id in self.visible

    def match(self, keys: RowKeys) -> tuple[Match | None, Match | None]:
        """The customer that a row is, and one that it is merely like."""
        kind, name, key, uscc, document, mobile, number = keys
        if uscc and (found := self.by_uscc.get(uscc)):
            return Match(found[0], "uscc_known", "uscc", f"统一社会信用代码与已有客户{self.told(found[0])}相同"), None
        if document and (found := self.by_document.get(document)):
            return Match(found[0], "document_known", "id_number", f"证件号码与已有客户{self.told(found[0])}相同"), None
        if number and (found := self.by_number.get(number)):
            return Match(found[0], "number_known", "number", f"客户编号与已有客户{self.told(found[0])}相同"), None
        alike: Match | None = None
        if key and (found := self.by_name.get(key)):
            folded = fold(name)
            for known in found[:MOST_COMPARED]:
                if known.kind == _INDIVIDUAL or kind == _INDIVIDUAL:
                    if known.kind == kind and mobile and known.mobile == mobile:
                        return Match(
                            known, "person_known", "mobile", f"姓名和手机与已有客户{self.told(known)}相同"
                        ), None
                    continue
                is_same = fold(known.name) == folded
                if uscc and known.uscc:
                    if is_same:
                        alike = Match(
                            known,
                            "name_alike",
                            "name",
                            f"名称与已有客户{self.told(known)}相同，但统一社会信用代码不同，请核对",
                        )
                    continue
                if is_same:
                    return Match(known, "name_known", "name", f"名称与已有客户{self.told(known)}相同或仅写法不同"), None
                likeness = similarity(name, known.name)
                if likeness.verdict == SAME:
                    return Match(
                        known, "name_known", "name", f"与已有客户{self.told(known)}为同一名称：{likeness.sentence}"
                    ), None
                if likeness.verdict == SUSPECT and alike is None:
                    alike = Match(
                        known,
                        "name_alike",
                        "name",
                        f"与已有客户{self.told(known)}可能相同：{likeness.sentence}，请核对",
                    )
        if alike is None and mobile and (found := self.by_mobile.get(mobile)):
            alike = Match(
                found[0], "mobile_alike", "mobile", f"手机与已有客户{self.told(found[0])}相同，请核对是否同一客户"
            )
        return None, alike


def by_index() -> None:
    """Until the transaction ends PostgreSQL looks keys up instead of reading whole tables: its statistics lag behind a large import."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            settings = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
            cursor.execute("SELECT " + ", ".join(f"set_config('{name}', 'off', true)" for name in settings))


def refresh_statistics() -> None:
    """Let PostgreSQL see what a large import has made of the table; done between chunks, whenever the import has grown fourfold."""
    if connection.vendor == "postgresql":
        with counted_roughly(), connection.cursor() as cursor:
            cursor.execute("ANALYZE customers_customer (fonds_id, uscc, number, name_key, withdrawn_at)")


def look_up_sql(column: str) -> str:
    """Current customers of a company with one of many values in a column: one look-up in the column's own index per value.

    The condition of a partial index is repeated word by word, else the engine does not use it. Statistics know nothing of a base that is
    being filled, so little is left to them: on SQLite the list leads the join, on PostgreSQL the look-up stands behind a fence, with no
    condition that would tempt into another index (and :func:`refresh_statistics` helps where two indexes look alike).
    """
    columns = ", ".join(f"known.{name}" for name in _COLUMNS)
    found = f"known.{column} = wanted.value AND NOT (known.{column} = '')"
    if column == "uscc":
        here, there = "known.fonds_id = %s AND known.withdrawn_at IS NULL", "TRUE"
    elif column == "number":
        here, there = "known.fonds_id = %s", "known.withdrawn_at IS NULL"
    else:
        here, there = "TRUE", "known.fonds_id + 0 = %s AND known.withdrawn_at IS NULL"
    if connection.vendor == "postgresql":
        inner = f"SELECT * FROM customers_customer known WHERE {found} AND {here} OFFSET 0"  # noqa: S608  # names of columns only
        wanted = f"unnest(string_to_array(%s, chr({ord(_APART)}))) AS wanted(value)"
        return f"SELECT {columns} FROM {wanted} CROSS JOIN LATERAL ({inner}) known WHERE {there}"  # noqa: S608
    where = f"{found} AND {here} AND {there}".replace("AND TRUE", "")
    return f"SELECT {columns} FROM json_each(%s) AS wanted CROSS JOIN customers_customer known WHERE {where}"  # noqa: S608


def looked_up(values: list[str]) -> str:
    """The parameter of :func:`look_up_sql`: all values in one text, which the engines read far quicker than a list."""
    return _APART.join(values) if connection.vendor == "postgresql" else orjson.dumps(values).decode()


def _having(fonds_id: int, column: str, values: list[str]) -> list[tuple[Any, ...]]:
    wanted = sorted(set(values))  # neighbours lie on the same page of the index
    with binding_cursor(connection) if connection.vendor == "postgresql" else connection.cursor() as cursor:
        cursor.execute(look_up_sql(column), [looked_up(wanted), fonds_id])
        return sorted(cursor.fetchall())


def has_customers(fonds_id: int) -> bool:
    """Whether there is anybody whom a row may meet."""
    return bool(Customer.objects.filter(fonds_id=fonds_id, withdrawn_at__isnull=True).exists())


def base_for(actor: Actor, fonds_id: int, keys: Iterable[RowKeys | None], *, sees_all: bool) -> Base:
    """Read what rows with these keys may meet: current customers of the company, whoever may see them."""
    rows = [one for one in keys if one is not None]
    base = Base()
    asked: tuple[tuple[str, list[str], dict[str, list[Known]], int], ...] = (
        ("uscc", [one.uscc for one in rows if one.uscc], base.by_uscc, 4),
        ("name_key", [one.key for one in rows if one.key], base.by_name, 6),
        ("id_number_blind", [one.document for one in rows if one.document], base.by_document, 7),
        ("mobile_blind", [one.mobile for one in rows if one.mobile], base.by_mobile, 8),
        ("number", [one.number for one in rows if one.number], base.by_number, 1),
    )
    with transaction.atomic(savepoint=False):
        by_index()
        for column, values, found, at in asked:
            if values:
                for row in _having(fonds_id, column, values):
                    found.setdefault(row[at], []).append(Known(*row))
    if not sees_all:
        maps = (base.by_uscc, base.by_name, base.by_document, base.by_mobile, base.by_number)
        ids = {known.id for found in maps for several in found.values() for known in several}
        reachable = Customer.objects.visible_to(actor, "customers.change").filter(pk__in=ids)
        base.visible = frozenset(reachable.values_list("pk", flat=True)) if ids else frozenset()
    return base
