"""Columns of a statement: equal ones lie in the same place, others are told apart."""

from django.db.models import CharField
from django.db.models.expressions import Col

from kedang.foundation.access.models import Department, Person
from kedang.foundation.kernel import columns


def column(model: type, name: str, alias: str = "t", **given: object) -> Col:
    return Col(alias, model._meta.get_field(name), **given)  # type: ignore[attr-defined]


def test_the_program_asks_table_and_name_alone() -> None:
    assert Col.__hash__ is columns.place


def test_equal_columns_lie_in_the_same_place() -> None:
    one, same = column(Person, "name"), column(Person, "name")
    assert one is not same
    assert one == same
    assert hash(one) == hash(same)
    assert {one: 1}[same] == 1


def test_columns_that_share_a_place_are_still_told_apart() -> None:
    person, department = column(Person, "name"), column(Department, "name")
    read_as_text = column(Person, "name", output_field=CharField())
    assert hash(person) == hash(department) == hash(read_as_text)
    assert len({person, department, read_as_text}) == 3
    assert len({person, column(Person, "name", "u"), column(Person, "username")}) == 3


def test_an_ordered_query_reads_the_same() -> None:
    found = Person.objects.select_related("department__parent").order_by("department__name", "name")
    assert str(found.query).endswith('ORDER BY "access_department"."name" ASC, "access_person"."name" ASC')
