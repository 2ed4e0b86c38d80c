"""The strict build: a whole site, or the old one and the reasons."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig

from press.__main__ import main
from press.problems import Finding
from press.site.build import build
from press.site.engine import BuildError
from press.sources.settings import Settings
from tests.press import records
from tests.press.miniature import BODY, NOW, article, repository, write

pytestmark = pytest.mark.usefixtures("memo_of_the_run")

POST = "docs/posts/pool.md"
HEADLINE = {"measurement": "pool-sizing", "quantity": "speedup", "label": "requests served"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one article that is out and without fault."""
    repository(tmp_path)
    records.write(tmp_path, records.record(tmp_path))
    write(tmp_path, POST, published())
    return tmp_path


def published(body: str = BODY, /, **keys: object) -> str:
    return article(body, **{"draft": None, "headline": HEADLINE, **keys})


def refusal(root: Path) -> list[str]:
    with pytest.raises(BuildError) as refused:
        build(root, NOW)
    return str(refused.value).splitlines()


def test_sources_without_fault_become_a_site(root: Path) -> None:
    build(root, NOW)

    assert "makes callers wait" in (root / "site/pool/index.html").read_text(encoding="utf-8")
    assert not (root / "site.new").exists()


def test_a_new_site_replaces_the_old_one(root: Path) -> None:
    write(root, "site/gone/index.html", "old")

    build(root, NOW)

    assert not (root / "site/gone").exists()
    assert not (root / "site.old").exists()


def test_what_the_checks_find_stops_the_build_before_mkdocs_reads_it(root: Path) -> None:
    write(root, "site/index.html", "old")
    write(root, POST, "---\ntitle: A claim\ndate: soon\n---\n")
    write(root, "docs/posts/z.md", "Text.\n")

    lines = refusal(root)

    assert lines[0].startswith(f"{POST}:1: missing key 'categories'.")
    assert (
        f"{POST}:3: 'date' is 'soon'. It must be a mapping that holds created: 2026-11-20." in lines
    )
    assert any(line.startswith("docs/posts/z.md:1: no front matter.") for line in lines)
    assert lines[-1] == f"{len(lines) - 1} problems"
    assert (root / "site/index.html").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("gone.md", "it contains a link 'gone.md', but the target 'posts/gone.md' is not found"),
        ("#gone", "it contains a link '#gone', but there is no such anchor on this page"),
        ("../index.md#gone", "it contains a link '../index.md#gone', but the doc 'index.md' does"),
        ("gone", "it contains an unrecognized relative link 'gone', it was left as is."),
        ("/gone/", "it contains an absolute link '/gone/', it was left as is."),
    ],
)
def test_a_broken_link_stops_the_build_with_its_line(root: Path, link: str, expected: str) -> None:
    write(root, POST, published(f"{BODY}\nSee [there]({link}).\n"))
    line = (root / POST).read_text(encoding="utf-8").splitlines().index(f"See [there]({link}).") + 1

    lines = refusal(root)

    assert lines[0].startswith(f"{POST}:{line}: {expected}")
    assert not (root / "site").exists()


def test_a_dead_link_that_mkdocs_does_not_see_stops_the_build(root: Path) -> None:
    write(root, POST, published(f'{BODY}\n<a href="../gone/">there</a>\n'))

    lines = refusal(root)

    assert lines[0].startswith("site/pool/index.html:")
    assert "there is no '/gone/'; the page is docs/posts/pool.md. Fix the link, or" in lines[0]
    assert lines[1:] == ["1 problem"]


def test_a_warning_of_any_library_stops_the_build(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_warning(config: MkDocsConfig) -> None:
        mkdocs_build(config)
        logging.getLogger("some.library").warning("something is odd")

    monkeypatch.setattr("press.site.engine.build", with_warning)

    assert refusal(root) == ["something is odd"]
    assert not (root / "site").exists()


def test_a_page_that_ends_the_process_ends_only_the_build(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(config: MkDocsConfig) -> None:
        raise SystemExit(0)

    monkeypatch.setattr("press.site.engine.build", leave)

    assert refusal(root) == ["a code block of a page ended the build with SystemExit"]


def test_an_error_nobody_foresaw_is_one_line_with_its_place(root: Path) -> None:
    write(root, "overrides/main.html", "<html>\n{% if %}\n</html>\n")

    lines = refusal(root)

    assert lines[-1].startswith(
        "overrides/main.html:2: TemplateSyntaxError: Expected an expression"
    )
    assert lines[-1].endswith("`python -m mkdocs build --strict` shows where it came from.")


def test_a_step_after_mkdocs_may_refuse_the_site(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(site: Path, settings: Settings) -> list[Finding]:
        assert (site / "index.html").is_file()
        return [Finding("site/index.html", 1, "it is empty", "Fill it.")]

    monkeypatch.setattr("press.site.build.STEPS", (refuse,))

    assert refusal(root) == ["site/index.html:1: it is empty. Fill it.", "1 problem"]
    assert not (root / "site").exists()


def test_drafts_and_later_articles_are_not_published(root: Path) -> None:
    write(root, "docs/posts/draft.md", article(slug="draft"))
    later = {"created": NOW.date().replace(year=2100)}
    write(root, "docs/posts/later.md", published(slug="later", date=later))

    build(root, NOW)

    assert {path.name for path in (root / "site").iterdir() if path.is_dir()} >= {"pool"}
    assert not (root / "site/draft").exists()
    assert not (root / "site/later").exists()


def test_the_command_says_what_is_wrong_and_fails(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, POST, published(tag="asyncpg"))

    assert main(["check"], root) == 1
    proved = capsys.readouterr().err
    assert "unknown key 'tag'. Did you mean tags?" in proved

    assert main(["build"], root) == 1
    assert capsys.readouterr().err == proved


def test_the_command_succeeds_when_nothing_is_wrong(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"], root) == 0
    assert capsys.readouterr().out == "Nothing is wrong with the sources.\n"
    assert main(["build"], root) == 0
    assert capsys.readouterr().out == "The site is in site.\n"


def test_the_site_can_go_elsewhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "www"

    assert main(["build", "--site", str(elsewhere)], root) == 0

    assert (elsewhere / "pool/index.html").is_file()
    assert not (root / "site").exists()


def test_elsewhere_the_command_says_where_to_run_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build"], tmp_path) == 1
    assert capsys.readouterr().err.startswith("mkdocs.yml:1: the file is not here.")
