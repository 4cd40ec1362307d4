"""The files that every package carries, whatever its layout: facts, log evidence, a word to the finder, the bytes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import orjson

from kedang.business.holdings.models import ItemFile
from kedang.business.holdings.packages.evidence import evidence_of
from kedang.business.holdings.packages.facts import Collector, Facts
from kedang.business.holdings.packages.held import numbers_of
from kedang.business.holdings.packages.paths import root_name, safe_name
from kedang.business.holdings.packages.xmlfacts import SCHEMA, facts_xml
from kedang.business.holdings.packages.zipped import Member
from kedang.foundation.files.models import FileState
from kedang.foundation.files.services import file_open
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

BLOCK = 1 << 20
README = """这是一个案卷的封装包，由客档（Kedang）制作。
volume.json 是案卷、文件、档号、备考、保管、移交、检测的全部著录（UTF-8）；volume.xml 是同样内容，格式见 kedang-volume-1.xsd。
events.jsonl 是与本卷有关的操作留痕，seals.jsonl 是封条，keys.json 是验证封条签名的公钥。
每个文件放在“件号/版次”文件夹下，文件名保持来时的样子；过长的名称在路径中缩短，全名见 volume.json。

This is a package of one archival volume, made by Kedang. volume.json (UTF-8) holds the whole description of the volume, its items,
codes, notes, custody, transfers and tests; volume.xml says the same, see kedang-volume-1.xsd. events.jsonl is the trail about this
volume, seals.jsonl and keys.json prove it. Files lie below item and version, under the names they came with.
"""


@dataclass
class Contents(ABC):
    """What is packed, collected once before the first byte is written."""

    actor: Actor
    volume: Any
    """What is packed: the volume, or the customer of a dossier."""
    progress: Callable[[int, int], None] = lambda done, total: None
    _done: int = field(default=0)

    name: ClassVar[str]
    """Of the files of facts, and of the root element of the XML."""
    readme: ClassVar[str]
    content_type: ClassVar[str]

    @property
    @abstractmethod
    def collectors(self) -> list[Collector]:
        """Records of each volume (and of the loose items), as the actor may see them."""

    @cached_property
    @abstractmethod
    def facts(self) -> Facts:
        """Facts, with the path of every file in this package."""

    @property
    @abstractmethod
    def parts(self) -> list[Facts]:
        """Facts of each volume in it; of loose items those that they have."""

    @property
    @abstractmethod
    def head(self) -> Facts:
        """``code``, ``title``, ``extent`` in words, ``dates``, ``retention`` in words, numbers of ``holds``, of the whole."""

    @property
    def items(self) -> list[Facts]:
        """Facts of all items."""
        return [item for part in self.parts for item in part["items"]]

    @cached_property
    def media_types(self) -> dict[str, str]:
        """Kind of content by path below the folder of files."""
        return {line["path"]: str(line["media_type"]) for line, _row in self.packed_files}

    @cached_property
    def root(self) -> str:
        """The one folder of the package."""
        return root_name(str(self.head["code"]))

    @cached_property
    def stamp(self) -> str:
        """When it was made, as XML writes instants."""
        return clock.now().isoformat(timespec="seconds")

    @cached_property
    def evidence(self) -> tuple[bytes, bytes, bytes]:
        """Entries, seals, keys."""
        items = [item for one in self.collectors for item in one.items]
        return evidence_of(
            self.actor, self.volume, items, [one.volume for one in self.collectors if one.volume is not None]
        )

    @cached_property
    def packed_files(self) -> list[tuple[Facts, ItemFile]]:
        """Facts and record of each file that has bytes."""
        found: list[tuple[Facts, ItemFile]] = []
        for part, collector in zip(self.parts, self.collectors, strict=True):
            lines = [one for item in part["items"] for one in item["files"]]
            order = {item.pk: place for place, item in enumerate(collector.items)}
            rows = sorted(collector.files, key=lambda one: (order[one.item_id], one.pk))
            found += [(line, row) for line, row in zip(lines, rows, strict=True) if line["path"]]
        return found

    def files(self, below: str) -> Iterator[Member]:
        """The bytes, file after file."""
        every = self.packed_files
        for line, row in every:
            yield Member(f"{below}/{line['path']}", self._blocks(row), row.file.sha256)
            self._done += 1
            self.progress(self._done, len(every))

    def _blocks(self, row: ItemFile) -> Iterator[bytes]:
        with file_open(row.file) as stream:
            while block := stream.read(BLOCK):
                yield block

    def described(self) -> dict[str, bytes]:
        """Small files by name."""
        events, seals, keys = self.evidence
        return {
            f"{self.name}.json": orjson.dumps(self.facts, option=orjson.OPT_INDENT_2),
            f"{self.name}.xml": facts_xml(self.facts, self.name),
            "kedang-volume-1.xsd": SCHEMA.read_bytes(), "events.jsonl": events, "seals.jsonl": seals, "keys.json": keys,
            "README.txt": self.readme.encode(),
        }  # fmt: skip


class VolumeContents(Contents):
    """One volume."""

    name, readme, content_type = "volume", README, "KEDANG-VOLUME-1"

    @cached_property
    def collector(self) -> Collector:
        """Records of the volume, as the actor may see them."""
        return Collector(self.actor, self.volume)

    @property
    def collectors(self) -> list[Collector]:
        return [self.collector]

    @cached_property
    def facts(self) -> Facts:
        found = self.collector.facts()
        give_paths(found["items"])
        return found

    @property
    def parts(self) -> list[Facts]:
        return [self.facts]

    @property
    def head(self) -> Facts:
        volume, retention = self.facts["volume"], self.facts["retention"] or {}
        dates = "/".join(filter(None, (volume["started_on"], volume["ended_on"])))
        return {
            "code": volume["reference_code"], "title": volume["title"], "dates": dates or str(volume["year"]),
            "retention": f"{retention.get('code', '')} {retention.get('name', '')}".strip(), "holds": numbers_of([self.facts]),
            "extent": f"{volume['item_count']} 件 {volume['page_count']} 页",
            "extent_en": f"{volume['item_count']} items, {volume['page_count']} pages",
            "subject": (volume["series"] or {}).get("name"),
        }  # fmt: skip


def give_paths(items: list[Facts], below: str = "") -> None:
    """Where each file of these items lies below the folder of files; one that was erased has no place."""
    for number, item in enumerate(items, 1):
        for version, one in enumerate(item["files"], 1):
            place = f"{below}{number:04d}/{version:02d}/{safe_name(one['name'])}"
            one["path"] = "" if one["state"] == FileState.ERASED else place
