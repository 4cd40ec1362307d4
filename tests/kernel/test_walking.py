"""Rows are gone through in the order of their keys, with no query open while something is written."""

from threading import Thread

import pytest
from django.db import connection

from kedang.foundation.access.models import Department
from kedang.foundation.kernel.walking import walk
from tests.cast import make_cast


@pytest.mark.django_db(transaction=True)
def test_walking_while_others_save_and_one_writes() -> None:
    make_cast()
    keys = sorted(Department.objects.values_list("pk", flat=True))
    assert len(keys) > 2 and list(walk(Department.objects.values_list("pk", flat=True), 2)) == keys

    def save() -> None:
        Department.objects.filter(pk=keys[0]).update(position=7)
        connection.close()

    seen = []
    for row in walk(Department.objects.all(), 1):
        other = Thread(target=save)
        other.start()
        other.join()
        Department.objects.filter(pk=row.pk).update(position=3)
        seen.append(row.pk)
    assert seen == keys
