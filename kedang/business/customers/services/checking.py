"""Checks of what people type into a dossier: formats, check digits, dates, standard characters. Sentences in Chinese."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from kedang.business.customers.choices import SUBKINDS_OF, IdType, PartyKind
from kedang.business.customers.fields import KIND_FIELDS, REQUIRED, label
from kedang.business.customers.models import Customer
from kedang.business.customers.reference import industry, region
from kedang.business.customers.services.problems import Problems, typed
from kedang.foundation.kernel import clock, keys
from kedang.foundation.kernel.checks import bankcard, contact, identity, phone, uscc
from kedang.foundation.kernel.text import has_traditional, simplify

NAMES = frozenset({"name", "short_name", "legal_representative", "uscc", "email", "website", "wechat"})
"""Where traditional characters may stand (规范汉字 rule), or where the rule says nothing."""

EARLIEST = date(1600, 1, 1)
FOREIGN_KEYS = ("responsible", "department")


def mobile_blind(number: str) -> str:
    """Blind index of a mobile number in canonical form, the same for customers and contacts."""
    return keys.blind(number, "mobile")


def id_number_blind(number: str) -> str:
    """Blind index of a document number in clean form."""
    return keys.blind(number, "id_number")


def checked_customer(
    values: Mapping[str, Any], *, current: Customer | None, party_kind: str
) -> tuple[dict[str, Any], Problems]:
    """Values in canonical form and everything that is wrong with them. Foreign keys pass through untouched.

    Args:
        values: field → value as typed or typed already.
        current: the dossier as it is, for checks across fields; None for a new one.
        party_kind: kind that the dossier has or will have.
    """
    problems = Problems()
    clean: dict[str, Any] = {}
    allowed = {*KIND_FIELDS[party_kind], "party_kind"}
    for name, value in values.items():
        if name not in allowed:
            if value not in (None, "", 0):
                problems.tell(name, _not_of_kind(name, party_kind))
            continue
        clean[name] = value if name in FOREIGN_KEYS else typed(Customer, name, value, problems)
    _check_shapes(clean, problems)
    _check_together(clean, current, party_kind, problems)
    check_standard_characters(Customer, clean, problems)
    if current is None:
        for name in REQUIRED[party_kind]:
            if not clean.get(name):
                problems.tell(name, _("%(label)s没有填写，请补上。") % {"label": label(name)})
    elif "name" in clean and not clean["name"]:
        problems.tell("name", _("客户名称不能为空。"))
    return clean, problems


def check_reach(clean: dict[str, Any], problems: Problems) -> None:
    """Phones, mobile and e-mail in place: canonical form or a sentence. Shared by customers and contacts."""
    for name in ("phone", "fax"):
        if clean.get(name):
            clean[name] = _phones(str(clean[name]), name, problems)
    if clean.get("mobile"):
        found = phone.canonical(str(clean["mobile"]))
        if found is None or phone.kind(found) not in {phone.MOBILE, phone.FOREIGN}:
            told = phone.problem(str(clean["mobile"])) or _("“%(text)s”不是手机号，请填到“电话”") % {
                "text": clean["mobile"]
            }
            problems.tell("mobile", told)
        else:
            clean["mobile"] = found
    if clean.get("email"):
        clean["email"] = str(clean["email"]).replace("＠", "@").replace(" ", "")
        problems.tell("email", contact.email_problem(clean["email"]))
    if "mobile" in clean and "mobile" not in problems:
        clean["mobile_blind"] = mobile_blind(clean["mobile"])


def check_standard_characters(model: Any, clean: Mapping[str, Any], problems: Problems) -> None:
    """规范汉字 (CO-01): traditional characters only in names."""
    for name, value in clean.items():
        if isinstance(value, str) and name not in NAMES and has_traditional(value):
            simple = simplify(value)
            odd = (
                "、".join(dict.fromkeys(a for a, b in zip(value, simple, strict=False) if a != b))
                if len(simple) == len(value)
                else ""
            )
            title = getattr(model._meta.get_field(name), "verbose_name", name)
            problems.tell(name, _("%(label)s中有繁体字%(odd)s，繁体字只可用于名称，请改为“%(simple)s”。") % {
                "label": title, "odd": f"“{odd}”" if odd else "", "simple": simple[:60],
            })  # fmt: skip


def check_past(clean: Mapping[str, Any], name: str, title: str, problems: Problems) -> None:
    """A date that must lie in the past, within reason."""
    day = clean.get(name)
    if isinstance(day, date) and not EARLIEST <= day <= clock.today():
        problems.tell(name, _("%(label)s %(day)s 不合常理，应在 %(today)s 以前，请核对。") % {
            "label": title, "day": day.isoformat(), "today": clock.today().isoformat(),
        })  # fmt: skip


def _check_shapes(clean: dict[str, Any], problems: Problems) -> None:
    """Fields that can be judged alone."""
    if clean.get("uscc"):
        clean["uscc"] = uscc.clean(clean["uscc"])
        problems.tell("uscc", uscc.problem(clean["uscc"]))
    check_reach(clean, problems)
    if clean.get("postcode"):
        problems.tell("postcode", contact.postcode_problem(clean["postcode"]))
    if clean.get("bank_account"):
        clean["bank_account"] = bankcard.clean(clean["bank_account"])
        if not bankcard.is_card(clean["bank_account"]):
            problems.tell("bank_account", bankcard.account_problem(clean["bank_account"]))
    if clean.get("region_code") and region(clean["region_code"]) is None:
        problems.tell("region_code", _("没有代码为 %(code)s 的地区，请从列表中选择。") % {"code": clean["region_code"]})
    if clean.get("industry_code") and industry(clean["industry_code"]) is None:
        problems.tell(
            "industry_code", _("没有代码为 %(code)s 的行业，请从列表中选择。") % {"code": clean["industry_code"]}
        )
    for name in ("established_on", "born_on", "first_dealt_on"):
        check_past(clean, name, label(name), problems)


def _check_together(clean: dict[str, Any], current: Customer | None, party_kind: str, problems: Problems) -> None:
    """Fields that must agree with each other, new values seen over the present ones."""

    def seen(name: str) -> Any:
        return clean[name] if name in clean else getattr(current, name, "")

    subkind = seen("party_subkind")
    if subkind and subkind not in SUBKINDS_OF.get(PartyKind(party_kind), ()):
        problems.tell(
            "party_subkind", _("细分类型与客户类型“%(kind)s”不符，请重新选择。") % {"kind": PartyKind(party_kind).label}
        )
    if (
        seen("registered_capital") is not None
        and clean.get("registered_capital") is not None
        and not seen("capital_currency")
    ):
        clean["capital_currency"] = "CNY"
    for name in ("registered_capital", "annual_sales", "total_assets"):
        amount = clean.get(name)
        if amount is not None and not isinstance(amount, str) and amount < 0:
            problems.tell(name, _("%(label)s不能为负数，请核对。") % {"label": label(name)})
    if "id_number" in clean or "id_type" in clean:
        _check_identity(clean, seen("id_type"), seen("id_number"), seen("sex"), seen("born_on"), problems)


def _check_identity(
    clean: dict[str, Any], id_type: str, number: str, sex: str, born_on: date | None, problems: Problems
) -> None:
    number = identity.clean(number) if number else ""
    if "id_number" in clean:
        clean["id_number"] = number
        clean["id_number_blind"] = id_number_blind(number)
    if not number:
        return
    if not id_type:
        if not identity.is_resident(number, clock.today()):
            problems.tell("id_type", _("已填证件号码，请选择证件类型。"))
            return
        id_type = clean["id_type"] = IdType.RESIDENT.value
    told = identity.problem(number, id_type, clock.today())
    problems.tell("id_number", told)
    if told or id_type != IdType.RESIDENT:
        return
    born = identity.birth_date(number)
    if born_on and born and born_on != born:
        problems.tell("born_on", _("出生日期与身份证号中的 %(born)s 不一致，请核对。") % {"born": born.isoformat()})
    if sex and sex != identity.sex(number):
        problems.tell("sex", _("性别与身份证号第 17 位不一致，请核对。"))
    clean.setdefault("born_on", born_on or born)
    clean.setdefault("sex", sex or identity.sex(number))
    clean["born_on"] = clean["born_on"] or born
    clean["sex"] = clean["sex"] or identity.sex(number)


def _phones(text: str, name: str, problems: Problems) -> str:
    found: list[str] = []
    for piece in phone.split(text):
        problems.tell(name, phone.problem(piece))
        found.append(phone.canonical(piece) or piece)
    return "；".join(dict.fromkeys(found))


def _not_of_kind(name: str, party_kind: str) -> str:
    try:
        title = label(name)
    except FieldDoesNotExist:
        title = name
    return _("%(kind)s客户没有“%(label)s”这一项。") % {"kind": PartyKind(party_kind).label, "label": title}
