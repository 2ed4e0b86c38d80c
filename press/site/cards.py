"""Social cards: what an article looks like where somebody shares its address.

Drawn from the site's own fonts and colors, one PNG an article, kept by the hash of all that is on
it, so that a build draws only what changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from PIL import Image, ImageDraw, ImageFont

from press.evidence.quantities import number
from press.evidence.units import NO_BREAK_SPACE
from press.problems import Finding
from press.sources.front_matter import PostMeta
from press.sources.pages import documents, posts
from press.sources.settings import Settings

SIZE = (1200, 630)
DIRECTORY = "cards"
SITE_CARD = "card.png"

_PAPER, _INK, _MUTED, _HAIRLINE, _OXIDE = "#fbfaf6", "#1c1b19", "#63605a", "#d8d4c9", "#a3341f"
_MARGIN = 80
_RULE_Y = 428
_TITLE_Y = 132
_TITLE_SIZES = (92, 80, 70, 60, 50)
_LEADING = 1.12
_LABEL_SIZES = (28, 25, 22, 19)
_LABEL_HEIGHT = 88
_FORMAT = 1  # raise it when the drawing changes


class Addressed(Protocol):
    """A page of MkDocs, as far as a card needs it."""

    url: str
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class Card:
    """What stands on a card.

    Attributes:
        site: the name of the site.
        kicker: where the article belongs.
        title: its title.
        value: its headline figure; empty if it has none.
        label: what the figure counts.
    """

    site: str
    kicker: str
    title: str
    value: str
    label: str

    @property
    def key(self) -> str:
        """The same for the same drawing."""
        said = "\0".join((f"{_FORMAT}", self.site, self.kicker, self.title, self.value, self.label))
        return sha256(said.encode()).hexdigest()


def card_address(page: Addressed) -> str:
    """Where the site has the card of a page, relative to its root.

    An article has its own; all other pages share the card of the site.
    """
    article = page.meta.get("template") == "blog-post.html"
    return _article_card(page.url.strip("/")) if article else SITE_CARD


def draw_cards(site: Path, settings: Settings) -> list[Finding]:
    """Put the card of the site, and one for each article that it has, into it."""
    memo = settings.root / ".cache" / "press" / "cards"
    memo.mkdir(parents=True, exist_ok=True)
    (site / DIRECTORY).mkdir(exist_ok=True)
    cards = {SITE_CARD: Card(settings.site_name, "", settings.site_description, "", "")}
    for _, meta in posts(documents(settings)):
        if (site / meta.slug / "index.html").is_file():  # not a draft
            cards[_article_card(meta.slug)] = _card(meta, settings)
    for address, card in cards.items():
        drawn = memo / f"{card.key}.png"
        if not drawn.is_file():
            draft = drawn.with_suffix(".new")
            draw(card, settings.docs / "assets" / "fonts").save(draft, "PNG", optimize=True)
            draft.replace(drawn)
        shutil.copyfile(drawn, site / address)
    return []


def draw(card: Card, fonts: Path) -> Image.Image:
    """The card as an image.

    Args:
        card: what stands on it.
        fonts: the directory of the site's fonts.
    """
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    width = SIZE[0] - 2 * _MARGIN
    pen.text((_MARGIN, 72), card.kicker, _MUTED, _font(fonts, "serif", 30))
    room = (_RULE_Y - 40 - _TITLE_Y) / _LEADING
    font, lines = _fitted(card.title, fonts, "display", _TITLE_SIZES, width, room)
    for at, line in enumerate(lines):
        pen.text((_MARGIN, _TITLE_Y + at * font.size * _LEADING), line, _INK, font)
    pen.line((_MARGIN, _RULE_Y, SIZE[0] - _MARGIN, _RULE_Y), _HAIRLINE, 2)
    name = _font(fonts, "display", 34)
    pen.text((SIZE[0] - _MARGIN, 566), card.site, _INK, name, anchor="rs")
    if card.value:
        figure = _font(fonts, "display", 124)
        pen.text((_MARGIN - 6, 566), card.value, _OXIDE, figure, anchor="ls")
        left = _MARGIN + figure.getlength(card.value) + 36
        right = SIZE[0] - _MARGIN - name.getlength(card.site) - 48
        label, lines = _fitted(
            card.label, fonts, "serif", _LABEL_SIZES, right - left, _LABEL_HEIGHT
        )
        for at, line in enumerate(reversed(lines)):
            pen.text((left, 566 - at * label.size * 1.35), line, _MUTED, label, anchor="ls")
    return image


def _article_card(slug: str) -> str:
    return f"{DIRECTORY}/{slug}.png"


def _card(meta: PostMeta, settings: Settings) -> Card:
    where = [*meta.categories[:1]]
    if meta.series:
        where.append(f"Part {meta.series.part}")
    value = label = ""
    if meta.headline:
        name = f"{meta.headline.measurement}.{meta.headline.quantity}"
        value, label = number(name, settings.root).text, meta.headline.label
    return Card(
        settings.site_name, " / ".join(where), meta.title, value.replace(NO_BREAK_SPACE, " "), label
    )


def _fitted(
    text: str, fonts: Path, name: str, sizes: tuple[int, ...], width: float, height: float
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The text in the largest size in which its lines take no more than `height`."""
    for size in sizes:
        font = _font(fonts, name, size)
        lines = _wrapped(text, font, width)
        if size * len(lines) <= height:
            break
    # Lines of one length: a last line of one word winces.
    while len(closer := _wrapped(text, font, width - 10)) == len(lines) and len(lines) > 1:
        lines, width = closer, width - 10
    return font, lines


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _font(fonts: Path, name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(fonts / f"{name}.woff2", size)
