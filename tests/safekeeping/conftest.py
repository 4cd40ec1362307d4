"""A data folder with keys of backups, and people with something to lose."""

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kedang.business.customers import services as customers
from kedang.foundation.kernel import keys, stores
from kedang.foundation.safekeeping import identities
from tests.cast import Cast, make_cast
from tools.postgres import Server


@pytest.fixture
def home(data_dir: Path, settings: Any) -> Iterator[Path]:
    """A fresh data folder with a key ring, backup keys and a file of a record."""
    settings.BACKUP_DIR = str(data_dir / "backups")
    settings.BACKUP_COPY, settings.BACKUP_RECIPIENTS, settings.BACKUP_IDENTITY = [], [], ""
    keys.use_ring(None)
    keys.create_ring(keys.ring_path())
    identities.ensure_keys()
    (data_dir / "imports").mkdir()
    with stores.written(data_dir / "imports" / "1.sealed") as out:
        out.write("客户原始清单".encode() * 1000)
    yield data_dir
    keys.use_ring(None)


@pytest.fixture
def people(home: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast with a customer that has sealed fields and awkward text; further connections to databases are allowed."""
    real = inspect.getclosurevars(BaseDatabaseWrapper.ensure_connection).nonlocals["real_ensure_connection"]
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", real)
    cast = make_cast()
    with transaction.atomic():
        customers.customer_create(
            actor=cast.archivist,
            values={
                "name": "青山\\精密	机械", "region_code": "440305", "phone": "0755-26712345",
                "responsible": cast.salesperson, "department": cast.sales_one, "bank_account": "6222021001116245702",
            },
            contacts=[{"name": "李工", "mobile": "13900139000", "is_primary": True}],
        )  # fmt: skip
    return cast


@pytest.fixture(scope="session")
def server(engine: str) -> Iterator[str]:
    """A PostgreSQL server: the one of this run, or one beside the embedded database."""
    if engine == "postgresql":
        yield os.environ["KEDANG_DATABASE_URL"]
        return
    with Server() as own:
        yield own.url
