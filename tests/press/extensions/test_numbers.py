"""Measured numbers in sentences, headings, cells and captions."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown import Markdown

from tests.press.miniature import Repo
from tests.press.records import record, write


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A site with one record."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, record(tmp_path))
    return Repo(tmp_path)


def measured(soup: BeautifulSoup) -> list[str]:
    return [found.get_text().replace("\N{NO-BREAK SPACE}", " ") for found in soup.select("data")]


def test_a_quantity_in_a_sentence_is_its_median_with_its_provenance(site: Repo) -> None:
    page = site.page("A pool serves [[pool-sizing.speedup]] the requests.\n")

    assert page.html == (
        '<p>A pool serves <data class="measured" title="only 1 run × 3 rounds; lowest to highest '
        '4.1× to 4.4×, a 75% interval; recorded 2026-11-20" value="4.25">4.2×</data> '
        "the requests.</p>"
    )
    assert page.problems == []


def test_a_metric_of_a_variant_is_its_median(site: Repo) -> None:
    page = site.page("It serves [[pool-sizing.throughput.pool]].\n")

    (found,) = page.soup.select("data")
    assert found["value"] == "2198"
    assert measured(page.soup) == ["2,198 req/s"]
    assert "only 1 run × 3 rounds; lowest to highest 2,100" in found["title"]


@pytest.mark.parametrize(
    "markdown",
    [
        "- a pool: [[pool-sizing.speedup]]\n",
        "| what | how much |\n|---|---|\n| pool | [[pool-sizing.speedup]] |\n",
        "!!! note\n    A pool is [[pool-sizing.speedup]] better.\n",
        "> A pool is [[pool-sizing.speedup]] better.\n",
        "**[[pool-sizing.speedup]]** better.\n",
        "[it is [[pool-sizing.speedup]] better](#x)\n",
        "Better.[^1]\n\n[^1]: By [[pool-sizing.speedup]].\n",
        '=== "[[pool-sizing.speedup]] better"\n    Text.\n',
    ],
    ids=["list", "cell", "admonition", "quote", "bold", "link", "footnote", "tab"],
)
def test_a_number_stands_wherever_text_stands(site: Repo, markdown: str) -> None:
    page = site.page(markdown)

    assert measured(page.soup) == ["4.2×"]
    assert page.problems == []


@pytest.mark.parametrize(
    "markdown",
    ["`[[pool-sizing.speedup]]`\n", "\\[[pool-sizing.speedup]]\n"],
    ids=["code", "escape"],
)
def test_code_and_escaped_brackets_stay_as_they_are(site: Repo, markdown: str) -> None:
    page = site.page(markdown)

    assert page.soup.get_text() == "[[pool-sizing.speedup]]"
    assert page.problems == []


def test_a_fence_keeps_its_brackets() -> None:
    md = Markdown(extensions=["press.extensions.numbers", "pymdownx.superfences"])

    html = md.convert("```text\n[[pool-sizing.speedup]]\n```\n")

    assert "[[pool-sizing.speedup]]" in BeautifulSoup(html, "html.parser").get_text()


def test_a_heading_and_its_contents_entry_carry_the_number(site: Repo) -> None:
    page = site.page("## A pool is [[pool-sizing.speedup]] better\n")

    (entry,) = page.toc.items
    assert entry.title == "A pool is 4.2× better"


def test_the_link_to_a_heading_outlives_the_next_measurement(site: Repo) -> None:
    page = site.page("## [[pool-sizing.speedup]] better\n\n## [[pool-sizing.speedup]] better\n")

    assert [heading["id"] for heading in page.soup.select("h2")] == ["better", "better_1"]


def test_a_heading_keeps_the_id_that_its_author_gave_it(site: Repo) -> None:
    page = site.page("## A pool is [[pool-sizing.speedup]] better {#why}\n")

    assert page.soup.select_one("h2#why") is not None


def test_a_misspelt_name_is_a_problem_with_its_line_and_the_names_that_exist(site: Repo) -> None:
    page = site.page("`[[pool-sizing.sped]]`\n\nText.\nIt is [[pool-sizing.sped]].\n")

    assert page.problems == [
        "docs/page.md:7: no quantity is named 'sped' in measurement 'pool-sizing'. "
        "Did you mean speedup? There is: speedup."
    ]
    (shown,) = page.soup.select("p > span.problem[role=alert]")
    assert shown.get_text() == page.problems[0]


def test_a_unit_is_not_read_as_markdown(site: Repo) -> None:
    made = record(site.root)
    made["quantities"]["speedup"]["unit"] = "*m*"
    write(site.root, made)

    assert measured(site.page("[[pool-sizing.speedup]]\n").soup) == ["4.2 *m*"]


def test_each_misspelt_name_is_reported_where_it_stands(site: Repo) -> None:
    page = site.page("[[pool.a]]\n\n[[pool.a]] and [[pool-sizing]]\n")

    lines = sorted(problem.partition(": ")[0] for problem in page.problems)
    assert lines == ["docs/page.md:4", "docs/page.md:6", "docs/page.md:6"]


def test_brackets_that_name_no_number_say_how_a_number_is_named(site: Repo) -> None:
    page = site.page("See [[pool-sizing]].\n")

    (problem,) = page.problems
    assert "[[pool-sizing]] is not the name of a measured number" in problem
    assert "Write [[measurement.quantity]] or [[measurement.metric.variant]]" in problem


def test_a_problem_is_not_read_as_markdown(site: Repo) -> None:
    page = site.page("See [[a*b*c]].\n")

    (shown,) = page.soup.select("span.problem")
    assert "[[a*b*c]] is not the name" in shown.get_text()


def test_a_converter_that_is_used_again_begins_anew(
    site: Repo, caplog: pytest.LogCaptureFixture
) -> None:
    (site.root / "requirements.txt").write_text("asyncpg==0.33.0\n", encoding="utf-8")
    md = Markdown(extensions=["press.extensions.numbers"])
    assert "measured-drift" in md.convert("[[pool-sizing.speedup]]")
    assert "measured-drift" not in md.convert("Nothing measured.")

    write(site.root, record(site.root, void="the machine was busy"))
    md.convert("[[pool-sizing.speedup]]")
    md.convert("[[pool-sizing.speedup]]")
    assert len(caplog.messages) == 2


def test_what_is_wrong_with_a_record_is_reported_once_a_page_and_shown_each_time(
    site: Repo,
) -> None:
    write(site.root, record(site.root, void="the machine was busy"))

    page = site.page("- [[pool-sizing.throughput.pool]]\n\n[[pool-sizing.speedup]]\n")

    (problem,) = page.problems
    assert problem.startswith(
        "docs/page.md:4: no run of measurement 'pool-sizing' counts: the machine was busy"
    )
    assert len(page.soup.select("span.problem")) == 2


def test_a_page_is_mended_without_a_restart(site: Repo) -> None:
    assert site.page("[[pool-sizing.sped]]\n").problems

    page = site.page("[[pool-sizing.speedup]]\n")

    assert page.problems == []
    assert measured(page.soup) == ["4.2×"]


def test_a_page_says_once_that_its_numbers_were_recorded_with_other_versions(site: Repo) -> None:
    (site.root / "requirements.txt").write_text("asyncpg==0.33.0\n", encoding="utf-8")

    page = site.page("[[pool-sizing.speedup]]\n\n[[pool-sizing.speedup]]\n")

    (note,) = page.soup.select("aside.measured-drift")
    assert note.get_text() == (
        "Numbers on this page were measured with asyncpg 0.32, locked is 0.33.0."
    )
    assert page.problems == []
