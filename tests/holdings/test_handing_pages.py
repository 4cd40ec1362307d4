"""Pages of handing over, tests and packages, as people use them."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.business.holdings.models import CheckRun, Item, Package, Transfer, Volume
from kedang.business.holdings.panels.handing import to_answer, to_receive
from kedang.business.holdings.services.check_runs import check_run
from kedang.business.holdings.services.packages import package_make
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.counting import compare, count_of
from tests.holdings.handed import a_list, a_loose_item, a_volume_of, accept_all, put, sent_list

As = Callable[[str], Client]


def page(name: str, *args: int) -> str:
    return reverse(f"holdings:{name}", args=args)


def body(response: Any) -> str:
    text: str = response.content.decode()
    return text


def test_from_drawing_up_to_signing(cast: Cast, as_: As) -> None:
    volume, item = a_volume_of(cast, 1, files=False), a_loose_item(cast)
    Item.objects.filter(volume=volume).update(carrier="paper")
    seller, archive = as_("salesperson"), as_("archivist")
    form = {"title": "十一月资料", "department": cast.sales_one.pk, "remarks": ""}
    assert f'value="{cast.sales_one.pk}" selected' in body(seller.get(page("transfer-create")))
    made = seller.post(page("transfer-create"), form)
    assert made.status_code == 302, [line for line in body(made).splitlines() if "field-error" in line]
    transfer = Transfer.objects.get()
    picked = body(seller.get(page("transfer-pick", transfer.pk)))
    assert volume.title in picked and "会议纪要" in picked and "没有可以移交" not in picked
    assert "会议纪要" not in body(seller.get(page("transfer-pick", transfer.pk), {"q": "青山"}))
    Item.objects.filter(pk=item.pk).update(pages=0)
    both = {"pick": [f"volume:{volume.pk}", f"item:{item.pk}"]}
    again = body(seller.post(page("transfer-pick", transfer.pk), both))
    assert "还没有页数" in again and again.count(" checked>") == 2  # what was picked stays picked
    Item.objects.filter(pk=item.pk).update(pages=item.pages)
    told = body(seller.post(page("transfer-pick", transfer.pk), {}))
    assert "没有选中案卷或文件" in told
    seller.post(
        page("transfer-pick", transfer.pk), {"pick": [f"volume:{volume.pk}", f"item:{item.pk}", "odd", "item:x"]}
    )
    shown = body(seller.get(page("transfer-detail", transfer.pk)))
    assert "2 条，5 页" in shown and "签字移交" in shown and "未签字" in shown
    line = transfer.lines.order_by("position")[1]
    seller.post(page("transfer-line-remove", transfer.pk, line.pk))
    seller.post(page("transfer-line-remove", transfer.pk, line.pk))  # gone already: told, not an error
    seller.post(page("transfer-send", transfer.pk), {})
    transfer.refresh_from_db()
    assert (transfer.state, transfer.line_count) == ("sent", 1)
    assert "还没有四性检测" in body(archive.get(page("transfer-receive", transfer.pk))) or "正在逐条检测" in body(
        archive.get(page("transfer-receive", transfer.pk))
    )
    Job.objects.update(state="done")
    archive.post(page("transfer-test", transfer.pk))
    assert Job.objects.filter(kind="holdings.transfer_check").count() == 2
    from kedang.business.holdings.services.check_runs import transfer_check

    transfer_check(actor=cast.archivist, transfer=transfer)
    assert (
        to_receive(cast.archivist)[0].note == "YJ202601 · 销售一组 · 1 条 2 页"
        and to_receive(cast.archivist)[0].text == "十一月资料"
    )
    key = transfer.lines.get().pk
    answers = {f"pages-{key}": "3", f"state-{key}": "accepted", f"reason-{key}": "", "_version": str(transfer.version)}
    wrong = archive.post(page("transfer-receive", transfer.pk), answers)
    assert (
        wrong.status_code == 422
        and "帐表不符" in body(wrong)
        and 'value="3"' in body(wrong)
        and "is-wrong" in body(wrong)
    )
    kept = archive.post(page("transfer-receive", transfer.pk), {**answers, f"pages-{key}": "2", "_save": "1"})
    assert kept.status_code == 302 and Transfer.objects.get().state == "sent"
    stale = archive.post(page("transfer-receive", transfer.pk), {**answers, "_sign": "1"}, follow=True)
    assert "另一位同事刚刚核对过" in body(stale)
    signed = {**answers, f"pages-{key}": "2", "_sign": "1", "_version": str(Transfer.objects.get().version)}
    archive.post(page("transfer-receive", transfer.pk), signed)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.received_by) == ("received", cast.archivist)
    assert archive.get(page("transfer-receive", transfer.pk)).status_code == 302
    assert "沈砚" in body(archive.get(page("transfer-detail", transfer.pk))) and not to_receive(cast.archivist)


def test_what_is_beyond_the_reader_stands_on_no_list_by_name(cast: Cast, as_: As) -> None:
    volume = a_volume_of(cast, 0, title="绝不外传的案卷")
    transfer = sent_list(cast, volume)
    Volume.objects.filter(pk=volume.pk).update(secrecy_level=4)
    for name in ("salesperson", "archivist"):
        shown = body(as_(name).get(page("transfer-detail", transfer.pk)))
        assert "绝不外传" not in shown and volume.reference_code not in shown and "超出您的知悉范围" in shown
    run = transfer.check_runs.get()
    report = body(as_("archivist").get(page("check-run-detail", run.pk)))
    assert "绝不外传" not in report and "超出您的知悉范围" in report
    assert "绝不外传" not in body(as_("archivist").get(page("transfer-receive", transfer.pk)))


def test_a_report_is_read_answered_printed_and_repeated(cast: Cast, as_: As) -> None:
    volume = a_volume_of(cast, 1)
    archive = as_("archivist")
    started = archive.post(page("volume-check", volume.pk), {"occasion": "filing"})
    run = CheckRun.objects.get()
    assert started["Location"] == page("check-run-detail", run.pk)
    shown = body(archive.get(page("check-run-detail", run.pk)))
    assert "GD-1-1" in shown and "一票否决" in shown and "填写结论" in shown and "DA/T 70-2018 真实性" in shown
    assert volume.reference_code in body(archive.get(page("volume-checks", volume.pk))) and to_answer(cast.archivist)
    seals = run.results.get(title="签字与印章齐全")
    told = archive.post(page("check-run-answer", run.pk, seals.pk), {"verdict": "failed", "evidence": ""}, follow=True)
    assert "请写明发现了什么" in body(told)
    archive.post(page("check-run-answer", run.pk, seals.pk), {"verdict": "passed", "evidence": "红章清晰"})
    seals.refresh_from_db()
    assert (seals.verdict, seals.answered_by) == ("passed", "沈砚")
    assert archive.post(page("check-run-answer", run.pk, 0), {}).status_code == 404
    paper = archive.get(page("check-run-print", run.pk))
    assert paper["Content-Type"] == "application/pdf" and paper.content[:5] == b"%PDF-"
    assert Event.objects.filter(code="holdings.check_printed", subject_id=run.pk).exists()
    again = archive.post(page("volume-check", volume.pk), {"occasion": "never"}, follow=True)
    assert "没有这个检测环节" in body(again) and CheckRun.objects.count() == 1


def test_what_is_large_is_tested_by_the_worker(cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.business.holdings.jobs.handing import check_one
    from kedang.business.holdings.views.handing import checks
    from kedang.foundation.jobs.worker import JobContext

    a_volume_of(cast, 0)
    item = a_loose_item(cast)
    put(cast, item)
    monkeypatch.setattr(checks, "AT_ONCE", 10)
    as_("archivist").post(page("item-check", item.pk), {"occasion": "filing"})
    job = Job.objects.get(kind="holdings.check")
    assert not CheckRun.objects.exists() and job.args == {"item_id": item.pk, "occasion": "filing"}
    told: Any = check_one(JobContext(job, "w"), **job.args)
    assert CheckRun.objects.get(item=item).pk == told["run"]
    assert "会议纪要" in body(as_("archivist").get(page("item-checks", item.pk)))


def test_the_trend_of_departments(cast: Cast, as_: As) -> None:
    archive = as_("archivist")
    assert "还没有检测记录" in body(archive.get(page("check-trend")))
    volume = a_volume_of(cast, 1, files=False)
    check_run(actor=cast.archivist, occasion="filing", volume=volume)
    CheckRun.objects.update(made_at=clock.now() - timedelta(days=400))
    check_run(actor=cast.archivist, occasion="custody", volume=volume)
    shown = body(archive.get(page("check-trend")))
    assert "销售一组" in shown and "0%" in shown and "(1)" in shown and "元数据与内容关联" in shown
    assert "还没有检测记录" in body(archive.get(page("check-trend"), {"occasion": "filing"}))


def test_a_package_is_asked_for_and_taken_away(cast: Cast, as_: As) -> None:
    volume, archive = a_volume_of(cast, 1), as_("archivist")
    assert "还没有封装过" in body(archive.get(page("volume-packages", volume.pk)))
    archive.post(page("volume-package", volume.pk), {"kind": "bagit"})
    assert Job.objects.get(kind="holdings.package").args["volume_id"] == volume.pk
    assert "没有这种封装格式" in body(archive.post(page("volume-package", volume.pk), {"kind": "tar"}, follow=True))
    made = package_make(actor=cast.archivist, volume=volume, kind="bagit")
    Volume.objects.filter(pk=volume.pk).update(changed_at=clock.now() + timedelta(minutes=1))
    assert "此后有变动" in body(archive.get(page("volume-packages", volume.pk)))
    taken = archive.get(page("package-take", made.pk))
    content = b"".join(taken)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None and ".bagit.zip" in taken["Content-Disposition"]
    event = Event.objects.get(code="holdings.package_taken")
    assert event.parent_id == volume.pk and made.digest in event.meta
    Item.objects.filter(volume=volume).update(secrecy_level=4)
    assert "您无权导出" in body(archive.get(page("package-take", made.pk), follow=True))
    assert Package.objects.count() == 1


def test_counts_of_statements(cast: Cast, as_: As) -> None:
    """The same for one line and for many."""
    archive = as_("archivist")
    one = sent_list(cast, a_loose_item(cast))
    many = sent_list(
        cast, a_loose_item(cast), a_loose_item(cast), *[a_volume_of(cast, 2, files=False) for _n in range(3)]
    )
    for name in ("transfer-detail", "transfer-receive"):
        archive.get(page(name, one.pk))
        counts = [count_of(archive, page(name, row.pk)) for row in (one, many)]
        assert abs(counts[1][0] - counts[0][0]) <= 1, name  # one more where there are volumes besides items
        compare(f"holdings/{name}", *counts[1])
    accept_all(cast, one)
    run: Any = many.check_runs.filter(volume__isnull=False).first()
    pages: dict[str, Any] = {
             "transfer-list": (), "check-run-list": (), "check-trend": (), "check-run-detail": (run.pk,), "volume-checks": (run.volume_id,),
             "volume-packages": (run.volume_id,)}  # fmt: skip
    for name, args in pages.items():
        archive.get(page(name, *args))
        compare(f"holdings/{name}", *count_of(archive, page(name, *args)))
    draft = a_list(cast)
    compare("holdings/transfer-pick", *count_of(archive, page("transfer-pick", draft.pk)))
