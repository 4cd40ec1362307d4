"""Reading a package that somebody hands us: what form it has, whether every byte is as its manifests say, what it tells.

Nothing in it is trusted: names stay below its root, sizes are those of the directory, every file is digested before it is used.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote
from xml.etree import ElementTree

import orjson
from django.utils.translation import gettext as _

from kedang.business.holdings.models import PackageKind
from kedang.business.holdings.packages import DOSSIER_FORMAT, FORMAT, bagit, csip
from kedang.business.holdings.packages.evidence import problems_of
from kedang.business.holdings.packages.mets import METS, XLINK
from kedang.business.holdings.packages.paths import is_inside
from kedang.foundation.kernel.refused import Refused

BLOCK = 1 << 20
MOST_MEMBERS = 100_000
MOST_DESCRIBED = 256 << 20
"""Bytes of a file of metadata that is read whole."""


@dataclass
class Report:
    """What verifying has shown."""

    kind: str = ""
    files: int = 0
    bytes: int = 0
    entries: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Nothing wrong."""
        return not self.problems


class PackageReader:
    """An open package. Use it as a context."""

    def __init__(self, source: Path | BinaryIO, name: str = "") -> None:
        name = name or (source.name if isinstance(source, Path) else "")
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise Refused("package_unreadable", _("“%(name)s”不是可以读取的 ZIP 封装包。") % {"name": name}) from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > MOST_MEMBERS:
            self.close()
            raise Refused("package_too_large", _("封装包中的文件超过 %(most)s 个。") % {"most": f"{MOST_MEMBERS:,}"})
        roots = {info.filename.partition("/")[0] for info in infos}
        if len(roots) != 1 or not all(is_inside(info.filename) and "/" in info.filename for info in infos):
            self.close()
            raise Refused("package_unreadable", _("封装包应只有一个根文件夹，其中的路径不能越出它。"))
        self.root = roots.pop()
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.removeprefix(f"{self.root}/")
            if name in self._members:
                self.close()
                raise Refused("package_unreadable", _("封装包中“%(name)s”出现了两次。") % {"name": name})
            self._members[name] = info
        self.kind = self._kind()

    def __enter__(self) -> "PackageReader":
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def _kind(self) -> str:
        if "bagit.txt" in self._members:
            return PackageKind.BAGIT
        if "METS.xml" in self._members:
            return PackageKind.CSIP
        self.close()
        raise Refused("package_unknown", _("既不是 BagIt 也不是 E-ARK CSIP 封装包：缺少 bagit.txt 或 METS.xml。"))

    @property
    def names(self) -> set[str]:
        """Paths below the root."""
        return set(self._members)

    def blocks(self, path: str) -> Iterator[bytes]:
        """Bytes of a member, block by block."""
        with self._zip.open(self._members[path]) as stream:
            while block := stream.read(BLOCK):
                yield block

    def text(self, name: str) -> bytes:
        """A file of metadata, whole."""
        path = name if name in self._members else ""
        if not path or self._members[path].file_size > MOST_DESCRIBED:
            raise Refused("package_incomplete", _("封装包缺少“%(name)s”，或它过大。") % {"name": name})
        return b"".join(self.blocks(path))

    def described(self, name: str) -> bytes:
        """One of our own files by its plain name, wherever this layout keeps it."""
        return self.text(f"data/{name}" if self.kind == PackageKind.BAGIT else csip.PLACES[name])

    @property
    def is_dossier(self) -> bool:
        """Whether it holds the whole dossier of a customer, not one volume."""
        return ("data/dossier.json" if self.kind == PackageKind.BAGIT else csip.PLACES["dossier.json"]) in self._members

    def facts(self) -> dict[str, Any]:
        """What the package tells of its volume or dossier.

        Raises:
            Refused: ``package_foreign``: well made, perhaps, but not one of a Kedang volume.
        """
        wanted = DOSSIER_FORMAT if self.is_dossier else FORMAT
        try:
            found = orjson.loads(self.described("dossier.json" if self.is_dossier else "volume.json"))
        except (orjson.JSONDecodeError, Refused) as error:
            raise Refused(
                "package_foreign", _("封装包里没有客档的著录（volume.json 或 dossier.json），不能导入。")
            ) from error
        if not isinstance(found, dict) or found.get("format") != wanted:
            raise Refused("package_foreign", _("封装包的著录格式不是 %(format)s，不能导入。") % {"format": wanted})
        return found

    def place_of(self, path: str) -> str:
        """Where a file of the volume lies in this layout."""
        return f"{bagit.FILES if self.kind == PackageKind.BAGIT else csip.FILES}/{path}"

    def verify(self) -> Report:
        """Every digest, every file on exactly one list, facts and log evidence."""
        report = Report(str(self.kind))
        try:
            listed = self._listed_bag() if self.kind == PackageKind.BAGIT else self._listed_csip()
            unlisted = {"tagmanifest-sha256.txt"} if self.kind == PackageKind.BAGIT else {"METS.xml"}
            self._compare(report, listed, unlisted)
            if not report.problems:
                self._compare_facts(report)
                report.entries, wrong = problems_of(
                    *(self.described(name) for name in ("events.jsonl", "seals.jsonl", "keys.json"))
                )
                report.problems += [_("留痕证据不符：%(what)s") % {"what": one} for one in wrong]
        except Refused as refusal:
            report.problems.append(refusal.sentence)
        except (
            zipfile.BadZipFile,
            ElementTree.ParseError,
            ValueError,
            KeyError,
            EOFError,
            OSError,
            NotImplementedError,
        ) as error:
            report.problems.append(_("读不下去：%(why)s") % {"why": f"{type(error).__name__}: {error}"[:200]})
        return report

    def _compare(self, report: Report, listed: Mapping[str, str], unlisted: set[str]) -> None:
        report.problems += [
            _("清单上有、包里没有：%(name)s") % {"name": name} for name in sorted(set(listed) - self.names)
        ]
        report.problems += [
            _("包里有、清单上没有：%(name)s") % {"name": name} for name in sorted(self.names - set(listed) - unlisted)
        ]
        for path in sorted(set(listed) & self.names):
            digest, size = hashlib.sha256(), 0
            try:
                for block in self.blocks(path):
                    digest.update(block)
                    size += len(block)
            except (zipfile.BadZipFile, EOFError, OSError) as error:
                report.problems.append(_("读不出：%(name)s（%(why)s）") % {"name": path, "why": error})
                continue
            report.files += 1
            report.bytes += size
            if digest.hexdigest() != listed[path]:
                report.problems.append(_("摘要不符：%(name)s") % {"name": path})

    def _compare_facts(self, report: Report) -> None:
        """The facts name the same files with the same digests as the manifests do."""
        for item in items_of(self.facts()):
            for one in item["files"]:
                path = self.place_of(one["path"]) if one["path"] else ""
                if path and path not in self.names:
                    report.problems.append(_("著录中的文件不在包里：%(name)s") % {"name": one["name"]})

    def _listed_bag(self) -> dict[str, str]:
        listed: dict[str, str] = {}
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            for line in self.text(name).decode("utf-8").split("\n"):
                if line.strip():
                    digest, _space, path = line.rstrip("\r").partition("  ")
                    listed[bagit.decoded(path)] = digest.lower()
        if not any(path == "bagit.txt" for path in listed):
            raise Refused("package_incomplete", _("标签清单没有列出 bagit.txt。"))
        return listed

    def _listed_csip(self) -> dict[str, str]:
        listed = self._listed_mets("METS.xml", "")
        for path in [one for one in listed if one.endswith("/METS.xml")]:
            listed |= self._listed_mets(path, path.removesuffix("METS.xml"))
        return listed

    def _listed_mets(self, path: str, below: str) -> dict[str, str]:
        raw = self.text(path)
        if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
            raise Refused("package_unreadable", _("METS.xml 含有实体声明，不予读取。"))
        root = ElementTree.fromstring(raw)  # noqa: S314  # entities are refused above
        listed = {}
        for one in root.iter(f"{{{METS}}}mdRef"):
            listed[below + unquote(one.attrib[f"{{{XLINK}}}href"])] = one.attrib["CHECKSUM"].lower()
        for one in root.iter(f"{{{METS}}}file"):
            where = one.find(f"{{{METS}}}FLocat")
            if where is not None:
                listed[below + unquote(where.attrib[f"{{{XLINK}}}href"])] = one.attrib["CHECKSUM"].lower()
        return listed


def parts_of(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Facts of each volume in a package, and of the loose items of a dossier."""
    return [dict(facts)] if facts["format"] == FORMAT else [*facts["volumes"], facts["loose"]]


def items_of(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Facts of all items in a package."""
    return [item for part in parts_of(facts) for item in part["items"]]
