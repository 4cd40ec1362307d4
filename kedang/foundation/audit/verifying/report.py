"""What a verification found."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed: kind, number of the seal, id of the entry, and what it is about."""

    kind: str
    seal: int = 0
    event: int | None = None
    about: str = ""

    @property
    def sentence(self) -> str:
        """In words."""
        words = {
            "event_altered": _("第 %(seal)s 号封条下，记录 %(event)s 的内容被改过"),
            "event_missing": _("第 %(seal)s 号封条下，记录 %(event)s 不见了"),
            "event_foreign": _("记录 %(event)s 不是本系统写下的：没有封条认它，编号也早已过去"),
            "event_twice": _("第 %(seal)s 号封条把早已封过的编号 %(event)s 又封了一次"),
            "seal_missing": _("第 %(seal)s 号封条不见了"),
            "seal_altered": _("第 %(seal)s 号封条的内容被改过"),
            "seal_data": _("第 %(seal)s 号封条的盐或叶摘要被改过或缺失"),
            "seal_root": _("第 %(seal)s 号封条与它下面的记录对不上"),
            "seal_signature": _("第 %(seal)s 号封条的签名不对"),
            "seal_key": _("第 %(seal)s 号封条的签名密钥 %(about)s 不在公钥清单中"),
            "seal_chain": _("第 %(seal)s 号封条与前一号接不上"),
            "checkpoint_differs": _("第 %(seal)s 号封条与当时写出的检查点不一致：数据库被换过或改写过（%(about)s）"),
            "checkpoint_ahead": _("检查点记到第 %(seal)s 号封条，数据库里没有：数据库被退回到了更早的时候（%(about)s）"),
            "checkpoint_missing": _("第 %(seal)s 号封条的检查点不见了（%(about)s）"),
            "checkpoint_altered": _("检查点文件中有一行被改过（%(about)s）"),
            "checkpoint_unreadable": _("检查点文件读不出来（%(about)s）"),
            "redaction_unproved": _("记录 %(event)s 的抹除没有相应的留痕"),
            "guard_missing": _("防止改动留痕的触发器缺失或被改过：%(about)s"),
        }  # fmt: skip
        return words[self.kind] % {"seal": self.seal, "event": self.event, "about": self.about}


@dataclass(slots=True)
class Report:
    """Counts, faults in order, and how long it took."""

    seals: int = 0
    events: int = 0
    pending: int = 0
    redacted: int = 0
    checkpoints: dict[str, int] = field(default_factory=dict)
    last_seal: int = 0
    last_at: str = ""
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Nothing found."""
        return not self.fault_count

    @property
    def first(self) -> Fault | None:
        """The first bad entry or seal."""
        return self.faults[0] if self.faults else None

    def add(self, faults: list[Fault]) -> None:
        """More faults; the first hundred in order are told, all are counted."""
        self.fault_count += len(faults)
        self.faults = sorted({*self.faults, *faults}, key=_place)[:MOST_TOLD]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``, the event and the page."""
        first = self.first
        return {
            "ok": self.is_good, "seals": self.seals, "events": self.events, "pending": self.pending, "redacted": self.redacted,
            "last_seal": self.last_seal, "last_at": self.last_at, "checkpoints": self.checkpoints, "fault_count": self.fault_count,
            "first_bad": {**asdict(first), "sentence": first.sentence} if first else None,
            "faults": [{**asdict(fault), "sentence": fault.sentence} for fault in self.faults[:20]],
            "seconds": round(self.seconds, 2),
        }  # fmt: skip


def _place(fault: Fault) -> tuple[int, int, str]:
    return (fault.seal or (1 << 62), fault.event or 0, fault.kind)
