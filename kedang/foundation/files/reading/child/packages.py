"""Office packages (ZIP of XML) opened with limits: how many parts, how much they unpack to, no entity tricks."""

import io
import zipfile
from xml.etree import ElementTree

from kedang.foundation.files.reading.child.answers import Trouble

MOST_PARTS = 20_000
MOST_PART = 64 << 20
MOST_RATIO = 200
RATIO_FROM = 4 << 20


def opened(content: bytes) -> zipfile.ZipFile:
    """The package, measured by its directory.

    Raises:
        Trouble: ``bomb``, ``locked``, ``broken``.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Trouble("broken") from error
    parts = package.infolist()
    unpacked = sum(one.file_size for one in parts)
    if len(parts) > MOST_PARTS or (unpacked > RATIO_FROM and unpacked > MOST_RATIO * max(len(content), 1)):
        raise Trouble("bomb")
    if any(one.flag_bits & 1 for one in parts):
        raise Trouble("locked")
    return package


def part(package: zipfile.ZipFile, name: str) -> bytes:
    """One part, never more than :data:`MOST_PART` whatever the directory says."""
    try:
        with package.open(name) as stream:
            content = stream.read(MOST_PART + 1)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise Trouble("broken") from error
    if len(content) > MOST_PART:
        raise Trouble("bomb")
    return content


def tree(content: bytes) -> ElementTree.Element:
    """XML without a document type: nothing here declares entities honestly."""
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise Trouble("bomb")
    try:
        return ElementTree.fromstring(content)  # noqa: S314  # no document type, bounded size, in a confined process
    except ElementTree.ParseError as error:
        raise Trouble("broken") from error


def office_kind(content: bytes) -> str:
    """``docx``, ``xlsx``, ``pptx``.

    Raises:
        Trouble: ``package`` for other ZIPs, ``ofd``.
    """
    names = set(opened(content).namelist())
    for part_name, kind in (("word/document.xml", "docx"), ("ppt/presentation.xml", "pptx"), ("OFD.xml", "ofd")):
        if part_name in names:
            if kind == "ofd":
                raise Trouble("ofd")
            return kind
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        if "content.xml" in names and b"spreadsheet" not in part(opened(content), "mimetype"):
            raise Trouble("old_office")
        return "xlsx"
    raise Trouble("package")
