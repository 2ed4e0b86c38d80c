"""One article's tests are chosen without running those of the others."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from lab.repository import ROOT
from tests import article
from tests.article import Selection, articles, pytest_configure


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two articles, of which one has an experiment and tests of its own."""
    for path in (
        "snippets/pool/__init__.py",
        "snippets/pool/experiments/sizing.py",
        "snippets/pooling/__init__.py",
        "snippets/pooling/experiments/sizing.py",
        "tests/snippets/pool/test_size.py",
        "tests/snippets/test_transcripts.py",
        "tests/lab/test_server.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def test_an_article_is_named_as_its_package(root: Path) -> None:
    assert articles(root) == ["pool", "pooling"]
    assert Selection(root, "pool").others == ["pooling"]


def test_its_tests_are_its_own_and_those_that_have_a_case_for_each(root: Path) -> None:
    shared = "tests/snippets/test_transcripts.py"
    assert list(Selection(root, "pool").places()) == ["tests/snippets/pool", shared]
    assert list(Selection(root, "pooling").places()) == [shared]


def defined(module: str) -> object:
    """A function of a module."""
    return SimpleNamespace(__module__=module)


@pytest.mark.parametrize(
    ("path", "cases", "concerned"),
    [
        ("tests/snippets/pool/test_size.py", None, True),
        ("tests/article_pages.py", {"page": "docs/posts/x.md"}, True),
        ("tests/snippets/test_transcripts.py", {"path": "snippets/pool/size.py"}, True),
        ("tests/snippets/test_transcripts.py", {"path": "snippets/pooling/size.py"}, False),
        ("tests/snippets/test_experiments.py", {"name": "pool-sizing"}, True),
        ("tests/snippets/test_experiments.py", {"name": "pooling-sizing"}, False),
        ("tests/snippets/test_experiments.py", {"change": len}, False),
        ("tests/snippets/test_served.py", {"served": defined("snippets.pool.served")}, True),
        ("tests/snippets/test_served.py", {"served": defined("snippets.pooling.served")}, False),
        ("tests/snippets/test_experiments.py", None, False),
        ("tests/snippets/pooling/test_size.py", None, False),
    ],
)
def test_a_test_concerns_it_by_its_place_or_by_its_case(
    root: Path, path: str, cases: dict[str, object] | None, concerned: bool
) -> None:
    item = SimpleNamespace(path=root / path)
    if cases is not None:
        item.callspec = SimpleNamespace(params=cases)
    assert Selection(root, "pool").concerns(cast("pytest.Item", item)) == concerned


def test_an_unknown_name_is_answered_with_those_that_exist(root: Path) -> None:
    with pytest.raises(pytest.UsageError, match=r"snippets/pol\. Did you mean pool") as caught:
        Selection(root, "pol")
    assert str(caught.value).endswith("There is: pool, pooling.")


def test_with_paths_it_is_refused(root: Path) -> None:
    sources = SimpleNamespace(ARGS="args")
    config = SimpleNamespace(
        rootpath=root, args_source="args", ArgsSource=sources, getoption=lambda name: "pool"
    )
    with pytest.raises(pytest.UsageError, match="give it no paths"):
        pytest_configure(cast("pytest.Config", config))


@pytest.mark.timeout(120)  # an interpreter that collects the tests of the listings
def test_every_kind_of_test_of_a_real_article_is_chosen() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--article=pool", "--collect-only", "-q", "-n0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    chosen = [line for line in done.stdout.splitlines() if "::" in line]
    for one in (
        "tests/snippets/pool/test_bounded.py::test_callers_are_served_in_order_of_arrival",
        "test_transcripts.py::test_a_listing_prints_what_its_transcript_says[snippets/pool/bou",
        "test_experiments.py::test_an_experiment_runs_in_small[pool-sizing]",
        "test_experiments.py::test_a_record_is_complete_and_current_and_follows_from_its_samples[",
        "test_naive_listings.py::test_a_naive_listing_has_a_test_that_proves_it_fails[snippets/p",
        f"{article.PAGES}::test_a_page_of_the_article_is_converted_without_a_problem[docs/posts/",
        f"{article.PAGES}::test_nothing_is_wrong_with_the_sources_of_the_article",
    ):
        assert any(one in line for line in chosen), one
    assert not any("[snippets/caching" in line or "[caching" in line for line in chosen)
    assert (
        "This was what pool needs. The whole suite, `make test`, adds backend, batches, "
        in done.stdout
    )
