"""Items that wait to be arranged, with what a page tells of them and no more: one row of the database is one object, not six."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import DocumentType, Item, Project, RetentionPeriod, Series

M = TypeVar("M", bound=models.Model)

_OWN = frozenset(
    (
        "id title is_title_made belongs_to_id relation dated_on document_number pages copies year secrecy_level series_id retention_id "
        "customer_id project_id document_type_id"
    ).split()
)
OWN = [field.attname for field in Item._meta.concrete_fields if field.attname in _OWN]
BESIDE: tuple[tuple[str, type[models.Model], tuple[str, ...]], ...] = (
    ("series", Series, ("code", "name")),
    ("retention", RetentionPeriod, ("name", "reads_as_id")),
    ("customer", Customer, ("name",)),
    ("project", Project, ("name",)),
    ("document_type", DocumentType, ("order_weight",)),
)


def waiting_items(found: Any) -> Iterable[Item]:
    """The items of a query. Class, period, customer, project and kind are the same objects in all items that share them."""
    paths = [f"{name}__{column}" for name, _model, columns in BESIDE for column in columns]
    shared: dict[tuple[str, int], models.Model] = {}
    own = len(OWN)
    for row in found.values_list(*OWN, *paths):
        item = _loaded(Item, OWN, row)
        at = own
        for name, model, columns in BESIDE:
            key = getattr(item, f"{name}_id")
            item._state.fields_cache[name] = _one(shared, name, key, model, columns, row[at : at + len(columns)])
            at += len(columns)
        yield item


def _one(
    shared: dict[tuple[str, int], models.Model],
    name: str,
    key: int | None,
    model: type[models.Model],
    columns: tuple[str, ...],
    values: tuple[Any, ...],
) -> models.Model | None:
    if key is None:
        return None
    found = shared.get((name, key))
    if found is None:
        given = {"id": key, **dict(zip(columns, values, strict=True))}
        found = shared[name, key] = _loaded(model, given, given.values())
    return found


def _loaded(model: type[M], names: Iterable[str], values: Iterable[Any]) -> M:
    """An object with these columns, the others to be loaded when asked for; ``from_db`` looks at each of sixty that are not there."""
    made = model.__new__(model)
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=False))
    return made
