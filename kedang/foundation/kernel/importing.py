"""What a room says about the fields that may be imported: words only; the intake room reads them.

A room's ``imports.py`` holds one ``ImportTarget``; the mapping page, the cleaning rules, the checks and the import template are
all derived from it, so that a new field is importable as soon as it is declared.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: How a cell is cleaned and checked. The value that comes out is in brackets.
TYPES = (
    "name",  # name of an enterprise or body [str]
    "person",  # name of a person [str]
    "text",  # one line [str]
    "longtext",  # several lines [str]
    "uscc",  # 统一社会信用代码 [str]; older numbers move to the target's registration field
    "registration",  # 注册号 [str]
    "identity",  # document number [str]
    "date",  # [datetime.date]
    "amount",  # [Decimal, in units of the currency]; the currency goes to ``companion``
    "integer",  # [int]
    "decimal",  # [Decimal]
    "phone",  # several allowed [str, joined with "；" in canonical form]
    "email",  # [str]
    "postcode",  # [str]
    "account",  # bank account [str]
    "region",  # [str: GB/T 2260 code]
    "address",  # [str]
    "choice",  # [str: the choice's value]
    "industry",  # [str: GB/T 4754 code]
    "legal_form",  # organisation form [str: its code]
    "boolean",  # [bool]
)


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """One value of a choice field, its label and the other ways people write it."""

    value: str
    label: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportField:
    """One field that a column may feed.

    ``name`` is the key used by the room's writer (a model field, or ``contact.phone`` for a related record). ``companion`` is a
    second output: the currency of an amount, the original text of a region.
    """

    name: str
    label: str
    type: str
    synonyms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    required: bool = False
    max_length: int | None = None
    companion: str = ""
    choices: tuple[ImportChoice, ...] = ()
    combine: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """All fields of one kind of record, and which of them play a part in the checks across fields."""

    key: str
    label: str
    fields: tuple[ImportField, ...]
    name_field: str = "name"
    uscc_field: str = "uscc"
    registration_field: str = ""
    region_field: str = ""
    address_field: str = ""
    legal_form_field: str = ""
    kind_field: str = ""
    extra: tuple[str, ...] = field(default_factory=tuple)

    def get(self, name: str) -> ImportField | None:
        """The field of that name."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        return None
