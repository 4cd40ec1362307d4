"""``kedang setup``: key ring before the tables, roles, the demo company only when asked, and twice the same."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Person, Role
from kedang.foundation.access.roles import BUILTIN_ROLES
from kedang.foundation.kernel import clock, keys
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import build_parser, main
from kedang.project.cli import setup as command
from kedang.project.demo import batches
from kedang.project.demo import load as loading
from kedang.project.demo.changes import FRESH
from tests.cast import Cast
from tests.demo.small import without_archive


def parsed(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(["setup", *words])


@pytest.fixture
def own_ring(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without a key ring."""
    monkeypatch.delenv("KEDANG_KEYRING_FILE", raising=False)
    return data_dir / "keys" / "keyring.json"


def test_empty_installation_waits_for_its_first_run(db: None, own_ring: Path) -> None:
    answer = command.run(parsed("--empty"))
    assert answer["first_run"] is True and answer["key_ring"] == "created" and "demo" not in answer
    assert own_ring.exists() and own_ring.stat().st_mode & 0o777 == 0o600
    assert Role.objects.filter(is_builtin=True).count() == len(BUILTIN_ROLES)
    assert not Person.objects.exists()
    again = command.run(parsed("--empty"))
    assert again["key_ring"] == "present" and again["roles_created"] == 0 and again["first_run"] is True


def test_demo_is_loaded_once(db: None, own_ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_demo", partial(loading.load_demo, 12))
    without_archive(monkeypatch, "governance_acts")
    monkeypatch.setattr(batches, "add_batches", lambda day: 0)
    monkeypatch.setattr(keys, "_ring", keys.random_ring())
    first = command.run(parsed("--demo", "--json"))
    assert first["demo"]["loaded"] is True and first["first_run"] is False
    assert Customer.objects.count() == first["demo"]["customers"] + len(FRESH) == 12 + len(FRESH)
    second = command.run(parsed("--demo", "--json"))
    assert second["demo"]["loaded"] is False and Customer.objects.count() == 12 + len(FRESH)


def test_a_lost_key_ring_is_not_replaced(cast: Cast, own_ring: Path) -> None:
    now = clock.now()
    Customer.objects.create(fonds=cast.fonds, number="GY202301", name="越谷水务", created_at=now, updated_at=now)
    with pytest.raises(Refused) as refused:
        command.run(parsed())
    assert refused.value.code == "key_ring_missing" and "请把原文件放回原处" in refused.value.sentence
    assert not own_ring.exists()


def test_answers_are_one_json_object(db: None, own_ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {"engine", "key_ring", "roles_created", "first_run"} <= set(answer)
    with pytest.raises(SystemExit) as stopped:
        main(["setup", "--demo", "--empty"])
    assert stopped.value.code == 2


def test_an_older_installation_gets_the_archive(cast: Cast, own_ring: Path) -> None:
    row = Role.objects.get(code="archivist")
    row.actions = ["customers.view"]
    row.save()
    answer = command.run(parsed())
    assert answer["roles_upgraded"] == ["档案管理员"] and "roles_left" not in answer
    assert answer["archives_made"] == ["青禾实业有限公司", "远山贸易有限公司"]
    again = command.run(parsed())
    assert "roles_upgraded" not in again and "archives_made" not in again
