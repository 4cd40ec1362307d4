"""What a person may hear, by the rules alone; what was heard beyond it is a leak."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access.harness import rules
from tests.access.harness.canaries import Canary
from tests.access.harness.cast import BY_KEY
from tests.access.harness.ear import MASKED, VALUE, Ear, Song
from tests.access.harness.house import House

TAKEN = frozenset({"export", "print", "job result", "download"})
"""Channels through which something leaves the house."""


@dataclass
class Leak:
    """Something heard where it should not be."""

    channel: str
    url: str
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.channel}: {self.url} as {self.who}: {self.what}"


class Enough(Exception):
    """One leak was all that was asked for."""


@dataclass
class Tally:
    """What was asked, and what was wrong."""

    stops: bool = False
    """The first leak ends it: a planted fault is heard or not."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    checks: Counter[tuple[str, str]] = field(default_factory=Counter)
    close: int = 0
    """Checks on an answer about the very record whose canary is listened for, or on a list that could hold it."""
    leaks: list[Leak] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def count(self, channel: str, who: str, checks: int, close: int = 0) -> None:
        """One answer with so many things that were listened for."""
        self.asked[channel, who] += 1
        self.checks[channel, who] += checks
        self.close += close

    def leak(self, channel: str, url: str, who: str, what: str) -> None:
        """Keep a leak, each once."""
        found = Leak(channel, url, who, what)
        if found not in self.leaks:
            self.leaks.append(found)
        if self.stops:
            raise Enough

    def expect(self, channel: str, url: str, who: str, holds: bool, what: str) -> None:
        """One plain question with one right answer."""
        self.count(channel, who, 1, 1)
        if not holds:
            self.leak(channel, url, who, what)


def right_of(who: rules.Who, canary: Canary) -> str:
    """What a person sees of a canary, by the rules."""
    if canary.staff:
        return rules.staff_right(who, BY_KEY[canary.staff])
    assert canary.fact is not None
    if canary.fact.state == "staged":
        return batch_right(who, canary)
    is_beyond = canary.is_past and not rules.is_own(who, canary.fact)  # the trail is never shared
    return rules.right(who, canary.fact, canary.kind, "" if is_beyond else canary.model)


def taken_right(who: rules.Who, canary: Canary) -> str:
    """What of a canary a person may take away on paper or in a file: nothing of what is only shared."""
    if canary.staff or canary.fact is None or canary.fact.state == "staged":
        return right_of(who, canary)
    return rules.own_right(who, canary.fact, canary.kind)


def batch_right(who: rules.Who, canary: Canary) -> str:
    """What a person sees of a canary on the pages of the file that brought it: who brought it sees it all."""
    assert canary.fact is not None
    if who.key == canary.batch:
        return rules.SHOW
    return rules.column_right(who, canary.kind) if rules.sees_batch(who, canary.fact) else rules.HIDE


class Judge:
    """Listens to answers on behalf of one person."""

    def __init__(self, house: House, ear: Ear, who: rules.Who, tally: Tally) -> None:
        self.house, self.ear, self.who, self.tally = house, ear, who, tally
        self.rights = {canary: right_of(who, canary) for canary in house.canaries}
        self.taken = {canary: taken_right(who, canary) for canary in house.canaries}
        self.forbidden = [canary for canary, right in self.rights.items() if right != rules.SHOW]
        self.near: dict[str, int] = {}
        for canary in self.forbidden:
            key = canary.fact.key if canary.fact else ""
            self.near[key] = self.near.get(key, 0) + 1

    def is_forbidden(self, song: Song, at: str = "", is_taken: bool = False) -> bool:
        """Whether the person may not hear a song; who brought a file reads in it what he brought."""
        if song.canary is None:
            return True
        rights = self.taken if is_taken else self.rights
        right = batch_right(self.who, song.canary) if at == "intake" and song.canary.batch else rights[song.canary]
        return right == rules.HIDE or (right == rules.MASK and song.sort == VALUE)

    def hears(
        self,
        channel: str,
        url: str,
        response: Any,
        about: str = "",
        at: str = "",
        typed: tuple[str, ...] = (),
        again: Callable[[], Any] | None = None,
    ) -> list[Song]:
        """Listen to an answer. ``about`` is the dossier asked for, ``typed`` what the question itself held.

        Args:
            again: asks once more, without a trace. Digits count as heard when they come twice: in millions of checks a moment or a token,
                made anew for each answer, has six digits of some number now and then.
        """
        songs = self.ear.listen(response)
        self.tally.count(
            channel, self.who.key, len(self.forbidden), self.near.get(about, 0) if about else len(self.forbidden)
        )
        is_taken = channel in TAKEN and not getattr(response, "redirect_chain", ())
        beyond = [
            one for one in songs
            if self.is_forbidden(one, at, is_taken) and not any(one.text in word.lower() for word in typed)
        ]  # fmt: skip
        if again is not None and any(song.text.isdigit() for song in beyond):
            twice = {song.text for song in self.ear.listen(again())}
            beyond = [song for song in beyond if song.text in twice or not song.text.isdigit()]
        for song in beyond:
            told = song.canary.told if song.canary else "sealed text or blind index"
            self.tally.leak(
                channel,
                url,
                self.who.key,
                f"{told} ({'masked' if song.sort == MASKED else song.sort}: {song.text[:40]}) in “{self.ear.around(response, song)}”",
            )
        return songs

    def names_in(self, songs: list[Song]) -> set[str]:
        """Dossiers that an answer names."""
        return {
            song.canary.fact.key
            for song in songs
            if song.canary is not None
            and song.canary.fact is not None
            and (song.canary.model, song.canary.name) == ("Customer", "name")
        }
