"""The kill harness: who takes part in a short run, and the mail server that remembers what came."""

import smtplib
from email.message import EmailMessage

from tests.harness.crash.acts.leaving import LeavingDesk
from tests.harness.crash.acts.lending import LoanDesk
from tests.harness.crash.post import opened
from tests.harness.crash.run import DESKS, drawn
from tests.harness.short import CRASH


def test_the_short_runs_of_both_engines_meet_every_desk() -> None:
    given = dict(zip(CRASH[1::2], CRASH[2::2], strict=True))
    seed, count = int(given["--seed"]), int(given["--desks"])
    one, other = (drawn(seed, engine, count) for engine in ("sqlite", "postgresql"))
    assert len(one) == len(other) == count and {*one, *other} == {*DESKS}
    assert drawn(seed, "sqlite", 0) == DESKS == drawn(seed, "postgresql", 0)
    assert drawn(seed, "sqlite", 0, "Leaving,Loan") == (LoanDesk, LeavingDesk)


def test_every_letter_is_remembered_with_its_subject_however_long() -> None:
    subject = "【客档】" + "有工作交接待您签收、请尽快核对" * 5
    with opened() as post:
        for _time in range(2):
            with smtplib.SMTP("127.0.0.1", post.port, timeout=5) as client:
                message = EmailMessage()
                message["Subject"], message["From"], message["To"] = (
                    subject,
                    "kedang@harness.example",
                    "a@harness.example",
                )
                message.set_content(".一行以点开始\n..两行\n")
                client.send_message(message)
        assert post.letters() == {("a@harness.example", subject): 2}
