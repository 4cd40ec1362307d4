"""Documents that are encoded together are those that are encoded one by one."""

import random

from kedang.business.customers.search import FIELDS, PERSON_NAME
from kedang.foundation.kernel.text import forms, grams, spoken
from kedang.foundation.kernel.text.many import narrow_grams, wide_grams
from kedang.foundation.kernel.text.readings import SETTLED, SURNAMES, USUAL
from kedang.foundation.search.documents import Document, Encoded, encode, encode_many

_CHINESE = [*USUAL, *SURNAMES, *"".join(SETTLED), "𠀀", "é", "ж"]
_LATIN = [*"abcxyz0189"]
_SIGNS = [*"（）-·ＡＢ３ 公司", *_LATIN]


def _text(chance: random.Random, letters: list[str], least: int, most: int) -> str:
    return "".join(chance.choices(letters, k=chance.randint(least, most)))


def _told(encoded: Encoded) -> tuple[object, ...]:
    return (*encoded[:6], set(encoded.tokens.split()))


def test_documents_encoded_together_are_those_encoded_singly() -> None:
    chance = random.Random(7)
    documents = [
        Document(
            1,
            tuple(
                (field, _text(chance, chance.choice([_CHINESE, _LATIN, [*_CHINESE, *_SIGNS]]), 0, 9))
                for field in chance.sample((*FIELDS, PERSON_NAME), chance.randint(0, 5))
            ),
            private=("¤abc",) if chance.random() < 0.2 else (),
            secrecy_level=chance.randint(0, 3),
            owner_id=chance.choice([None, 5]),
            department_id=chance.choice([None, 9]),
            region_code=chance.choice(["", "442000", "\\x"]),
        )
        for _ in range(600)
    ]
    singly = [encode(document) for document in documents]
    together = encode_many(documents, is_unique=True)
    assert [_told(one) for one in together] == [_told(one) for one in singly]
    assert all(len(one.tokens.split()) == len(set(one.tokens.split())) for one in together)
    assert [_told(one) for one in encode_many(documents, is_unique=False)] == [_told(one) for one in singly]
    assert encode_many([], is_unique=True) == []


def test_grams_of_many_texts_are_the_grams_of_each() -> None:
    chance = random.Random(8)
    wide = [_text(chance, _CHINESE, 1, 7) for _ in range(400)]
    narrow = [_text(chance, _LATIN, 2, 9) for _ in range(400)]
    assert wide_grams(wide) == [" ".join(grams(text)) for text in wide]
    assert narrow_grams(narrow) == [" ".join(grams(text)) for text in narrow]
    assert (wide_grams(["甲"]), narrow_grams(["ab"]), wide_grams([]), narrow_grams([])) == (["甲"], ["ab b"], [], [])


def test_spoken_forms_are_the_forms_in_capitals() -> None:
    chance = random.Random(9)
    words = [*SETTLED, *SURNAMES, "", *(_text(chance, _CHINESE, 1, 6) for _ in range(2000))]
    for word in words:
        for person in (False, True):
            initials, syllables = forms(word, person)
            assert spoken(word, person) == (initials, ["".join(parts).upper() for parts in syllables]), word
