"""Shamir's secret sharing over GF(2^8): any K of N shares give the secret back, fewer tell nothing about it.

Each byte of the secret is the constant of a polynomial of degree K-1 with random coefficients; share x holds its value at x. The field is
that of AES (x^8 + x^4 + x^3 + x + 1). Source: A. Shamir, How to share a secret, CACM 22 (1979).
"""

import secrets

MOST = 255


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        doubled = value << 1
        value ^= doubled ^ (0x11B if doubled & 0x100 else 0)  # times 3, a generator
    return powers, logs


_POWERS, _LOGS = _tables()


def split(secret: bytes, count: int, threshold: int) -> dict[int, bytes]:
    """``count`` shares by their number, of which any ``threshold`` suffice.

    Raises:
        ValueError: not 2 ≤ threshold ≤ count ≤ 255, or nothing to share.
    """
    if not 2 <= threshold <= count <= MOST or not secret:
        raise ValueError("2 <= threshold <= count <= 255, and a secret")
    rows = [[byte, *secrets.token_bytes(threshold - 1)] for byte in secret]
    return {x: bytes(_value(row, x) for row in rows) for x in range(1, count + 1)}


def combine(shares: dict[int, bytes]) -> bytes:
    """The secret from shares by their number. With too few of them, or wrong ones, it is another one: check it by other means.

    Raises:
        ValueError: no shares, of different lengths, or a number out of range.
    """
    if not shares or len({len(share) for share in shares.values()}) != 1 or not all(1 <= x <= MOST for x in shares):
        raise ValueError("shares do not belong together")
    secret = bytearray(len(next(iter(shares.values()))))
    for x, share in shares.items():
        weight = 1
        for other in shares:
            if other != x:
                weight = _times(weight, _over(other, other ^ x))
        for at, byte in enumerate(share):
            secret[at] ^= _times(byte, weight)
    return bytes(secret)


def _value(coefficients: list[int], x: int) -> int:
    value = 0
    for coefficient in reversed(coefficients):
        value = _times(value, x) ^ coefficient
    return value


def _times(a: int, b: int) -> int:
    return _POWERS[_LOGS[a] + _LOGS[b]] if a and b else 0


def _over(a: int, b: int) -> int:
    return _POWERS[_LOGS[a] + 255 - _LOGS[b]] if a else 0
