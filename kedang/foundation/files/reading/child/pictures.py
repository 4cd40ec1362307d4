"""Task ``pictures``: pages drawn as JPEG in a given width, upright, without anything else the original says about itself."""

import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from kedang.foundation.files.reading.child.answers import MOST_PAGES, Frame, Trouble

MOST_PIXELS = 120_000_000
"""Of a picture as it came; more is refused unread."""
MOST_DRAWN = 20_000_000
MOST_HIGH = 12_000
QUALITY = 82
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def draw(request: dict[str, Any], content: bytes) -> Iterator[Frame]:
    """For each ``{page, width}`` of ``wanted`` a frame ``{page, width, height}`` with the JPEG; a page that is broken says so."""
    make = _pdf(content) if b"%PDF-" in content[:1024] else _picture(content)
    next(make)
    for one in request["wanted"]:
        try:
            picture = make.send((int(one["page"]), int(one["width"])))
        except Trouble as trouble:
            yield {**one, "error_of_page": trouble.code}, b""
            make = _pdf(content) if b"%PDF-" in content[:1024] else _picture(content)
            next(make)
            continue
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=request.get("quality", QUALITY), optimize=True)
        yield {**one, "width": picture.width, "height": picture.height}, out.getvalue()


def sheets(content: bytes, first: int) -> Iterator[dict[str, Any]]:
    """The pages of a picture file (more than one in a TIFF): all of them wait to be recognised."""
    picture = _opened(content)
    total = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    yield {"pages": total}
    for number in range(first, min(total, MOST_PAGES) + 1):
        yield {"page": number, "text": "", "source": "waiting"}


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError as error:
        raise Trouble("too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Trouble("broken") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise Trouble("too_large")
    return picture


def _picture(content: bytes) -> Any:
    """Draws pages of a picture file: turned as its EXIF says, on white, pixels only."""
    picture, made = _opened(content), None
    while True:
        page, width = yield made
        try:
            picture.seek(page - 1)
        except EOFError as error:
            raise Trouble("no_page") from error
        if picture.width * picture.height > MOST_PIXELS:
            raise Trouble("too_large")
        try:
            picture.draft("RGB", (width, width * 4))
            upright = ImageOps.exif_transpose(picture)
            plain = _on_white(upright if upright is not None else picture)
        except (OSError, ValueError, SyntaxError) as error:
            raise Trouble("broken") from error
        scale = min(1.0, width / plain.width, MOST_HIGH / plain.height)
        size = max(1, round(plain.width * scale)), max(1, round(plain.height * scale))
        made = plain if size == plain.size else plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _on_white(picture: Image.Image) -> Image.Image:
    """RGB with a white ground where the original is transparent; 16-bit grey brought into 8."""
    if picture.mode in {"I;16", "I;16B", "I;16L", "I", "F"}:
        picture = picture.convert("F").point(lambda value: value / 256).convert("L")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    plain = picture.convert("RGB")
    plain.info.clear()
    return plain


def _pdf(content: bytes) -> Any:
    """Draws pages of a PDF; forms and notes are drawn, scripts and links are nothing to PDFium here."""
    import pypdfium2

    from kedang.foundation.files.reading.child.pdf import opened

    document, made = opened(content), None
    while True:
        number, width = yield made
        if not 1 <= number <= len(document):
            raise Trouble("no_page")
        try:
            page = document[number - 1]
            wide, high = page.get_size()
            scale = min(width / max(wide, 1.0), MOST_HIGH / max(high, 1.0))
            if wide * high * scale * scale > MOST_DRAWN:
                scale = (MOST_DRAWN / max(wide * high, 1.0)) ** 0.5
            made = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            page.close()
        except pypdfium2.PdfiumError as error:
            raise Trouble("broken") from error
