"""Words that people write while the archive is used: on loans, holds, changes that wait, hand-overs, notices. Each is a canary.

Made by the services, so that the trail, the notices and the outbox know of them; what another company has is written as rows.
"""

from dataclasses import replace
from typing import Any

from kedang.business.customers import services as customers
from kedang.business.customers.models import ChangeRequest
from kedang.business.governance import models as g
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending import models as lending
from kedang.business.lending.services.fetching import loan_fetch
from kedang.business.lending.services.going import loan_recall
from kedang.business.lending.services.issuing import loan_issue
from kedang.business.lending.services.preparing import loan_prepare
from kedang.business.retention.models import Hold
from kedang.business.retention.services.holding import hold_ask, release_ask
from kedang.foundation.access.models import Grant
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.services.deciding import case_approve
from kedang.foundation.approvals.telling import APPROVED
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.notices.models import Notice
from tests.access.harness.archive import keep
from tests.access.harness.governance import ALERT, FOLDERS, REVIEW, TEXT
from tests.access.harness.house import FACTS, House
from tests.access.harness.rules import Fact

WORD, ID = ("internal", "word"), "identity"
LENT, OVERSEE, HELD = "lending.view", "approvals.oversee", "retention.view"


def lent(key: str, thing: str, who: str, department: str, **more: Any) -> tuple[Fact, str]:
    """A loan as the rules know it, and the paper that is lent: it is seen by who has it, whatever its level."""
    return Fact(
        key, owner=who, department=department, act=LENT, parties=frozenset({who}), party_act=LENT, **more
    ), thing  # fmt: skip


LOANS = (
    lent("n_waiting", "a_colleague", "two_hats", "sales"),
    lent("n_out", "a_beside", "field_agent", "service"),
    lent("n_secret", "a_top_secret", "salesperson", "sales_one", level=4),
    lent("n_foreign", "a_foreign", "far", "far", fonds="B"),
)


def held(key: str, level: int = 1, fonds: str = "A") -> Fact:
    """A hold that the archivist asks for and the general manager decides; its words stand on the request, too."""
    who, where = ("archivist", "head_office") if fonds == "A" else ("far", "far")
    hold = Fact(key, level=level, owner=who, department=where, act=HELD, fonds=fonds)
    parties = frozenset({"archivist", "general_manager"})
    return (
        replace(hold, also=(replace(hold, key=f"{key}_case", act=OVERSEE, parties=parties),)) if fonds == "A" else hold
    )


HOLDS = ((held("d_in_force"), "a_beside"), (held("d_secret", 4), "a_top_secret"), (held("d_foreign", fonds="B"), ""))
CHANGES: tuple[tuple[str, str, dict[str, tuple[str, str]]], ...] = (
    ("own", "salesperson", {"legal_representative": ("open", "word4"), "uscc": ("open", "uscc"), "bank_account": ("account", "account")}),
    ("colleague", "two_hats", {"born_on": ("personal", "date"), "id_number": (ID, ID)}),
)  # fmt: skip
"""Dossier, who asks, the new values: seen as the fields of the dossier are."""
SECRET_LINE = Fact("h_secret_line", level=4, owner="clerk", department="sales_one", act="handover.manage")
OWN_NOTICE = Fact("m_notice", act="nobody's", parties=frozenset({"salesperson"}))
AFTER_USE = Fact(
    "u_after", owner="salesperson", department="sales_one", act=LENT, parties=frozenset({"salesperson"}), party_act=LENT
)  # fmt: skip
ASKED = Fact(
    "q_use", owner="salesperson", department="sales_one", act=OVERSEE, parties=frozenset({"salesperson", "acting"})
)  # fmt: skip


def make_words(house: House) -> None:
    """Everything, and the entries that it left."""
    for fact, thing in LOANS:
        lend(house, fact, thing)
    for fact, thing in HOLDS:
        hold(house, fact, thing)
    for key, who, fields in CHANGES:
        change(house, key, who, fields)
    use(house)
    hand_over(house)
    govern(house)
    word = house.sing(OWN_NOTICE, "Notice", {"number": WORD})
    person, now = house.people["salesperson"], clock.now()
    told: Any = Notice.objects.create(
        fonds=person.fonds, person=person, kind=APPROVED, url="/cases/", made_at=now, **word
    )
    keep(house, None, told)
    house.rows[Event] = dict.fromkeys(Event.objects.order_by("pk").values_list("pk", flat=True))


def paper(house: House, key: str) -> Any:
    """A paper of the archive by its fact."""
    return Item.objects.get(pk=max(pk for pk, fact in house.rows[Item].items() if fact is not None and fact.key == key))


def particulars(house: House, fact: Fact, model: str, head: str) -> dict[str, Any]:
    """Name, unit, paper and telephone of a reader from outside."""
    told = house.sing(
        fact,
        model,
        {f"{head}_name": ("internal", "word4"), f"{head}_unit": WORD, f"{head}_phone": ("contact", "mobile")},
    )
    number, parts = house.maker.identity(house.maker.day(), 1)
    house.add(fact, model, f"{head}_paper", ID, ID, number, parts)
    return {**told, f"{head}_paper": number}


def lend(house: House, fact: Fact, key: str) -> None:
    """A loan: registered, and one of them handed over and called back."""
    fonds, who = house.fonds[fact.fonds], house.people[fact.owner]
    desk, thing, now = house.people["archivist" if fact.fonds == "A" else "far"], paper(house, key), clock.now()
    flow: Any = Flow.objects.filter(fonds=fonds).order_by("pk").first()
    case: Any = Case.objects.create(
        fonds=fonds, number=f"JD{fact.key}", kind="lending.loan", title="借档", flow=flow, state="approved", requester=who,
        department=who.department, opened_at=now, closed_at=now, effective_at=now, secrecy_level=fact.level,
    )  # fmt: skip
    for canary in house.canaries:  # the register says what is lent: to who sees the loan
        if canary.fact is not None and canary.model == "Item" and canary.value == thing.title:
            canary.fact = replace(canary.fact, also=(*canary.fact.also, fact))
    told = house.sing(fact, "Loan", {"reason": WORD, "remarks": WORD})
    reader = {**particulars(house, fact, "Loan", "reader"), "remarks": told["remarks"]}
    loan: Any = loan_prepare(
        actor=desk, request=case, thing=thing, borrower=who, reason=str(told["reason"]), reader=reader
    )
    if fact.key == "n_out":
        after = house.sing(fact, "Loan", {"issued_note": WORD, "recall_reason": WORD})
        loan_fetch(actor=desk, loan=loan)
        loan_issue(actor=desk, loan=loan.pk, pages=loan.expected_pages, note=str(after["issued_note"]))
        loan_recall(actor=desk, loan=loan.pk, reason=str(after["recall_reason"]))
        loan.refresh_from_db()
        words = house.sing(fact, "LoanFault", {"text": WORD})
        lending.LoanFault.objects.create(
            loan=loan, moment="issue", kind="damaged", first_page=1, last_page=1, noted_at=now, **words
        )
    keep(house, None, loan)


def hold(house: House, fact: Fact, key: str) -> None:
    """A hold that waits, or one in force whose release waits."""
    told: dict[str, Any] = house.sing(fact, "Hold", {"title": WORD, "legal_basis": WORD, "reason": WORD})
    asker = house.people[fact.owner]
    if fact.fonds == "B":
        row: Any = Hold.objects.create(
            fonds=asker.fonds,
            number="DJ20269999",
            made_by=asker,
            made_at=clock.now(),
            department=asker.department,
            **told,
        )
    else:
        volume = Volume.objects.get(
            pk=next(pk for pk, of in house.rows[Volume].items() if of is not None and of.key == key)
        )
        row = hold_ask(actor=asker, things=[volume], **told)
        if fact.key == "d_in_force":
            case_approve(actor=house.people["general_manager"], case=row.case_id)
            why = house.sing(fact, "Hold", {"release_reason": WORD})["release_reason"]
            row = release_ask(actor=asker, hold=Hold.objects.get(pk=row.pk), reason=str(why))
    keep(house, None, row)


def change(house: House, key: str, who: str, fields: dict[str, tuple[str, str]]) -> None:
    """A change of protected fields that waits: the old values and the new ones, and why."""
    fact = next(one for one in FACTS if one.key == key)
    case = Fact(
        f"c_{key}_case", owner=who, department="sales_one", act=OVERSEE, parties=frozenset({who, "acting"})
    )  # fmt: skip
    why = house.sing(replace(fact, key=f"c_{key}", also=(case,)), "ChangeRequest", {"reason": WORD})
    values = house.sing(fact, "ChangeLine", fields)
    customers.customer_change(
        actor=house.people[who], customer=house.customers[key], values=values, version=None, reason=str(why["reason"]),
        confirmed_duplicates=True, keep_apart=True,
    )  # fmt: skip
    keep(house, fact, ChangeRequest.objects.get(customer=house.customers[key], state="waiting"))


def use(house: House) -> None:
    """What readers from outside told of themselves, what readers answered, and what is to be looked at."""
    request = lending.UseRequest.objects.order_by("pk").get()
    lending.UseRequest.objects.filter(pk=request.pk).update(is_scan_enough=False)
    for name, value in particulars(house, ASKED, "UseRequest", "outside").items():
        setattr(request, name, value)
    request.save()
    answer = house.sing(AFTER_USE, "UseFeedback", {"problem": WORD, "effect": WORD})
    lending.UseFeedback.objects.update(**answer)
    lending.UpdateTask.objects.update(**house.sing(AFTER_USE, "UpdateTask", {"text": WORD, "done_note": WORD}))


def hand_over(house: House) -> None:
    """What is said on a folder, and a line above the level of those who take part."""
    fact = FOLDERS[0]
    folder = g.Handover.objects.get(fonds=house.fonds[fact.fonds])
    g.HandoverPart.objects.filter(handover=folder).update(**house.sing(fact, "HandoverPart", {"remark": WORD}))
    for number, of in enumerate((fact, SECRET_LINE)):
        words = house.sing(of, "HandoverLine", {"label": WORD, "group": WORD})
        g.HandoverLine.objects.create(
            handover=folder, kind="customers.customer", subject_id=house.customers["own"].pk + 1_000_000 + number,
            level=of.level, **words,
        )  # fmt: skip


def govern(house: House) -> None:
    """A draft of the agreement, a remark of the yearly review, what an alert came to."""
    fonds, now = house.fonds["A"], clock.now()
    words = house.sing(TEXT, "AgreementText", {"title": WORD, "body": WORD})
    draft: Any = g.AgreementText.objects.create(
        fonds=fonds, number=2, made_by="白露", made_at=now, state="draft", **words
    )
    keep(house, TEXT, draft)
    review = g.RightsReview.objects.get(fonds=fonds)
    person = house.people["salesperson"]
    g.ReviewLine.objects.create(
        review=review, person=person, grant=Grant.objects.get(person=person), role="销售", reach="本人",
        **house.sing(REVIEW, "ReviewLine", {"remark": WORD}),
    )  # fmt: skip
    g.Alert.objects.filter(fonds=fonds).update(**house.sing(ALERT, "Alert", {"conclusion": WORD}))


def values_that_wait(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
    """Every line of every change that waits for a decision, and one that there is not."""
    return [
        ({"pk": key, "field": name}, fact)
        for key, fact in house.rows[ChangeRequest].items()
        for name in ("bank_account", "id_number")
    ]


FILLINGS = {"customers:change-unmask": values_that_wait}
