"""Aligned columns carry classes instead of inline styles."""

from __future__ import annotations

from tests.press.miniature import Repo

TABLE = """
| left | middle | right | none |
|:-----|:------:|------:|------|
| 1    | 2      | 3 {.x}| 4    |
"""


def test_alignment_is_a_class_of_each_cell(repo: Repo) -> None:
    page = repo.render(TABLE)
    classes = [cell.get("class") for cell in page.select("th")]
    assert classes == [["align-left"], ["align-center"], ["align-right"], None]
    assert [cell["class"] for cell in page.select("td")[:2]] == [["align-left"], ["align-center"]]


def test_classes_of_a_cell_are_kept(repo: Repo) -> None:
    page = repo.render(TABLE)
    assert set(page.select("td")[2]["class"]) == {"x", "align-right"}


def test_no_inline_style_is_left(repo: Repo) -> None:
    assert "style=" not in repo.html(TABLE)


def test_a_table_stands_in_one_box_that_scrolls_by_keyboard(repo: Repo) -> None:
    page = repo.render(f"!!! note\n\n{TABLE.replace(chr(10) + '|', chr(10) + '    |')}")
    (box,) = page.select("div.table")
    assert box.select_one("table") is not None
    assert (box["tabindex"], box["role"], box["aria-label"]) == ("0", "group", "Table")


def test_a_table_scrolls_in_a_box_that_the_keyboard_reaches(repo: Repo) -> None:
    (box,) = repo.render(TABLE).select("div.table")
    assert box["tabindex"] == "0"
    assert [child.name for child in box.find_all(recursive=False)] == ["table"]
