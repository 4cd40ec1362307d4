"""Canaries: values that are valid, unlike each other in every stretch that could give them away, and made from a seed."""

from dataclasses import dataclass, field
from random import Random

from kedang.business.customers.reference import region_name
from tests.access.harness import rules

LETTERS = "abcdefghjkmnpqrstuvwxyz"
#: Characters for words that no screen text uses together.
CHARACTERS = (
    "砚棠汀沅澜濯璞瑾璟珩琬琰翊翎翰菡萏葳蕤蓁蘅芷荻荼莳蓼藜蘩樾榆楠檀樟桐梓楸椿槿杞枫桦柘栾椴柽桁橡杉"
    "鹭鸢鹮鹇鹈鹕鸬鹚鹳鹤鹂鸲鸫鸻鹬鸥鸨鹌鹑鹧鹄雁隼雎雉"
    "岫峦嵩岷岚岑峤嶂嵯峨崤嶙峋崆峒邙汾洮漳淇沁渭泾洛涪湟沱沔沣浐灞澧沘淝濮泗沂沭涑"
)
TAIL, STEM = 6, 4
"""A stretch of so many digits, or so many characters of a word, gives a value away."""


@dataclass(eq=False)
class Canary:
    """One value of one field of one record."""

    fact: rules.Fact | None
    model: str
    name: str
    kind: str
    shape: str
    value: str
    staff: str = ""
    batch: str = ""
    is_past: bool = False
    """The record has had another value since."""
    parts: tuple[str, ...] = ()
    """Stretches that give it away."""
    secret: tuple[str, ...] = field(default=())
    """What nobody may ever read: sealed text, blind index."""

    @property
    def told(self) -> str:
        """For a report."""
        place = self.fact.key if self.fact else self.staff or self.batch
        return f"{self.model}.{self.name} of {place}"


class Maker:
    """Makes values, none of which shares a stretch with another."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.taken: set[str] = set()
        self.days: set[str] = set()

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(self.random.choice("0123456789") for _ in range(count))

    def _claim(self, stretches: list[str]) -> bool:
        found = set(stretches)
        looks_like_a_year = any(len(part) == TAIL and part.startswith(("20", "19")) for part in found)
        is_a_place = any(len(part) == TAIL and region_name(part) for part in found)
        if len(found) != len(stretches) or found & self.taken or looks_like_a_year or is_a_place:
            return False
        self.taken |= found
        return True

    def number(self, head: str, count: int, *, free: str = "") -> tuple[str, tuple[str, ...]]:
        """``head`` and so many digits; stretches of the part after ``free`` (the part others may share)."""
        while True:
            value = head + self.digits(count)
            own = value.removeprefix(free).replace("-", "")
            parts = [own[at : at + TAIL] for at in range(len(own) - TAIL + 1)]
            if self._claim(parts):
                return value, tuple(parts)

    def mobile(self) -> tuple[str, tuple[str, ...]]:
        """A mobile number."""
        return self.number(self.random.choice(["139", "158", "176", "187", "133"]), 8)

    def phone(self) -> tuple[str, tuple[str, ...]]:
        """A landline of Shenzhen."""
        return self.number("0755-8", 7, free="0755-")

    def account(self) -> tuple[str, tuple[str, ...]]:
        """A bank card with its check digit."""
        while True:
            body = "622202" + self.digits(12)
            value = body + _luhn(body)
            parts = [value[at : at + TAIL] for at in range(6, len(value) - TAIL + 1)]
            if self._claim(parts):
                return value, tuple(parts)

    def identity(self, born: str, sex: int) -> tuple[str, tuple[str, ...]]:
        """A number of an identity card of Shenzhen; place and day of birth give nothing away by themselves."""
        while True:
            body = f"440305{born.replace('-', '')}{self.random.randrange(100):02d}{self.random.randrange(5) * 2 + sex}"
            weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
            value = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
            parts = [value[at : at + 7] for at in range(9, 12)]
            if self._claim(parts):
                return value, tuple(parts)

    def uscc(self) -> tuple[str, tuple[str, ...]]:
        """A unified social credit code."""
        signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        while True:
            body = "91440300MA" + "".join(self.random.choice(signs) for _ in range(7))
            total = sum(signs.index(sign) * 3**at % 31 for at, sign in enumerate(body))
            value = body + signs[(31 - total % 31) % 31]
            if self._claim([value[10:16], value[11:17], value[12:18]]):
                return value, (value[10:],)

    def word(self, count: int = 8) -> tuple[str, tuple[str, ...]]:
        """A Chinese word of so many characters."""
        while True:
            value = "".join(self.random.sample(CHARACTERS, count))
            parts = [value[at : at + STEM] for at in range(count - STEM + 1)]
            if self._claim(parts):
                return value, tuple(parts)

    def latin(self, count: int = 8) -> str:
        """A Latin word of so many letters."""
        while True:
            value = "".join(self.random.choice(LETTERS) for _ in range(count))
            if self._claim([value[:6]]):
                return value

    def day(self) -> str:
        """A day of birth that nobody else has."""
        while True:
            value = f"{self.random.randrange(1931, 1989)}-{self.random.randrange(1, 13):02d}-{self.random.randrange(1, 29):02d}"
            if value not in self.days:
                self.days.add(value)
                return value

    def make(self, shape: str) -> tuple[str, tuple[str, ...]]:
        """A value of a shape with the stretches that give it away."""
        if shape in {"mobile", "phone", "account", "uscc", "word"}:
            made: tuple[str, tuple[str, ...]] = getattr(self, shape)()
            return made
        if shape == "date":
            day = self.day()
            year, month, date = (int(part) for part in day.split("-"))
            return day, (f"{year}年{month}月{date}日", f"{year}/{month}/{date}", f"{year}.{month}.{date}")
        latin = self.latin()
        if shape == "email":
            return f"{latin}@{self.latin()}.com", (latin,)
        return f"wx{latin}", (latin,)


def _luhn(body: str) -> str:
    total = 0
    for at, sign in enumerate(reversed(body)):
        digit = int(sign) * (2 if at % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)
