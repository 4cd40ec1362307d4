"""四性检测: every row of the standard has a point, finds its fault, says how to mend it; runs are kept as they were found (AR-14)."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from kedang.business.holdings import checks
from kedang.business.holdings.checks.registry import PREFIXES, check_by_code
from kedang.business.holdings.choices import CheckOccasion, CheckProperty
from kedang.business.holdings.models import CheckResult, CheckRun, Item, ItemFile, ReferenceCode, Volume
from kedang.business.holdings.services.check_runs import check_answer, check_run
from kedang.foundation.audit.models import Event
from kedang.foundation.files import places
from kedang.foundation.files.models import FilePage, StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.holdings.handed import DATED, a_loose_item, a_volume_of, pdf, put


def run_of(cast: Cast, thing: Any, occasion: str = "filing") -> CheckRun:
    given = {"volume": thing} if isinstance(thing, Volume) else {"item": thing}
    return check_run(actor=cast.archivist, occasion=occasion, **given)


def found(run: CheckRun, title: str) -> CheckResult:
    return run.results.get(title__contains=title)


def test_all_rows_of_the_standard_are_there() -> None:
    """The rows found in research 2.10, each answered by a point of its property."""
    rows = {
        CheckProperty.AUTHENTICITY: (
            "固化信息有效性 数据长度 类型、格式 值域 值合理性 特殊字符 重复性 档号规范性 电子属性一致性 关联内容数据 信息包规范性 信息包一致性"
        ),
        CheckProperty.INTEGRITY: "总件数 总字节数 元数据项完整性 档号连续性 过程信息 内容数据完整性 目录文件 附件数据",
        CheckProperty.USABILITY: "元数据可读性 内容数据可读性 内容数据格式检测 软硬件环境 格式合规性",
        CheckProperty.SECURITY: "恶意代码 敏感信息 密级标识 载体安全性 多余文件 归档过程安全性",
    }
    every = checks.checks_of("transfer")
    for quality, words in rows.items():
        told = "|".join(str(one.row) for one in every if one.quality == quality)
        for word in words.split():
            assert word in told, (quality, word)
    assert len(every) == 34 and len({one.key for one in every}) == 34
    for occasion, prefix in PREFIXES.items():
        codes = [one.code(occasion) for one in checks.checks_of(occasion)]
        assert len(set(codes)) == len(codes) and all(code.startswith(f"{prefix}-") for code in codes)
    assert check_by_code("GD-1-1").key == "digests" and check_by_code("XX-1-1") is None  # type: ignore[union-attr]  # known
    assert check_by_code("YJ-1-1").clause == "DA/T 70-2018 真实性·固化信息有效性检测"  # type: ignore[union-attr]  # known


def test_a_sound_volume_waits_only_for_people(cast: Cast) -> None:
    volume = a_volume_of(cast)
    StoredFile.objects.update(scanned_at=clock.now())
    run = run_of(cast, volume)
    told = {line.code: (line.title, line.verdict, line.evidence) for line in run.results.all()}
    assert Counter(line.verdict for line in run.results.all())["failed"] == 0, told
    assert (run.verdict, run.score, run.pending_count, run.rules_version) == (
        "pending",
        100,
        2,
        checks.RULES_VERSION,
    ), told
    assert "重读 2 个文件" in found(run, "摘要复核").evidence and "SM3" in found(run, "摘要复核").evidence
    event = Event.objects.get(code="holdings.check_made")
    assert event.subject_id == volume.pk and '"verdict":"pending"' in event.meta
    kept = run_of(cast, volume, "custody")
    assert (kept.verdict, kept.score) == ("passed", 100), list(
        kept.results.exclude(verdict="passed").values_list("title", "evidence")
    )
    assert kept.results.get(title__contains="摘要复核").code.startswith("CQ-1-")


def rot(stored: StoredFile, content: bytes) -> None:
    """Other bytes lie where the file lay, sealed as they should be: only the digests can tell."""
    from kedang.foundation.kernel import sealed_files

    path = places.path_of(stored.place)
    path.unlink()
    with sealed_files.sealed(path, places.bound_to(stored.place)) as out:
        out.write(content)


def test_bytes_that_changed_are_found_by_reading_them(cast: Cast) -> None:
    volume = a_volume_of(cast, 3)
    files = list(StoredFile.objects.order_by("pk"))
    rot(files[0], pdf(2, "Altered"))
    places.path_of(files[1].place).unlink()
    run = run_of(cast, volume, "custody")
    line = found(run, "摘要复核")
    assert (run.verdict, line.verdict, line.is_veto) == ("failed", "failed", True)
    assert "2 个文件" in line.evidence and files[0].name in line.evidence and "备份" in line.remedy
    wrong = [item.pk for item in volume.items.order_by("position")[:2]]
    assert [target[1] for target in line.targets] == wrong and line.targets[0][0] == "item"
    gone = found(run, "内容数据存在")
    assert gone.verdict == "failed" and files[1].name in gone.evidence and files[0].name not in gone.evidence


FAULTS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("元数据项长度", {"title": "函"}, "warned", "长度不当", "题名"),
    ("类型与格式", {"document_number": "青禾〔2026 12号"}, "warned", "括号不成对", ""),
    ("值域", {"year": 1890}, "failed", "1890", "更正"),
    ("值合理性", {"dated_on": date(2099, 1, 1)}, "failed", "未来", ""),
    ("值合理性", {"dated_on": date(2019, 1, 1)}, "warned", "归入 2026 年", "跨年度"),
    ("特殊字符", {"title": "合同\u200b"}, "failed", "不可见字符", ""),
    ("特殊字符", {"title": "锟斤拷合同"}, "failed", "乱码", ""),
    ("必填", {"dated_on": None}, "failed", "成文日期", "补充"),
    ("必填", {"author": ""}, "warned", "责任者", ""),
    ("密级标识", {"title": "机密级协议"}, "failed", "机密", "核定"),
    ("卷头与卷内", {"year": 2025}, "warned", "年度", ""),
    ("件数与页数", {"pages": 5}, "failed", "卷头 4 页，卷内合计 7 页", "目录"),
    ("页号连续", {"first_page": 9}, "warned", "页号不连续", ""),
    ("身份证号", {"remarks": "经办人 11010519491231002X，卡 6222021001116245702"}, "warned", "身份证号 1 处、银行卡号 1 处", "遮盖"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "values", "verdict", "words", "remedy"), FAULTS)
def test_faults_of_entries(cast: Cast, title: str, values: Any, verdict: str, words: str, remedy: str) -> None:
    volume = a_volume_of(cast, 2, files=False)
    item = volume.items.order_by("position")[1]
    Item.objects.filter(pk=item.pk).update(**values)
    line = found(run_of(cast, volume), title)
    assert line.verdict == verdict and words in line.evidence and remedy in line.remedy, line.evidence
    assert "11010519491231002X" not in line.evidence


def test_faults_of_codes_and_process(cast: Cast) -> None:
    volume = a_volume_of(cast, 3, files=False)
    first, second, third = volume.items.order_by("position")
    ReferenceCode.objects.filter(item=first).delete()
    first.traces.filter(step="catalogue").delete()
    Item.objects.filter(pk=second.pk).update(state="removed", position=None)
    Item.objects.filter(pk=third.pk).update(belongs_to=a_loose_item(cast).pk, relation="attachment")
    run = run_of(cast, volume)
    assert (
        "台账中没有" in found(run, "档号规范性").evidence and first.reference_code in found(run, "档号规范性").evidence
    )
    assert found(run, "件号连续").evidence == "断号 2，没有说明。"
    assert "编目" in found(run, "过程信息").evidence and found(run, "过程信息").targets[0][1] == first.pk
    assert found(run, "成套文件").verdict == "failed"
    volume.notes.create(kind="removed", text="第 2 件移出", made_by="沈砚", made_at=clock.now())
    assert found(run_of(cast, volume), "件号连续").verdict == "passed"


def test_faults_of_content(cast: Cast) -> None:
    volume = a_volume_of(cast, 5, files=False)
    items = list(volume.items.order_by("position"))
    put(cast, items[0], "坏.pdf", b"%PDF-1.7\nnothing more\n")
    locked = pdf().replace(b"trailer<<", b"trailer<</Encrypt 9 0 R")
    put(cast, items[1], "签名.pdf", pdf(2, extra=b"% /ByteRange [0 1 2 3]\n"))
    put(cast, items[2], "说明.txt", "身份证 11010519491231002X".encode())
    text = put(cast, items[3], "图.png", b"\x89PNG\r\n\x1a\n" + bytes(40))
    FilePage.objects.create(file=text, number=1, text="账号 6222021001116245702")
    run = run_of(cast, volume)
    opens = found(run, "可打开")
    assert opens.verdict == "failed" and "坏.pdf" in opens.evidence and "图.png" in opens.evidence
    assert found(run, "电子签名").verdict == "pending" and "签名.pdf" in found(run, "电子签名").evidence
    assert found(run, "关联").verdict == "failed" and items[4].reference_code in found(run, "关联").evidence
    assert "银行卡号 1 处" in found(run, "身份证号").evidence
    assert "电子属性" in found(run, "电子属性").title and found(run, "格式符合").verdict == "passed"
    put(cast, items[4], "锁.pdf", locked)
    StoredFile.objects.filter(pk=text.pk).update(state="infected")
    run = run_of(cast, volume)
    assert found(run, "恶意代码").verdict == "failed" and "图.png" in found(run, "恶意代码").evidence
    StoredFile.objects.filter(pk=text.pk).update(state="waiting", media_type="application/zip")
    run = run_of(cast, volume)
    assert found(run, "恶意代码").verdict == "warned" and found(run, "格式符合").verdict == "failed"
    assert "压缩包" in found(run, "无加密").evidence or "密码" in found(run, "无加密").evidence


def test_a_point_that_stumbles_says_so_and_the_others_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.business.holdings.checks import subject

    def broken(_item: Any) -> str:
        raise ValueError("坏了")

    volume = a_volume_of(cast, 1, files=False)
    Item.objects.update(author="")
    monkeypatch.setattr(checks.integrity, "name_of", broken)
    run = run_of(cast, volume)
    line = found(run, "必填")
    assert line.verdict == "failed" and "检测本身出错：ValueError" in line.evidence
    assert run.results.count() > 15 and subject.NAMED == 5


def test_people_answer_once_what_rules_cannot(cast: Cast) -> None:
    volume = a_volume_of(cast, 1)
    StoredFile.objects.update(scanned_at=clock.now())
    run = run_of(cast, volume)
    seals, carriers = found(run, "签字与印章"), found(run, "载体外观")

    def no(**given: Any) -> str:
        with pytest.raises(Refused) as caught:
            check_answer(actor=cast.archivist, **given)
        return caught.value.code

    assert no(result=found(run, "值域"), verdict="passed", evidence="") == "not_by_hand"
    assert no(result=seals, verdict="pending", evidence="") == "verdict_missing"
    assert no(result=seals, verdict="failed", evidence=" ") == "evidence_missing"
    with pytest.raises((NotAllowed, OutOfScope)):
        check_answer(actor=cast.salesperson, result=seals, verdict="passed", evidence="")
    check_answer(actor=cast.archivist, result=seals, verdict="passed", evidence="红章清晰")
    run.refresh_from_db()
    assert (run.verdict, run.pending_count) == ("pending", 1)
    check_answer(actor=cast.archivist, result=carriers, verdict="failed", evidence="第 2 页水渍")
    run.refresh_from_db()
    assert (run.verdict, run.pending_count, run.failed_count) == ("warned", 0, 1) and run.score < 100
    carriers.refresh_from_db()
    assert carriers.answered_by == "沈砚" and "水渍" in carriers.evidence and carriers.answered_at
    assert no(result=seals, verdict="failed", evidence="看错了") == "answered_already"
    assert Event.objects.filter(code="holdings.check_answered").count() == 2


def given_as(given: dict[str, Any]) -> dict[str, Any]:
    return {"occasion": "filing", **given}


def test_who_may_test(cast: Cast) -> None:
    volume = a_volume_of(cast, 0)
    for who in (cast.salesperson, cast.reader):
        with pytest.raises((NotAllowed, OutOfScope)):
            check_run(actor=who, occasion="filing", volume=volume)
    with pytest.raises(OutOfScope):
        check_run(actor=cast.stranger, occasion="filing", volume=volume)
    for given, code in (({}, "nothing_to_check"), ({"volume": volume, "occasion": "never"}, "occasion_unknown")):
        with pytest.raises(Refused) as caught:
            check_run(actor=cast.archivist, **given_as(given))
        assert caught.value.code == code
    assert not CheckRun.objects.exists()


def test_an_item_by_itself(cast: Cast) -> None:
    a_volume_of(cast, 0)
    item = a_loose_item(cast, carrier="electronic", dated_on=DATED + timedelta(days=1))
    put(cast, item, "纪要.pdf", pdf(3))
    run = run_of(cast, item, CheckOccasion.FILING)
    assert run.item == item and run.failed_count == 0, list(
        run.results.filter(verdict="failed").values_list("title", "evidence")
    )
    assert not run.results.filter(title__contains="件号连续").exists()
    assert ItemFile.objects.count() == 1


def test_the_night_takes_those_longest_untested(cast: Cast) -> None:
    from kedang.business.holdings.jobs import handing
    from kedang.foundation.jobs.services import enqueue
    from kedang.foundation.jobs.worker import JobContext

    custody: Any = handing.check_custody
    volumes = [a_volume_of(cast, 0) for _n in range(4)]
    volumes[3].state = "open"
    volumes[3].save(update_fields=["state"])
    run_of(cast, volumes[0], "custody")
    CheckRun.objects.update(made_at=clock.now() - timedelta(days=3))
    ctx = JobContext(enqueue(cast.archivist, "holdings.custody_check"), "w")
    ctx.progress = lambda *args, **given: None  # type: ignore[method-assign]  # nobody looks on
    assert custody(ctx, sample=2)["volumes"] == 2
    assert list(CheckRun.objects.order_by("pk").values_list("volume_id", flat=True)[1:]) == [
        volumes[1].pk,
        volumes[2].pk,
    ]
    assert custody(ctx, sample=2)["volumes"] == 0  # taken up again after a crash
    later = JobContext(enqueue(cast.archivist, "holdings.custody_check", key="later"), "w")
    later.progress = lambda *args, **given: None  # type: ignore[method-assign]  # nobody looks on
    assert custody(later, sample=1)["volumes"] == 1
    assert CheckRun.objects.latest("pk").volume_id == volumes[0].pk
