"""Names in a ZIP. The format knows two codings and Windows in China uses a third: GBK, without saying so."""

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence

UTF8_SAID = 0x800
UNICODE_PATH = 0x7075
WINDOWS = 0


def names_of(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The name of every entry, sign for sign.

    One that says UTF-8 is UTF-8. An extra field with the name in Unicode goes before, where it belongs to this name. For all
    others together: UTF-8 where every one reads so (macOS does not say it either), else GBK with its larger form GB 18030,
    else the coding of the format (cp437).
    """
    unsaid = [raw_name(info) for info in infos if not info.flag_bits & UTF8_SAID and unicode_path(info) is None]
    coding = _coding_of([raw for raw in unsaid if not raw.isascii()])
    return [_slashes(info, unicode_path(info) or _read(info, coding)) for info in infos]


def raw_name(info: zipfile.ZipInfo) -> bytes:
    """The bytes that stand in the package."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & UTF8_SAID else "cp437", "surrogateescape")


def unicode_path(info: zipfile.ZipInfo) -> str | None:
    """The name in the extra field 0x7075, if it is that of this very name (it carries its checksum)."""
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNICODE_PATH and len(field) > 5 and field[0] == 1:
            if int.from_bytes(field[1:5], "little") != zlib.crc32(raw_name(info)):
                continue
            try:
                return field[5:].decode()
            except UnicodeDecodeError:
                continue
    return None


def _read(info: zipfile.ZipInfo, coding: str) -> str:
    if info.flag_bits & UTF8_SAID:
        return info.orig_filename
    raw = raw_name(info)
    return raw.decode("ascii" if raw.isascii() else coding)


def _coding_of(raws: Sequence[bytes]) -> str:
    """The coding in which all names can be read."""
    as_utf8, as_gbk = _all_in(raws, "utf-8"), _all_in(raws, "gb18030")
    if as_utf8 is not None and not (as_gbk is not None and _is_rather_gbk(as_utf8, raws)):
        return "utf-8"
    return "gb18030" if as_gbk is not None else "cp437"


def _is_rather_gbk(as_utf8: str, raws: Sequence[bytes]) -> bool:
    """Two-byte hanzi of GB 2312 that happen to read as UTF-8 give letters of the near East, never a hanzi."""
    return not re.search(r"[\u0800-\U0010ffff]", as_utf8) and _all_in(raws, "gb2312") is not None


def _all_in(raws: Sequence[bytes], coding: str) -> str | None:
    try:
        return "".join(raw.decode(coding) for raw in raws)
    except UnicodeDecodeError:
        return None


def _slashes(info: zipfile.ZipInfo, name: str) -> str:
    """Packages of old Windows programs divide folders by backslashes."""
    return name.replace("\\", "/") if info.create_system == WINDOWS and "/" not in name else name
