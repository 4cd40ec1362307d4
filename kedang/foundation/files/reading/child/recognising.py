"""Task ``recognise``: the text of a picture of a page, by rapidocr; loaded once, one page after the other."""

import io
from collections.abc import Iterator
from typing import Any

from kedang.foundation.files.reading.child.answers import Frame, Trouble

_engine: Any = None
SURE_ENOUGH = 0.5


def recognise(request: dict[str, Any], content: bytes) -> Iterator[Frame]:
    """One frame ``{text, confidence}``: lines from top to bottom, confidence in percent, weighted by length."""
    import numpy
    from PIL import Image

    picture = numpy.asarray(Image.open(io.BytesIO(content)).convert("RGB"))[:, :, ::-1]
    found = engine()(picture)
    texts, boxes, scores = found.txts, found.boxes, found.scores
    if texts is None or boxes is None:
        yield {"text": "", "confidence": 0}, b""
        return
    pieces = [
        (float(min(point[1] for point in box)), float(max(point[1] for point in box)), float(box[0][0]), str(text))
        for text, box, score in zip(texts, boxes, scores, strict=True)
        if float(score) >= SURE_ENOUGH
    ]
    letters = sum(len(text) for text in texts) or 1
    sure = sum(len(text) * float(score) for text, score in zip(texts, scores, strict=True)) / letters
    yield {"text": "\n".join(lines_of(pieces)), "confidence": round(sure * 100)}, b""


def engine() -> Any:
    """The recogniser; its models come with the package, nothing is fetched."""
    global _engine
    if _engine is None:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise Trouble("no_recogniser") from error
        _engine = RapidOCR(params={"Global.log_level": "critical"})
    return _engine


def lines_of(pieces: list[tuple[float, float, float, str]]) -> list[str]:
    """Pieces (top, bottom, left, text) that stand beside each other become one line, left to right."""
    lines: list[list[tuple[float, float, float, str]]] = []
    for piece in sorted(pieces):
        middle = (piece[0] + piece[1]) / 2
        if lines and lines[-1][0][0] <= middle <= lines[-1][0][1]:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return ["  ".join(piece[3] for piece in sorted(line, key=lambda one: one[2])) for line in lines]
