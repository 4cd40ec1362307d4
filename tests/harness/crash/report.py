"""What a run did and found, for machines and for people."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.crash.journal import GOOD, LOST, REFUSED, Act


@dataclass
class Report:
    """Counts of one run."""

    engine: str
    seed: int
    plant: str = ""
    kills: Counter[str] = field(default_factory=Counter)
    ready: list[float] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)
    compared: int = 0
    seconds: float = 0.0
    desks: list[str] = field(default_factory=list)

    def find(self, what: str) -> None:
        """One thing that is not as it should be; said once."""
        if what not in self.findings:
            self.findings.append(what)
            print(f"  ✗ {what}", flush=True)

    def summary(self, acts: list[Act]) -> dict[str, Any]:
        """All figures."""
        by_kind: dict[str, Counter[str]] = {}
        by_desk: dict[str, Counter[str]] = {name: Counter() for name in self.desks}
        for act in acts:
            by_kind.setdefault(act.kind, Counter())[act.state] += 1
            by_desk.setdefault(act.desk, Counter())[act.state] += 1
        ready = sorted(self.ready) or [0.0]
        words = {"lost": "acknowledged and lost", "half": "half", "stray": "stray", "other": ""}
        return {
            "engine": self.engine, "seed": self.seed, "plant": self.plant, "kills": sum(self.kills.values()), "by_target": dict(self.kills),
            "desks": {name: dict(counts) for name, counts in sorted(by_desk.items())},
            "acts": {kind: dict(counts) for kind, counts in sorted(by_kind.items())},
            "acknowledged": sum(act.state == GOOD for act in acts), "refused": sum(act.state == REFUSED for act in acts),
            "in_flight": sum(act.state == LOST for act in acts), "in_flight_came_through": self.remarks["in flight, came through"],
            "findings": {name: sum(word in what for what in self.findings) for name, word in words.items() if word},
            "findings_in_all": len(self.findings), "first_findings": self.findings[:20], "remarks": dict(self.remarks),
            "whole_comparisons": self.compared,
            "ready_p50": round(ready[len(ready) // 2], 2), "ready_p95": round(ready[int(len(ready) * 0.95)], 2),
            "ready_max": round(ready[-1], 2),
            "seconds": round(self.seconds),
        }  # fmt: skip


def show(summary: dict[str, Any]) -> None:
    """A table for people."""
    print(
        f"\nengine {summary['engine']}, seed {summary['seed']}{', planted ' + summary['plant'] if summary['plant'] else ''}"
    )
    print(
        f"  kills {summary['kills']}: "
        + ", ".join(f"{name} {count}" for name, count in sorted(summary["by_target"].items()))
    )
    print(f"  {'act':20}{'acknowledged':>14}{'in flight':>12}{'refused':>10}")
    for kind, counts in summary["acts"].items():
        print(f"  {kind:20}{counts.get(GOOD, 0):>14}{counts.get(LOST, 0):>12}{counts.get(REFUSED, 0):>10}")
    for name, counts in summary["desks"].items():
        print(
            f"  {name:32}{counts.get(GOOD, 0):>6} acknowledged, {counts.get(LOST, 0)} in flight, {counts.get(REFUSED, 0)} refused"
        )
    print(f"  in flight and came through: {summary['in_flight_came_through']} of {summary['in_flight']}")
    print(f"  ready again: p50 {summary['ready_p50']} s, p95 {summary['ready_p95']} s, max {summary['ready_max']} s")
    print(f"  whole comparisons {summary['whole_comparisons']}, {summary['seconds']} s, remarks {summary['remarks']}")
    print(f"  findings: {summary['findings_in_all']} {summary['findings']}", flush=True)


def write(summary: dict[str, Any], path: Path) -> None:
    """One JSON object."""
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
