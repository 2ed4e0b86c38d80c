"""Social cards show the title and the headline figure, and are drawn once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, ImageChops

from press.site.cards import SIZE, Card, card_address, draw, draw_cards
from press.sources.settings import load_settings
from tests.press.miniature import ROOT, article, repository, write

FONTS = ROOT / "docs" / "assets" / "fonts"
CARD = Card(
    site="Under Load",
    kicker="Connections / Part 3",
    title="Your connection pool is a queue",
    value="16×",
    label="as long for a read",
)


def differ(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box that holds every pixel in which two images differ."""
    return ImageChops.difference(one, other).getbbox()


def ink(card: Card) -> tuple[int, int, int, int]:
    """The smallest box that holds all that is drawn on a card."""
    box = differ(draw(card, FONTS), Image.new("RGB", SIZE, "#fbfaf6"))
    assert box
    return box


def test_a_card_is_as_large_as_networks_ask_for_and_leaves_its_margins_free() -> None:
    left, top, right, bottom = ink(CARD)
    assert draw(CARD, FONTS).size == (1200, 630)
    assert left >= 60
    assert top >= 60
    assert right <= 1140
    assert bottom <= 600


@pytest.mark.parametrize(
    "other",
    [
        replace(CARD, title="Connections die"),
        replace(CARD, value="17×"),
        replace(CARD, label="as long for a write"),
        replace(CARD, kicker="Queries / Part 6"),
        replace(CARD, site="Elsewhere"),
    ],
    ids=["title", "value", "label", "kicker", "site"],
)
def test_everything_that_is_said_is_drawn_and_is_in_the_key(other: Card) -> None:
    assert differ(draw(CARD, FONTS), draw(other, FONTS))
    assert CARD.key != other.key


@pytest.mark.parametrize("words", [3, 8, 16])
def test_a_title_of_any_length_ends_above_the_rule(words: int) -> None:
    titled = replace(CARD, title=" ".join(["connection"] * words))
    box = differ(draw(titled, FONTS), draw(replace(CARD, title=""), FONTS))
    assert box
    assert box[3] < 428
    assert box[2] <= 1120


def test_a_long_label_keeps_off_the_name_of_the_site() -> None:
    labelled = replace(CARD, label=" ".join(["as long for a read"] * 5))
    box = differ(draw(labelled, FONTS), draw(replace(CARD, label=""), FONTS))
    assert box
    assert box[1] > 428
    assert box[2] < 950


def test_a_card_without_a_figure_has_no_label_either() -> None:
    nothing = replace(CARD, value="", label="as long for a read")
    assert differ(draw(nothing, FONTS), draw(replace(nothing, label=""), FONTS)) is None


def test_only_articles_of_the_site_get_a_card(tmp_path: Path) -> None:
    settings = load_settings(repository(tmp_path))
    write(tmp_path, "docs/posts/pool.md", article())
    write(tmp_path, "docs/posts/draft.md", article(slug="draft"))
    write(tmp_path, "site/pool/index.html", "<html>")

    assert draw_cards(tmp_path / "site", settings) == []

    cards = sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("site/**/*.png")
    )
    assert cards == ["site/card.png", "site/cards/pool.png"]


def test_a_card_that_was_drawn_before_is_copied(tmp_path: Path) -> None:
    settings = load_settings(repository(tmp_path))
    write(tmp_path, "docs/posts/pool.md", article())
    write(tmp_path, "site/pool/index.html", "<html>")
    draw_cards(tmp_path / "site", settings)
    for memo in (tmp_path / ".cache" / "press" / "cards").iterdir():
        memo.write_bytes(b"kept")

    draw_cards(tmp_path / "site", settings)

    assert (tmp_path / "site" / "cards" / "pool.png").read_bytes() == b"kept"


def test_an_article_links_to_its_own_card_and_other_pages_to_that_of_the_site() -> None:
    article = SimpleNamespace(url="pool/", meta={"template": "blog-post.html"})
    other = SimpleNamespace(url="archive/", meta={})

    assert card_address(article) == "cards/pool.png"
    assert card_address(other) == "card.png"
