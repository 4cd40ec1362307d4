"""Migrations draw anew what points at a changed table, and leave the rest; nothing that stays knows a class of before."""

from typing import Any
from unittest.mock import MagicMock

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from kedang.foundation.kernel.migrating import touched_by

TIE = models.CASCADE


def state_of(*operations: Any) -> ProjectState:
    """A state with its classes drawn, after operations of one room."""
    state = ProjectState()
    assert state.apps
    for operation in operations:
        operation.state_forwards("room", state)
    return state


def table(named: str, **fields: Any) -> migrations.CreateModel:
    return migrations.CreateModel(named, [("id", models.AutoField(primary_key=True)), *fields.items()])


@pytest.fixture
def state() -> ProjectState:
    """A company; a person of it; a note of a person, of a note before it, and with readers."""
    return state_of(
        table("Company", name=models.TextField()),
        table("Person", company=models.ForeignKey("room.Company", TIE, related_name="people")),
        table(
            "Note",
            by=models.ForeignKey("room.Person", TIE),
            after=models.ForeignKey("self", TIE),
            readers=models.ManyToManyField("room.Person", related_name="read"),
        ),
        table("Town"),
    )


def test_what_points_at_a_table_is_touched_and_what_it_points_at_is_not(state: ProjectState) -> None:
    assert touched_by(state, "room", "company") == {("room", "company"), ("room", "person"), ("room", "note")}
    assert touched_by(state, "room", "person") == {("room", "person"), ("room", "note")}
    assert touched_by(state, "room", "note", delay=True) == {("room", "note")}
    assert touched_by(state, "room", "town") == {("room", "town")}


def test_classes_know_each_other_after_a_change(state: ProjectState) -> None:
    company = state.apps.get_model("room", "Company")
    migrations.AddField("Person", "town", models.ForeignKey("room.Town", TIE)).state_forwards("room", state)
    migrations.RemoveField("Note", "after").state_forwards("room", state)
    person, note = (state.apps.get_model("room", name) for name in ("Person", "Note"))
    assert state.apps.get_model("room", "Company") is company, "not drawn anew"
    assert person(company=company(name="青禾")).company.name == "青禾" and note(by=person()).by.pk is None
    assert company._meta.get_field("people").related_model is person
    assert {relation.related_model for relation in person._meta.related_objects} == {note}
    assert company.people.rel.related_model is person
    assert is_consistent(state)


def test_a_rule_more_is_noted_on_the_class_forwards_and_on_a_new_one_otherwise(state: ProjectState) -> None:
    class Forwards(migrations.Migration):
        operations = [
            migrations.AddConstraint("Town", models.CheckConstraint(condition=models.Q(id__gt=0), name="above")),
            migrations.AddIndex("Town", models.Index(fields=["id"], name="quick")),
        ]

    town = state.apps.get_model("room", "Town")
    other = state.clone()
    assert other.apps
    editor = MagicMock(**{"connection.alias": "default"})
    Forwards("0002", "room").apply(state, editor)
    assert state.apps.get_model("room", "Town") is town is editor.add_constraint.call_args[0][0]
    for options in (town._meta, state.models["room", "town"].options):
        named = options if isinstance(options, dict) else vars(options)
        assert [one.name for kind in ("constraints", "indexes") for one in named[kind]] == ["above", "quick"]
    rule = models.CheckConstraint(condition=models.Q(id__lt=9), name="below")
    migrations.AddConstraint("Town", rule).state_forwards("room", other)
    assert other.apps.get_model("room", "Town") is not town and rule not in town._meta.constraints


def is_consistent(state: ProjectState) -> bool:
    """Whether every relation of every class leads to the class that has the name now."""
    present = set(state.apps.get_models(include_auto_created=True))
    for model in present:
        for field in model._meta.get_fields(include_hidden=True):
            if field.is_relation and field.related_model not in present:
                return False
    return True


@pytest.mark.django_db
def test_the_whole_history_ends_in_the_tables_of_the_program() -> None:
    """Classes as the migrations leave them, drawn step by step, are those of the program."""
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state([])
    assert state.apps
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True):
        migration.mutate_state(state, preserve=False)
    assert is_consistent(state)
    for model in apps.get_models(include_auto_created=True):
        drawn = state.apps.get_model(model._meta.label)
        assert {field.column for field in drawn._meta.fields} == {field.column for field in model._meta.fields}
        assert {one.name for one in drawn._meta.constraints} == {one.name for one in model._meta.constraints}
        assert {one.name for one in drawn._meta.indexes} == {one.name for one in model._meta.indexes}
