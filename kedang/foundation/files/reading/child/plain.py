"""Text files and mails: Chinese encodings told apart, cut into pages of a readable length."""

import csv
import email
import email.policy
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from kedang.foundation.files.reading.child.answers import Trouble

LINES, LETTERS = 80, 4000
"""Of a page of a file that has none of its own."""
_TABLE = re.compile(r"[,\t;|]")


def plain(content: bytes) -> Iterator[dict[str, Any]]:
    """A text or CSV file."""
    text = decoded(content)
    yield from cut(_as_table(text) or text.splitlines())


def decoded(content: bytes) -> str:
    """By its mark, else UTF-8, else GB18030, else Big5.

    Raises:
        Trouble: ``no_text``: none of them.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Trouble("no_text")


def _as_table(text: str) -> list[str] | None:
    """Lines with tabs between cells, where the first lines agree on a sign that separates."""
    head = [line for line in text[:8000].splitlines()[:12] if line.strip()]
    if len(head) < 2:
        return None
    for sign in "\t,;|":
        counts = {line.count(sign) for line in head}
        if min(counts) >= 1 and len(counts) == 1:
            rows = csv.reader(io.StringIO(text), delimiter=sign)
            try:
                return ["\t".join(_cell(one) for one in row) for row in rows]
            except csv.Error:
                return None
    return None


def _cell(text: str) -> str:
    return " ".join(text.split())


def cut(lines: list[str]) -> Iterator[dict[str, Any]]:
    """Pages of at most so many lines and letters."""
    page: list[str] = []
    letters = 0
    for line in lines:
        for piece in [line[at : at + LETTERS] for at in range(0, len(line), LETTERS)] or [""]:
            if page and (len(page) >= LINES or letters + len(piece) > LETTERS):
                yield {"text": "\n".join(page)}
                page, letters = [], 0
            page.append(piece)
            letters += len(piece)
    if any(line.strip() for line in page):
        yield {"text": "\n".join(page)}


def mail(content: bytes) -> Iterator[dict[str, Any]]:
    """A mail: who, when, about what, its text, the names of what hangs on it."""
    message: Any = email.message_from_bytes(content, policy=email.policy.default)
    lines = []
    for label, name in (("主题", "subject"), ("发件人", "from"), ("收件人", "to"), ("抄送", "cc"), ("日期", "date")):
        value = str(message.get(name, "") or "")
        if value:
            lines.append(f"{label}\t{_cell(value)}")
    hanging = [str(part.get_filename() or "") for part in message.iter_attachments()]
    if any(hanging):
        lines.append(f"附件\t{'、'.join(one for one in hanging if one)}")
    lines.append("")
    body = message.get_body(preferencelist=("plain", "html"))
    if body is not None:
        raw = body.get_payload(decode=True) or b""
        charset = body.get_content_charset() or ""
        try:
            text = raw.decode("gb18030" if charset.lower() in {"gb2312", "gbk"} else charset or "utf-8")
        except (LookupError, UnicodeDecodeError):
            text = decoded(raw)
        lines += (_words(text) if body.get_content_type() == "text/html" else text).splitlines()
    yield from cut(lines)


class _Words(HTMLParser):
    """The words of a page of HTML, nothing fetched, nothing run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in {"script", "style", "head"}:
            self._silent += 1
        elif tag in {"p", "br", "div", "tr", "li", "h1", "h2", "h3"}:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head"} and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(" ".join(data.split()))


def _words(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts))
