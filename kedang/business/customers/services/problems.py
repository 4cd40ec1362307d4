"""Collecting what is wrong with the values of one record, so that a form shows every problem at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused


class Problems(dict[str, str]):
    """Field → sentence. The first one leads; all of them lie in ``details["problems"]``."""

    def tell(self, field: str, sentence: str | None) -> None:
        """Note a sentence about a field, if there is one and none before it."""
        if sentence:
            self.setdefault(field, sentence if sentence.endswith(("。", "！", "？")) else f"{sentence}。")

    def refuse(self, code: str = "values_invalid") -> None:
        """Raise when anything was noted."""
        if self:
            field, sentence = next(iter(self.items()))
            raise Refused(code, sentence, field, problems=dict(self))


def clean_record(obj: models.Model, fields: Mapping[str, Any] | tuple[str, ...], problems: Problems) -> None:
    """Django's own checks of these fields (length, choice, range); foreign keys were looked up before."""
    names = set(fields)
    skipped = [
        field.name
        for field in obj._meta.concrete_fields
        if field.name not in names or isinstance(field, models.ForeignKey) or field.name in problems
    ]
    try:
        obj.clean_fields(exclude=skipped)
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            title = getattr(obj._meta.get_field(name), "verbose_name", name)
            problems.tell(name, f"{title}：{''.join(sentences)}")


def typed(model: type[models.Model], name: str, value: Any, problems: Problems) -> Any:
    """A value as the field's own Python type: texts stripped, numbers and dates read, empty in the field's own way."""
    field: Any = model._meta.get_field(name)
    if isinstance(value, str):
        value = value.strip() if isinstance(field, models.TextField) else " ".join(value.split())
    if value is None or value == "":
        return None if field.null else "" if field.empty_strings_allowed else field.get_default()
    if isinstance(value, str) and isinstance(field, models.DecimalField | models.IntegerField):
        value = value.replace(",", "").replace("，", "")
    try:
        return field.to_python(value)
    except ValidationError:
        hint = _("请写成 2024-01-31 这样的日期") if isinstance(field, models.DateField) else _("请填写数字")
        problems.tell(name, _("%(label)s“%(value)s”无法识别，%(hint)s。") % {
            "label": field.verbose_name, "value": str(value)[:30], "hint": hint,
        })  # fmt: skip
        return value


@contextmanager
def constraints_refuse(sentences: Mapping[str, tuple[str, str, str]]) -> Iterator[None]:
    """A database constraint that stands behind a check answers with the check's own sentence.

    ``sentences`` maps what the database names (constraint on PostgreSQL, column on SQLite) to (code, field, sentence).
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        told = str(error)
        for named, (code, field, sentence) in sentences.items():
            if named in told:
                raise Refused(code, sentence, field) from error
        raise
