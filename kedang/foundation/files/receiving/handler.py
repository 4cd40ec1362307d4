"""How the web takes files in (``FILE_UPLOAD_HANDLERS``): requests above 2.5 MB come here, smaller ones stay in memory."""

from collections.abc import Callable
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from kedang.foundation.files.digesting import BLOCK
from kedang.foundation.files.receiving.held import Held


class SealedUpload(UploadedFile):
    """What a view finds in ``request.FILES``: reads and seeks like any upload. ``held`` is what the store takes over."""

    def __init__(self, held: Held, *about: Any) -> None:
        self.held = held
        self._stream: BinaryIO | None = None
        name, content_type, charset, extra = about
        super().__init__(None, name, content_type, held.size, charset, extra)

    @property
    def file(self) -> BinaryIO:
        """The plain bytes, unsealed as they are read.

        Raises:
            Refused: ``disk_full`` where they could not all be kept.
        """
        if self._stream is None:
            self._stream = self.held.open()
        return self._stream

    @file.setter
    def file(self, nothing: IO[Any] | None) -> None:
        """Given by the base class."""

    def open(self, mode: Any = None, *rest: Any, **more: Any) -> "SealedUpload":
        """From the beginning again."""
        self.file.seek(0)
        return self

    def close(self) -> None:
        """The end of the request."""
        if self._stream is not None:
            self._stream.close()
        self.held.drop()


class SealingHandler(FileUploadHandler):
    """Seals and digests each file while it arrives. Nobody who has not signed in has anything kept, not for a moment."""

    chunk_size = BLOCK

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._arriving: Held | None = None
        if request is not None:
            request.close = self._closing(request.close)  # type: ignore[method-assign]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is not None and not user.is_authenticated:
            raise SkipFile
        self._arriving = Held(str(self.file_name), max(settings.FILE_MAX_BYTES, settings.UPLOAD_MAX_BYTES))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The next bytes."""
        if self._arriving is not None:
            self._arriving.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """A file has ended."""
        held, self._arriving = self._arriving, None
        if held is None:
            return None
        try:
            held.complete()
            return SealedUpload(held, self.file_name, self.content_type, self.charset, self.content_type_extra)
        except BaseException:
            held.drop()
            raise

    def upload_interrupted(self) -> None:
        """The sender went away, or sent something that is no form."""
        held, self._arriving = self._arriving, None
        if held is not None:
            held.drop()

    def _closing(self, close: Callable[[], None]) -> Callable[[], None]:
        """Django tells a handler nothing of a sender who went away in the middle of a file; the request is closed in any case."""

        def closing() -> None:
            close()
            self.upload_interrupted()

        return closing
