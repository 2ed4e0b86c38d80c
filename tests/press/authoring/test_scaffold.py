"""The scaffold: a draft that builds, a listing that is tested, an experiment that is red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lab import transcript
from lab.catalog import find
from lab.repository import ROOT
from lab.source import source_hash
from press.__main__ import main
from press.authoring.scaffold import ScaffoldError, post
from press.checks.sources import check_sources
from press.site.build import build
from tests.press.miniature import NOW, repository, warnings, write

TITLE = 'Your "pool" is a queue: it waits'
SLUG = "your-pool-is-a-queue-it-waits"
PACKAGE = "your_pool_is_a_queue_it"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path)


FONT_FILES = {".woff2", ".ttf", ".otf"}


def files(root: Path) -> dict[str, str]:
    """The text of every file of a repository."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in FONT_FILES
    }


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a repository whose `snippets` and `tests` hide the real ones."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_title_becomes_an_article_with_listing_transcript_test_and_experiment(
    root: Path,
) -> None:
    before = files(root)

    written = post(root, TITLE)

    assert [path.as_posix() for path in written.files] == [
        f"docs/posts/{SLUG}.md",
        f"snippets/{PACKAGE}/__init__.py",
        f"snippets/{PACKAGE}/first.py",
        f"snippets/{PACKAGE}/first.out",
        f"tests/snippets/{PACKAGE}/test_first.py",
        f"snippets/{PACKAGE}/experiments/__init__.py",
        f"snippets/{PACKAGE}/experiments/first.py",
    ]
    assert files(root).keys() - before.keys() == {path.as_posix() for path in written.files}
    assert find(root) == {written.measurement: root / written.files[-1]}


def test_the_draft_has_no_problem_and_does_not_stop_a_strict_build(root: Path) -> None:
    post(root, TITLE)

    assert check_sources(root, NOW) == []
    build(root, NOW)
    assert not (root / "site" / SLUG).exists()


def test_the_draft_is_previewed_with_its_title_and_listing(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    post(root, TITLE)

    assert warnings(root, caplog) == []
    page = (root / "preview" / SLUG / "index.html").read_text(encoding="utf-8")
    title = BeautifulSoup(page, "html.parser").title
    assert title
    assert title.get_text() == TITLE
    assert f"snippets/{PACKAGE}/first.py" in page
    assert "the answer is 42" in page


def test_the_listing_prints_its_transcript(root: Path) -> None:
    written = post(root, TITLE)
    listing = root / written.files[2]
    stored = transcript.parse((root / written.files[3]).read_text(encoding="utf-8"))

    finished = python(root, *transcript.command(listing, root).split()[1:])

    assert (finished.returncode, finished.stdout) == (0, stored.output)
    assert stored.command == transcript.command(listing, root)
    assert stored.source == source_hash(listing, root)


def test_the_listing_passes_its_test(root: Path) -> None:
    written = post(root, TITLE)

    finished = python(
        root,
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"),
        *("--rootdir", ".", written.files[4].as_posix()),
    )

    assert "1 passed" in finished.stdout, finished.stdout + finished.stderr


def test_the_experiment_is_red_and_says_which_file_to_fill(root: Path) -> None:
    post(root, TITLE)
    module = f"snippets.{PACKAGE}.experiments.first"
    rehearsal = (
        f"import asyncio\nfrom {module} import EXPERIMENT\n"
        "from lab.experiment import Setting\n"
        "for variant in EXPERIMENT.variants.values():\n"
        "    asyncio.run(variant.run(Setting(EXPERIMENT.rehearsal)))\n"
    )

    finished = python(root, "-c", rehearsal)

    assert finished.returncode == 1
    last = finished.stderr.splitlines()[-1]
    assert last.startswith("NotImplementedError: ")
    assert f"snippets/{PACKAGE}/experiments/first.py: write naive(): " in last


def test_what_is_written_passes_the_linter(root: Path) -> None:
    for name in ("pyproject.toml", "snippets/.ruff.toml"):
        shutil.copy(ROOT / name, root / name)
    post(root, TITLE)

    for command in (["check"], ["format", "--check"]):
        finished = python(root, "-m", "ruff", *command, "--no-cache", ".")
        assert finished.returncode == 0, finished.stdout + finished.stderr


def test_nothing_that_exists_is_overwritten_and_then_nothing_is_written(root: Path) -> None:
    write(root, f"snippets/{PACKAGE}/first.out", "mine")
    before = files(root)

    with pytest.raises(ScaffoldError) as refusal:
        post(root, TITLE)

    assert str(refusal.value) == (
        f"snippets/{PACKAGE}/first.out exists already. "
        "Choose another title, or another package: PACKAGE=name."
    )
    assert files(root) == before


def test_a_package_can_be_chosen_and_names_the_measurement(root: Path) -> None:
    written = post(root, TITLE, "pool_size")

    assert (written.package, written.measurement) == ("pool_size", "pool-size-first")
    assert (root / "snippets/pool_size/first.py").is_file()


@pytest.mark.parametrize(
    ("title", "package"),
    [
        ("A pool", "a_pool"),
        ("3 ways to wait", "a_3_ways_to_wait"),
        ("Class", "a_class"),
        ("Pneumonoultramicroscopic pools", "pneumonoultramicroscopic"),
        ("Café, naïvely", "cafe_naively"),
        ("under_score", "under_score"),
    ],
)
def test_any_title_makes_a_package(root: Path, title: str, package: str) -> None:
    assert post(root, title).package == package


@pytest.mark.parametrize("title", ["", "  ", "!?", "日本"])
def test_a_title_without_a_letter_for_its_address_is_refused(root: Path, title: str) -> None:
    with pytest.raises(ScaffoldError, match="An article needs a title: make post TITLE="):
        post(root, title)


@pytest.mark.parametrize("package", ["a-b", "3d", "class", "", "pööl", "../x"])
def test_a_package_that_python_cannot_import_is_refused(root: Path, package: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot be a Python package"):
        post(root, TITLE, package)


def test_settings_without_a_name_to_choose_are_named(root: Path) -> None:
    write(root, "mkdocs.yml", "extra: {authors: [a], categories: [b], series: [c]}\n")

    with pytest.raises(ScaffoldError, match=r"^mkdocs\.yml:1: no tag is listed under extra\."):
        post(root, TITLE)


def test_the_command_says_what_it_wrote_and_what_comes_next(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["post", "A pool"], root) == 0

    said = capsys.readouterr().out
    assert said.startswith("Wrote\n  docs/posts/a-pool.md\n")
    assert "snippets/a_pool/experiments/first.py measures something" in said
    assert "make measure NAME=a-pool-first" in said


def test_the_command_refuses_in_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["post", "A pool"], root) == 0
    capsys.readouterr()

    assert main(["post", "A pool"], root) == 1
    assert capsys.readouterr().err == (
        "docs/posts/a-pool.md exists already. "
        "Choose another title, or another package: PACKAGE=name.\n"
    )
