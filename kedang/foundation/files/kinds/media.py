"""Formats of an archive by their signatures, and what people call them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

OCTETS, TEXT, ZIP = "application/octet-stream", "text/plain", "application/zip"
PDF = "application/pdf"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    OFFICE + "wordprocessingml.document",
    OFFICE + "spreadsheetml.sheet",
    OFFICE + "presentationml.presentation",
)
OLE, DOC, XLS, PPT = (
    "application/x-ole-storage",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
)
OFD = "application/ofd"

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\0\0\x01\xba", "video/mpeg"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"AC10", "image/vnd.dwg"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (257, b"ustar", "application/x-tar"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"%!PS", "application/postscript"),
    (0, b"Founder CEB", "application/x-ceb"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
)

EXECUTABLES: tuple[tuple[int, bytes, Any], ...] = (
    (0, b"\x7fELF", _("Linux 程序")),
    (0, b"\xcf\xfa\xed\xfe", _("macOS 程序")),
    (0, b"\xce\xfa\xed\xfe", _("macOS 程序")),
    (0, b"\xfe\xed\xfa\xcf", _("macOS 程序")),
    (0, b"\xfe\xed\xfa\xce", _("macOS 程序")),
    (0, b"\xca\xfe\xba\xbe", _("Java 或 macOS 程序")),
    (0, b"dex\n03", _("Android 程序")),
    (0, b"L\0\0\0\x01\x14\x02\0", _("Windows 快捷方式")),
    (0, b"ITSF\x03", _("Windows 帮助程序")),
    (0, b"MSCF\0\0\0\0", _("Windows 安装包")),
    (0, b"!<arch>\ndebian", _("Linux 安装包")),
    (0, b"\xed\xab\xee\xdb", _("Linux 安装包")),
)

SCRIPTS = frozenset(
    "exe dll com scr pif sys cpl msi msp bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta lnk reg jar apk app sh".split()
)
"""What a Windows or Linux machine runs when it is opened, by ending: refused whatever is inside."""

EXTENSIONS = {
    "csv": "text/csv", "htm": "text/html", "html": "text/html", "svg": "image/svg+xml", "xml": "text/xml", "eml": "message/rfc822",
    "json": "application/json", "md": "text/markdown", "doc": DOC, "wps": DOC, "xls": XLS, "et": XLS, "ppt": PPT, "dps": PPT,
    "msg": "application/vnd.ms-outlook", "vsd": "application/vnd.visio", "mht": "message/rfc822", "mp3": "audio/mpeg",
    "bmp": "image/bmp", "dxf": "image/vnd.dxf", "ics": "text/calendar", "vcf": "text/vcard",
}  # fmt: skip
"""Which reading of text or of an OLE container is meant; never more than a choice among what the content allows."""

SHOWN_INLINE = frozenset({PDF, "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", TEXT, "text/csv"})
"""A browser may show these in the page's place; everything else is only ever downloaded."""

_TITLES: dict[str, Any] = {
    PDF: "PDF", OFD: "OFD", DOCX: "Word", DOC: "Word", XLSX: "Excel", XLS: "Excel", PPTX: "PowerPoint", PPT: "PowerPoint",
    OLE: _("Office 旧格式"), TEXT: _("文本"), "text/csv": "CSV", ZIP: "ZIP", OCTETS: _("未知格式"),
    "application/vnd.rar": "RAR", "application/x-7z-compressed": "7z", "image/vnd.dwg": "DWG", "message/rfc822": _("电子邮件"),
}  # fmt: skip


def title_of(media_type: str) -> str:
    """What people call a format."""
    if media_type in _TITLES:
        return str(_TITLES[media_type])
    family, _slash, name = media_type.partition("/")
    name = name.removeprefix("x-").removeprefix("vnd.").upper()
    words = {"image": _("%(name)s 图片"), "audio": _("%(name)s 录音"), "video": _("%(name)s 录像")}
    return str(words[family]) % {"name": name} if family in words else name
