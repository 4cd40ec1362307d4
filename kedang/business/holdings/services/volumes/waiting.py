"""Items that wait to be arranged, with what a page tells of them and no more: one row of the database is one object, not six."""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import DocumentType, Item, Project, RetentionPeriod, Series

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
        item = Item.from_db(DEFAULT_DB_ALIAS, OWN, row[:own])
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
        names = [field.attname for field in model._meta.concrete_fields if field.attname in given]
        found = shared[name, key] = model.from_db(DEFAULT_DB_ALIAS, names, [given[one] for one in names])
    return found
