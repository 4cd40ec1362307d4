"""The files that every package of a volume carries, whatever its layout: facts, log evidence, a word to the finder, the bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from kedang.business.holdings.models import ItemFile, Volume
from kedang.business.holdings.packages.evidence import evidence_of
from kedang.business.holdings.packages.facts import Collector, Facts
from kedang.business.holdings.packages.paths import root_name, safe_name
from kedang.business.holdings.packages.xmlfacts import SCHEMA, volume_xml
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
class Contents:
    """What is packed, collected once before the first byte is written."""

    actor: Actor
    volume: Volume
    progress: Callable[[int, int], None] = lambda done, total: None
    _done: int = field(default=0)

    @cached_property
    def collector(self) -> Collector:
        """Records of the volume, as the actor may see them."""
        return Collector(self.actor, self.volume)

    @cached_property
    def facts(self) -> Facts:
        """Facts, with the path of every file in this package."""
        found = self.collector.facts()
        for number, item in enumerate(found["items"], 1):
            for version, one in enumerate(item["files"], 1):
                one["path"] = (
                    "" if one["state"] == FileState.ERASED else f"{number:04d}/{version:02d}/{safe_name(one['name'])}"
                )
        return found

    @cached_property
    def root(self) -> str:
        """The one folder of the package."""
        return root_name(str(self.volume.reference_code))

    @cached_property
    def stamp(self) -> str:
        """When it was made, as XML writes instants."""
        return clock.now().isoformat(timespec="seconds")

    @cached_property
    def evidence(self) -> tuple[bytes, bytes, bytes]:
        """Entries, seals, keys."""
        return evidence_of(self.actor, self.volume, self.collector.items)

    def packed_files(self) -> list[tuple[Facts, ItemFile]]:
        """Facts and record of each file that has bytes."""
        lines = [one for item in self.facts["items"] for one in item["files"]]
        order = {item.pk: place for place, item in enumerate(self.collector.items)}
        rows = sorted(self.collector.files, key=lambda one: (order[one.item_id], one.pk))
        return [(line, row) for line, row in zip(lines, rows, strict=True) if line["path"]]

    def files(self, below: str) -> Iterator[Member]:
        """The bytes, file after file."""
        every = self.packed_files()
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
            "volume.json": orjson.dumps(self.facts, option=orjson.OPT_INDENT_2), "volume.xml": volume_xml(self.facts),
            "kedang-volume-1.xsd": SCHEMA.read_bytes(), "events.jsonl": events, "seals.jsonl": seals, "keys.json": keys,
            "README.txt": README.encode(),
        }  # fmt: skip


def names_of(facts: Facts) -> list[str]:
    """Paths of all files below the folder of files."""
    return [one["path"] for item in facts["items"] for one in item["files"] if one["path"]]


def original_names(facts: Facts) -> dict[str, Any]:
    """True names by path, for readers that met a shortened one."""
    return {one["path"]: one["name"] for item in facts["items"] for one in item["files"] if one["path"]}
