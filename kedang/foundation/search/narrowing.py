"""Two syllables of pinyin, asked for by the pairs of characters that stand for them in some record.

The index holds initials: ``zhongshan`` is asked for as ``zs``, which names fifty times as many documents as are meant, each to be
compared. Where the database tells cheaply which grams there are, the few pairs that may be read so (中山, 钟山, 忠善 …) name hardly
anything else.
"""

from dataclasses import replace

from kedang.foundation.kernel.text.typed import chars_read, may_be_read
from kedang.foundation.search.dialect import Dialect
from kedang.foundation.search.query import Query, Term, Way

DOCUMENTS_A_CHAR = 30
"""Looking one character up takes about as long as comparing so many documents; how many that are is only a guess from a sample."""
MOST_CHARS, MOST_PAIRS = 340, 200
"""More of them than that always take longer than comparing."""


def narrowed(query: Query, dialect: Dialect, spared: float) -> Query:
    """The same query, its pairs of syllables asked for as narrowly as the index can; itself where that makes nothing narrower.

    Args:
        spared: documents that then need not be compared; a reading of more characters than that is worth is left as it is.
    """
    most = min(MOST_CHARS, spared / DOCUMENTS_A_CHAR)
    known: dict[Way, Way | None] = {}
    for way in {way for term in query.terms for way in term.ways}:
        if way.syllables and len(chars_read(way.syllables[0])) <= most:
            narrower = _by_pairs(way, dialect)
            if narrower is not way:
                known[way] = narrower
    return Query(tuple(tuple(_term(term, known) for term in group) for group in query.groups)) if known else query


def _by_pairs(way: Way, dialect: Dialect) -> Way | None:
    """None where no record holds such a pair; the way itself where too many do."""
    first, second = way.syllables
    grams = [
        gram for gram in dialect.beginning_with(chars_read(first)) if len(gram) > 1 and may_be_read(gram[1], second)
    ]
    if len(grams) > MOST_PAIRS:
        return way
    return Way((), tuple(grams), way.fragments) if grams else None


def _term(term: Term, known: dict[Way, Way | None]) -> Term:
    ways = tuple(found for way in term.ways if (found := known.get(way, way)) is not None)
    return replace(term, ways=ways or term.ways[:1])
