"""A library of customers to search in, generated from a seed, and the plain scan that says what must be found.

The scan knows nothing of tokens and indexes: it compares every word with every text of every customer.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, product
from typing import Any

from kedang.business.customers.models import Contact, Customer, FormerName
from kedang.business.customers.search import KIND
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.kernel import text as kernel_text
from kedang.foundation.kernel.text import fold
from kedang.foundation.kernel.text import typed as kernel_typed
from kedang.foundation.search import index

initials, syllables, readings = map(cache, (kernel_text.initials, kernel_text.syllables, kernel_typed.readings))

CITIES = ["中山市", "重庆", "厦门", "六安市", "台灣", "乐清市", "蚌埠", "东莞市", "绵阳市", "单县"]
BRANDS = [
    "鑫源",
    "驰衡",
    "调节",
    "長安",
    "夔门",
    "3M",
    "ＡＢＣ",
    "绿洲",
    "华夏",
    "大成",
    "乐百氏",
    "金行",
    "佳和",
    "宏图",
    "㛃宇",
]
TRADES = [
    "阀门",
    "科技",
    "調節閥",
    "商贸",
    "小汽车修理",
    "电子（深圳）",
    "银行",
    "茶叶",
    "环保工程",
    "物业服务",
    "铝制品",
]
FORMS = ["有限公司", "有限公司", "有限公司", "股份有限公司", "厂", "商行", "经营部"]
PEOPLE = ["单雄信", "曾伟思", "王志华", "尉迟敏", "解小东", "李〇", "仇和", "阿依古丽·买买提", "刘云泽"]


@dataclass
class Known:
    """What the scan may look at: public texts by folded form, names to be spoken, tails of private numbers."""

    texts: list[str]
    spoken: list[tuple[str, bool]] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)


def uscc(chance: random.Random) -> str:
    """Eighteen characters in the form of a credit code (its check character does not matter here)."""
    return "91" + "".join(chance.choices("0123456789", k=6) + chance.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=10))


def stock(fonds: Fonds, count: int, seed: int = 7, **extra: Callable[[int], Any]) -> dict[int, Known]:
    """Write ``count`` customers and put them into the index; returns what the scan knows of each."""
    chance, now = random.Random(seed), clock.now()
    rows = []
    for at in range(count):
        name = chance.choice(CITIES) + chance.choice(BRANDS) + chance.choice(TRADES) + chance.choice(FORMS)
        rows.append(
            Customer(
                fonds=fonds,
                number=f"GY2023{at:05d}",
                name=name,
                uscc=uscc(chance),
                secrecy_level=SecrecyLevel.INTERNAL,
                legal_representative=chance.choice(PEOPLE),
                created_at=now,
                updated_at=now,
                mobile=f"13{chance.randrange(10**9):09d}" if at % 5 == 0 else "",
                id_number=f"{chance.randrange(10**17):017d}X" if at % 7 == 0 else "",
                **{name: value(at) for name, value in extra.items()},
            )
        )
    rows = Customer.objects.bulk_create(rows)
    known = {
        row.pk: Known(
            [fold(row.name), fold(row.number), fold(row.uscc), fold(row.legal_representative)],
            [(fold(row.name), False), (fold(row.legal_representative), True)],
            [row.mobile] if row.mobile else [],
            [fold(row.id_number)] if row.id_number else [],
        )
        for row in rows
    }
    for row in rows[:: max(count // 40, 1)]:
        old, person = chance.choice(CITIES) + "永" + chance.choice(TRADES), chance.choice(PEOPLE)
        FormerName.objects.create(customer=row, name=old)
        Contact.objects.create(customer=row, name=person, mobile="13900001234")
        known[row.pk].texts += [fold(old), fold(person)]
        known[row.pk].spoken += [(fold(old), False), (fold(person), True)]
        known[row.pk].phones.append("13900001234")
    index.rebuild(KIND)
    return known


def holds(known: Known, typed: str, private: bool = False) -> bool:
    """Whether a customer holds one word, by looking at everything."""
    word = fold(typed)
    if any(word in text for text in known.texts):
        return True
    if word.isascii():
        spoken = [name for name in known.spoken if not name[0].isascii()]
        if any(word in letters for name, person in spoken for letters in initials(name, person)):
            return True
        ways = readings(word)
        if any(way in marked for way in ways for name, person in spoken for marked in syllables(name, person)):
            return True
    elif any(char.isascii() and char.isalpha() for char in word) and mixed(known, word):
        return True
    if private and word.isdigit() and 4 <= len(word) <= 11 and any(phone.endswith(word) for phone in known.phones):
        return True
    return private and word in known.numbers


def mixed(known: Known, word: str) -> bool:
    """Letters between Chinese characters: these stand in some text, and all of it is pinyin of some name."""
    runs = [(is_ascii, "".join(run)) for is_ascii, run in groupby(word, str.isascii)]
    if not all(is_ascii or any(run in text for text in known.texts) for is_ascii, run in runs):
        return False
    letters = ["".join(parts) for parts in product(*([run] if is_ascii else initials(run) for is_ascii, run in runs))]
    spoken = ["".join(p) for p in product(*(readings(run) if is_ascii else syllables(run) for is_ascii, run in runs))]
    return any(
        any(part in text for part in letters for text in initials(name, person))
        or any(part in text for part in spoken for text in syllables(name, person))
        for name, person in known.spoken
        if not name.isascii()
    )


def scan(library: dict[int, Known], text: str, private: bool = False) -> set[int]:
    """Ids of everything that holds all words of ``text``."""
    return {one for one, known in library.items() if all(holds(known, word, private) for word in text.split())}


def owners(person: Person, every: int) -> Callable[[int], Any]:
    """Every so-and-so-many-th customer is in the care of a person."""
    return lambda at: person.pk if at % every == 0 else None
