"""The entries of a ZIP: folder and name as text, and a sentence for each that is not to be taken out."""

import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kedang.foundation.files.kinds.packages import MOST_RATIO, RATIO_FROM
from kedang.foundation.files.unpacking.naming import names_of
from kedang.foundation.kernel.refused import Refused

LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a package: ``folder`` is the path in it ("" at the top, parts divided by slashes)."""

    info: zipfile.ZipInfo
    folder: str
    name: str
    refusal: Refused | None

    @property
    def path(self) -> str:
        """Folder and name."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


def entries_of(package: zipfile.ZipFile) -> Iterator[Entry]:
    """All files of a package in their order; folders are not entries."""
    infos = package.infolist()
    shared = _overlapping(infos)
    for info, path in zip(infos, names_of(infos), strict=True):
        if path.endswith("/"):
            continue
        folder, _slash, name = path.rpartition("/")
        parts = [part for part in folder.split("/") if part not in {"", "."}]
        refusal = _refusal(info, path, id(info) in shared)
        yield Entry(info, "/".join(parts), name, refusal)


def _refusal(info: zipfile.ZipInfo, path: str, is_shared: bool) -> Refused | None:
    parts = path.split("/")
    if ".." in parts or path.startswith("/") or path[1:3] in {":/", ":\\"} or "\0" in path:
        return Refused("zip_path", _("路径指向压缩包以外，没有存入。"))
    if parts[0] == "__MACOSX" or parts[-1].lower() in LITTER or parts[-1].startswith("._"):
        return Refused("zip_litter", _("操作系统自动生成的辅助文件，不存入。"))
    if stat.S_ISLNK(info.external_attr >> 16):
        return Refused("zip_link", _("这是指向别处的链接，不是文件，没有存入。"))
    if info.flag_bits & 1:
        return Refused("zip_encrypted", _("设有密码，没有存入。请解除密码后重新上传。"))
    if is_shared or (info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(1, info.compress_size)):
        return Refused("file_bomb", _("解压后异常膨胀，没有存入。如确有需要，请解压后单独上传。"))
    if info.compress_type not in METHODS:
        return Refused("zip_method", _("压缩方式（%(number)s）不受支持，没有存入。请用系统自带的压缩功能重新打包。") % {
            "number": info.compress_type})  # fmt: skip
    return None


def _overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Entries that share bytes with another: honest packages have none."""
    found: set[int] = set()
    end, last = -1, None
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            found |= {id(info), id(last)}
        if info.header_offset + info.compress_size > end:
            end, last = info.header_offset + info.compress_size, info
    return found
