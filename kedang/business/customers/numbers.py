"""Numbers of customers (CU-10): which type code a customer gets, and the rule it is used in."""

from collections.abc import Mapping

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.models import ClassAxis
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.numbering.models import NumberRule
from kedang.foundation.numbering.services import issue_run, rule_for

NUMBER_KEY = "customer"
DEFAULT_CODES: dict[str, str] = {
    PartyKind.ENTERPRISE.value: "QY",
    PartyKind.INDIVIDUAL.value: "GR",
    PartyKind.GOVERNMENT.value: "ZF",
    PartyKind.PARTNER.value: "HZ",
    PartyKind.SPECIAL.value: "TS",
}


def number_rule(fonds_id: int) -> NumberRule:
    """The rule by which a company numbers its customers."""
    return rule_for(fonds_id, NUMBER_KEY)


def codes_of(rule: NumberRule) -> dict[str, str]:
    """Type code of every kind: the shipped ones, overridden by those of the rule."""
    return {**DEFAULT_CODES, **{kind: code for kind, code in rule.codes.items() if code}}


def type_code(codes: Mapping[str, str], party_kind: str, class_code: str = "") -> str:
    """The code that stands in a number: of the class on the numbering axis if the customer has one (GY), else of its kind."""
    return class_code or codes.get(party_kind, DEFAULT_CODES[PartyKind.ENTERPRISE.value])


def numbering_terms(fonds_id: int) -> dict[int, str]:
    """Classes of the one axis that gives codes to numbers: key of the class → code. Empty when there is no such axis."""
    axis = ClassAxis.objects.filter(fonds_id=fonds_id, gives_number_code=True, is_active=True).first()
    return dict(axis.terms.filter(is_active=True).values_list("id", "code")) if axis is not None else {}


def issue_numbers(*, actor: Actor, fonds_id: int, party_kind: str, class_code: str = "", count: int = 1) -> list[str]:
    """The next numbers for customers of one kind, in the transaction under way."""
    rule = number_rule(fonds_id)
    run = issue_run(actor=actor, rule=rule, code=type_code(codes_of(rule), party_kind, class_code), count=count)
    return run.texts()
