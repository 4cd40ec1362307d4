"""Screen texts in three languages. The source strings are simplified Chinese.

``python tools/messages.py update``   collect the strings into ``locale/en/LC_MESSAGES/django.po`` (English by hand)
``python tools/messages.py compile``  make the ``.mo`` files; traditional Chinese is derived by OpenCC and the glossary
``python tools/messages.py check``    list strings that are missing, empty or whose placeholders differ
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import polib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "kedang"
LOCALE = PACKAGE / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
TRADITIONAL = LOCALE / "zh_Hant" / "LC_MESSAGES" / "django.mo"
GLOSSARY = LOCALE / "glossary-zh-hant.txt"

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "_now": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|%[sd]|\{[a-z_0-9.!:]*\}|</?[a-z]+\b[^>]*>")
HEAD = {
    "Project-Id-Version": "kedang",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "MIME-Version": "1.0",
}

Message = tuple[str, str, str]  # context, singular, plural


def python_messages(text: str) -> Iterator[Message]:
    """Every string given to a translating function in Python source."""
    from babel.messages.extract import extract_python

    for _line, function, given, _comments in extract_python(
        BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"}
    ):
        parts: list[Any] = list(given) if isinstance(given, tuple | list) else [given]
        places = KEYWORDS[str(function or "_")] or (1,)
        context = singular = plural = ""
        for place in places:
            number, kind = place if isinstance(place, tuple) else (place, "m")
            value = parts[number - 1] if len(parts) >= number else None
            if kind == "c":
                context = value or ""
            elif not singular:
                singular = value or ""
            else:
                plural = value or ""
        if singular:
            yield context, singular, plural


def template_messages(text: str, origin: str) -> Iterator[Message]:
    """Every ``{% trans %}`` and ``{% blocktrans %}`` of a template, by way of Django's own reader."""
    from django.utils.translation.template import templatize

    lines = templatize(text, origin).splitlines()
    yield from python_messages("\n".join(line.strip() for line in lines if "gettext" in line or "_(" in line))


def collected() -> dict[Message, list[str]]:
    """All messages of the house with the files they stand in."""
    found: dict[Message, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts or path.parent == LOCALE:
            continue
        text, origin = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        messages = python_messages(text) if path.suffix == ".py" else template_messages(text, origin)
        for message in messages:
            if origin not in found.setdefault(message, []):
                found[message].append(origin)
    return found


def key_of(entry: polib.POEntry) -> Message:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def read_catalogue() -> polib.POFile:
    if ENGLISH.exists():
        return polib.pofile(str(ENGLISH), wrapwidth=100)
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {**HEAD, "Language": "en", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    return catalogue


def update() -> int:
    """Bring the English catalogue in step with the sources; translations stay, vanished strings go."""
    known = {key_of(entry): entry for entry in read_catalogue()}
    fresh = read_catalogue()
    fresh.clear()
    for message, files in sorted(collected().items(), key=lambda item: (item[1][0], item[0])):
        context, singular, plural = message
        old = known.get(message)
        entry = polib.POEntry(msgid=singular, msgctxt=context or None, occurrences=[(file, "") for file in files])
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = old.msgstr_plural if old else {0: "", 1: ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        if "%(" in singular:
            entry.flags.append("python-format")
        fresh.append(entry)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(ENGLISH))
    empty = len(fresh.untranslated_entries())
    print(f"{len(fresh)} messages, {empty} without English")
    return 0


def complaints() -> list[str]:
    """What keeps the catalogue from being complete and right; empty when it is."""
    known = {key_of(entry): entry for entry in read_catalogue()}
    found = collected()
    said = [
        f"not in the catalogue: {message[1]!r} ({files[0]})" for message, files in found.items() if message not in known
    ]
    for message in found.keys() & known.keys():
        entry = known[message]
        texts = list(entry.msgstr_plural.values()) if message[2] else [entry.msgstr]
        for text in texts:
            if not text.strip():
                said.append(f"no English: {message[1]!r} ({found[message][0]})")
            elif sorted(set(PLACEHOLDER.findall(text))) != sorted(set(PLACEHOLDER.findall(message[1]))):
                said.append(f"placeholders differ: {message[1]!r} -> {text!r}")
    return sorted(said)


def glossary() -> dict[str, str]:
    """Reviewed words that are put in place of what OpenCC would make of them."""
    pairs: dict[str, str] = {}
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            source, target = line.split("→")
            pairs[source.strip()] = target.strip()
    return pairs


class Traditional:
    """Simplified to traditional: glossary words first (longest wins), the rest by OpenCC."""

    def __init__(self) -> None:
        import opencc

        self.converter = opencc.OpenCC("s2tw")
        self.words = glossary()
        self.whole = {key[1:]: self.words.pop(key) for key in list(self.words) if key.startswith("=")}
        longest_first = sorted(self.words, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        if text in self.whole:
            return self.whole[text]
        made, end = [], 0
        for match in self.pattern.finditer(text):
            made += [self._converted(text[end : match.start()]), self.words[match.group()]]
            end = match.end()
        return "".join([*made, self._converted(text[end:])])

    def _converted(self, text: str) -> str:
        return str(self.converter.convert(text)) if text else ""


def compile_all() -> int:
    """``.mo`` files of English and of traditional Chinese, when they are older than what they are made of."""
    if not ENGLISH.exists():
        return 0
    made_of = max(path.stat().st_mtime for path in (ENGLISH, GLOSSARY, Path(__file__)))
    english = ENGLISH.with_suffix(".mo")
    if all(path.exists() and path.stat().st_mtime > made_of for path in (english, TRADITIONAL)):
        return 0
    print("→ 界面语言 / screen languages", flush=True)
    catalogue = read_catalogue()
    catalogue.save_as_mofile(str(english))
    convert = Traditional()
    derived = polib.POFile()
    derived.metadata = {**HEAD, "Language": "zh_Hant", "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in catalogue:
        text = convert(entry.msgid)
        plural = {0: text} if entry.msgid_plural else {}
        derived.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgctxt=entry.msgctxt,
                msgid_plural=entry.msgid_plural,
                msgstr="" if plural else text,
                msgstr_plural=plural,
            )
        )
    TRADITIONAL.parent.mkdir(parents=True, exist_ok=True)
    derived.save_as_mofile(str(TRADITIONAL))
    return 0


def check() -> int:
    said = complaints()
    print("\n".join(said) or "all messages are translated")
    return 1 if said else 0


if __name__ == "__main__":
    commands = {"update": update, "compile": compile_all, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]]())
