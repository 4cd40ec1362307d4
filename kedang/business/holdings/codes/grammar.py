"""Templates of 档号: reading them, building codes by them, and taking codes apart again.

The shapes are those of DA/T 13-2022, DA/T 22-2015 and DA/T 13-1994 (research/records-management.md 2.1); words, widths and separators
are the template's, so that any other shape is a setting too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused

_TEXT = r"[0-9A-Za-z\u4e00-\u9fff]"
PATTERNS: Mapping[str, str] = {
    "fonds": rf"{_TEXT}+",
    "series": rf"{_TEXT}+(?:·{_TEXT}+)*",
    "year": r"[0-9]{4}",
    "retention": rf"{_TEXT}{{1,8}}",
    "unit": rf"{_TEXT}+",
    "catalogue": rf"{_TEXT}+",
    "project": rf"{_TEXT}+",
}
SERIALS = ("volume", "item", "page")
WORDS = (*PATTERNS, *SERIALS)
MOST_WIDTH = 8
_TOKEN = re.compile(r"\{([a-z]+)(?::([0-9]+))?\}")
_LITERAL = re.compile(rf"(?:{_TEXT}|[-·./_~])*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its width, or signs that stand as they are (``word`` empty)."""

    word: str = ""
    width: int = 0
    text: str = ""


@dataclass(frozen=True)
class Template:
    """A template taken apart; make it with :func:`template_of`."""

    source: str
    tokens: tuple[Token, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Words in their order."""
        return tuple(token.word for token in self.tokens if token.word)

    def width(self, word: str) -> int:
        """Fewest digits of a word; 1 where the template says nothing."""
        return next((token.width or 1 for token in self.tokens if token.word == word), 1)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What codes of this template look like."""
        return re.compile("".join(_pattern_of(token) for token in self.tokens))

    def build(self, values: Mapping[str, Any]) -> str:
        """The code of these values (``fonds``, ``series``, ``year`` …; numbers as numbers).

        Raises:
            Refused: ``code_part_missing``; ``code_ambiguous`` when the code could not be taken apart into the same values again.
        """
        code = "".join(self._filled(token, values) for token in self.tokens)
        found = self.parse(code)
        wanted = {word: _same(values[word]) for word in self.words}
        if found is None or {word: _same(value) for word, value in found.items()} != wanted:
            told = _(
                "按“%(template)s”编出的“%(code)s”无法再拆回原来的各部分，请检查类别号、机构代码中有无“-”等分隔符。"
            )
            raise Refused("code_ambiguous", told % {"template": self.source, "code": code})
        return code

    def around(self, word: str, values: Mapping[str, Any]) -> tuple[str, str]:
        """What stands before and behind the number of a word: the 流水 that the number is taken from."""
        at = next(n for n, token in enumerate(self.tokens) if token.word == word)
        before, behind = self.tokens[:at], self.tokens[at + 1 :]
        return "".join(self._filled(t, values) for t in before), "".join(self._filled(t, values) for t in behind)

    def parse(self, code: str) -> dict[str, Any] | None:
        """Values by word (serials and year as numbers), or None where the code is of another shape."""
        found = self.pattern.fullmatch(code)
        if found is None:
            return None
        return {
            word: int(text) if word in SERIALS or word == "year" else text for word, text in found.groupdict().items()
        }

    def _filled(self, token: Token, values: Mapping[str, Any]) -> str:
        if not token.word:
            return token.text
        value = values.get(token.word)
        if value in (None, ""):
            told = _("档号模板“%(template)s”需要%(part)s，这里没有。请补上，或换一个模板。")
            raise Refused(
                "code_part_missing", told % {"template": self.source, "part": label_of(token.word)}, token.word
            )
        text = str(value)
        return text.zfill(token.width) if text.isascii() and text.isdigit() else text


def _pattern_of(token: Token) -> str:
    if not token.word:
        return re.escape(token.text)
    if token.word in SERIALS:
        width = token.width or 1
        return rf"(?P<{token.word}>[0-9]{{{width}}}|[1-9][0-9]{{{width},}})"
    return rf"(?P<{token.word}>{PATTERNS[token.word]})"


def _same(value: Any) -> Any:
    """Numbers with and without leading zeros are the same."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else text


def label_of(word: str) -> str:
    """A word in Chinese."""
    return {
        "fonds": _("全宗号"), "series": _("类别号"), "year": _("年度"), "retention": _("保管期限代码"), "unit": _("机构或问题代码"),
        "catalogue": _("目录号"), "project": _("项目号"), "volume": _("案卷号"), "item": _("件号"), "page": _("页号"),
    }[word]  # fmt: skip


@lru_cache(maxsize=500)
def template_of(source: str) -> Template:
    """A template taken apart.

    Raises:
        ValueError: braces that are no words; people are told by :func:`problem_of` before.
    """
    tokens: list[Token] = []
    at = 0
    for found in _TOKEN.finditer(source):
        if found.start() > at:
            tokens.append(Token(text=source[at : found.start()]))
        tokens.append(Token(found[1], int(found[2] or 0)))
        at = found.end()
    if at < len(source):
        tokens.append(Token(text=source[at:]))
    if any(token.word and token.word not in WORDS for token in tokens):
        raise ValueError(source)
    return Template(source, tuple(tokens))


def problem_of(
    source: str, *, serial: tuple[str, ...], needs: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> str:
    """What is wrong with a template, as a sentence; empty when it can be used.

    Args:
        source: the template as typed.
        serial: the words of which exactly one numbers (件号 or 页号).
        needs: further words it must have.
        without: words it must not have.
    """
    rest = _TOKEN.sub("", source)
    words = [(found[1], found[2] or "") for found in _TOKEN.finditer(source)]
    names = [word for word, _width in words]
    if not source:
        return _("档号格式没有填写，请补上。")
    odd = next((word for word in names if word not in WORDS), "")
    if "{" in rest or "}" in rest or odd:
        known = "、".join(f"{{{word}}}" for word in WORDS)
        told = _("花括号里只能写 %(known)s，宽度写在冒号后，例如 {volume:4}；“%(odd)s”不认识。")
        return told % {"known": known, "odd": f"{{{odd}}}" if odd else rest}
    twice = next((word for word in names if names.count(word) > 1), "")
    if twice:
        return _("“%(word)s”出现了两次，每一部分只写一次。") % {"word": label_of(twice)}
    if sum(word in serial for word in names) != 1:
        return _("格式中应恰好有一个%(word)s。") % {
            "word": _("或").join(f"{{{word}}}（{label_of(word)}）" for word in serial)
        }
    lacking = next((word for word in needs if word not in names), "")
    if lacking:
        return _("格式中缺少 {%(word)s}（%(label)s）。") % {"word": lacking, "label": label_of(lacking)}
    extra = next((word for word in without if word in names), "")
    if extra:
        return _("这里不能有 {%(word)s}（%(label)s）。") % {"word": extra, "label": label_of(extra)}
    if any(width and not 1 <= int(width) <= MOST_WIDTH for _word, width in words):
        return _("宽度应在 1 到 %(most)s 之间。") % {"most": MOST_WIDTH}
    if not _LITERAL.fullmatch(rest):
        return _("分隔符只用 - · / . _ ~，不用空格和其他符号。")
    if "}{" in source:
        return _("两个部分之间要有分隔符，例如 -，否则编好的档号分不开。")
    return ""
