"""Where in a page something stands."""

from __future__ import annotations

from markdown import Markdown

from press.extensions.reporting import keep_lines, line_in_prose, line_of_fence


def keeping(text: str) -> Markdown:
    md = Markdown()
    keep_lines(md)
    md.convert(text)
    return md


def test_text_is_found_where_it_stands_as_prose() -> None:
    md = keeping("`[[a]]` is code\n\n```text\n[[a]]\n```\n\nHere is [[a]].\n")

    assert line_in_prose(md, "[[a]]") == 7


def test_text_that_is_asked_for_again_is_found_where_it_stands_next() -> None:
    md = keeping("[[a]] and [[a]]\n\n[[a]]\n")

    assert [line_in_prose(md, "[[a]]") for _ in range(4)] == [1, 1, 3, 3]


def test_a_fence_is_found_in_a_list_and_in_a_quote() -> None:
    md = keeping(
        "- item\n\n    ```python\n    print(1)\n    ```\n\n> ```python\n> print(2)\n> ```\n"
    )

    assert line_of_fence(md, "print(1)") == 3
    assert line_of_fence(md, "print(2)") == 7


def test_each_conversion_begins_anew() -> None:
    md = keeping("[[a]]\n")
    assert line_in_prose(md, "[[a]]") == 1

    md.convert("\n\n[[a]]\n\n[[a]]\n")

    assert line_in_prose(md, "[[a]]") == 3


def test_what_does_not_stand_on_the_page_has_no_line() -> None:
    assert line_in_prose(keeping("text"), "[[a]]") is None
    assert line_of_fence(Markdown(), "print(1)") is None
