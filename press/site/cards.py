"""Social cards: what an article looks like where somebody shares its address.

Drawn from the site's own fonts and colors, one PNG an article, kept by the hash of all that is on
it, so that a build draws only what changed.
"""

from __future__ import annotations

import io
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont, ImageOps

from press.checks.covers import CARD_SIZE
from press.evidence.quantities import number
from press.evidence.units import NO_BREAK_SPACE
from press.memo import Memo
from press.problems import Finding
from press.repository import FONTS
from press.site.published import published
from press.sources.front_matter import PostMeta
from press.sources.settings import Settings

SIZE = CARD_SIZE
DIRECTORY = "cards"
SITE_CARD = "card.png"

_PAPER, _INK, _MUTED, _HAIRLINE, _OXIDE = "#fbfaf6", "#1c1b19", "#63605a", "#d8d4c9", "#a3341f"
_MARGIN = 80
_RULE_Y = 428
_TITLE_Y = 132
_TITLE_SIZES = (92, 80, 70, 60, 50)
_LEADING = 1.12
_VALUE_SIZES = (124, 104, 84, 64, 44)
_VALUE_WIDTH = 560
_LABEL_SIZES = (28, 25, 22, 19)
_LABEL_HEIGHT = 88
_RARE = "serif-rare"  # what the other subsets lack: accented letters, arrows
_SOFT_HYPHEN = 0xAD  # shown nowhere but at the end of a line; the text layout refuses it alone
_MEMO = Memo("cards", "press.site.cards", ("pillow", "fonttools"))


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


def card_address(page: Addressed) -> str:
    """Where the site has the card of a page, relative to its root.

    An article has its own; all other pages share the card of the site.
    """
    article = page.meta.get("template") == "blog-post.html"
    return article_card(page.url.strip("/"), page.meta.get("cover")) if article else SITE_CARD


def draw_cards(site: Path, settings: Settings) -> list[Finding]:
    """Put the card of the site, and one for each article that it has, into it.

    The card of an article with a cover is its cover.
    """
    fonts = settings.root / FONTS
    faces = {font.name: sha256(font.read_bytes()).hexdigest() for font in fonts.glob("*.woff2")}
    (site / DIRECTORY).mkdir(exist_ok=True)
    cards = {SITE_CARD: Card(settings.site_name, "", settings.site_description, "", "")}
    for _, meta in published(site, settings):
        address = article_card(meta.slug, meta.cover)
        if meta.cover:
            _cropped(settings.docs / meta.cover).save(site / address, "JPEG", quality=85)
        else:
            cards[address] = _card(meta, settings)
    for address, card in cards.items():
        made_of = [asdict(card), faces]
        drawn = _MEMO.recall_bytes(settings.root, made_of, partial(_png, card, fonts))
        (site / address).write_bytes(drawn)
    return []


def _png(card: Card, fonts: Path) -> bytes:
    file = io.BytesIO()
    draw(card, fonts).save(file, "PNG", optimize=True)
    return file.getvalue()


def draw(card: Card, fonts: Path) -> Image.Image:
    """The card as an image.

    Args:
        card: what stands on it. Characters that the site's fonts lack are left out, and what is
            too long even in the smallest size is cut.
        fonts: the directory of the site's fonts.
    """
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    width = SIZE[0] - 2 * _MARGIN
    kicker, lines = _fitted(card.kicker, fonts, "serif", (30,), width, 30)
    for line in lines:
        kicker.write(pen, (_MARGIN, 72), line, _MUTED)
    room = (_RULE_Y - 40 - _TITLE_Y) / _LEADING
    title, lines = _fitted(card.title, fonts, "display", _TITLE_SIZES, width, room)
    for at, line in enumerate(lines):
        title.write(pen, (_MARGIN, _TITLE_Y + at * title.size * _LEADING), line, _INK)
    pen.line((_MARGIN, _RULE_Y, SIZE[0] - _MARGIN, _RULE_Y), _HAIRLINE, 2)
    name = _type(fonts, "display", 34)
    right = SIZE[0] - _MARGIN - name.length(card.site)
    name.write(pen, (right, 566), card.site, _INK, anchor="ls")
    if card.value:
        faces = [_type(fonts, "display", size) for size in _VALUE_SIZES]
        figure = next((one for one in faces if one.length(card.value) <= _VALUE_WIDTH), faces[-1])
        figure.write(pen, (_MARGIN - 6, 566), card.value, _OXIDE, anchor="ls")
        left = _MARGIN + figure.length(card.value) + 36
        label, lines = _fitted(
            card.label, fonts, "serif", _LABEL_SIZES, right - 48 - left, _LABEL_HEIGHT
        )
        for at, line in enumerate(reversed(lines)):
            label.write(pen, (left, 566 - at * label.size * 1.35), line, _MUTED, anchor="ls")
    return image


def article_card(slug: str, cover: str | None) -> str:
    """Where the site has the card of an article, relative to its root."""
    return f"{DIRECTORY}/{slug}.{'jpg' if cover else 'png'}"


def _cropped(cover: Path) -> Image.Image:
    """The middle of a cover, in the size of a card."""
    with Image.open(cover) as picture:
        ink = picture.convert("RGBA")
    paper = Image.new("RGB", ink.size, _PAPER)
    paper.paste(ink, mask=ink)
    return ImageOps.fit(paper, SIZE)


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


@dataclass(frozen=True)
class _Type:
    """A face of the site in one size, with the face that has the characters which it lacks."""

    size: int
    faces: tuple[tuple[ImageFont.FreeTypeFont, frozenset[int]], ...]

    def known(self, text: str) -> str:
        """A text without the characters that no face has."""
        return "".join(part for _, part in self._runs(text))

    def length(self, text: str) -> float:
        """How wide a text is, in pixels."""
        return sum(face.getlength(part) for face, part in self._runs(text))

    def write(
        self,
        pen: ImageDraw.ImageDraw,
        at: tuple[float, float],
        text: str,
        color: str,
        anchor: str = "la",
    ) -> None:
        """Write a line of text that begins at a point."""
        left, top = at
        for face, part in self._runs(text):
            pen.text((left, top), part, color, face, anchor=anchor)
            left += face.getlength(part)

    def _runs(self, text: str) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """The parts of a text that one face can show, without what none can."""
        shown = ((self._face(ord(character)), character) for character in text)
        for at, run in groupby(shown, key=lambda one: one[0]):
            if at is not None:
                yield self.faces[at][0], "".join(character for _, character in run)

    def _face(self, code: int) -> int | None:
        return next((at for at, (_, codes) in enumerate(self.faces) if code in codes), None)


def _fitted(
    text: str, fonts: Path, name: str, sizes: tuple[int, ...], width: float, height: float
) -> tuple[_Type, list[str]]:
    """The text in the largest size in which its lines take no more than `height`.

    Only in the smallest size is a word broken that is longer than a line, and what is too long for
    `height` cut.
    """
    for size in sizes:
        face = _type(fonts, name, size)
        words = face.known(text).split()
        lines = _wrapped(words, face, width)
        if size * len(lines) <= height and all(face.length(word) <= width for word in words):
            break
    else:
        words = [piece for word in words for piece in _pieces(word, face, width)]
        lines, most = _wrapped(words, face, width), max(1, int(height // size))
        if len(lines) > most:
            return face, [*lines[: most - 1], _cut(f"{lines[most - 1]}…", face, width)]
    # Lines of one length: a last line of one word winces. No line can be narrower than the widest
    # word, and the wider the lines the fewer they are.
    narrowest = math.ceil(max(map(face.length, words), default=0))
    widths = range(narrowest, int(width))
    at = bisect_left(
        widths, True, key=lambda narrower: len(_wrapped(words, face, narrower)) <= len(lines)
    )
    return face, _wrapped(words, face, widths[at]) if at < len(widths) else lines


def _pieces(word: str, face: _Type, width: float) -> Iterator[str]:
    """A word, in as many pieces as it takes for each to fit."""
    while word:
        end = _fitting(word, face, width)
        yield word[:end]
        word = word[end:]


def _cut(line: str, face: _Type, width: float) -> str:
    """A line that ends in an ellipsis, with as much before it as fits."""
    while len(line) > 1 and face.length(line) > width:
        line = f"{line[:-2].rstrip()}…"
    return line


def _fitting(word: str, face: _Type, width: float) -> int:
    """How many characters of a word fit, and one if none does."""
    if face.length(word) <= width:
        return len(word)
    ends = range(1, len(word))
    return max(1, bisect_left(ends, True, key=lambda end: face.length(word[:end]) > width))


def _wrapped(words: list[str], face: _Type, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.length(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _type(fonts: Path, name: str, size: int) -> _Type:
    return _Type(
        size,
        tuple(
            (ImageFont.truetype(fonts / f"{face}.woff2", size), _codes(fonts / f"{face}.woff2"))
            for face in (name, _RARE)
        ),
    )


@cache
def _codes(font: Path) -> frozenset[int]:
    with TTFont(font) as opened:
        return frozenset(opened.getBestCmap()) - {_SOFT_HYPHEN}
