"""What the editorial standard refuses, and what it asks for."""

from __future__ import annotations

import pytest

from press.checks.style import check_shape, check_wording
from tests.press.miniature import BODY

PATH = "docs/posts/pool.md"


def wording(body: str) -> list[str]:
    return [str(finding) for finding in check_wording(PATH, body, 10)]


def shape(body: str) -> list[str]:
    return [str(finding) for finding in check_shape(PATH, body, 10)]


@pytest.mark.parametrize(
    "word",
    [
        "blazing",
        "blazingly",
        "robust",
        "seamless",
        "seamlessly",
        "powerful",
        "crucial",
        "simply",
        "just",
        "Just",
    ],
)
def test_a_word_that_measures_nothing_is_refused_at_its_line(word: str) -> None:
    assert wording(f"First line.\n\nIt is {word} there.\n") == [
        f"{PATH}:12: '{word}' was not measured. Delete it, or give the number."
    ]


@pytest.mark.parametrize(
    "phrase",
    [
        "In this post we",
        "in this article, you",
        "Let's dive",
        "Let\u2019s dive",
        "dive into",
        "It is important to note",
        "It's worth noting",
        "It is\nimportant to note",
    ],
)
def test_throat_clearing_is_refused(phrase: str) -> None:
    (message,) = wording(f"{phrase} that pools wait.\n")

    shown = phrase.replace("\n", " ")
    assert message.startswith(f"{PATH}:10: '{shown}")
    assert message.endswith("delays the sentence. Begin with what follows it.")


@pytest.mark.parametrize("text", ["It waits!", "**It waits!**", "It waits! Then it fails."])
def test_an_exclamation_is_refused(text: str) -> None:
    assert wording(text) == [f"{PATH}:10: '!' is an exclamation. End with a period."]


def test_an_emoji_is_refused() -> None:
    assert wording("It flies \N{ROCKET}") == [f"{PATH}:10: '\N{ROCKET}' is an emoji. Delete it."]


@pytest.mark.parametrize(
    "text",
    [
        "`just`",
        'the word "just"',
        "> Just do it!",
        "```\nsimply!\n```",
        "justice and adjust",
        "the n of `a != b`, where a != b",
        "![a picture](pool.png)",
        "!!! note\n\n    An aside.",
        "[a link](https://example.com/just/do-it!)",
    ],
)
def test_what_is_not_the_authors_wording_is_left_alone(text: str) -> None:
    assert wording(text) == []


def test_an_article_of_the_right_shape_passes() -> None:
    assert shape(BODY) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            BODY.replace("Every caller waits for the one before it. ", "Wait. ", 150),
            "10: the article has ",
        ),
        (BODY + "wait " * 1300, "10: the article has 2,6"),
        (BODY.replace("<!-- more -->", ""), "10: the opening has no end."),
        (
            BODY.replace("<!-- more -->", "wait " * 90 + "\n\n<!-- more -->"),
            "10: the opening has 95",
        ),
        (
            BODY.replace("## Where this", "## When this"),
            "10: the section 'Where this stops being true' is missing.",
        ),
        (BODY.replace("## Take-aways", "## Lessons"), "10: the section 'Take-aways' is missing."),
        (BODY.replace("## Sources", "## Links"), "10: the section 'Sources' is missing."),
        (BODY.replace("- Bound", "- a\n- b\n- c\n- Bound"), "22: 4 take-aways are listed."),
        (BODY.replace("- Bound the queue.", ""), "22: 0 take-aways are listed."),
        (
            BODY.replace("[The manual](https://www.postgresql.org/docs/)", "The manual"),
            "26: the section 'Sources' links nothing.",
        ),
    ],
    ids=[
        "short",
        "long",
        "no fold",
        "long opening",
        "no limits",
        "no take-aways",
        "no sources",
        "four take-aways",
        "empty take-aways",
        "no link",
    ],
)
def test_an_article_that_lacks_something_is_told_where(body: str, expected: str) -> None:
    (message,) = shape(body)

    assert message.startswith(f"{PATH}:{expected}")


def test_code_does_not_lengthen_an_article() -> None:
    assert shape(BODY + "\n```text\n" + "wait " * 2000 + "\n```\n") == []
