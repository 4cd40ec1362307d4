"""Commands that act for a person, asked in their name; every other command is named here with why it may see what it sees."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout

from django.db import transaction

from kedang.project.cli import main
from tests.access.harness import rules
from tests.access.harness.ear import words_of
from tests.access.harness.exits import Walker
from tests.access.harness.verdict import Judge

#: Command → asked in somebody's name (``person``), or why it is not.
COMMANDS: dict[str, str] = {
    "search": "person",
    "import": "person",
    "bench": "makes up its own base of invented rows",
    "reindex": "prints counts of documents",
    "serve": "prints addresses of the service",
    "setup": "makes an empty or a demo base",
    "audit": "whoever may run it holds the machine; prints numbers of events and seals",
    "backup": "whoever may run it holds the machine; prints names and digests of sets",
    "move": "whoever may run it holds the machine; prints counts of rows",
    "keys": "whoever may run it holds the machine; never prints a key",
    "worker": "prints names of jobs",
    "jobs": "prints names of jobs",
    "health": "prints states and counts",
    "work": "prints names of jobs",
    "check": "prints settings that are not safe",
    "climate": "writes figures of a room, prints them",
    "package": "whoever may run it holds the machine; writes a package of a volume to a file",
    "person": "whoever may run it holds the machine; prints user names",
}


def run_all(walker: Walker) -> None:
    """Searches by what the person may not see, and a file that meets what is there already."""
    judge = walker.judge
    if judge.who.key not in walker.house.people:
        return
    hidden = [c for c in judge.forbidden if c.fact is not None and c.kind in {"contact", "identity", "account"}]
    for canary in walker.random.sample(hidden, min(len(hidden), 2 * walker.size.guesses)):
        decoy = walker.house.maker.make(canary.shape)[0] if canary.shape != "identity" else "440305197001010019"
        for text, other in ((canary.value, decoy), (canary.value[-6:], decoy[-6:])):
            one, two = (told(judge, word) for word in (text, other))
            judge.tally.expect(
                "command",
                "kedang search --as",
                judge.who.key,
                one == two,
                f"{canary.told}: “{text}” tells {one}, “{other}” {two}",
            )
    if walker.house.people[judge.who.key].is_active:
        bring_again(walker)


def told(judge: Judge, text: str) -> object:
    """What ``kedang search`` says."""
    out = run(["search", text, "--as", f"u_{judge.who.key}", "--json"])
    found = json.loads(out or "{}")
    judge_output(judge, "kedang search --as", out, (text,))
    return found.get("total"), [hit["number"] for hit in found.get("hits", [])], found.get("code")


def bring_again(walker: Walker) -> None:
    """A file whose rows are customers already, some of them out of reach: what is told about them?"""
    judge, house = walker.judge, walker.house
    rows = [["客户名称", "统一社会信用代码", "手机"]]
    typed = []
    for fact in house.facts.values():
        made = house.customers[fact.key]
        rows.append([f"{house.maker.word(6)[0]}商贸有限公司", made.uscc, made.mobile])
        typed += [made.uscc, made.mobile]
    path, report = house.folder / f"again-{judge.who.key}.csv", house.folder / f"again-{judge.who.key}.xlsx"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    report.unlink(missing_ok=True)
    arguments = [
        "import",
        "customers",
        str(path),
        "--as",
        f"u_{judge.who.key}",
        "--dry-run",
        "--report",
        str(report),
        "--json",
    ]
    out = run(arguments)
    may = rules.holds(judge.who, "intake.use")
    judge.tally.expect(
        "command", "kedang import --as", judge.who.key, (json.loads(out).get("code") is None) == may, out[:120]
    )
    judge_output(judge, "kedang import --as", out, tuple(typed))
    if report.exists():
        for kind in ("spreadsheet",):
            judge_bytes(judge, "kedang import --report", report.read_bytes(), kind, tuple(typed))


def run(arguments: list[str]) -> str:
    """A command in this process; what it wrote is taken back where it can be."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        if arguments[0] == "search":
            with transaction.atomic():
                main(arguments)
                transaction.set_rollback(True)
        else:
            main(arguments)
    return out.getvalue()


def judge_output(judge: Judge, command: str, out: str, typed: tuple[str, ...]) -> None:
    """Listen to what was printed."""
    judge_bytes(judge, command, out.encode(), "text", typed)


def judge_bytes(judge: Judge, command: str, body: bytes, kind: str, typed: tuple[str, ...]) -> None:
    """Listen to a file or to a screen."""
    judge.tally.count("command", judge.who.key, len(judge.forbidden), len(judge.forbidden))
    for song in judge.ear.listen_to(words_of(body, kind)):
        if judge.is_forbidden(song) and not any(song.text in word.lower() for word in typed):
            judge.tally.leak(
                "command", command, judge.who.key, f"{song.canary.told if song.canary else 'sealed'}: {song.text}"
            )
