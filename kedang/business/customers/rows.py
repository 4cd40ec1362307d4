"""Rows of many customers at once, as an import brings them: the same rules as for a single dossier, without a form per row.

Pure functions of values; they run in helper processes. ``RowSettler`` applies what the single services decide across fields
(which fields a kind has, documents, mobiles) and finds the keys by which a customer is recognised.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from kedang.business.customers.choices import SUBKINDS_OF, IdType, PartyKind
from kedang.business.customers.fields import KIND_FIELDS, WITH_SUBKIND, label
from kedang.business.customers.naming import name_key
from kedang.business.customers.services.checking import id_number_blind, mobile_blind
from kedang.foundation.kernel.checks import identity, phone

NOTED, REJECTED = 1, 2
CONTACT = "contact."
Problem = tuple[int, str, str, str]


class RowKeys(NamedTuple):
    """By what a customer is recognised: ``key`` is the blocking key of the name. Documents and mobiles only as blind index."""

    kind: str
    name: str
    key: str
    uscc: str = ""
    document: str = ""
    mobile: str = ""
    number: str = ""


class RowSettler:
    """Applies the rules across fields to cleaned rows of one layout (``outputs``: names of the values, the last one the name key)."""

    def __init__(self, outputs: Sequence[str]) -> None:
        self.outputs = tuple(outputs)
        self.place = {name: at for at, name in enumerate(outputs)}
        names = {name for name in outputs if not name.startswith(("_", CONTACT))} - {"number", "party_kind"}
        self.strange = {
            kind: tuple((self.place[name], name) for name in names if name not in allowed)
            for kind, allowed in KIND_FIELDS.items()
        }
        self.is_plain = (
            not names & {"id_number", "mobile", "party_subkind", "sex", "born_on"} and "party_kind" not in outputs
        )
        self._name, self._uscc, self._number = (self.place.get(name, -1) for name in ("name", "uscc", "number"))

    def settle(self, values: Sequence[Any]) -> tuple[Sequence[Any], RowKeys, list[Problem]]:
        """Final values of a cleaned row, its keys, and what there is to say about it."""
        problems: list[Problem] = []
        get = self.place.get
        uscc = (values[self._uscc] or "") if self._uscc >= 0 else ""
        number = (values[self._number] or "") if self._number >= 0 else ""
        kind = PartyKind.ENTERPRISE.value
        document = mobile = ""
        if not self.is_plain:
            values = list(values)
            kind = self._kind(values, uscc)
            document = self._settle_document(values, kind, problems)
            mobile = self._settle_mobile(values, problems)
            at = get("party_subkind", -1)
            subkind = values[at] if at >= 0 else None
            if kind in WITH_SUBKIND and not subkind:
                problems.append(
                    (
                        REJECTED,
                        "required",
                        "party_subkind",
                        f"{PartyKind(kind).label}须填写“{label('party_subkind')}”，请补填后重新导入",
                    )
                )
            elif subkind and kind in WITH_SUBKIND and subkind not in SUBKINDS_OF[PartyKind(kind)]:
                problems.append(
                    (
                        REJECTED,
                        "subkind",
                        "party_subkind",
                        f"“{label('party_subkind')}”与客户类型“{PartyKind(kind).label}”不符，请改正",
                    )
                )
        for at, name in self.strange[kind]:
            if values[at] not in (None, ""):
                if not isinstance(values, list):
                    values = list(values)
                values[at] = None
                problems.append(
                    (
                        NOTED,
                        "field_not_of_kind",
                        name,
                        f"{PartyKind(kind).label}客户没有“{label(name)}”这一项，未导入该值",
                    )
                )
        name = values[self._name] or ""
        key = values[-1] if kind == PartyKind.ENTERPRISE else name_key(name, kind)
        return values, RowKeys(kind, name, key or "", uscc, document, mobile, number), problems

    def _kind(self, values: list[Any], uscc: str) -> str:
        """The kind that the row names; a document number without credit code means a person."""
        at = self.place.get("party_kind", -1)
        if at >= 0 and values[at]:
            return str(values[at])
        person = self.place.get("id_number", -1)
        return PartyKind.INDIVIDUAL.value if person >= 0 and values[person] and not uscc else PartyKind.ENTERPRISE.value

    def _settle_document(self, values: list[Any], kind: str, problems: list[Problem]) -> str:
        """A document number brings its kind, birth and sex, as in the single service; returns its blind index."""
        at = self.place.get("id_number", -1)
        if at < 0 or not values[at] or kind != PartyKind.INDIVIDUAL:
            return ""
        number = values[at] = identity.clean(values[at])
        types, born, sex = (self.place.get(name, -1) for name in ("id_type", "born_on", "sex"))
        resident = (types < 0 or values[types] in (None, "", IdType.RESIDENT.value)) and identity.birth_date(
            number
        ) is not None
        if resident:
            there = identity.birth_date(number)
            if born >= 0 and values[born] and _day(values[born]) != there:
                problems.append((REJECTED, "born_on", "born_on", f"出生日期与身份证号中的 {there} 不一致，请核对"))
            if sex >= 0 and values[sex] and values[sex] != identity.sex(number):
                problems.append((REJECTED, "sex", "sex", "性别与身份证号第 17 位不一致，请核对"))
        return id_number_blind(number)

    def _settle_mobile(self, values: list[Any], problems: list[Problem]) -> str:
        """One mobile number in “手机”; further ones and land lines go to “电话”, or are told."""
        at = self.place.get("mobile", -1)
        if at < 0 or not values[at]:
            return ""
        numbers = str(values[at]).split("；")
        mobiles = [one for one in numbers if phone.kind(one) in {phone.MOBILE, phone.FOREIGN}]
        others = [one for one in numbers if one not in mobiles[:1]]
        values[at] = mobiles[0] if mobiles else None
        if others:
            phones = self.place.get("phone", -1)
            if phones >= 0:
                kept = [*str(values[phones] or "").split("；"), *others]
                values[phones] = "；".join(dict.fromkeys(one for one in kept if one))
                where = "已移到“电话”"
            else:
                where = "未导入"
            problems.append((NOTED, "mobile", "mobile", f"“手机”中的“{'；'.join(others)[:40]}”{where}"))
        return mobile_blind(mobiles[0]) if mobiles else ""


def typed_value(value: Any, kind: str) -> Any:
    """A value that went through JSON, as Python has it: ``kind`` is date, decimal or anything else."""
    if value is None:
        return None
    if kind == "date":
        return _day(value)
    return Decimal(str(value)) if kind == "decimal" else value


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
