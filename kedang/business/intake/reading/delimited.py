"""CSV and its relatives: any delimiter, bounded lines, a quote that never closes found and named."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from kedang.business.intake.reading import limits
from kedang.business.intake.reading.encoding import Encoding, decide
from kedang.business.intake.reading.table import Row
from kedang.foundation.kernel.refused import Refused

_BLOCK = 1 << 18
_END = "\ue0ff\ue0fe"
_DELIMITERS = (",", "\t", ";", "|", "；", "，")
DELIMITER_LABELS = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线", "；": "全角分号", "，": "全角逗号"}


class Place:
    """How far into a file its latest reading has come."""

    def __init__(self, size: int) -> None:
        self.size, self.read = size, 0

    @property
    def portion(self) -> float:
        """Between 0 and 1, by the bytes of the file as it lies there."""
        return min(self.read / self.size, 1.0) if self.size else 0.0


class _Bounded:
    """A gzip stream that refuses to inflate for ever."""

    def __init__(self, path: Path) -> None:
        self._packed = path.open("rb")
        self._stream = gzip.GzipFile(fileobj=self._packed)
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Refused("file_cut_off", "压缩文件不完整，可能下载或复制中断，请重新获取文件") from error
        self._read += len(block)
        if self._read > limits.MAX_INFLATED:
            raise Refused("inflated_too_large", f"解压后超过 {limits.MAX_INFLATED // limits.MIB} MiB，已停止读取")
        return block

    def tell(self) -> int:
        """Bytes of the compressed file that were read."""
        return self._packed.tell()

    def __enter__(self) -> _Bounded:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._packed.close()


class Source(NamedTuple):
    """Everything needed to read the text again from its beginning."""

    path: Path
    is_gzip: bool
    encoding: Encoding
    delimiter: str
    skip: int = 0
    place: Place = Place(0)

    def open(self) -> BinaryIO:
        return open_bytes(self.path, self.is_gzip)

    def records(self) -> Iterator[Row]:
        """All records with the line on which each begins, blank ones included."""
        return _records(self)


def open_bytes(path: Path, is_gzip: bool) -> BinaryIO:
    """The bytes of the text, inflated where they are compressed."""
    return cast(BinaryIO, _Bounded(path)) if is_gzip else path.open("rb")


def sniff(path: Path, is_gzip: bool, codec: str | None = None) -> Source:
    """Encoding from the whole file, delimiter from its first lines."""
    if codec is None:
        encoding = decide(lambda: open_bytes(path, is_gzip))
    else:
        encoding = Encoding(codec)
    source = Source(path, is_gzip, encoding, ",", place=Place(path.stat().st_size))
    head: list[str] = []
    for line in _lines(source):
        if line == _END or len(head) >= limits.HEAD_ROWS:
            break
        head.append(line)
    if head and head[0].lower().startswith("sep=") and len(head[0].rstrip("\r\n")) == 5:
        return source._replace(delimiter=head[0][4], skip=1)
    return source._replace(delimiter=_delimiter(head))


def _delimiter(head: list[str]) -> str:
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        try:
            widths = [len(cells) for cells in csv.reader(head, delimiter=candidate) if cells]
        except csv.Error:
            continue
        if not widths:
            continue
        common = max(set(widths), key=lambda width: (widths.count(width) if width > 1 else 0, width))
        if common < 2:
            continue
        score = widths.count(common) / len(widths) * min(common, 6)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _lines(source: Source) -> Iterator[str]:
    """Lines with their break, none longer than the limit; a mark after the last."""
    decoder = codecs.getincrementaldecoder(source.encoding.codec)("replace")
    rest = ""
    number = 0
    old_mac: bool | None = None
    with source.open() as stream:
        while block := stream.read(_BLOCK):
            source.place.read = stream.tell()
            text = decoder.decode(block)
            if old_mac is None and text:
                old_mac = "\n" not in text and "\r" in text[:-1]
            if old_mac:
                text = text.replace("\r", "\n")
            lines = (rest + text if rest else text).split("\n")
            rest = lines.pop()
            number += len(lines)
            for line in lines:
                yield line + "\n"
            if len(rest) > limits.MAX_LINE:
                raise Refused(
                    "line_too_long",
                    f"第 {number + 1} 行超过 {limits.MAX_LINE // limits.MIB} 百万字符仍没有换行，不像表格，请检查文件是否导出正确",
                    line=number + 1,
                )
        rest += decoder.decode(b"", True)
    if rest:
        yield rest
    yield _END


def _records(source: Source) -> Iterator[Row]:
    lines = _lines(source)
    for _ in range(source.skip):
        next(lines, None)
    reader = csv.reader(lines, delimiter=source.delimiter)
    before = 0
    skip = source.skip + 1
    longest = limits.MAX_RECORD_LINES
    try:
        for cells in reader:
            now = reader.line_num
            if now - before > 1 and (now - before > longest or (cells and _END in cells[-1])):
                raise _open_quote(before + skip)
            if len(cells) == 1 and cells[0] == _END:
                return
            yield before + skip, cells
            before = now
    except csv.Error as error:
        if "field larger" in str(error):
            raise _open_quote(before + skip) from error
        raise Refused(
            "csv_broken",
            f"第 {before + skip} 行无法按表格读取，请用 Excel 打开后另存为 .xlsx 再导入",
            line=before + skip,
        ) from error
    if before == 0:
        return
    raise _open_quote(before + skip)


def _open_quote(line: int) -> Refused:
    return Refused(
        "file_cut_off",
        f"从第 {line} 行起有一个引号一直没有闭合，文件可能在中途被截断，或该行多了一个引号。请修正后重新导入，本次没有写入任何内容",
        line=line,
    )


def ends_cleanly(path: Path) -> bool:
    """Whether an uncompressed text ends with a line break."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - 2))
        return stream.read().rstrip(b"\0").endswith((b"\n", b"\r"))
