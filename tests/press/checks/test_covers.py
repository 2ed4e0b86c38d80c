"""A cover is a picture that can be a social card, with words for those who do not see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from press.checks.covers import check_cover
from press.sources.front_matter import PostMeta, parse
from tests.press.miniature import article, write

POST = "docs/posts/pool.md"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A directory with pictures, one of them too small and one none at all."""
    pictures = tmp_path / "docs" / "assets"
    pictures.mkdir(parents=True)
    Image.new("RGB", (1200, 630)).save(pictures / "pool.webp")
    Image.new("RGB", (1200, 629)).save(pictures / "small.png")
    Image.new("RGB", (1200, 630)).save(tmp_path / "elsewhere.png")
    write(tmp_path, "docs/assets/text.png", "text")
    return tmp_path / "docs"


def said(docs: Path, **keys: object) -> list[str]:
    page = parse(POST, article(**keys), PostMeta)
    assert isinstance(page.meta, PostMeta)
    return [str(finding) for finding in check_cover(page, page.meta, docs)]


def test_a_picture_with_words_is_right(docs: Path) -> None:
    assert said(docs, cover="assets/pool.webp", cover_alt="A queue") == []
    assert said(docs) == []


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"cover": "assets/pool.webp"}, "a cover without words. Add cover_alt: "),
        ({"cover_alt": "A queue"}, "'cover_alt' describes a cover, and there is none. "),
        ({"cover": "assets/no.png", "cover_alt": "A"}, "docs/assets/no.png does not exist. "),
        (
            {"cover": "../elsewhere.png", "cover_alt": "A"},
            "'../elsewhere.png' is outside docs. ",
        ),
        (
            {"cover": "assets/text.png", "cover_alt": "A"},
            "docs/assets/text.png is no picture that can be read. ",
        ),
        (
            {"cover": "assets/small.png", "cover_alt": "A"},
            "docs/assets/small.png has 1200 × 629 pixels. A social card needs at least 1200 × 630",
        ),
    ],
    ids=["no words", "no cover", "missing", "outside", "text", "small"],
)
def test_what_is_wrong_is_said_at_the_line_of_the_key(
    docs: Path, keys: dict[str, object], what: str
) -> None:
    (message,) = said(docs, **keys)
    line = next(at for at, text in enumerate(article(**keys).splitlines(), 1) if "cover" in text)
    assert message.startswith(f"{POST}:{line}: {what}")
