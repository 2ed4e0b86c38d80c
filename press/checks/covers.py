"""The cover of an article: a picture below `docs`, with words for those who do not see it.

It stands above the text and is the article's social card.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from press.problems import Finding
from press.repository import is_inside, page_source
from press.sources.front_matter import Document, PostMeta

CARD_SIZE = (1200, 630)
"""What networks ask for, in pixels."""

_FORMATS = ("JPEG", "PNG", "WEBP")


def picture_size(picture: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels, so that a page keeps its place.

    Raises:
        FileNotFoundError: if there is none.
        OSError: if it is not JPEG, PNG or WebP.
    """
    with Image.open(picture, formats=_FORMATS) as opened:
        return opened.size


def check_cover(page: Document, meta: PostMeta, docs: Path) -> Iterator[Finding]:
    """What is wrong with the cover that the front matter of an article names."""
    if meta.cover is None:
        if meta.cover_alt:
            what = "'cover_alt' describes a cover, and there is none"
            yield Finding(page.path, page.line("cover_alt"), what, "Add cover, or delete the key.")
        return
    line = page.line("cover")
    if not meta.cover_alt:
        remedy = "Add cover_alt: what it shows, in words, for those who do not see it."
        yield Finding(page.path, line, "a cover without words", remedy)
    picture = docs / meta.cover
    if not is_inside(picture, docs):
        remedy = "Put the picture below docs/assets/covers."
        yield Finding(page.path, line, f"'{meta.cover}' is outside docs", remedy)
        return
    try:
        size = picture_size(picture)
    except FileNotFoundError:
        what = f"{page_source(meta.cover)} does not exist"
        yield Finding(page.path, line, what, "Add the picture, or delete the key.")
    except OSError:
        what = f"{page_source(meta.cover)} is no picture that can be read"
        yield Finding(page.path, line, what, "Save it as PNG, JPEG or WebP.")
    else:
        if size[0] < CARD_SIZE[0] or size[1] < CARD_SIZE[1]:
            what = f"{page_source(meta.cover)} has {size[0]} × {size[1]} pixels"
            least = f"{CARD_SIZE[0]} × {CARD_SIZE[1]}"
            yield Finding(page.path, line, what, f"A social card needs at least {least}.")
