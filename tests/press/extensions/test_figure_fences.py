"""The fence that draws, and what becomes of a block that fails."""

from __future__ import annotations

import sys
from pathlib import Path
from traceback import extract_tb

import pytest
from markdown_exec import ExecutionError

from press.extensions import figure_fences
from press.extensions.figure_fences import run
from tests.press.miniature import Repo
from tests.press.records import record, write

pytestmark = pytest.mark.usefixtures("memo_of_the_run")

FENCE = '```python exec="true" html="true"'
DRAWS = f"""\
{FENCE}
from press.figures import bars
print(bars("pool-sizing", metric="throughput", title="T", description="D"))
```
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A site with one record."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, record(tmp_path))
    return Repo(tmp_path)


def block(code: str) -> str:
    return f"{FENCE}\n{code}\n```\n"


def test_a_block_is_replaced_by_what_it_draws(site: Repo) -> None:
    page = site.page(f"Text.\n\n{DRAWS}\nText.\n")

    assert page.problems == []
    assert page.soup.select("figure#figure-pool-sizing-throughput > svg")
    assert "print(" not in page.html


@pytest.mark.parametrize(
    "markdown",
    [
        f"- item\n\n{DRAWS}",
        '=== "tab"\n\n{}',
        "!!! note\n\n{}",
    ],
    ids=["list", "tab", "admonition"],
)
def test_a_block_draws_wherever_a_fence_may_stand(site: Repo, markdown: str) -> None:
    indented = "".join(f"    {line}\n" for line in DRAWS.splitlines())

    page = site.page(markdown.format(indented))

    assert page.problems == []
    assert page.soup.select("figure.figure > svg")


@pytest.mark.parametrize(
    ("name", "address"),
    [("page.md", "../measurements/"), ("index.md", "measurements/"), ("a/b.md", "../../measur")],
)
def test_the_link_to_the_data_leads_there_from_any_page(
    site: Repo, name: str, address: str
) -> None:
    page = site.page(DRAWS, name)

    (link,) = page.soup.select(".provenance a")
    assert str(link["href"]).startswith(address)
    assert str(link["href"]).endswith("/pool-sizing.json")


def test_a_link_to_a_figure_is_known_to_the_page(site: Repo) -> None:
    page = site.page(DRAWS)

    assert "figure-pool-sizing-throughput" in page.anchors


@pytest.mark.parametrize(
    "draws",
    [
        'bars("pool-sizing", metric="throughput", title="T", description="D")',
        'points("pool-sizing", metric="throughput", title="T", description="D")',
        'table("pool-sizing", title="T")',
        'claims("pool-sizing")',
    ],
)
def test_what_is_drawn_twice_on_a_page_has_ids_of_its_own(site: Repo, draws: str) -> None:
    code = block(f"from press.figures import bars, claims, points, table\nprint({draws})")

    page = site.page(f"{code}\nText.\n\n{code}")

    assert page.problems == []
    first, second = (str(drawn["id"]) for drawn in page.soup.select("figure[id], aside[id]"))
    assert second == f"{first}-2"
    assert {first, second} <= page.anchors
    identifiers = [str(element["id"]) for element in page.soup.select("[id]")]
    assert len(identifiers) == len(set(identifiers))
    for element in page.soup.select("[aria-labelledby]"):
        assert set(str(element["aria-labelledby"]).split()) <= set(identifiers)


def test_the_ids_of_a_converter_that_is_used_again_are_the_same(site: Repo) -> None:
    """As for each list that shows the opening of an article."""
    converter = site.markdown()

    assert 'id="figure-pool-sizing-throughput"' in converter.convert(DRAWS)
    assert 'id="figure-pool-sizing-throughput"' in converter.convert(DRAWS)


def test_a_link_to_any_part_of_what_is_drawn_is_known_to_the_page(site: Repo) -> None:
    html = "<article class='entry' id=claim-1><p id='bound'>Text</p></article>"

    page = site.page(block(f'print("{html}")'))

    assert {"claim-1", "bound"} <= page.anchors


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        ("print(1 / 0)", 8, "the figure block raised ZeroDivisionError: division by zero"),
        ("x = 1\n\nraise SystemExit(0)", 10, "the figure block raised SystemExit: 0"),
        ("raise SystemExit", 8, "the figure block raised SystemExit"),
        ("import sys\nsys.exit('done')", 9, "the figure block raised SystemExit: done"),
        ("raise GeneratorExit", 8, "the figure block raised GeneratorExit"),
        ("x = 1\nprint(", 9, "the figure block is not Python: '(' was never closed"),
        ("from press.figures import bar", 8, "the figure block raised ImportError: cannot import"),
        (
            "from press.figures import bars\nbars('pool-sizing', metrics='x')",
            9,
            "the figure block raised TypeError: bars() got an unexpected keyword argument",
        ),
        (
            "def fail():\n    raise ValueError('two\\nlines.')\n\nfail()",
            9,
            "the figure block raised ValueError: two lines.",
        ),
        (
            "from press.figures import claims\nprint(\n    claims('pool-sizin'))",
            10,
            "no measurement is named 'pool-sizin'. Did you mean pool-sizing? There is:",
        ),
        ("x = 1", 7, "the figure block printed nothing. Print what a function of press.figures"),
        ("print('hello')", 7, "the figure block printed 'hello', which is not HTML"),
    ],
    ids=[
        "raises",
        "exits with success",
        "exits with nothing",
        "exits with text",
        "closes",
        "syntax",
        "import",
        "argument",
        "inside a function",
        "unknown measurement",
        "silent",
        "text",
    ],
)
def test_a_block_that_fails_is_a_problem_with_the_line_that_failed(
    site: Repo, code: str, line: int, said: str
) -> None:
    page = site.page(f"Text.\n\n`x = 1`\n{block(code)}\nThe page goes on.\n")

    (problem,) = page.problems
    assert problem.startswith(f"docs/page.md:{line}: {said}")
    assert "Traceback" not in problem + page.html
    assert "\n" not in problem
    assert [shown.get_text() for shown in page.soup.select("div.problem")] == [problem]
    assert "The page goes on." in page.html


def test_of_equal_blocks_each_is_reported_where_it_stands(site: Repo) -> None:
    page = site.page(block("1 / 0") + "\n> " + block("1 / 0").replace("\n", "\n> ") + "\n")

    assert [problem.partition(": ")[0] for problem in page.problems] == [
        "docs/page.md:5",
        "docs/page.md:9",
    ]


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ('exec="true"', 'exec="true"'),
        ('exec="true" htlm="true"', 'exec="true" htlm="true"'),
        ('exec="yes" html="true"', 'exec="yes" html="true"'),
        ('exec="true" html="true" session="a"', 'exec="true" html="true" session="a"'),
        ('exec="true" html="true" width="x"', 'exec="true" html="true" width="x"'),
    ],
)
def test_a_fence_that_draws_takes_two_options_and_no_others(
    site: Repo, header: str, asked: str
) -> None:
    page = site.page(f"```python {header}\nprint('<p>ran</p>')\n```\n")

    assert page.problems == [
        f"docs/page.md:4: a fence that draws cannot be {asked}. "
        'Write ```python exec="true" html="true" and no more.'
    ]
    assert "<p>ran</p>" not in page.html


def test_a_fence_that_does_not_ask_to_be_executed_is_left_to_the_listings(site: Repo) -> None:
    page = site.page('```python untested="a sketch"\nprint(1 / 0)\n```\n')

    assert page.problems == []
    assert "print" in page.soup.get_text()


def test_blocks_share_no_names(site: Repo) -> None:
    page = site.page(block("name = 1\nprint('<p>1</p>')") + "\n" + block("print(name)"))

    (problem,) = page.problems
    assert "the figure block raised NameError: name 'name' is not defined" in problem


def test_markdown_exec_hands_over_what_a_block_prints_and_what_it_raises() -> None:
    assert run("print('<p>', 1, end='</p>')") == "<p> 1</p>"
    with pytest.raises(ExecutionError) as caught:
        run("x = 1\nx / 0")

    cause = caught.value.__cause__
    assert isinstance(cause, ZeroDivisionError)
    frame = extract_tb(cause.__traceback__)[-1]
    assert (frame.filename, frame.lineno) == (figure_fences._FILE, 2)


def test_a_block_that_runs_again_leaves_no_more_than_before() -> None:
    run("print(1)")
    modules = set(sys.modules)
    run("print(2)")

    assert set(sys.modules) == modules


def test_an_interrupt_still_ends_the_build(site: Repo) -> None:
    with pytest.raises(KeyboardInterrupt):
        site.page(block("raise KeyboardInterrupt"))


def test_a_failing_block_is_fixed_without_a_restart(site: Repo) -> None:
    assert site.page(DRAWS.replace("pool-sizing", "pool")).problems

    site.build_again()
    write(site.root, record(site.root, "pool"))

    assert site.page(DRAWS.replace("pool-sizing", "pool")).problems == []
