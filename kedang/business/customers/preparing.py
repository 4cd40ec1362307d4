"""New customers made ready to be written, many at a time: columns, entry of the trail, search words. Runs in helper processes.

What :func:`customer_create` does for one, in the same words: the same columns, the same changes in the trail, the same completeness.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import orjson

from kedang.business.customers.choices import IdType, PartyKind
from kedang.business.customers.completeness import Requirements, score
from kedang.business.customers.fields import CONTACT_FIELDS, EVERY_FIELD
from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.rows import CONTACT, RowKeys
from kedang.business.customers.search import NUMBER, document_of
from kedang.business.customers.services.checking import mobile_blind
from kedang.foundation.audit.record import SEALED_CLASSES
from kedang.foundation.kernel import keys
from kedang.foundation.kernel.bulk import RowShape, Tail, shape_of
from kedang.foundation.kernel.checks import identity
from kedang.foundation.kernel.fields import EncryptedTextField
from kedang.foundation.kernel.key_ring import TRAIL
from kedang.foundation.kernel.text.many import narrow_grams
from kedang.foundation.search.documents import OPEN, Document, Encoded, Line, encode, encode_many, line_of

HEAD = ("id", "number", "uscc_twin")
CONTACT_HEAD = ("customer_id",)
_NOTED = frozenset(EVERY_FIELD)
LABEL = Customer._meta.label_lower
CONTACT_LABEL = Contact._meta.label_lower


@dataclass(frozen=True, slots=True)
class PrepareSpec:
    """All that a helper must know to make rows ready, sent once."""

    fonds_id: int
    outputs: tuple[str, ...]
    defaults: dict[str, Any]
    shape: RowShape
    contact_shape: RowShape | None
    requirements: Requirements


class Prepared(NamedTuple):
    """One new customer, ready but for its key and its number.

    ``changes`` is JSON text without its opening brace. It, like ``tail`` and ``search``, is bytes for COPY on PostgreSQL.
    """

    kind: str
    name: str
    tail: Tail
    changes: Any
    search: Encoded | Line
    contact: tuple[str, Tail, str] | None


def prepare_spec(
    outputs: Sequence[str], *, fonds_id: int, now: Any, requirements: Requirements, defaults: Mapping[str, Any]
) -> PrepareSpec:
    """How rows with these values become customers.

    Args:
        outputs: names of the values, as the cleaning gives them.
        fonds_id, now: company and instant.
        requirements: what dossiers should have, per kind.
        defaults: values for every customer (``responsible_id``, ``department_id``, ``source``), where the row has none.
    """
    own = {column.attname for column in Customer._meta.concrete_fields}
    named = [name for name in outputs if name in own and name not in HEAD]
    derived = ["party_kind", "name_key", "completeness"]
    if "id_number" in named:
        derived += ["id_number_blind", "id_type", "born_on", "sex"]
    if "mobile" in named:
        derived.append("mobile_blind")
    if "registered_capital" in named:
        derived.append("capital_currency")
    if "number" in outputs:
        derived.append("remarks")
    varying = tuple(dict.fromkeys([*named, *derived]))
    constants = {
        "fonds_id": fonds_id,
        "created_at": now,
        "updated_at": now,
        **{n: v for n, v in defaults.items() if n not in varying},
    }
    shape = shape_of(Customer, head=HEAD, varying=varying, constants=constants)
    contact_names = [name.removeprefix(CONTACT) for name in outputs if name.startswith(CONTACT)]
    contact_shape = None
    if contact_names:
        contact_varying = tuple(
            dict.fromkeys(["name", *contact_names, *(["mobile_blind", "phone"] if "mobile" in contact_names else [])])
        )
        contact_shape = shape_of(Contact, head=CONTACT_HEAD, varying=contact_varying, constants={"is_primary": True})
    return PrepareSpec(fonds_id, tuple(outputs), dict(defaults), shape, contact_shape, requirements)


class Preparer:
    """Makes rows ready by one spec."""

    def __init__(self, spec: PrepareSpec) -> None:
        self.spec = spec
        self._is_lite = spec.shape.vendor == "sqlite"
        fields: Any = {column.attname: column for column in Customer._meta.concrete_fields}
        self._columns = tuple((name, _empty(fields[name]), _place(fields[name])) for name in spec.shape.varying)
        sealed = frozenset(name for name in fields if Customer.secrecy.of(name) in SEALED_CLASSES)
        self._noted_openly, self._noted_sealed = _NOTED - sealed, _NOTED & sealed
        base = {name: fields[name].get_default() for name in EVERY_FIELD if name in fields}
        base.update({name.removesuffix("_id"): value for name, value in spec.defaults.items()})
        self._fixed = {name: value for name, value in base.items() if value not in (None, "", False)}
        self._scope = {
            "fonds_id": spec.fonds_id, "secrecy_level": int(base.get("secrecy_level") or 0), "responsible_id": base.get("responsible"),
            "department_id": base.get("department"),
        }  # fmt: skip
        self._may_differ = not self._fixed.keys().isdisjoint((*spec.outputs, *spec.shape.varying)) or bool(
            sealed & self._fixed.keys()
        )
        self._firsts: dict[str, bytes] = {}
        self._scores: dict[tuple[str, ...], int] = {}
        self._contact_names = tuple(name.removeprefix(CONTACT) for name in spec.outputs if name.startswith(CONTACT))
        contact_fields: Any = {column.attname: column for column in Contact._meta.concrete_fields}
        if spec.contact_shape is not None:
            self._contact_fields = frozenset(spec.contact_shape.varying)
            self._contact_columns = tuple(
                (name, _empty(contact_fields[name]), _place(contact_fields[name]))
                for name in spec.contact_shape.varying
            )

    def prepare(self, rows: Iterable[tuple[Sequence[Any], RowKeys]]) -> list[Prepared]:
        """Some rows; the values of each belong to the spec's ``outputs``."""
        made = [self._prepare(values, row_keys) for values, row_keys in rows]
        many = encode_many([document for *_, document in made], is_unique=self._is_lite)
        encoded: Sequence[Encoded | Line] = many if self._is_lite else list(map(line_of, many))
        return [
            Prepared(kind, name, tail, changes, search, contact)
            for (kind, name, tail, changes, contact, _), search in zip(made, encoded, strict=True)
        ]

    def _prepare(
        self, values: Sequence[Any], row_keys: RowKeys
    ) -> tuple[str, str, Tail, Any, tuple[str, Tail, str] | None, Document]:
        row = {name: value for name, value in zip(self.spec.outputs, values, strict=True) if value is not None}
        row["party_kind"], row["name_key"] = row_keys.kind, row_keys.key
        if row_keys.document:
            row["id_number_blind"] = row_keys.document
            _fill_from_document(row)
        if row_keys.mobile:
            row["mobile_blind"] = row_keys.mobile
        if "registered_capital" in row:
            row.setdefault("capital_currency", "CNY")
        if own_number := row.pop("number", None):
            row["remarks"] = "\n".join(filter(None, [row.get("remarks"), f"原客户编号：{own_number}"]))
        contact, people, phones = self._contact(row) if self._contact_names else (None, (), ())
        seen: dict[str, Any] = {**self._fixed, **row, "contacts": contact is not None}
        row["completeness"] = self._score(seen, row_keys.kind)
        get = row.get
        tail = self.spec.shape.tail(
            [
                (keys.encrypt(str(value), place) if place else value) if (value := get(name)) is not None else empty
                for name, empty, place in self._columns
            ]
        )
        document = document_of({**self._scope, **row}, contacts=people, phones=phones)
        return row_keys.kind, row["name"], tail, self._changes(seen, row_keys.kind), contact, document

    def _score(self, seen: dict[str, Any], kind: str) -> int:
        """Completeness; rows that fill the same fields have the same."""
        filled = (kind, *[name for name, value in seen.items() if value or (value == 0 and value is not False)])
        known = self._scores.get(filled)
        if known is None:
            known = self._scores[filled] = score(seen, self.spec.requirements[kind])[0]
        return known

    def _changes(self, seen: dict[str, Any], kind: str) -> Any:
        """The first values of the dossier as the trail keeps them, without the number and the brace before it."""
        openly, sealed = self._noted_openly, self._noted_sealed
        fixed, first = self._fixed, b""
        if fixed and not self._may_differ:  # what is the same in every row is put into words once
            first = self._firsts.get(kind) or self._first(kind)
            noted: dict[str, Any] = {}
        else:
            noted = {"party_kind": (None, kind)}
        for name, value in seen.items():
            if name in openly and value != "" and value is not False and not (first and name in fixed):
                noted[name] = (None, value)
        if not sealed.isdisjoint(seen):
            for name, value in seen.items():
                if name in sealed and value != "" and value is not False:
                    noted[name] = ("", keys.encrypt(str(value), f"{Customer._meta.label}.{name}", TRAIL))
        told = orjson.dumps(noted)[1:]
        if first:
            told = first + b"," + told if noted else first + b"}"
        return told.decode() if self._is_lite else told.replace(b"\\", b"\\\\")

    def _first(self, kind: str) -> bytes:
        """The beginning of the changes that rows of a kind have in common, without its brace and open at its end."""
        noted = {"party_kind": (None, kind)} | {n: (None, v) for n, v in self._fixed.items() if n in self._noted_openly}
        self._firsts[kind] = told = orjson.dumps(noted)[1:-1]
        return told

    def _contact(self, row: dict[str, Any]) -> tuple[tuple[str, Tail, str] | None, tuple[str, ...], tuple[str, ...]]:
        """The contact of a row, and the names and numbers by which it is found."""
        given = {
            name: value for name in self._contact_names if (value := row.pop(CONTACT + name, None)) not in (None, "")
        }
        if not given or self.spec.contact_shape is None:
            return None, (), ()
        given.setdefault("name", row["name"][:60] if row["party_kind"] == PartyKind.INDIVIDUAL else "联系人")
        if "mobile" in given:
            first, *others = str(given["mobile"]).split("；")
            given["mobile"], given["mobile_blind"] = first, mobile_blind(first)
            if others and "phone" in self._contact_fields:
                given["phone"] = "；".join(filter(None, [given.get("phone"), *others]))
        noted: dict[str, tuple[Any, Any]] = {"is_primary": (None, True)}
        for name in CONTACT_FIELDS:
            if name in given:
                place = f"{Contact._meta.label}.{name}"
                sealed = Contact.secrecy.of(name) in SEALED_CLASSES
                noted[name] = ("", keys.encrypt(str(given[name]), place, TRAIL)) if sealed else (None, given[name])
        tail = self.spec.contact_shape.tail(
            [
                (keys.encrypt(str(value), place) if place else value)
                if (value := given.get(name)) is not None
                else empty
                for name, empty, place in self._contact_columns
            ]
        )
        phones = tuple(str(given[name]) for name in ("mobile", "phone") if given.get(name))
        return (given["name"], tail, orjson.dumps(noted).decode()), (given["name"],), phones


def changes_with_numbers(rows: Sequence[Prepared], numbers: Sequence[str]) -> list[Any]:
    """The first values of new customers with their numbers, as the trail keeps them."""
    if rows and isinstance(rows[0].changes, str):
        return [f'{{"number":[null,"{number}"],{row.changes}' for row, number in zip(rows, numbers, strict=True)]
    pairs = zip(rows, _encoded(numbers), strict=True)
    return [b'{"number":[null,"%b"],%b' % (number, row.changes) for row, number in pairs]


def with_numbers(documents: Sequence[Encoded | Line], numbers: Sequence[str]) -> list[Encoded | Line]:
    """Search documents that also answer to their numbers, which are known only at the moment of writing."""
    if "".join(numbers).isascii() and all(number.isalnum() for number in numbers) and min(map(len, numbers)) > 1:
        lower = [number.lower() for number in numbers]
        parts = [f"{NUMBER.letter}{number}{OPEN}" for number in lower]
        grams = narrow_grams(lower)
    else:
        apart = [encode(Document(0, ((NUMBER, number),))) for number in numbers]
        parts, grams = [one.body.removeprefix(OPEN) for one in apart], [one.tokens for one in apart]
    if isinstance(documents[0], Line):
        lines: Any = zip(documents, _encoded(parts), _encoded(grams), strict=True)
        return [_made(Line, (one[0] + part, b"%b %b" % (one[1], more))) for one, part, more in lines]
    rows: Any = zip(documents, parts, grams, strict=True)
    return [_made(Encoded, (*one[:5], one[5] + part, f"{one[6]} {more}")) for one, part, more in rows]


_made: Any = tuple.__new__
"""A named tuple of values that stand in its order; a third of the time of calling its class."""


def _encoded(texts: Sequence[str]) -> list[bytes]:
    """Texts of one line each as bytes, all in one go."""
    return "\n".join(texts).encode().split(b"\n")


def _fill_from_document(row: dict[str, Any]) -> None:
    """What a resident's number tells, where the row does not say it itself."""
    number = str(row["id_number"])
    born = identity.birth_date(number)
    if row.get("id_type", IdType.RESIDENT.value) == IdType.RESIDENT and born is not None:
        row.setdefault("id_type", IdType.RESIDENT.value)
        row.setdefault("born_on", born.isoformat())
        row.setdefault("sex", identity.sex(number))


def _empty(column: Any) -> Any:
    """What an empty value is in this column."""
    empty = column.get_default() if column.has_default() else None if column.null else ""
    return empty.value if isinstance(empty, Enum) else empty


def _place(column: Any) -> str:
    """Associated data of a sealed column, empty for an open one."""
    return column.place if isinstance(column, EncryptedTextField) else ""
