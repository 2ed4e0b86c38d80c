"""The mark of a listing that readers may run in the page, and its faults by their lines."""

from __future__ import annotations

import pytest

from lab.source import source_hash
from tests.press.miniature import Repo

TABLES = "CREATE TABLE jobs (id int);\n"
SCRIPT = "\\ir tables.sql\n-- --8<-- [start:all]\nSELECT id FROM jobs;\n-- --8<-- [end:all]\n"
TARGET = "snippets/pool/jobs.sql:all"


@pytest.fixture(autouse=True)
def scripts(repo: Repo) -> None:
    repo.write("snippets/pool/tables.sql", TABLES)
    repo.write("snippets/pool/jobs.sql", SCRIPT)
    digest = source_hash(repo.root / "snippets/pool/jobs.sql", repo.root)
    repo.write("snippets/pool/jobs.out", f"$ psql  # source {digest}\n id \n")


OUTPUT = '\n```text\n--8<-- "snippets/pool/jobs.out"\n```\n'


def fence(header: str, target: str = TARGET, below: str = OUTPUT) -> str:
    return f'Text.\n\n```{header}\n--8<-- "{target}"\n```\n{below}'


def test_a_marked_listing_says_so_for_the_build(repo: Repo) -> None:
    (figure,) = repo.render(fence('sql run="here"')).select("figure.listing")
    assert repo.problems == []
    assert "data-run" in figure.attrs
    assert figure.get_text().startswith("SELECT id FROM jobs;\n")


def test_a_listing_without_the_mark_does_not(repo: Repo) -> None:
    (figure,) = repo.render(fence("sql")).select("figure.listing")
    assert "data-run" not in figure.attrs


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ('sql run="there"', 'a fence marked run="there". Write run="here".'),
        ("sql run", 'a fence marked run="run". Write run="here".'),
        (
            'sql rum="here"',
            'a fence has no option "rum". It may say untested="reason", or run="here"; '
            'highlighted lines end with "# [!]" in the source.',
        ),
    ],
)
def test_a_misspelt_mark_is_a_problem_of_its_line(repo: Repo, header: str, said: str) -> None:
    found = repo.page(fence(header))
    assert found.problems == [f"docs/page.md:6: {said}"]


def test_what_is_not_included_does_not_run(repo: Repo) -> None:
    found = repo.page('Text.\n\n```sql run="here" untested="why"\nSELECT 1;\n```\n')
    assert found.problems == [
        'docs/page.md:6: a fence marked run="here" that includes no listing. Readers run what the '
        "tests run: include an SQL file of snippets/, or remove the mark."
    ]


def test_what_is_wrong_with_the_script_is_a_problem_of_the_page(repo: Repo) -> None:
    repo.write("snippets/pool/tables.sql", f"{TABLES}INSERT INTO jobs SELECT random();\n")
    found = repo.page(fence('sql run="here"', below=""))
    assert found.problems == [
        "docs/page.md:6: snippets/pool/tables.sql:2 is not the same on every run: random. "
        "Make the rows from the numbers of generate_series()."
    ]


def test_a_module_is_no_sql(repo: Repo) -> None:
    repo.write("snippets/pool/sized.py", "a = 1\n")
    found = repo.page(fence('python run="here"', "snippets/pool/sized.py", ""))
    assert found.problems == [
        'docs/page.md:6: snippets/pool/sized.py is marked run="here" and is no SQL. '
        "The page runs .sql files only: remove the mark."
    ]


@pytest.mark.parametrize(
    "below",
    [
        "",
        "\nText.\n" + OUTPUT,
        OUTPUT.replace("jobs", "other"),
        OUTPUT.replace("```text", "> ```text"),
    ],
)
def test_what_it_printed_stands_right_below_it(repo: Repo, below: str) -> None:
    found = repo.page(fence('sql run="here"', below=below))
    assert found.problems[0] == (
        'docs/page.md:6: region "all" of snippets/pool/jobs.sql runs in the page and what it '
        "printed is not right below it. Include it there, in a fence of its own: "
        '"snippets/pool/jobs.out".'
    )
