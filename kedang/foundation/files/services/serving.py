"""Sending a stored file to a browser: streamed, in parts where asked, and unable to act in our name when it is opened."""

import io
import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from kedang.foundation.files.kinds import SHOWN_INLINE
from kedang.foundation.files.kinds.media import OCTETS, PDF, TEXT
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services.reading import file_open

BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
SANDBOX = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'; sandbox"
)
"""As strict as any page, and in a sandbox besides: no script runs and nothing knows our cookies. A browser's PDF reader does not start
in one; it runs apart from the page, under the policy of all pages.
"""


class Pieces:
    """Some bytes of an open file; closed with the answer, also when nobody took a single piece."""

    def __init__(self, stream: io.BufferedReader, start: int, length: int) -> None:
        self._stream, self._left = stream, length
        stream.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        """Piece after piece; a damaged one breaks the answer off, so that nobody takes it for whole."""
        while self._left > 0:
            block = self._stream.read(min(BLOCK, self._left))
            if not block:
                return
            self._left -= len(block)
            yield block

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def file_serve(
    request: HttpRequest, stored_file: StoredFile, filename: str = "", inline: bool = False
) -> HttpResponseBase:
    """The answer that carries a file. The caller has asked for the right and writes the event.

    Args:
        request: asked by; its ``Range`` is honoured (one range).
        stored_file: the file; refused unless it may be used.
        filename: under which name it is saved; its own when empty.
        inline: shown by the browser where the format is harmless, otherwise downloaded all the same.

    Raises:
        Refused: see :func:`file_open`.
    """
    stream = file_open(stored_file)
    tag = f'"{stored_file.sha256[:32]}"'
    start, length, status = 0, stored_file.size, 200
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is not None and any(found.groups()) and request.headers.get("If-Range", tag) == tag:
        span = _span(found, stored_file.size)
        if span is None:
            stream.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored_file.size}"})
        start, length, status = *span, 206
    response = StreamingHttpResponse(Pieces(stream, start, length), status=status)
    is_shown = inline and stored_file.media_type in SHOWN_INLINE
    response["Content-Type"] = _content_type(stored_file.media_type, is_shown)
    response["Content-Length"] = str(length)
    response["Content-Disposition"] = _disposition(not is_shown, filename or stored_file.name)
    response["Accept-Ranges"], response["ETag"] = "bytes", tag
    response["X-Content-Type-Options"] = "nosniff"
    if stored_file.media_type != PDF:
        response["Content-Security-Policy"] = SANDBOX
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{stored_file.size}"
    return response


def _span(found: re.Match[str], size: int) -> tuple[int, int] | None:
    """Start and length of the part asked for; None where the file has no such part."""
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    return (start, end - start + 1) if start <= end else None


def _content_type(media_type: str, is_shown: bool) -> str:
    if is_shown:
        return f"{TEXT}; charset=utf-8" if media_type.startswith("text/") else media_type
    return OCTETS if media_type.startswith("text/") or "xml" in media_type.rpartition("/")[2] else media_type


def _disposition(is_attachment: bool, name: str) -> str:
    """Header with a name of one line, in UTF-8 where it needs to be."""
    safe = "".join(sign if sign.isprintable() else "_" for sign in name).replace("/", "_").replace("\\", "_")
    return content_disposition_header(is_attachment, safe) or "attachment"
