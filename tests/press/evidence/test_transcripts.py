"""Transcripts are shown below their listing while they still are what it prints."""

from __future__ import annotations

import pytest

from lab.source import source_hash
from tests.press.miniature import Repo, include

PATH = "snippets/pool/exhaustion.out"
MODULE = "snippets/pool/exhaustion.py"
SOURCE = 'print("a & b")\n'
RENEW = (
    "Renew it: .venv/bin/python -m pytest tests/snippets/test_transcripts.py --update-transcripts "
    "-k pool/exhaustion -n0"
)


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


@pytest.fixture(autouse=True)
def transcript(repo: Repo) -> None:
    repo.write(MODULE, SOURCE)
    digits = source_hash(repo.root / MODULE, repo.root)
    repo.write(PATH, f"$ python -m snippets.pool.exhaustion  # source {digits}\na & b\n  <c>\n")


def test_the_block_shows_the_command_and_what_it_printed(repo: Repo) -> None:
    page = repo.render(include(PATH, "text"))
    assert repo.problems == []
    (figure,) = page.select("figure.output")
    assert figure["data-path"] == PATH
    assert figure.select_one("pre")["tabindex"] == "0"  # type: ignore[index]
    assert figure.select_one("pre code").get_text() == (  # type: ignore[union-attr]
        "$ python -m snippets.pool.exhaustion\na & b\n  <c>\n"
    )
    command = figure.select_one("span.command")
    assert command is not None
    assert command.get_text() == "$ python -m snippets.pool.exhaustion"


def test_the_caption_names_who_printed_it(repo: Repo) -> None:
    caption = repo.render(include(PATH, "text")).select_one("figcaption")
    assert caption is not None
    assert caption.get_text() == f"printed by {MODULE}, run again by the tests"


@pytest.mark.parametrize("suffix", [".sql", ".sh"])
def test_other_sources_than_python_print_too(repo: Repo, suffix: str) -> None:
    repo.write(f"snippets/pool/plan{suffix}", "SELECT 1;\n")
    digits = source_hash(repo.root / f"snippets/pool/plan{suffix}", repo.root)
    repo.write("snippets/pool/plan.out", f"$ psql plan{suffix}  # source {digits}\n1\n")
    page = repo.render(include("snippets/pool/plan.out", "text"))
    assert repo.problems == []
    assert f"plan{suffix}" in page.select_one("figcaption").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("above", "joined"),
    [
        (include(MODULE) + "\n", True),
        (include(MODULE) + "\n\n\n", True),
        (include(MODULE) + "\nIt prints:\n\n", False),
        (include("snippets/pool/other.py") + "\n", False),
        ("It prints:\n\n", False),
        (f'=== "One"\n\n{indented(include(MODULE))}\n', False),
    ],
)
def test_it_is_joined_to_the_listing_right_above(repo: Repo, above: str, joined: bool) -> None:
    repo.write("snippets/pool/other.py", SOURCE)
    page = repo.render(above + include(PATH, "text"))
    assert repo.problems == []
    assert bool(page.select("figure.output--joined")) == joined


def test_it_is_joined_inside_a_tab(repo: Repo) -> None:
    fences = f"{include(MODULE)}\n{include(PATH, 'text')}"
    page = repo.render(f'=== "One"\n\n{indented(fences)}')
    assert len(page.select(".tabbed-block figure.listing + figure.output--joined")) == 1


def test_a_stale_transcript_is_a_problem_that_names_the_cure(repo: Repo) -> None:
    repo.write(MODULE, SOURCE.replace("a", "b"))
    page = repo.render(f"Text.\n\n{include(PATH, 'text')}")
    problem = f"this page:3: {PATH} is stale: {MODULE} changed since it was printed. {RENEW}"
    assert repo.problems == [problem]
    assert page.select_one(".problem + figure.output") is not None


def test_a_comment_does_not_make_it_stale(repo: Repo) -> None:
    repo.write(MODULE, f"# why\n{SOURCE}")
    repo.render(include(PATH, "text"))
    assert repo.problems == []


def test_a_page_recovers_when_its_transcript_is_renewed(repo: Repo) -> None:
    repo.write(MODULE, SOURCE.replace("a", "b"))
    repo.render(include(PATH, "text"))
    assert len(repo.problems) == 1
    digits = source_hash(repo.root / MODULE, repo.root)
    repo.write(PATH, f"$ python -m snippets.pool.exhaustion  # source {digits}\nb & b\n")
    assert repo.render(include(PATH, "text")).select(".problem") == []
    assert len(repo.problems) == 1


def test_a_source_that_is_not_python_is_a_problem_of_the_page(repo: Repo) -> None:
    repo.write(MODULE, "def f(:\n")
    repo.render(include(PATH, "text"))
    assert repo.problems == [f"this page:1: {MODULE}:1 is not Python: invalid syntax. Fix it."]


@pytest.mark.parametrize(
    "head", ["a & b", "$ python -m snippets.pool.exhaustion", "$ x  # source 12345"]
)
def test_a_transcript_without_its_command_is_a_problem(repo: Repo, head: str) -> None:
    repo.write(PATH, f"{head}\na & b\n")
    repo.render(include(PATH, "text"))
    assert repo.problems == [
        f'this page:1: {PATH} does not begin with "$ command  # source hash". {RENEW}'
    ]


def test_a_transcript_whose_source_is_gone_is_a_problem(repo: Repo) -> None:
    (repo.root / MODULE).unlink()
    repo.render(include(PATH, "text"))
    assert repo.problems == [
        f"this page:1: {PATH} has no module beside it. Delete it, or restore exhaustion.py, .sql "
        "or .sh."
    ]


def test_a_transcript_that_was_never_printed_is_a_problem_that_names_the_cure(repo: Repo) -> None:
    (repo.root / PATH).unlink()
    repo.render(include(PATH, "text"))
    assert repo.problems == [
        f"this page:1: there is no file {PATH}. If the listing it belongs to is there, print it: "
        f"{RENEW.removeprefix('Renew it: ')}"
    ]


def test_a_transcript_is_shown_whole(repo: Repo) -> None:
    repo.render(include(f"{PATH}:first", "text"))
    assert repo.problems == [
        f'this page:1: {PATH} is a transcript and has no regions. Include all of it: "{PATH}".'
    ]


def test_a_traceback_that_quotes_a_highlighted_line_is_a_problem(repo: Repo) -> None:
    digits = source_hash(repo.root / MODULE, repo.root)
    command = f"$ python -m snippets.pool.exhaustion  # source {digits}\n"
    repo.write(PATH, f"{command}Traceback:\n    return rows[0]  # [!]\nIndexError\n")
    repo.render(include(PATH, "text"))
    assert repo.problems == [
        f"this page:1: {PATH}:3 shows the [!] of a line of the listing. Print the error without "
        "its traceback, or mark another line."
    ]
