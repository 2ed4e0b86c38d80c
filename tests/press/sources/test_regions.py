"""What readers see of a source: regions by name, without our markers."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.problems import ProblemError
from press.sources.regions import Source, read_source

PATH = "snippets/pool/sized.py"


def source(root: Path, text: str, path: str = PATH) -> Source:
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text, encoding="utf-8")
    return read_source(root, path)


def test_a_region_holds_the_lines_between_its_markers_with_their_numbers(tmp_path: Path) -> None:
    read = source(tmp_path, "a\n# --8<-- [start:two]\nb\nc\n# --8<-- [end:two]\nd\n")
    assert [(line.number, line.text) for line in read.region("two")] == [(3, "b"), (4, "c")]


def test_markers_of_other_regions_are_never_shown(tmp_path: Path) -> None:
    read = source(
        tmp_path,
        "# --8<-- [start:outer]\na\n# --8<-- [start:inner]\nb\n# --8<-- [end:inner]\n"
        "# --8<-- [end:outer]\n",
    )
    assert [line.text for line in read.region("outer")] == ["a", "b"]
    assert read.text == "a\nb"


def test_a_region_begins_and_ends_with_a_line_that_is_not_blank(tmp_path: Path) -> None:
    read = source(tmp_path, "# --8<-- [start:r]\n\na\n\nb\n\n# --8<-- [end:r]\n")
    assert [line.text for line in read.region("r")] == ["a", "", "b"]


@pytest.mark.parametrize(
    ("text", "shown", "marked", "notes"),
    [
        ("x = 1  # [!]", "x = 1", True, ()),
        ("x = 1  # [2]", "x = 1", False, (2,)),
        ("x = 1  # [!] [2]", "x = 1", True, (2,)),
        ("x = 1  # why  # [!]", "x = 1  # why", True, ()),
        ("SELECT 1; -- [!]", "SELECT 1;", True, ()),
        ("x = y[1]", "x = y[1]", False, ()),
        ("x = 1  # see [1] for why", "x = 1  # see [1] for why", False, ()),
        ("x = 1  # [a]", "x = 1  # [a]", False, ()),
    ],
)
def test_marks_at_the_end_of_a_line_are_read_and_stripped(
    tmp_path: Path, text: str, shown: str, marked: bool, notes: tuple[int, ...]
) -> None:
    (line,) = source(tmp_path, f"{text}\n").lines
    assert (line.text, line.marked, line.notes) == (shown, marked, notes)


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        (
            "# --8<-- [start:b]\nx\n# --8<-- [end:b]\n# --8<-- [start:c]\nx\n# --8<-- [end:c]\n",
            f'{PATH} has no region "a"',
            "Its regions: b, c.",
        ),
        (
            "x\n",
            f'{PATH} has no region "a"',
            'It has none: put "# --8<-- [start:a]" and "# --8<-- [end:a]" around the lines.',
        ),
        (
            "x\n# --8<-- [start:a]\nx\n",
            f'region "a" of {PATH} starts on line 2 and never ends',
            'Put "# --8<-- [end:a]" below its last line.',
        ),
        (
            "x\n# --8<-- [end:a]\n",
            f'region "a" of {PATH} ends on line 2 and never starts',
            'Put "# --8<-- [start:a]" above its first line.',
        ),
        (
            "# --8<-- [start:a]\nx\n# --8<-- [end:a]\n# --8<-- [start:a]\nx\n# --8<-- [end:a]\n",
            f'region "a" of {PATH} is marked twice, on lines 1 and 4',
            "Give one of the two another name.",
        ),
        (
            "# --8<-- [start:a]\n\n# --8<-- [end:a]\n",
            f'region "a" of {PATH} is empty',
            "Move its markers around some lines.",
        ),
        (
            "# --8<-- [end:a]\nx\n# --8<-- [start:a]\n",
            f'region "a" of {PATH} is empty',
            "Move its markers around some lines.",
        ),
    ],
)
def test_a_region_that_cannot_be_shown_says_why(
    tmp_path: Path, text: str, what: str, remedy: str
) -> None:
    read = source(tmp_path, text)
    with pytest.raises(ProblemError) as problem:
        read.region("a")
    assert (problem.value.what, problem.value.remedy) == (what, remedy)


def test_sql_is_told_how_sql_marks_a_region(tmp_path: Path) -> None:
    read = source(tmp_path, "-- --8<-- [start:a]\nSELECT 1;\n", path="snippets/pool/a.sql")
    with pytest.raises(ProblemError, match=r'Put "-- --8<-- \[end:a\]" below its last line\.'):
        read.region("a")


def test_a_region_in_sql_is_found(tmp_path: Path) -> None:
    text = "-- --8<-- [start:a]\nSELECT 1;\n-- --8<-- [end:a]\n"
    read = source(tmp_path, text, path="snippets/pool/a.sql")
    assert [line.text for line in read.region("a")] == ["SELECT 1;"]
