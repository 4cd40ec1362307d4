"""House rules that ready-made checkers do not know. ``python -m tools.house`` prints what breaks them.

Long files and lines · inline script and style in templates · clocks other than ``kernel.clock`` · Chinese on pages that no
translating function has seen · icons that are not in ``tools/icons.txt`` · ``assert`` in the program.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
WIDEST = 140
CHINESE = re.compile(r"[\u3400-\u9fff]")
TRANSLATING = {
    "_",
    "_now",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
PAGE_MODULES = {
    "urls",
    "views",
    "forms",
    "tables",
    "filters",
    "panels",
    "api",
    "pages",
    "menu",
    "templatetags",
    "records",
}
REMARK = re.compile(r"\s*# (?:noqa|type: ignore).*$")
CLOCKS = re.compile(r"\b(?:timezone\.now|date\.today|datetime\.now|datetime\.utcnow|datetime\.today)\(")
INLINE = {
    re.compile(r"<style\b", re.IGNORECASE): "inline style element",
    re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE): "inline script",
    re.compile(r"\sstyle=", re.IGNORECASE): "style attribute",
    re.compile(r"\son[a-z]+=\s*[\"']", re.IGNORECASE): "inline event handler",
    re.compile(r"\shx-on", re.IGNORECASE): "hx-on",
    re.compile(r"javascript:", re.IGNORECASE): "javascript: address",
}
NOT_SHOWN = re.compile(
    r"{%\s*comment.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*trans(?:late)?\b.*?%}|_\(\"[^\"]*\"\)|_\('[^']*'\)",
    re.DOTALL,
)
ICON_TAG = re.compile(r"{%\s*icon\s+[\"']([a-z0-9-]+)[\"']")
ICON_WORD = re.compile(r"\bicon(?:_name)?\s*[=:]\s*\"([a-z0-9-]+)\"")

Complaint = tuple[Path, int, str]


def files(*suffixes: str) -> Iterator[Path]:
    for folder in ("kedang", "tests", "tools"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def long_files() -> Iterator[Complaint]:
    for path in files(".py", ".html", ".js", ".css"):
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > LONGEST:
            yield path, count, f"{count} lines; split it by noun (at most {LONGEST})"


def wide_lines() -> Iterator[Complaint]:
    for path in files(".py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            width = len(REMARK.sub("", line))
            if width > WIDEST:
                yield path, number, f"{width} characters in a line (at most {WIDEST})"


def other_clocks() -> Iterator[Complaint]:
    for path in files(".py"):
        if path.name in {"clock.py", "house.py", "test_house.py"}:
            continue
        text = path.read_text(encoding="utf-8")
        for match in CLOCKS.finditer(text):
            yield path, line_of(text, match.start()), f"{match.group()}…): use kernel.clock"


def bare_asserts() -> Iterator[Complaint]:
    """``python -O`` leaves them out: what must hold is said by a condition, or by ``kernel.sure``."""
    for path in files(".py"):
        if path.relative_to(ROOT).parts[0] == "kedang":
            text = path.read_text(encoding="utf-8")
            for match in re.finditer(r"^[ \t]*assert\b", text, re.MULTILINE):
                yield path, line_of(text, match.start()), "assert (nothing under python -O): raise, or use kernel.sure"


def inline_code() -> Iterator[Complaint]:
    for path in files(".html"):
        text = path.read_text(encoding="utf-8")
        for pattern, what in INLINE.items():
            for match in pattern.finditer(text):
                yield path, line_of(text, match.start()), f"{what} (the content policy forbids it)"


def untranslated_templates() -> Iterator[Complaint]:
    for path in files(".html"):
        text = path.read_text(encoding="utf-8")
        shown = NOT_SHOWN.sub(lambda hidden: re.sub(r"[^\n]", " ", hidden.group()), text)
        for match in CHINESE.finditer(shown):
            line = line_of(shown, match.start())
            yield path, line, f"not translated: {shown.splitlines()[line - 1].strip()[:60]}"
            break


def untranslated_pages() -> Iterator[Complaint]:
    """Chinese strings in modules that make pages, outside translating calls and docstrings."""
    for path in files(".py"):
        if not is_of_pages(path):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        seen = translated(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in seen:
                continue
            if CHINESE.search(node.value):
                yield path, node.lineno, f"not translated: {node.value.strip()[:40]}"


def is_of_pages(path: Path) -> bool:
    """Whether a module belongs to an upper floor (``kedang/WING/ROOM/views/…``) or to the page furniture."""
    parts = path.relative_to(ROOT).parts
    if len(parts) < 4 or parts[0] != "kedang":
        return False
    return parts[2] == "web" or parts[3].removesuffix(".py") in PAGE_MODULES


def translated(tree: ast.AST) -> set[int]:
    """Nodes that a translating call holds, and strings that stand alone (docstrings)."""
    seen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in TRANSLATING:
                seen |= {id(child) for child in ast.walk(node)}
        elif isinstance(node, ast.Expr):
            seen.add(id(node.value))
    return seen


def unknown_icons() -> Iterator[Complaint]:
    known = set((ROOT / "tools" / "icons.txt").read_text(encoding="utf-8").split("\n"))
    for path in files(".py", ".html"):
        if not path.is_relative_to(ROOT / "kedang"):
            continue
        text = path.read_text(encoding="utf-8")
        pattern = ICON_TAG if path.suffix == ".html" else ICON_WORD
        for match in pattern.finditer(text):
            if match.group(1) not in known:
                yield path, line_of(text, match.start()), f"icon {match.group(1)!r} is not in tools/icons.txt"


RULES = (
    long_files, wide_lines, other_clocks, bare_asserts, inline_code, untranslated_templates, untranslated_pages, unknown_icons,
)  # fmt: skip


def main() -> int:
    said = [complaint for rule in RULES for complaint in rule()]
    for path, line, what in said:
        print(f"{path.relative_to(ROOT)}:{line}: {what}")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
