"""The desk as the archivist and the readers meet it: a loan that goes overdue and comes back damaged, scanning, slips, rules, counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kedang.business.holdings.models import Finding, VolumeNote
from kedang.business.lending.models import LendingRules, Loan
from kedang.business.lending.services.reminding import daily
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.notices.models import Notice
from tests.cast import Cast
from tests.counting import compare_all
from tests.files.papers import photo as picture_of_cover
from tests.lending.making import a_loan, issued, paper_in, returned, rules, shelved

As = Callable[[str], Client]


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_loan_that_goes_overdue_and_comes_back_damaged(cast: Cast, as_: As) -> None:
    volume = shelved(cast)[0]
    paper_in(volume)
    loan, desk, reader = a_loan(cast, volume), as_("archivist"), as_("salesperson")
    assert volume.reference_code in text(desk.get("/lending/desk/"))
    scanned = desk.post("/lending/desk/", {"code": f" {volume.reference_code}\n"})
    assert scanned.headers["Location"] == f"/loans/{loan.pk}/issue/"
    page = text(desk.get(scanned.headers["Location"]))
    assert "目录上是 80 页" in page and "销售合同" in page
    wrong = desk.post(f"/loans/{loan.pk}/issue/", {"pages": 79, "condition": "whole", "days": 14, "signed_how": ""})
    assert wrong.status_code == 422 and "79 页" in text(wrong)
    photo = SimpleUploadedFile("封面.jpg", picture_of_cover(), "image/jpeg")
    given = {"pages": 80, "condition": "whole", "days": 14, "signed_how": "", "photos": [photo]}
    assert desk.post(f"/loans/{loan.pk}/issue/", given).status_code == 302
    loan.refresh_from_db()
    assert loan.state == "issued" and loan.photos.get().moment == "issue"
    assert Notice.objects.filter(person=cast.salesperson, kind="loan.sign").count() == 1
    assert "请签收" in text(reader.get("/")) and "确认签收" in text(reader.get(f"/loans/{loan.pk}/"))
    assert reader.post(f"/loans/{loan.pk}/sign/").status_code == 302
    with clock.frozen(clock.now() + timedelta(days=18)):
        daily()
        desk, reader, head = as_("archivist"), as_("salesperson"), as_("head")  # sessions of before are over
        assert Notice.objects.filter(person=cast.head, kind="loan.overdue").count() == 1
        assert "逾期 4 天" in text(head.get("/")) and "逾期 4 天" in text(reader.get("/"))
        assert "还没有归还" in text(head.get(f"/volumes/{volume.pk}/loans/"))
        scanned = desk.post("/lending/desk/", {"code": loan.number})
        assert scanned.headers["Location"] == f"/loans/{loan.pk}/return/"
        given = {
            "pages": 79,
            "condition": "worn",
            "note": "末页缺失",
            "lines": "2",
            "fault-0-kind": "missing",
            "fault-0-first": "80",
        }
        more = desk.post(f"/loans/{loan.pk}/return/", {**given, "more": "1"})
        assert more.status_code == 200 and 'name="fault-5-kind"' in text(more)
        assert desk.post(f"/loans/{loan.pk}/return/", {**given, "fault-0-first": "x"}).status_code == 422
        assert desk.post(f"/loans/{loan.pk}/return/", given).status_code == 302
    loan.refresh_from_db()
    desk, reader = as_("archivist"), as_("salesperson")
    assert (loan.state, loan.is_whole) == ("returned", False)
    assert VolumeNote.objects.get().kind == "missing" and Finding.objects.get().state == "open"
    assert "归还时有缺损" in text(desk.get(f"/loans/{loan.pk}/")) and loan.number in text(
        desk.get("/loans/?view=damaged")
    )
    assert desk.post(f"/loans/{loan.pk}/close/", {"reason": "已补回末页"}).status_code == 302
    assert "已补回末页" in text(reader.get(f"/loans/{loan.pk}/"))
    assert not Notice.objects.filter(about=f"loan:{loan.pk}", read_at__isnull=True).exists()


@pytest.mark.parametrize(("code", "words"), [("没有这个码", "不认识"), ("", "没有扫到内容"), ("K-1", "存放位置")])
def test_a_scan_that_leads_nowhere_says_so(cast: Cast, as_: As, code: str, words: str) -> None:
    shelved(cast)
    answer = as_("archivist").post("/lending/desk/", {"code": code})
    assert answer.status_code == 422 and words in text(answer)


def test_scans_of_people_and_of_things_nobody_asked_for(cast: Cast, as_: As) -> None:
    loan, free, desk = issued(cast), shelved(cast)[0], as_("archivist")
    found = desk.post("/lending/desk/", {"code": "zhouhang"}, follow=True)
    assert "周航" in text(found) and loan.subject_code in text(found)
    found = desk.post("/lending/desk/", {"code": free.reference_code}, follow=True)
    assert "没有人预约" in text(found) and "须先有批准的借档申请" in text(found)
    rules(cast, needs_request=False)
    assert f"/loans/new/volume/{free.pk}/" in text(desk.get(f"/lending/desk/?thing=volume-{free.pk}"))
    given = {
        "borrower": cast.reader.pk,
        "place": "room",
        "copies": 1,
        "purpose": "work",
        "reason": "当面核对",
        "reader_unit": "某律所",
    }
    answer = desk.post(f"/loans/new/volume/{free.pk}/", given)
    assert answer.status_code == 422 and "请写明其姓名" in text(answer)
    answer = desk.post(f"/loans/new/volume/{free.pk}/", {**given, "reader_name": "郭律师"}, follow=True)
    assert "郭律师" in text(answer)
    assert "郭律师" in text(desk.get("/lending/room/"))
    mine = as_("clerk").post(
        f"/loans/new/volume/{free.pk}/", {"place": "room", "copies": 1, "purpose": "work", "reason": "看看"}
    )
    assert mine.status_code == 302 and Loan.objects.filter(borrower=cast.clerk).count() == 1


def test_slips_and_register_are_printed_and_written_down(cast: Cast, as_: As) -> None:
    loan, desk = returned(cast, issued(cast)), as_("archivist")
    for address, code in (
        (f"/loans/{loan.pk}/slip/", "loan.printed"), (f"/loans/{loan.pk}/receipt/", "loan.printed"),
        ("/loans/print/?view=out", "loan.register_exported"),
    ):  # fmt: skip
        before = Event.objects.filter(code=code).count()
        answer = desk.get(address)
        assert answer.content.startswith(b"%PDF") and Event.objects.filter(code=code).count() == before + 1
    waiting = a_loan(cast)
    assert desk.get(f"/loans/{waiting.pk}/slip/").status_code in {400, 409, 422}
    assert loan.number in text(desk.get("/loans/")) and "借阅次数" in text(desk.get("/lending/figures/?year=1900"))


def test_the_rules_are_changed_on_their_page(cast: Cast, as_: As) -> None:
    desk = as_("archivist")
    given = {
        "take_away": "free", "take_away_level": 2, "take_away_roles": ["archivist"], "loan_days": 10, "most_days": 20, "renew_times": 3,
        "renew_days": 7, "most_loans": 5, "hold_days": 2, "remind_days": 1, "overdue_days": 1, "overdue_head_days": 2,
        "overdue_superior_days": 4, "seats": 4,
    }  # fmt: skip
    assert desk.post("/lending/rules/", {**given, "version": 1}).status_code == 302
    row = LendingRules.objects.get()
    assert (row.take_away, row.needs_request, row.take_away_roles, row.loan_days) == ("free", False, ["archivist"], 10)
    answer = desk.post("/lending/rules/", {**given, "most_days": 5, "overdue_head_days": 9, "version": 1})
    assert answer.status_code == 422 and "不能短于通常的借期" in text(answer)
    desk.post("/lending/rules/", {**given, "seats": 9, "version": 1})
    stale = desk.post("/lending/rules/", {**given, "seats": 5, "version": 1})
    assert stale.status_code == 422 and "刚被他人修改过" in text(stale)
    assert desk.post("/loans/batch/fetch/", {"picked": []}).status_code in {200, 302}


PAGES = {
    "lending/list": "/loans/", "lending/out": "/loans/?view=out", "lending/desk": "/lending/desk/", "lending/room": "/lending/room/",
    "lending/loan": "/loans/{pk}/", "lending/return": "/loans/{pk}/return/", "lending/figures": "/lending/figures/",
    "lending/thing": "/volumes/{volume}/loans/",
}  # fmt: skip


def test_a_fixed_number_of_statements(cast: Cast, as_: As) -> None:
    first, client = issued(cast), as_("archivist")
    issued(cast, place="room")
    addresses = {
        name: path.replace("{pk}", str(first.pk)).replace("{volume}", str(first.volume_id))
        for name, path in PAGES.items()
    }
    compare_all(client, addresses)
    for _n in range(2):
        issued(cast, place="room"), a_loan(cast), returned(cast, issued(cast))
    compare_all(client, addresses)
