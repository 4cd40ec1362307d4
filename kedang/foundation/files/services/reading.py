"""Reading a stored file back. Only a usable one opens; the mechanisms that make it usable read past its state."""

import io

from django.utils.translation import gettext as _

from kedang.foundation.files import places
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel import sealed_files
from kedang.foundation.kernel.refused import Refused


def file_open(stored_file: StoredFile) -> io.BufferedReader:
    """The plain bytes, from the beginning; ``read`` and ``seek`` cost what they read, not what the file holds.

    Raises:
        Refused: ``file_waiting``, ``file_infected``, ``file_damaged``, ``file_erased`` by its state; ``file_missing``;
            ``sealed_content_damaged``, at opening or at the piece that was altered.
    """
    refuse_unusable(stored_file)
    return open_whatever_state(stored_file)


def open_whatever_state(stored_file: StoredFile) -> io.BufferedReader:
    """The plain bytes, for the virus scan, the fixity check and the repair; never for a person."""
    try:
        return sealed_files.opened(places.path_of(stored_file.place), places.bound_to(stored_file.place))
    except FileNotFoundError as error:
        raise Refused(
            "file_missing",
            _("文件“%(name)s”不在存储中，无法打开。请联系档案管理员从备份恢复。") % {"name": stored_file.name},
        ) from error


def refuse_unusable(stored_file: StoredFile) -> None:
    """A file that is not proved to be harmless and whole goes out to nobody."""
    words = {
        FileState.WAITING: _("文件“%(name)s”还在等待查毒，暂时不能打开，通常一两分钟内完成。"),
        FileState.INFECTED: _("文件“%(name)s”查出病毒，已隔离，不能打开。请向提供人索取干净的文件。"),
        FileState.DAMAGED: _("文件“%(name)s”已损坏，不能打开。请联系档案管理员从备份修复。"),
        FileState.ERASED: _("文件“%(name)s”已按规定清除，内容不再保存。"),
    }
    if stored_file.state != FileState.GOOD:
        state = FileState(stored_file.state)
        raise Refused(f"file_{state}", words[state] % {"name": stored_file.name})
