"""Whether two records are one person: by document number first, by phone and name next."""

from __future__ import annotations

from kedang.foundation.kernel.names.likeness import DIFFERENT, SAME, SUSPECT, Likeness
from kedang.foundation.kernel.text import fold


def same_person(
    one: str, two: str, *, documents: tuple[str, str] = ("", ""), phones: tuple[str, str] = ("", "")
) -> Likeness:
    """Judges two persons; documents and phones may be blind digests, only equality is asked."""
    names_equal = fold(one) == fold(two)
    if documents[0] and documents[0] == documents[1]:
        if names_equal:
            return Likeness(100, SAME, "证件号码和姓名相同")
        return Likeness(92, SUSPECT, f"证件号码相同，姓名不同：“{one}”与“{two}”，可能改过名或有一处录错")
    if documents[0] and documents[1]:
        return Likeness(20, DIFFERENT, "证件号码不同")
    if phones[0] and phones[0] == phones[1]:
        if names_equal:
            return Likeness(95, SUSPECT, "手机号码和姓名相同")
        return Likeness(60, DIFFERENT, "手机号码相同，姓名不同，可能是同一家庭或同一单位")
    if names_equal:
        return Likeness(50, DIFFERENT, "只有姓名相同，没有证件号码或手机可以佐证")
    return Likeness(0, DIFFERENT, "姓名、证件号码和手机都不同")
