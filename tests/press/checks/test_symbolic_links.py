"""Nothing outside of what is published is published through a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.checks.symbolic_links import check_symbolic_links
from press.problems import ProblemError
from press.sources.includes import parse_include
from tests.press.miniature import repository, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository beside a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text("secret\n", encoding="utf-8")
    (tmp_path / "private").mkdir()
    return repository(tmp_path / "repository")


def link(root: Path, path: str, target: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).symlink_to(target)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("docs/leak.txt", "../../secret.txt"),
        ("docs/assets/private", "../../../private"),
        ("docs/posts/leak.md", "../../../secret.txt"),
        ("docs/settings.yml", "../mkdocs.yml"),
        ("snippets/pool/leak.py", "../../../secret.txt"),
        ("overrides/leak.html", "../../secret.txt"),
        ("docs/gone.txt", "../../gone.txt"),
    ],
)
def test_a_link_that_leads_out_is_refused(root: Path, path: str, target: str) -> None:
    link(root, path, target)

    folder = path.partition("/")[0]
    assert [str(finding) for finding in check_symbolic_links(root)] == [
        f"{path}:1: a link that leads out of {folder}/. "
        "Put the file itself in its place, or delete the link."
    ]


def test_a_link_that_stays_inside_is_not(root: Path) -> None:
    write(root, "docs/a.txt", "a\n")
    link(root, "docs/b.txt", "a.txt")

    assert list(check_symbolic_links(root)) == []


def test_an_include_does_not_follow_a_link_out(root: Path) -> None:
    link(root, "snippets/pool/leak.py", "../../../secret.txt")

    with pytest.raises(ProblemError, match="leads out of snippets/"):
        parse_include("snippets/pool/leak.py", root)
