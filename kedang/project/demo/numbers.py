"""Numbers with right check digits. They belong to nobody; they only pass the same checks as real ones."""

from datetime import date
from random import Random

from kedang.foundation.kernel.checks import identity, uscc

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE_HEADS = (
    "134 135 136 137 138 139 147 150 151 152 157 158 159 170 172 178 182 183 187 188 130 131 132 155 "
    "156 176 185 186 133 153 177 180 181 189 199"
).split()


def credit_code(rng: Random, kind: str, region: str, established: date | None) -> str:
    """统一社会信用代码: registration authority and kind, region, organisation code with its own check, check character."""
    new_style = established is None or established.year >= 2015
    head = (
        "MA" + "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(6))
        if new_style
        else f"{rng.randrange(10**7, 8 * 10**7):08d}"
    )
    body = f"{kind}{region}{head}{_organisation_check(head)}"
    return body + uscc.check_character(body)


def _organisation_check(head: str) -> str:
    total = sum(int(character, 36) * weight for character, weight in zip(head, _ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    return "X" if check == 10 else "0" if check == 11 else str(check)


def identity_number(rng: Random, region: str, born: date, male: bool) -> str:
    """居民身份证号 with region, birth date, sex and check character."""
    sequence = rng.randrange(1, 499) * 2 + (1 if male else 0)
    body = f"{region}{born:%Y%m%d}{sequence:03d}"
    return body + identity.check_character(body)


def mobile(rng: Random) -> str:
    """A mobile number."""
    return f"{rng.choice(_MOBILE_HEADS)}{rng.randrange(10**8):08d}"


def landline(rng: Random, area: str) -> str:
    """A landline number: eight digits in large cities, seven elsewhere."""
    digits = (
        8 if len(area) == 3 or area in {"0571", "0574", "0512", "0755", "0757", "0769", "0532", "0531", "0371"} else 7
    )
    return f"{area}-{rng.choice('5678')}{rng.randrange(10 ** (digits - 1)):0{digits - 1}d}"


def bank_card(rng: Random) -> str:
    """A personal card of nineteen digits with its Luhn digit."""
    body = f"62{rng.randrange(10**16):016d}"
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def bank_account(rng: Random) -> str:
    """An account of a company: no common check digit."""
    return f"{rng.randrange(10**16, 9 * 10**16)}{rng.randrange(100):02d}"
