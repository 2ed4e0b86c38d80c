"""The twin of an article is its Markdown with everything that it includes in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.site.plain_markdown import twin, write_twins
from press.sources.pages import documents, posts
from press.sources.settings import load_settings
from tests.press.miniature import article, repository, write

MODULE = """\
# --8<-- [start:half]
def half(load: float) -> float:
    return load / 2  # [!]
# --8<-- [end:half]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a listing and its transcript."""
    repository(tmp_path)
    write(tmp_path, "snippets/pool/half.py", MODULE)
    write(tmp_path, "snippets/pool/half.out", "$ python -m half  # source 0123456789ab\n21.0\n")
    return tmp_path


def twin_of(root: Path, body: str) -> str:
    """The twin of an article with this body."""
    write(root, "docs/posts/pool.md", article(body))
    settings = load_settings(root)
    ((page, meta),) = posts(documents(settings))
    return twin(page, meta, settings)


def test_it_begins_with_title_description_and_address(root: Path) -> None:
    assert twin_of(root, "Text.\n").startswith(
        "# A pool is a queue\n\nWhat waits, and where.\n\nhttps://blog.example/pool/, 2026-11-01\n"
    )


def test_a_listing_is_in_place_without_its_markers(root: Path) -> None:
    text = twin_of(root, 'A\n\n```python\n--8<-- "snippets/pool/half.py:half"\n```\n\nB\n')
    listing = "```python\ndef half(load: float) -> float:\n    return load / 2\n```"
    assert f"A\n\n{listing}\n\nB\n" in text


def test_a_listing_in_a_tab_keeps_its_indentation(root: Path) -> None:
    fence = '    ```python\n    --8<-- "snippets/pool/half.py:half"\n    ```\n'
    text = twin_of(root, f'=== "Right"\n\n{fence}')
    assert '=== "Right"\n\n    ```python\n    def half(' in text


def test_an_output_is_headed_by_its_command(root: Path) -> None:
    text = twin_of(root, 'A\n\n```text\n--8<-- "snippets/pool/half.out"\n```\n')
    assert "```text\n$ python -m half\n21.0\n```\n" in text


def test_what_nothing_verifies_is_there_too(root: Path) -> None:
    text = twin_of(root, 'A\n\n```text untested="a wish"\nas it is\n```\n')
    assert "```text\nas it is\n```\n" in text


def test_numbers_are_in_place_but_not_in_code(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "press.site.plain_markdown.plain", lambda text, root: text.replace("[[a.b]]", "4.2×")
    )
    assert "It is 4.2×, by `[[a.b]]`." in twin_of(root, "It is [[a.b]], by `[[a.b]]`.\n")


def test_a_figure_is_a_link_to_its_data(root: Path) -> None:
    block = 'print(line("pool-sizing", metric="p99", title="Reads by size"))'
    text = twin_of(root, f'A\n\n```python exec="true" html="true"\n{block}\n```\n')
    assert "[Reads by size](https://blog.example/measurements/pool-sizing.json)\n" in text


def test_the_separator_of_the_excerpt_is_not_text(root: Path) -> None:
    assert "<!-- more -->" not in twin_of(root, "A\n\n<!-- more -->\n\nB\n")


def test_only_articles_of_the_site_get_a_twin(root: Path) -> None:
    write(root, "docs/posts/pool.md", article("Text.\n"))
    write(root, "docs/posts/draft.md", article("Text.\n", slug="draft"))
    write(root, "site/pool/index.html", "<html>")

    assert write_twins(root / "site", load_settings(root)) == []

    assert [path.parent.name for path in root.glob("site/*/index.md")] == ["pool"]
