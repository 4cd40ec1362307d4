"""What goes to a browser: whole or in parts, under its own name, and unable to act."""

from typing import Any

import pytest
from django.test import RequestFactory

from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.services import file_serve, file_store
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.files import making

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def kept(cast: Cast) -> StoredFile:
    return file_store(actor=cast.archivist, name="会议\u202e纪要.bin", chunks=[CONTENT])


def ask(kept: StoredFile, inline: bool = False, **headers: str) -> Any:
    response = file_serve(RequestFactory().get("/", headers=headers), kept, inline=inline)
    response.body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    for closer in response._resource_closers:  # type: ignore[attr-defined]  # what closing it would do, without the end of a request
        closer()
    return response


def test_whole(kept: StoredFile) -> None:
    response = ask(kept)
    assert response.body == CONTENT and response.status_code == 200
    assert response["Content-Length"] == str(len(CONTENT)) and response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E4%BC%9A%E8%AE%AE_%E7%BA%AA%E8%A6%81.bin"
    assert response["X-Content-Type-Options"] == "nosniff" and "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-0", 0, 1), ("bytes=70000-140000", 70000, 140001), ("bytes=255999-", 255999, None),
    ("bytes=-7", -7, None), ("bytes=5-99999999", 5, None)]
)  # fmt: skip
def test_part(kept: StoredFile, asked: str, start: int, end: int | None) -> None:
    response = ask(kept, Range=asked)
    assert response.status_code == 206 and response.body == CONTENT[start:end]
    first = start % len(CONTENT)
    assert response["Content-Range"] == f"bytes {first}-{first + len(response.body) - 1}/{len(CONTENT)}"


def test_parts_that_are_not_there(kept: StoredFile) -> None:
    for asked in ("bytes=256000-", "bytes=9-8", "bytes=-0"):
        response = ask(kept, Range=asked)
        assert response.status_code == 416 and response["Content-Range"] == f"bytes */{len(CONTENT)}"
    for asked in ("bytes=-", "bytes=0-1,5-6", "lines=1-2"):
        assert ask(kept, Range=asked).status_code == 200
    stale = {"Range": "bytes=0-1", "If-Range": '"other"'}
    assert ask(kept, False, **stale).status_code == 200


def test_only_harmless_formats_are_shown(cast: Cast) -> None:
    page = file_store(actor=cast.archivist, name="a.html", chunks=[b"<html><script>alert(1)</script>"])
    response = ask(page, inline=True)
    assert response["Content-Type"] == "application/octet-stream" and response["Content-Disposition"].startswith(
        "attachment"
    )
    paper = file_store(actor=cast.archivist, name="a.pdf", chunks=[making.pdf()])
    response = ask(paper, inline=True)
    assert response["Content-Type"] == "application/pdf" and response["Content-Disposition"].startswith("inline")
    text = file_store(actor=cast.archivist, name="a.csv", chunks=[b"a,b"])
    assert ask(text, inline=True)["Content-Type"] == "text/plain; charset=utf-8"


def test_a_waiting_or_infected_file_goes_to_nobody(kept: StoredFile) -> None:
    for state in (FileState.WAITING, FileState.INFECTED, FileState.DAMAGED, FileState.ERASED):
        kept.state = state
        with pytest.raises(Refused):
            ask(kept)
