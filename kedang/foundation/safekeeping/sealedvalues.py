"""Do the keys that came with a set open what lies sealed in its database? Asked of every key number in use."""

import base64
import json
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connections
from django.utils.translation import gettext as _

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.fields import EncryptedTextField
from kedang.foundation.kernel.key_ring import KeyRing, read_form
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.making import KEY_RING

SAMPLES = 3


def refuse_unreadable(alias: str, folder: Path) -> str:
    """Open samples of every sealed column and key number; says how many.

    Raises:
        Refused: ``keys_missing`` or what the value itself refuses.
    """
    path = folder / KEY_RING
    path = path if path.is_file() else keys.ring_path()
    if not path.is_file():
        return _("密钥环不在文件中，未试开。")
    ring = read_form(json.loads(path.read_text(encoding="ascii")), where=str(path))
    count = 0
    for place, sealed in samples(alias):
        _open(ring, sealed, place)
        count += 1
    return _("抽取 %(n)s 处加密内容，全部打开。") % {"n": count} if count else _("没有加密内容。")


def _open(ring: KeyRing, sealed: str, place: str) -> None:
    """One value, with a ring that is not the one in use."""
    head, _colon, body = sealed.partition(":")
    try:
        ring.cipher(int(head[1:])).open(base64.b64decode(body), place.encode())
    except (InvalidTag, ValueError) as error:
        raise Refused("sealed_text_damaged", _("恢复出来的加密内容（%(place)s）打不开。") % {"place": place}) from error


def samples(alias: str) -> list[tuple[str, str]]:
    """Place and sealed text of some values of every column, for every key number that it uses."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    colon = "strpos" if connection.vendor == "postgresql" else "instr"
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if not isinstance(field, EncryptedTextField):
                    continue
                column, table = quote(str(field.column)), quote(model._meta.db_table)
                used = f"SELECT DISTINCT substr({column}, 1, {colon}({column}, ':')) FROM {table} WHERE {column} <> ''"  # noqa: S608
                cursor.execute(used)
                for (head,) in cursor.fetchall():
                    cursor.execute(
                        f"SELECT {column} FROM {table} WHERE substr({column}, 1, {colon}({column}, ':')) = %s LIMIT {SAMPLES}",  # noqa: S608  # names of the schema
                        [head],
                    )
                    found += [(field.place, str(row[0])) for row in cursor.fetchall()]
    return found
