"""Sets of other versions of the program: an older one comes back up to date, on either engine; what cannot is refused, nothing changed."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import drilling, identities, loading, schema
from kedang.foundation.safekeeping.aliases import config_of, connected, standing_in
from kedang.foundation.safekeeping.drilling import rehearse
from kedang.foundation.safekeeping.interrupted import MARKER, WORK
from kedang.foundation.safekeeping.making import make_set
from kedang.foundation.safekeeping.restoring import restore
from kedang.foundation.safekeeping.sets import BackupSet
from tests.cast import Cast
from tests.safekeeping.places import database_of, digests, ended, in_place

pytestmark = pytest.mark.django_db(transaction=True)
LAST = ("jobs", "0003_job_request")
"""A migration that adds a column; the older program did not have it."""


def test_a_set_of_an_older_program_comes_back_up_to_date(
    people: Cast, home: Path, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected("old", config_of(f"sqlite:///{quote(str(tmp_path / 'old.sqlite3'))}")) as alias:
        found = made_by_an_older_program(alias, monkeypatch)
    assert LAST[1] not in found.manifest["migrations"]["jobs"]
    identity = identities.read_identity()
    monkeypatch.setattr(drilling, "has_trail_verifier", lambda: False)  # a program of its own, tried in test_restore
    outcome = rehearse(lambda: found)
    assert outcome.is_passed and "较旧的版本，数据结构已升级（1 步）" in outcome.lines[2].words, outcome.lines

    def bring_back() -> None:
        answer = restore(found, identity)
        assert answer["migrated"] == [".".join(LAST)] and answer["engine"] == connection.vendor
        with connection.cursor() as cursor:
            cursor.execute("SELECT title, request_id FROM jobs_job")
            assert cursor.fetchall() == [("旧任务", "")]
        assert loading.bring_forward("default") == []

    def fail_to() -> None:
        real = MigrationExecutor.migrate

        def breaks(executor: MigrationExecutor, targets: Any, *words: Any, **named: Any) -> Any:
            if LAST in targets:
                raise RuntimeError("column exists")
            return real(executor, targets, *words, **named)

        MigrationExecutor.migrate = breaks  # type: ignore[method-assign]  # in the child only
        with pytest.raises(Refused) as refused:
            restore(found, identity)
        assert (
            refused.value.code == "set_not_migratable"
            and "jobs.0003_job_request：column exists" in refused.value.sentence
        )

    with (
        database_of(request.getfixturevalue("server")) if connection.vendor == "postgresql" else nullcontext("") as url
    ):
        place = tmp_path / "place"
        assert ended(in_place(place, url, fail_to)) == 0
        assert not {MARKER, WORK, "imports", "keys"} & {path.name for path in place.iterdir()}
        assert ended(in_place(place, url, bring_back)) == 0
        assert not (place / MARKER).exists() and not (place / WORK).exists()


def test_a_set_of_a_newer_program_is_refused_before_anything_changes(people: Cast, home: Path) -> None:
    found, before = make_set(), digests()
    found.manifest["migrations"]["jobs"].append("0999_to_come")
    with pytest.raises(Refused) as refused:
        restore(found, identities.read_identity(), force=True)
    assert refused.value.code == "set_newer" and "jobs.0999_to_come" in refused.value.sentence
    assert digests() == before and not (home / MARKER).exists() and not (home / WORK).exists()


def made_by_an_older_program(alias: str, monkeypatch: pytest.MonkeyPatch) -> BackupSet:
    """A set of a database with the schema from before :data:`LAST`, by tables as the models of that time declare them."""
    loader = MigrationExecutor(connections[alias]).loader
    later = loader.graph.backwards_plan(LAST)
    assert later == [LAST], "name a migration that is the last of its room"
    names: dict[str, list[str]] = {}
    for app, name in loader.graph.nodes.keys() - {LAST}:
        names.setdefault(app, []).append(name)
    loading.make_schema(alias, names)
    models = loader.project_state([node for node in loader.graph.nodes if node != LAST]).apps
    with standing_in(alias), monkeypatch.context() as older:
        older.setattr(schema, "apps", models)
        now = clock.now()
        models.get_model("jobs", "Job").objects.create(kind="old", title="旧任务", actor_name="旧人", created_at=now)
        return make_set()
