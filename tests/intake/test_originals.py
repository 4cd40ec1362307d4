"""The file that was brought in: sealed, whole, and still readable in the form in which it was sealed before."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter

from kedang.business.intake import sealed
from kedang.business.intake.pipeline import originals, packing, staging
from kedang.business.intake.services import batch_commit, upload
from kedang.foundation.jobs.inline import work_here
from kedang.foundation.kernel import key_store, keys, passing, scratch
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.intake.bringing import HEADINGS, again, row, staged, table


def workbook(rows: list[list[str]]) -> bytes:
    """The same table as Excel writes it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate((HEADINGS, *rows)):
            sheet.write_row(at, 0, line)
    return out.getvalue()


TABLE = "客户名称,手机\n临江泵业有限公司,13891227786\n".encode() * 3000


@pytest.fixture
def kept(data_dir: Path, tmp_path: Path) -> Path:
    source = tmp_path / "客户.csv"
    source.write_bytes(TABLE)
    stored = originals.take_in(source)
    originals.keep(stored, 7)
    stored.forget()
    return originals.path_of(7)


def read(batch_id: int = 7) -> bytes:
    batch: Any = SimpleNamespace(pk=batch_id)
    with originals.opened(batch) as plain:
        return plain.read_bytes()


def test_original_lies_sealed_and_its_plain_copies_go(kept: Path) -> None:
    assert read() == TABLE
    assert kept.read_bytes()[:4] == b"KDSF" and b"13891227786" not in kept.read_bytes()
    assert [one.name for one in kept.parent.iterdir()] == ["7.sealed"]
    assert list(scratch.here().iterdir()) == []


def test_original_of_another_batch_or_cut_does_not_open(kept: Path) -> None:
    kept.rename(originals.path_of(8))
    with pytest.raises(Refused, match="损坏、不完整或被移动"):
        read(8)
    originals.path_of(8).rename(kept)
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(Refused, match="损坏、不完整或被移动"):
        read()
    assert list(scratch.here().iterdir()) == []


def test_original_in_the_older_form_opens_and_is_renewed(kept: Path) -> None:
    frames = [TABLE[:40_000], TABLE[40_000:]]
    with kept.open("wb") as out:
        for number, frame in enumerate(frames):
            sealed = keys.encrypt_bytes(frame, f"intake.original.7.{number}")
            out.write(len(sealed).to_bytes(4, "big") + sealed)
        out.write(bytes(4) + keys.encrypt_bytes((2).to_bytes(8, "big"), "intake.original.7.-1"))
    assert read() == TABLE
    assert originals.key_numbers(7) == {keys.ring().active["staging"]}
    assert originals.renew(7) and not originals.renew(7)
    assert read() == TABLE and kept.read_bytes()[:4] == b"KDSF"
    assert originals.key_numbers(7) == {keys.ring().active["files"]}


def test_chunks_and_originals_come_under_a_new_key(cast: Cast, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(data_dir / "ring.json"))
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    keys.use_ring(None)
    batch = staged(cast.archivist, table([row(n) for n in range(30)]))
    chunk = batch.chunks.get()
    shown = packing.unpack_shown(chunk.payload, batch.pk, chunk.seq)
    before = bytes(chunk.payload)
    assert sealed.chunk_counts() == {4: 3} and sealed.original_counts() == {3: 1}
    key_store.save_ring(keys.ring_path(), keys.ring().added("sm4-ctr-hmac-sm3", "2026-01-01T00:00:00+00:00"))
    assert sealed.renew_chunks(lambda count: None) == (3, 0)
    assert sealed.renew_chunks(lambda count: None) == (0, 0)
    assert sealed.renew_originals(lambda count: None) == (1, 0)
    assert sealed.chunk_counts() == {8: 3} and sealed.original_counts() == {7: 1}
    chunk.refresh_from_db()
    assert bytes(chunk.payload) != before and packing.unpack_shown(chunk.payload, batch.pk, chunk.seq) == shown
    assert packing.unpack_marks(chunk.marks, batch.pk, chunk.seq).outcomes == "c" * 30
    with originals.opened(batch) as plain:
        assert len(plain.read_bytes().splitlines()) == 31
    work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    assert again(batch).counts["created"] == 30
    keys.use_ring(None)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_row_of_a_table_lies_on_a_disk_while_it_is_looked_at_and_checked(
    cast: Cast, data_dir: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    rows, seen = [row(n) for n in range(40)], list[Path]()
    content = table(rows) if kind == "csv" else workbook(rows)

    def looking(real: Any) -> Any:
        def look(path: Path, **given: Any) -> Any:
            lying = [one for one in data_dir.rglob("*") if one.is_file() and content[80:160] in one.read_bytes()]
            assert lying == [] and path.read_bytes() == content
            found = real(path, **given)
            assert rows[0][0] in str(found.sample)
            seen.append(path)
            return found

        return look

    for module in (upload, staging):
        monkeypatch.setattr(module, "open_table", looking(module.open_table))
    staged(cast.archivist, content)
    assert len(seen) == 2, "once as it came, once in the worker"
    keys.use_ring(None)  # the ring that was made in this folder goes with it


def test_a_table_larger_than_the_memory_that_is_free_is_refused(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 900 kB\nMemAvailable: 262143 kB\n")
    monkeypatch.setattr(passing, "MEMORY", told)
    source = tmp_path / "客户.csv"
    source.write_bytes(TABLE)
    with pytest.raises(Refused, match="可用内存不足") as refused:
        originals.take_in(source)
    assert refused.value.code == "memory_short"
    told.write_text("MemAvailable: 262144 kB\n")
    originals.take_in(source).forget()
    monkeypatch.setattr(passing, "MEMORY", tmp_path / "nobody tells")
    originals.take_in(source).forget()
