"""The author's own sentences are what is left of a page."""

from __future__ import annotations

import pytest

from press.sources.prose import links, prose, sections, without_code, without_quotes, words


@pytest.mark.parametrize(
    "markdown",
    [
        "```python\nsecret\n```",
        "~~~\nsecret\n~~~",
        "> ```\n> secret\n> ```",
        '=== "Tab"\n\n    ```python\n    secret\n    ```',
        "`secret`",
        "``a ` secret``",
        "`two\nlines of secret`",
        "<!-- secret -->",
        "<!--\nsecret\n-->",
        "<a href='secret'>",
        "[text](secret.md)",
        "[text][secret]",
        "[text]: secret.md",
        "*[ABBR]: secret",
        "$secret$",
        "$$\nsecret\n$$",
        r"\(secret\)",
        "<https://secret.example>",
        "text {: .secret }",
        "!!! secret",
        '??? secret "Title"',
        "[[secret.value]]",
        '--8<-- "secret.py"',
    ],
)
def test_what_is_no_sentence_is_blanked(markdown: str) -> None:
    assert "secret" not in prose(f"before\n\n{markdown}\n\nafter")


def test_every_line_keeps_its_number() -> None:
    markdown = "one\n\n```\nx\n```\n<!--\ny\n-->\n\n`a\nb` two\n"

    kept = prose(markdown).split("\n")

    assert len(kept) == len(markdown.split("\n"))
    assert (kept[0], kept[10].strip()) == ("one", "two")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It's 2,198 jobs/s with 12 workers.", 6),
        ("# A heading counts", 3),
        ("| a | table | row |", 3),
        ("[two words](far/away.md) and `no code`", 3),
        ("a value of [[pool-sizing.speedup]] is one word", 7),
        ("", 0),
    ],
)
def test_words_are_what_a_reader_reads(markdown: str, expected: int) -> None:
    assert words(markdown) == expected


def test_prices_are_no_formula() -> None:
    assert words("from $5 to $6 a month") == 6


@pytest.mark.parametrize("quoted", ['he said "secret"', "he said “secret”", "> secret\n> secret"])
def test_quotes_are_not_the_authors_wording(quoted: str) -> None:
    assert "secret" not in without_quotes(quoted)


def test_an_indented_fence_in_a_list_ends_where_it_is_closed() -> None:
    assert "after" in without_code("- item\n\n    ```python\n    x\n    ```\n\nafter")


def test_sections_reach_to_the_next_heading_of_their_rank() -> None:
    markdown = "# A\n\ntext\n\n## B {#b}\n\nmore\n\n```\n## no heading\n```\n\n# C\n"

    found = {section.title: section for section in sections(markdown)}

    assert list(found) == ["A", "B", "C"]
    assert (found["B"].rank, found["B"].line) == (2, 5)
    assert "more" in found["A"].text
    assert "no heading" in found["B"].text


def test_links_are_found_with_their_lines_and_not_in_code() -> None:
    markdown = (
        "[a](one.md#x)\n`[b](no.md)`\n![c](two.png 'Title')\n\n[ref]: three.md\n[^1]: note.md\n"
    )

    assert links(markdown) == ((1, "one.md#x"), (3, "two.png"), (5, "three.md"))
