"""A volume or dossier as a bag (RFC 8493, version 1.0): payload, manifest, tag files, tag manifest."""

from collections.abc import Iterator

from kedang.business.holdings.packages import SOFTWARE
from kedang.business.holdings.packages.contents import Contents
from kedang.business.holdings.packages.zipped import Member, Written

FILES = "data/files"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def members(contents: Contents, written: dict[str, Written]) -> Iterator[Member]:
    """Payload first, then what lists it."""
    yield from contents.files(FILES)
    for name, content in contents.described().items():
        yield Member(f"data/{name}", content)
    yield Member("bagit.txt", DECLARATION)
    yield Member("manifest-sha256.txt", manifest(written, "data/"))
    yield Member("bag-info.txt", bag_info(contents, written))
    yield Member("tagmanifest-sha256.txt", manifest(written, ""))


def manifest(written: dict[str, Written], below: str) -> bytes:
    """Digests and paths: of the payload, or of the tag files written so far."""
    chosen = [path for path in written if path.startswith("data/") == bool(below)]
    return "".join(f"{written[path].sha256}  {encoded(path)}\n" for path in sorted(chosen)).encode()


def encoded(path: str) -> str:
    """RFC 8493 2.1.3: what would break a line, and the percent sign itself."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decoded(path: str) -> str:
    """The path that is meant."""
    return path.replace("%0D", "\r").replace("%0d", "\r").replace("%0A", "\n").replace("%0a", "\n").replace("%25", "%")


def bag_info(contents: Contents, written: dict[str, Written]) -> bytes:
    """Whose it is, kept how long, how much there is."""
    facts, head = contents.facts, contents.head
    payload = [one for path, one in written.items() if path.startswith("data/")]
    lines = {
        "Source-Organization": facts["fonds"]["name"], "External-Identifier": head["code"],
        "External-Description": head["title"], "Bagging-Date": contents.stamp[:10], "Bag-Software-Agent": SOFTWARE,
        "Bag-Group-Identifier": facts["fonds"]["code"], "Internal-Sender-Identifier": head["code"],
        "Internal-Sender-Description": f"{facts['format']}; {head['extent_en']}",
        "Kedang-Retention": head["retention"], "Kedang-Holds": " ".join([str(len(head["holds"])), *head["holds"]]),
        "Payload-Oxum": f"{sum(one.size for one in payload)}.{len(payload)}",
    }  # fmt: skip
    return "".join(f"{name}: {_one_line(value)}\n" for name, value in lines.items()).encode()


def _one_line(value: object) -> str:
    return " ".join(str(value).split())
