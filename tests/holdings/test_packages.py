"""Packages: whole, proved by tools that others wrote, and taken in again without loss (PL-04)."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from kedang.business.holdings.models import Item, Package, ReferenceCode, Volume
from kedang.business.holdings.packages import contents as c
from kedang.business.holdings.packages import evidence, paths
from kedang.business.holdings.packages.zipped import pieces
from kedang.business.holdings.services import packages as p
from kedang.business.holdings.services.check_runs import check_run
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_open
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast, make_person
from tests.holdings.foreign import bag_problems, csip_problems, unpacked
from tests.holdings.handed import a_volume_of, accept_all, add_item, pdf, put, sent_list
from tests.holdings.premis import premis_problems

DECOMPOSED = "re\u0301sume\u0301 100%.pdf"


@pytest.fixture(autouse=True)
def own_folder(data_dir: Path) -> Iterator[None]:
    """Files and signing keys of these tests lie in a folder of their own."""
    yield


def a_rich_volume(cast: Cast) -> Volume:
    """With an attachment, versions, odd names, a replaced code, a note, a test and a transfer behind it."""
    volume = a_volume_of(cast, 2)
    first, second = volume.items.order_by("position")
    second.belongs_to, second.relation = first, "attachment"
    second.title = "附件<&>\u0007 一"
    second.save()
    original = first.files.get()
    put(cast, first, DECOMPOSED, pdf(2, "Second"), follows=original, number=2)
    put(cast, second, "长" * 196 + ".pdf", pdf(1), role="copy", note="复印")
    new = ReferenceCode.objects.get(volume=volume)
    ReferenceCode.objects.create(
        fonds=volume.fonds, code="旧-0007", state="former", volume=volume, successor=new, reason="换模板", given_by="沈砚", given_at=clock.now()
    )  # fmt: skip
    volume.notes.create(
        kind="defect",
        text="第 2 件缺第 3 页",
        made_by="沈砚",
        made_at=clock.now(),
        signed_by=cast.archivist,
        signed_at=clock.now(),
    )
    accept_all(cast, sent_list(cast, volume))
    return volume


def packed(cast: Cast, volume: Volume, kind: str, folder: Path, actor: Any = None) -> Path:
    """The package as a file outside."""
    made: Any = p.package_make(actor=actor or cast.archivist, volume=volume, kind=kind)
    path = folder / f"{kind}-{made.pk}.zip"
    with file_open(made.file) as stream:
        path.write_bytes(stream.read())
    return path


@pytest.mark.django_db(transaction=True)
def test_a_bag_is_valid_to_its_inventors_and_keeps_every_name(cast: Cast, tmp_path: Path) -> None:
    volume = a_rich_volume(cast)
    path = packed(cast, volume, "bagit", tmp_path)
    report = p.package_verify(path=path)
    assert report.is_good and report.kind == "bagit" and report.entries >= 3, report
    row: Any = Package.objects.get()
    assert (row.digest, row.made_by) == (row.file.sha256, "沈砚") and row.file.name.endswith(".bagit.zip")
    event = Event.objects.get(code="holdings.package_made")
    assert event.parent_id == volume.pk and row.digest in event.meta
    root = unpacked(path, tmp_path / "out")
    assert bag_problems(root) == ""
    names = sorted(one.name for one in (root / "data" / "files").rglob("*.pdf"))
    assert DECOMPOSED.replace("%", "％") in names and "合同 1.pdf" in names and len(names) == 4
    facts = json.loads((root / "data" / "volume.json").read_text())
    files = [one for item in facts["items"] for one in item["files"]]
    assert "长" * 196 + ".pdf" in [one["name"] for one in files] and DECOMPOSED in [one["name"] for one in files]
    assert facts["holds"] == []
    assert facts["retention"] == {"code": "D30", "name": "定期30年", "years": 30, "reads_as": None}
    assert facts["transfers"][0]["received_by"]["name"] == "沈砚" and facts["checks"][0]["occasion"] == "transfer"
    info = (root / "bag-info.txt").read_text()
    assert f"External-Identifier: {volume.reference_code}" in info and "Kedang-Retention: D30 定期30年" in info
    readme = root / "data" / "README.txt"
    readme.write_bytes(readme.read_bytes()[::-1])
    assert "README.txt" in bag_problems(root)


def test_a_csip_package_is_valid_to_the_e_ark_foundation(cast: Cast, tmp_path: Path) -> None:
    from lxml import etree  # type: ignore[import-untyped]  # comes with the validator, without types

    volume = a_rich_volume(cast)
    path = packed(cast, volume, "csip", tmp_path)
    report = p.package_verify(path=path)
    assert report.is_good and report.kind == "csip", report
    root = unpacked(path, tmp_path / "out")
    assert csip_problems(root) == []
    schema = etree.XMLSchema(etree.parse(root / "schemas" / "kedang-volume-1.xsd"))
    schema.assertValid(etree.parse(root / "metadata" / "descriptive" / "volume.xml"))
    kept = root / "metadata" / "preservation" / "premis.xml"
    premis = kept.read_text()
    assert premis_problems(kept) == []
    assert premis_problems(root / "representations" / "original" / "metadata" / "preservation" / "premis.xml") == []
    bad = tmp_path / "premis.xml"
    bad.write_text(premis.replace("<premis:eventType>filing</premis:eventType>", "", 1))
    assert any("0 × eventType" in line for line in premis_problems(bad))
    assert "SM3" in premis and "保管期限 定期30年（D30）；冻结 0 项" in premis
    mets = root / "METS.xml"
    mets.write_text(mets.read_text().replace('TYPE="PHYSICAL"', 'TYPE="LOGICAL"'))
    assert any("CSIP81" in line for line in csip_problems(root))


@pytest.mark.django_db(transaction=True)
def test_what_was_altered_in_a_package_is_named(cast: Cast, tmp_path: Path) -> None:
    volume = a_volume_of(cast, 1)
    check_run(actor=cast.archivist, occasion="filing", volume=volume)

    def altered(kind: str, change: Any) -> list[str]:
        path = packed(cast, volume, kind, tmp_path)
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        change(members)
        bad = tmp_path / f"bad-{path.name}"
        with zipfile.ZipFile(bad, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return p.package_verify(path=bad).problems

    def ending(members: dict[str, bytes], tail: str) -> str:
        return next(name for name in members if name.endswith(tail))

    def edit(tail: str) -> Any:
        return lambda members: members.__setitem__(ending(members, tail), members[ending(members, tail)] + b" ")

    for kind in ("bagit", "csip"):
        assert any("摘要不符" in line and "合同 1.pdf" in line for line in altered(kind, edit("合同 1.pdf")))
        assert any("包里没有" in line for line in altered(kind, lambda m: m.pop(ending(m, "合同 1.pdf"))))
        stray = altered(kind, lambda m: m.__setitem__(ending(m, "volume.json").rpartition("/")[0] + "/other.txt", b"x"))
        assert any("清单上没有" in line and "other.txt" in line for line in stray)
    keys = [event.pk for event in Event.objects.filter(subject_type="holdings.volume")]
    assert keys
    entries, seals, public = evidence.evidence_of(cast.archivist, volume, list(volume.items.all()))
    assert evidence.problems_of(entries, seals, public)[1] == []
    forged = entries.replace(b'"verdict\\":\\"pending', b'"verdict\\":\\"passed!', 1)
    assert forged != entries and evidence.problems_of(forged, seals, public)[1] != []
    assert evidence.problems_of(entries, seals.replace(b'"count\\":', b'"count\\": '), public)[1] != []
    assert b"\xe6\xb2\x88\xe7\xa0\x9a" not in entries  # 沈砚: who acted is not told to who may not read the trail


def test_a_way_leads_from_every_leaf_to_the_root() -> None:
    from kedang.foundation.audit.sealing.digests import ALGORITHMS, tree_root

    digest = ALGORITHMS["sha256"]
    for size in (1, 2, 3, 5, 8, 13):
        leaves = [bytes([n]) * 32 for n in range(size)]
        for place in range(size):
            node = leaves[place]
            for side, other in evidence.way_of(leaves, place, digest):
                pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
                node = digest(b"\1" + pair).digest()
            assert node == tree_root(leaves, digest)


def same(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts without what must differ: when and by whom it was packed, places, and the history of this house."""
    kept = {key: facts[key] for key in ("retention", "holds")}
    kept["volume"] = {key: value for key, value in facts["volume"].items() if key not in {"location", "state"}}
    kept["items"] = [
        {
            **item,
            "files": [
                {k: v for k, v in one.items() if k not in {"uploaded_at", "scanned_at"}} for one in item["files"]
            ],
        }
        for item in facts["items"]
    ]
    kept["codes"] = [{k: v for k, v in one.items() if k not in {"given_by", "given_at"}} for one in facts["codes"]]
    kept["notes"] = facts["notes"]
    return kept


def facts_of(actor: Any, volume: Volume) -> dict[str, Any]:
    return c.VolumeContents(actor, volume).facts


@pytest.mark.parametrize("kind", ["bagit", "csip"])
def test_it_comes_in_again_without_loss_elsewhere(cast: Cast, tmp_path: Path, kind: str) -> None:
    volume = a_rich_volume(cast)
    for name, username in (("沈砚", "shen2"), ("周航", "zhou2")):
        make_person(cast.other_fonds, username, name, "salesperson")
    path = packed(cast, volume, kind, tmp_path)
    before = facts_of(cast.archivist, volume)
    made = p.package_import(actor=cast.stranger, path=path)
    assert made.codes == [] and made.volume.fonds == cast.other_fonds
    after = facts_of(cast.stranger, made.volume)
    one, other = same(before), same(after)
    for facts in (one, other):  # people and departments of the other company are others
        for thing in (facts["volume"], *facts["items"], *facts["notes"]):
            for name in ("department", "responsible", "inspected_by", "signed_by"):
                thing.pop(name, None)
    told = [note["text"] for note in other["notes"]]
    assert told[0] == "第 2 件缺第 3 页（沈砚 2026-11-22 签认）" or "沈砚" in told[0]
    for facts in (one, other):
        for note in facts["notes"]:
            note["text"] = note["text"].partition("（沈砚")[0]
            note.pop("signed_at")
    assert one == other
    contents = [
        [file_open(one.file).read() for one in item.files.order_by("pk")] for item in volume.items.order_by("position")
    ]
    again = [
        [file_open(one.file).read() for one in item.files.order_by("pk")]
        for item in made.volume.items.order_by("position")
    ]
    assert contents == again
    assert any("销售一组" in line for line in made.unknown) and any("周航" in line for line in made.unknown)
    kept = Package.objects.get(volume=made.volume)
    assert kept.digest == Package.objects.get(volume=volume).digest and "青禾" in kept.note
    event = Event.objects.get(code="holdings.package_imported")
    assert event.subject_id == made.volume.pk and kept.digest in event.meta
    assert Event.objects.filter(code="holdings.item_imported").count() == 2
    assert ReferenceCode.objects.get(fonds=cast.other_fonds, code="旧-0007").volume == made.volume
    with pytest.raises(Refused) as caught:
        p.package_import(actor=cast.stranger, path=path)
    assert caught.value.code == "package_again"


def test_codes_that_are_taken_are_exchanged_and_told(cast: Cast, tmp_path: Path) -> None:
    volume = a_volume_of(cast, 2)
    path = packed(cast, volume, "bagit", tmp_path)
    Volume.objects.filter(pk=volume.pk).update(title="另一卷")  # the code stands for something else by now
    old = [item.reference_code for item in volume.items.order_by("position")]
    made = p.package_import(actor=cast.archivist, path=path)
    new = [item.reference_code for item in made.volume.items.order_by("position")]
    assert made.volume.reference_code != volume.reference_code
    assert made.codes == [(volume.reference_code, made.volume.reference_code), *zip(old, new, strict=True)]
    row = ReferenceCode.objects.get(code=made.volume.reference_code)
    assert volume.reference_code in row.reason and row.volume == made.volume
    assert volume.reference_code in made.volume.notes.get().text
    assert Item.objects.filter(volume=volume).count() == 2  # what was there is untouched


def test_an_empty_company_learns_what_it_does_not_know(cast: Cast, tmp_path: Path) -> None:
    volume = a_volume_of(cast, 1)
    volume.series.code, volume.retention.code = "ZY·XX", "D15"
    volume.series.save()
    volume.retention.save()
    volume.template.item_template = "{fonds}/{volume:4}/{item:3}"
    volume.template.save()
    path = packed(cast, volume, "bagit", tmp_path)
    made = p.package_import(actor=cast.stranger, path=path)
    assert made.volume.series.code == "ZY·XX" and not made.volume.series.is_active
    assert (made.volume.retention.code, made.volume.retention.years) == ("D15", 30)
    assert made.volume.template.item_template == "{fonds}/{volume:4}/{item:3}" and not made.volume.template.is_active
    assert {"类别 ZY·XX", "保管期限 D15"} <= set(made.unknown)


def test_what_may_not_be_packed_or_taken_in(cast: Cast, tmp_path: Path) -> None:
    volume = a_volume_of(cast, 1)

    def refused(act: Any, **given: Any) -> str:
        with pytest.raises(Refused) as caught:
            act(**given)
        return caught.value.code

    make = {"actor": cast.archivist, "volume": volume}
    assert refused(p.package_make, **make, kind="tar") == "package_kind"
    for who in (cast.salesperson, cast.reader, cast.head, cast.auditor):
        with pytest.raises((NotAllowed, OutOfScope)):
            p.package_make(actor=who, volume=volume, kind="bagit")
    Item.objects.update(secrecy_level=4)  # above the clearance of the archivist
    assert refused(p.package_make, **make, kind="bagit") == "package_items_hidden"
    Item.objects.update(secrecy_level=1)
    StoredFile.objects.update(state="infected")
    assert refused(p.package_make, **make, kind="bagit") == "file_infected"
    StoredFile.objects.update(state="good", sha256="0" * 64)
    assert refused(p.package_make, **make, kind="bagit") == "file_damaged"
    volume.state = "open"
    volume.save()
    assert refused(p.package_make, **make, kind="bagit") == "volume_open"
    assert not Package.objects.exists() and StoredFile.objects.count() == 1
    text = tmp_path / "no.zip"
    text.write_text("nothing")
    assert refused(p.package_verify, path=text) == "package_unreadable"
    for names, code in (
        (["a/x.txt"], "package_unknown"),
        (["a/../x", "a/bagit.txt"], "package_unreadable"),
        (["a/1", "b/2"], "package_unreadable"),
    ):
        with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        assert refused(p.package_verify, path=tmp_path / "odd.zip") == code
    with zipfile.ZipFile(tmp_path / "bare.zip", "w") as archive:
        archive.writestr("a/bagit.txt", "x")
    assert refused(p.package_import, actor=cast.archivist, path=tmp_path / "bare.zip") == "package_bad"
    with pytest.raises(NotAllowed):
        p.package_import(actor=cast.salesperson, path=text)
    assert Volume.objects.count() == 1


def test_names_find_a_place_on_every_disk() -> None:
    assert paths.safe_name("合同 1.pdf") == "合同 1.pdf" and paths.safe_name(DECOMPOSED[:7]) == DECOMPOSED[:7]
    long = paths.safe_name("长" * 196 + ".pdf")
    assert long.endswith("….pdf") and len(long.encode()) <= paths.MOST_BYTES
    assert (
        paths.safe_name("a/b:c?.txt") == "a_b_c_.txt"
        and paths.safe_name("..") == "_"
        and paths.safe_name("CON.txt") == "_CON.txt"
    )
    assert not paths.is_inside("a/../b") and not paths.is_inside("/etc/x") and paths.is_inside("a/b c.txt")


def test_packing_takes_no_more_memory_for_more_bytes() -> None:
    from kedang.business.holdings.packages.zipped import Member

    block = bytes(1 << 20)
    largest = 0
    members = (Member(f"{n}.bin", (block for _n in range(16))) for n in range(4))
    written: dict[str, Any] = {}
    for piece in pieces("root", members, clock.now(), written):
        largest = max(largest, len(piece))
    assert largest < 2 << 20 and written["3.bin"].size == 16 << 20


def test_the_command(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from kedang.project.cli import build_parser
    from kedang.project.cli import package as command

    volume = a_volume_of(cast, 1)
    out = tmp_path / "out.zip"

    def run(*words: str) -> dict[str, Any]:
        args = build_parser().parse_args(["package", *words, "--json"])
        answer: dict[str, Any] = args.run(args)
        return answer

    made = run("export", volume.reference_code, "--kind", "csip", "--to", str(out), "--as", "shenyan")
    assert made["items"] == 1 and made["sha256"] == Package.objects.get().digest and out.stat().st_size == made["bytes"]
    told = run("verify", str(out))
    assert told["ok"] and told["kind"] == "csip" and told["files"] > 8
    ensure_defaults(cast.other_fonds)
    taken = run("import", str(out), "--fonds", "002", "--as", "zhaopeng")
    assert taken["reference_code"] == volume.reference_code and taken["codes"] == []
    for words, code in (
        (("export", "无此号", "--to", str(tmp_path / "n.zip")), "volume_unknown"),
        (("export", volume.reference_code, "--to", str(out)), "file_there"),
        (("verify", str(tmp_path / "none.zip")), "file_missing"),
        (("import", str(out), "--fonds", "999"), "fonds_unknown"),
    ):
        with pytest.raises(Refused) as caught:
            run(*words)
        assert caught.value.code == code
    out.write_bytes(out.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6"))
    with pytest.raises(Refused) as caught:
        run("verify", str(out))
    assert caught.value.code == "package_bad" and caught.value.details["problems"] and command.__doc__


def test_an_item_put_in_later_comes_along(cast: Cast, tmp_path: Path) -> None:
    volume = a_volume_of(cast, 0, files=False)
    with transaction.atomic():
        put(cast, add_item(cast, volume, 1), "后补.pdf")
    report = p.package_verify(path=packed(cast, volume, "bagit", tmp_path))
    assert report.is_good and report.files == 11
