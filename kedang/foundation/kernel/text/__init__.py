"""Chinese text: folding, index pieces and pinyin. No tables and no Django; usable in any worker process.

``fold(text)`` is the one form for comparing and searching; ``grams`` cuts it for the index and ``cover`` asks the index
for a fragment; ``initials`` and ``syllables`` are its pinyin; ``simplify`` converts for reading.
"""

from kedang.foundation.kernel.text.folding import fold, has_traditional, simplify
from kedang.foundation.kernel.text.grams import Cover, cover, grams
from kedang.foundation.kernel.text.pinyin import forms, initials, spoken, syllables

__all__ = [
    "Cover",
    "cover",
    "fold",
    "forms",
    "grams",
    "has_traditional",
    "initials",
    "simplify",
    "spoken",
    "syllables",
]
