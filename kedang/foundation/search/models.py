"""The searchable text of every record of every kind, with the columns that scopes ask for.

The key carries the kind in its upper bits, so that one kind is one range of keys, newest last, on both databases. The
tokens lie beside it: a ``tsvector`` column with a GIN index on PostgreSQL, the FTS5 table ``search_grams`` on SQLite
(contentless: it keeps postings, not texts), both made by the first migration.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.secrecy import FieldSecrecy

KIND_SHIFT = 40
ID_MASK = (1 << KIND_SHIFT) - 1


class SearchDocument(models.Model):
    """检索文档: derived from a record; readers see hits only, through the scope of the record itself."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True

    id = models.BigIntegerField(primary_key=True)
    fonds_id: Any = models.IntegerField(_("全宗"))
    secrecy_level = models.SmallIntegerField(_("密级"))
    owner_id: Any = models.IntegerField(_("负责人"), null=True)
    department_id: Any = models.IntegerField(_("部门"), null=True)
    region_code = models.CharField(_("地区"), max_length=6, blank=True, default="")
    body = models.TextField(_("检索文本"))

    class Meta:
        db_table = "search_document"
        verbose_name = _("检索文档")
        verbose_name_plural = _("检索文档")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)


def key_of(code: int, object_id: int) -> int:
    """Key of the document of an object of a kind."""
    return (code << KIND_SHIFT) | object_id


def key_range(code: int) -> tuple[int, int]:
    """First and last possible key of a kind."""
    return code << KIND_SHIFT, (code << KIND_SHIFT) | ID_MASK
