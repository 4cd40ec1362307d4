"""Listens: turns an answer into text in every way somebody could read it, and tells which canaries sing in it, all at once."""

import html
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import openpyxl
import pypdfium2
import pypinyin
from django.db import connection

from kedang.foundation.kernel.fields import EncryptedTextField
from tests.access.harness import rules
from tests.access.harness.canaries import Canary
from tests.access.harness.house import House

GRAM = 4
_TOKEN = re.compile(r'name="(?:csrfmiddlewaretoken|_once)" value="[\w-]+"|"X-CSRFToken": ?"\w+"')
"""Made anew by chance for every answer: eight letters of somebody's name may stand in it now and then."""
_AROUND = 60
_TAG = re.compile(r"<[^>]{0,2000}>")
_INLINE = re.compile(r"</?(?:mark|b|i|em|strong|span|wbr|u|sub|sup)\b[^>]{0,500}>")
_BETWEEN = re.compile(r"(\d+)[\s\-\u2010-\u2015\u00a0.·]+(?=(\d+))")
_GROUP = 4
_SAMPLE = re.compile(r"(?m) [-+0-9.eE]+$")
_SEALED = re.compile(r"k\d+:[A-Za-z0-9+/=]{24,}")
VALUE, MASKED, BURIED = "value", "masked", "buried"
"""The value itself or a stretch of it; the value as a mask leaves it; what lies in the database only."""


@dataclass(eq=False)
class Song:
    """What would be heard of a canary: which text, of which sort."""

    canary: Canary | None
    sort: str
    text: str


@dataclass
class Heard:
    """All songs in one answer."""

    songs: list[Song] = field(default_factory=list)
    stars: set[str] = field(default_factory=set)


def songs_of(canary: Canary) -> list[Song]:
    """Every form in which a canary could come out."""
    value = canary.value
    texts = {value, *canary.parts, quote(value), *generous(canary.shape, value)}
    if canary.shape in {"word", "name"}:
        texts.add(value.encode("unicode_escape").decode())
        spoken = pinyin_of("".join(canary.parts[:1] + tuple(part[-1] for part in canary.parts[1:])))
        texts |= {spoken} if len(spoken) > 12 else set()
    found = [Song(canary, VALUE, text.lower()) for text in texts]
    mask = rules.masked(canary.shape, value)
    if canary.kind not in {"open", "internal"} and sum(sign != "*" for sign in mask) > 5:
        found.append(Song(canary, MASKED, mask.lower()))
    return found


def generous(shape: str, value: str) -> set[str]:
    """Masks that leave more than they may."""
    if shape == "phone":
        return {f"{value[:3]}****{value[-count:]}" for count in (3, 4)} | {f"{value[:6]}****"}
    if shape in {"mobile", "identity", "account"}:
        return {f"****{value[-5:]}", f"**** {value[-5:]}"}
    return {f"{value[:2]}****@"} if shape == "email" else set()


def pinyin_of(word: str) -> str:
    """A word as it is spoken, the usual reading of each character, without spaces."""
    return "".join(pypinyin.lazy_pinyin(word))


class Ear:
    """Knows all songs of a house."""

    def __init__(self, house: House) -> None:
        self.songs: dict[str, list[Song]] = {}
        self.heard: set[str] = set()
        """Fields heard at least once by anybody: the ear is not deaf for them."""
        for canary in house.canaries:
            for song in songs_of(canary):
                self.songs.setdefault(song.text, []).append(song)
        for text in buried():
            self.songs.setdefault(text.lower(), []).append(Song(None, BURIED, text.lower()))
        self.by_gram: dict[str, list[str]] = {}
        for text in self.songs:
            self.by_gram.setdefault(text[:GRAM], []).append(text)
        self.grams = frozenset(self.by_gram)

    def hear(self, text: str, *, is_closed: bool = False) -> list[Song]:
        """Songs in a text; where gaps were closed, only numbers count, for words may have met that stood apart."""
        text = text.lower()
        grams = {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)} & self.grams
        heard = [
            form for gram in grams for form in self.by_gram[gram] if form in text and (form.isdigit() or not is_closed)
        ]
        return [song for form in heard if not form.isdigit() or stands_apart(form, text) for song in self.songs[form]]

    def listen(self, response: Any) -> list[Song]:
        """Songs in an answer, its headers included."""
        return self.listen_to(readings(response))

    @staticmethod
    def around(response: Any, song: Song) -> str:
        """What stands on both sides of a song in an answer, for whoever looks into a leak; empty where an answer can be read once only."""
        if response.streaming:
            return ""
        for text, _is_closed in readings(response):
            at = text.lower().find(song.text)
            if at >= 0:
                return " ".join(text[max(0, at - _AROUND) : at + len(song.text) + _AROUND].split())
        return ""

    def listen_to(self, texts: list[tuple[str, bool]]) -> list[Song]:
        """Songs in readings of something."""
        open_text = "\n".join(text for text, is_closed in texts if not is_closed)
        closed_text = "\n".join(text for text, is_closed in texts if is_closed)
        songs = self.hear(open_text) + self.hear(closed_text, is_closed=True)
        self.heard.update(
            f"{song.canary.model}.{song.canary.name}" for song in songs if song.canary and song.sort == VALUE
        )
        return songs


def stands_apart(form: str, text: str) -> bool:
    """Whether a stretch of digits belongs to a number and not to a random word of letters and digits (a request id)."""
    return re.search(rf"(?<![a-z\d.])\d*{form}\d*(?![a-z\d])", text) is not None


def buried() -> set[str]:
    """Sealed texts and blind indexes as they lie in the database, in their own columns and in the trail."""
    from django.apps import apps

    found: set[str] = set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            names = [f.column for f in model._meta.concrete_fields if is_buried(f)]
            for name in names:
                cursor.execute(f'SELECT "{name}" FROM "{model._meta.db_table}" WHERE "{name}" <> %s', [""])
                found |= {str(row[0]) for row in cursor.fetchall()}
        cursor.execute("SELECT changes FROM audit_event WHERE changes LIKE %s", ["%k_:%"])
        for (changes,) in cursor.fetchall():
            found |= set(_SEALED.findall(changes))
    return {text[:40] for text in found if len(text) >= 12}


def is_buried(column: Any) -> bool:
    """Whether a column holds what nobody may read as it lies there."""
    return isinstance(column, EncryptedTextField) or column.name.endswith("_blind")


def readings(response: Any) -> list[tuple[str, bool]]:
    """Everything a reader could get out of an answer: markup, words, numbers closed up, cells, parts of a workbook, pages of a PDF."""
    body = b"".join(response) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    heads = [
        unquote(str(value))
        for name, value in response.headers.items()
        if name not in {"Content-Security-Policy", "X-Request-ID"}
    ]
    heads += [
        unquote(morsel.value) for name, morsel in response.cookies.items() if name not in {"sessionid", "csrftoken"}
    ]
    return [*words_of(body, kind), ("\n".join(heads), False)]


def closed_up(text: str) -> str:
    """Numbers written in groups of up to four digits as one.

    Longer ones are told by a stretch of their own; closed up, the ends of two numbers side by side (from → to) would make a third.
    """
    return _BETWEEN.sub(lambda gap: gap[1] if max(len(gap[1]), len(gap[2])) <= _GROUP else gap[0], text)


def words_of(body: bytes, kind: str) -> list[tuple[str, bool]]:
    """Texts in a body of a kind, each with whether gaps in it were closed."""
    if "pdf" in kind:
        document = pypdfium2.PdfDocument(body)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        return [(text, False), (closed_up(text), True), (str(document.get_metadata_dict()), False)]
    if "spreadsheet" in kind:
        return workbook_words(body)
    text = _TOKEN.sub("", body.decode(errors="replace"))
    if "version=" in kind:  # figures for Prometheus: the sample values are measurements, names and labels are words
        text = _SAMPLE.sub("", text)
    if "html" not in kind:
        return [(text, False), (closed_up(text), True)]
    closed = html.unescape(_TAG.sub(" | ", _INLINE.sub("", text)))
    return [(text, False), (html.unescape(_TAG.sub(" ", text)), False), (closed_up(closed), True)]


def workbook_words(body: bytes) -> list[tuple[str, bool]]:
    """Cells as a second parser reads them, and every part of the package as it lies there."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = "\n".join(
        " | ".join(str(cell) for cell in row) for sheet in book for row in sheet.iter_rows(values_only=True)
    )
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        parts = "\n".join(package.read(name).decode(errors="replace") for name in package.namelist())
    return [(cells, False), (parts, False), (closed_up(cells), True)]
