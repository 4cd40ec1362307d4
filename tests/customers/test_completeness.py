"""完整度: the score, what is missing, requirements of one's own, scoring anew (CU-16)."""

import pytest

from kedang.business.customers import services
from kedang.business.customers.completeness import DEFAULTS, requirement_label, requirements_of, score
from kedang.business.customers.models import Customer
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel.refused import NotAllowed, Refused
from tests.cast import Cast
from tests.customers.making import make_customer


def test_the_score_is_the_share_of_the_weight_that_is_there() -> None:
    wanted = (("name", 3), ("reachable", 2), ("contacts", 1), ("employees", 1))
    assert score({"name": "甲", "mobile": "1", "employees": 0}, wanted) == (85, ["contacts"])
    assert score({}, wanted) == (0, ["name", "reachable", "contacts", "employees"])
    assert score({}, ()) == (100, [])


def test_every_default_requirement_has_a_label() -> None:
    assert all(requirement_label(name) for requirements in DEFAULTS.values() for name, _weight in requirements)


def test_requirements_of_ones_own_score_all_dossiers_anew(cast: Cast) -> None:
    full = make_customer(cast.archivist, bank_account="6222021234567890128")
    bare = make_customer(cast.archivist, name="乙")
    person = services.customer_create(actor=cast.archivist, values={"name": "丙", "party_kind": "individual"})
    score_of_person = person.completeness
    weights = {"name": 1, "bank_account": 1, "contacts": 1, "profile": 1, "key_persons": 1, "responsible": 0}
    services.requirements_set(actor=cast.archivist, party_kind="enterprise", weights=weights)
    assert dict(requirements_of(cast.fonds.pk)["enterprise"]) == {n: w for n, w in weights.items() if w}
    assert requirements_of(cast.other_fonds.pk)["enterprise"] == DEFAULTS["enterprise"]
    assert Worker("test").run_once()
    assert Job.objects.get().state == JobState.DONE
    kept = dict(Customer.objects.values_list("pk", "completeness"))
    assert kept == {full.pk: 40, bare.pk: 20, person.pk: score_of_person}


def test_scoring_anew_and_by_hand_agree(cast: Cast) -> None:
    made = services.customer_create(
        actor=cast.archivist, values={"name": "甲", "email": "a@b.cn", "responsible": cast.salesperson},
        contacts=[{"name": "李"}], key_persons=[{"name": "王"}], profile={"culture": "x"},
    )  # fmt: skip
    Customer.objects.update(completeness=0)
    weights = dict(DEFAULTS["enterprise"]) | {"fax": 5}
    services.requirements_set(actor=cast.archivist, party_kind="enterprise", weights=weights)
    Worker("test").run_once()
    by_job = Customer.objects.get().completeness
    services.contact_add(actor=cast.archivist, customer=made, values={"name": "张"})
    assert Customer.objects.get().completeness == by_job > 0


@pytest.mark.parametrize(
    ("weights", "code"),
    [({"sex": 1}, "requirement_unknown"), ({"name": 10}, "weight_invalid"), ({"name": 0}, "requirements_empty")],
)
def test_requirements_are_refused(cast: Cast, weights: dict[str, int], code: str) -> None:
    with pytest.raises(Refused) as refused:
        services.requirements_set(actor=cast.archivist, party_kind="enterprise", weights=weights)
    assert refused.value.code == code
    with pytest.raises(NotAllowed):
        services.requirements_set(actor=cast.salesperson, party_kind="enterprise", weights={"name": 1})
