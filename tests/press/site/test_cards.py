"""Social cards show the title and the headline figure, and are drawn once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from lab.repository import ROOT
from press import repository as repository_paths
from press.site.cards import SIZE, Card, _fitted, card_address, draw, draw_cards
from press.sources.settings import load_settings
from tests.press.miniature import article, repository, write

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
def test_everything_that_is_said_is_drawn(other: Card) -> None:
    assert differ(draw(CARD, FONTS), draw(other, FONTS))


@pytest.mark.parametrize("words", [3, 8, 16])
def test_a_title_of_any_length_ends_above_the_rule(words: int) -> None:
    titled = replace(CARD, title=" ".join(["connection"] * words))
    box = differ(draw(titled, FONTS), draw(replace(CARD, title=""), FONTS))
    assert box
    assert box[3] < 428
    assert box[2] <= 1120


@pytest.mark.parametrize(
    "title",
    [
        "Why InvalidCachedStatementErrorOfAsyncpgHappens matters",
        "TooManyConnectionsError, explained",
        "x" * 300,
        " ".join(["connection"] * 60),
        "\N{HOURGLASS WITH FLOWING SAND} pool \N{FIRE}",
        "\u63a5\u7d9a\u30d7\u30fc\u30eb" * 20,
        "e\u0301 \u200b \u00ad a",
        " \t ",
        "",
    ],
)
def test_any_title_ends_within_the_card(title: str) -> None:
    assert_inside(replace(CARD, title=title))


@settings(max_examples=60)
@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=200))
def test_any_text_ends_within_the_card(title: str, value: str, label: str) -> None:
    assert_inside(replace(CARD, title=title, value=value, label=label, kicker=label))


def assert_inside(card: Card) -> None:
    left, top, right, bottom = ink(card)
    assert (left >= 60, top >= 60, right <= 1140, bottom <= 610) == (True,) * 4


def test_a_word_is_broken_only_where_it_is_longer_than_a_line_of_the_smallest_size() -> None:
    long = "InvalidCachedStatementErrorOfAsyncpgHappens"
    _, lines = _fitted(f"Why {long} matters", FONTS, "display", (92, 60, 50), 1040, 300)
    assert lines == ["Why", long, "matters"]
    _, lines = _fitted(f"Why {long * 2} matters", FONTS, "display", (92, 60, 50), 1040, 300)
    assert "".join(lines).replace(" ", "") == f"Why{long * 2}matters"


def test_what_is_too_long_for_the_smallest_size_ends_in_an_ellipsis() -> None:
    _, lines = _fitted(" ".join(["connection"] * 60), FONTS, "display", (92, 50), 1040, 200)
    assert len(lines) == 4
    assert lines[-1].endswith("…")


def test_lines_are_of_one_length() -> None:
    """The alternative is a last line of one word."""
    _, lines = _fitted("one two three four five six seven", FONTS, "display", (92,), 1040, 300)
    assert lines == ["one two three", "four five six seven"]


def test_an_accented_letter_is_drawn_by_the_face_that_has_it() -> None:
    assert differ(
        draw(replace(CARD, title="caf\u00e9"), FONTS), draw(replace(CARD, title="caf"), FONTS)
    )


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
    site_settings = load_settings(repository(tmp_path))
    write(tmp_path, "docs/posts/pool.md", article())
    write(tmp_path, "docs/posts/draft.md", article(slug="draft"))
    write(tmp_path, "site/pool/index.html", "<html>")

    assert draw_cards(tmp_path / "site", site_settings) == []

    cards = sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("site/**/*.png")
    )
    assert cards == ["site/card.png", "site/cards/pool.png"]


def test_the_card_of_an_article_with_a_cover_is_its_cover(tmp_path: Path) -> None:
    site_settings = load_settings(repository(tmp_path))
    cover = Image.new("RGBA", (1400, 1400), "#0000ff")
    cover.paste("#00000000", (0, 0, 700, 1400))
    cover.save(tmp_path / "docs" / "assets" / "pool.png")
    write(tmp_path, "docs/posts/pool.md", article(cover="assets/pool.png", cover_alt="Blue"))
    write(tmp_path, "site/pool/index.html", "<html>")

    draw_cards(tmp_path / "site", site_settings)

    page = SimpleNamespace(
        url="pool/", meta={"template": "blog-post.html", "cover": "assets/pool.png"}
    )
    assert card_address(page) == "cards/pool.jpg"
    with Image.open(tmp_path / "site" / "cards" / "pool.jpg") as card:
        assert card.size == SIZE
        left, right = card.getpixel((100, 300)), card.getpixel((1100, 300))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert min(left) > 240  # what is transparent shows the paper
    assert right[2] > 240 > right[0]


def test_a_card_is_drawn_again_only_when_something_on_it_or_a_font_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Card] = []

    def counted(card: Card, fonts: Path) -> Image.Image:
        drawn.append(card)
        return draw(card, fonts)

    monkeypatch.setattr("press.site.cards.draw", counted)
    site_settings = load_settings(repository(tmp_path))
    write(tmp_path, "docs/posts/pool.md", article())
    write(tmp_path, "site/pool/index.html", "<html>")
    draw_cards(tmp_path / "site", site_settings)
    first = (tmp_path / "site" / "cards" / "pool.png").read_bytes()
    assert len(drawn) == 2

    draw_cards(tmp_path / "site", site_settings)
    assert len(drawn) == 2
    assert (tmp_path / "site" / "cards" / "pool.png").read_bytes() == first

    write(tmp_path, "docs/posts/pool.md", article(title="A queue"))
    draw_cards(tmp_path / "site", site_settings)
    assert len(drawn) == 3

    font = tmp_path / repository_paths.FONTS / "display.woff2"
    content = (tmp_path / repository_paths.FONTS / "serif.woff2").read_bytes()
    font.unlink()  # a link to the real one
    font.write_bytes(content)
    draw_cards(tmp_path / "site", site_settings)
    assert len(drawn) == 5


def test_an_article_links_to_its_own_card_and_other_pages_to_that_of_the_site() -> None:
    article = SimpleNamespace(url="pool/", meta={"template": "blog-post.html"})
    other = SimpleNamespace(url="archive/", meta={})

    assert card_address(article) == "cards/pool.png"
    assert card_address(other) == "card.png"
