"""Every fence of a page is found, wherever it stands, as superfences finds it."""

from __future__ import annotations

import pytest

from press.sources.fences import Fence, is_include, scan


def the_fence(page: str) -> Fence:
    (fence,) = scan(page.split("\n"))
    return fence


CONTAINERS = {
    "paragraph": "Text.\n\n```sql\nselect 1\n```",
    "list": "- item\n\n    ```sql\n    select 1\n    ```",
    "list with two spaces": "- item\n\n  ```sql\n  select 1\n  ```",
    "quote": "> said\n>\n> ```sql\n> select 1\n> ```",
    "admonition": "!!! note\n\n    ```sql\n    select 1\n    ```",
    "details": '??? note "more"\n\n    ```sql\n    select 1\n    ```',
    "tab": '=== "One"\n\n    ```sql\n    select 1\n    ```',
    "list in a tab": '=== "One"\n\n    1. item\n\n        ```sql\n        select 1\n        ```',
    "quote in a list": "- item\n\n    > ```sql\n    > select 1\n    > ```",
    "indentation by tabs": "- item\n\n\t```sql\n\tselect 1\n\t```",
    "tildes": "~~~sql\nselect 1\n~~~",
}


@pytest.mark.parametrize("page", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_a_fence_is_found_in_every_container(page: str) -> None:
    fence = the_fence(page)
    lines = page.split("\n")
    opening = next(at for at, line in enumerate(lines, start=1) if "sql" in line)
    assert (fence.line, fence.last_line) == (opening, opening + 2)
    assert fence.language == "sql"
    assert fence.content == ("select 1",)
    assert fence.closed
    assert fence.understood


def test_a_fence_inside_a_longer_fence_is_text() -> None:
    fence = the_fence("````markdown\n```python\nx = 1\n```\n````")
    assert fence.content == ("```python", "x = 1", "```")


def test_options_are_read_in_both_notations() -> None:
    plain = the_fence('```text untested="the dashboard\'s own wording" exec\n```')
    braces = the_fence("```{.text untested=\"the dashboard's own wording\" exec='exec'}\n```")
    assert (
        plain.options
        == braces.options
        == {
            "untested": "the dashboard's own wording",
            "exec": "exec",
        }
    )
    assert plain.language == braces.language == "text"


def test_a_header_that_superfences_drops_is_kept_and_named() -> None:
    fence = the_fence("```python hl-lines=3\nx = 1\n```")
    assert not fence.understood
    assert fence.header == "python hl-lines=3"
    assert fence.verification is None


@pytest.mark.parametrize(
    ("page", "last_line"),
    [
        pytest.param("```python\nx = 1", 2, id="the page ends"),
        pytest.param("- item\n\n    ```python\n  x = 1\n    ```\n\nText.", 5, id="a line is out"),
        pytest.param("- item\n\n    ```python\n    x = 1\n```\n\nText.", 5, id="its end is out"),
        pytest.param("> ```python\n> x = 1\n\nText.", 4, id="the quote ends"),
    ],
)
def test_a_fence_that_superfences_gives_up_is_kept_and_named(page: str, last_line: int) -> None:
    fence = the_fence(page)
    assert not fence.closed
    assert fence.last_line == last_line
    assert fence.verification is None


def test_a_fence_given_up_does_not_swallow_the_next_one() -> None:
    page = "- a\n\n    ```sql\n  x\n    ```\n\n```sql\ny\n```"
    given_up, next_one = scan(page.split("\n"))
    assert not given_up.closed
    assert next_one.closed
    assert next_one.content == ("y",)


@pytest.mark.parametrize(
    ("page", "verification"),
    [
        ('```python\n--8<-- "snippets/a.py:b"\n```', "include"),
        ('```python\n\n--8<-- "snippets/a.py:b"\n\n```', "include"),
        ('> ```python\n> --8<-- "snippets/a.py:b"\n> ```', "include"),
        ('```python exec="true" html="true"\nprint(1)\n```', "exec"),
        ('```text untested="a dialog of the browser"\nSave as\n```', "untested"),
        ("```python\nprint(1)\n```", None),
        ('```python\n;--8<-- "snippets/a.py:b"\n```', None),
        ('```python\n--8<-- "snippets/a.py:b"\nprint(1)\n```', None),
        ('```python\n--8<-- "snippets/a.py:b"\n--8<-- "snippets/a.py:c"\n```', None),
        ('```python untested="why"\n--8<-- "snippets/a.py:b"\n```', None),
        ('```python exec="no"\nprint(1)\n```', None),
        ('```bash exec="true"\nls\n```', None),
        ("```text untested\nSave as\n```", None),
        ('```text untested=" "\nSave as\n```', None),
    ],
)
def test_a_fence_is_verified_in_one_of_three_ways(page: str, verification: str | None) -> None:
    assert the_fence(page).verification == verification


@pytest.mark.parametrize("line", ['--8<-- "a.md"', '> --8<-- "a.md"', "  --8<--", "---8<--- 'a'"])
def test_whatever_the_snippets_extension_acts_on_is_an_include(line: str) -> None:
    assert is_include(line)


@pytest.mark.parametrize("line", [';--8<-- "a.md"', "# --8<-- [start:a]", 'see --8<-- "a.md"'])
def test_whatever_it_leaves_alone_is_not(line: str) -> None:
    assert not is_include(line)
