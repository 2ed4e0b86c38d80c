"""A preview converts again what changed, and nothing else; a build converts everything."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown import Markdown

from press.hooks import reuse
from tests.press.miniature import article, preview, repository, warnings, write

POOL, QUEUE = "docs/posts/pool.md", "docs/posts/queue.md"
LISTING = "snippets/pool/sized.py"
SHOWS = f'It waits.\n\n```python\n--8<-- "{LISTING}"\n```\n\n[next](queue.md#b)\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with an article that shows a listing and links to a place in another."""
    repository(tmp_path)
    write(tmp_path, LISTING, "SIZE = 5\n")
    write(tmp_path, POOL, article(SHOWS))
    write(tmp_path, QUEUE, article("## B\n\nIt grows.\n", slug="queue"))
    return tmp_path


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    reuse._kept.clear()
    yield
    reuse._kept.clear()


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were converted since it was last cleared; lists of articles do not count."""
    texts: list[str] = []
    convert = Markdown.convert

    def recorded(md: Markdown, source: str) -> str:
        if "excerpt" not in md.treeprocessors:
            texts.append(source)
        return str(convert(md, source))

    monkeypatch.setattr(Markdown, "convert", recorded)
    return texts


def counts(texts: list[str]) -> tuple[int, int]:
    """How often each of the two articles was converted."""
    found = sum("It waits." in text for text in texts), sum("It grows." in text for text in texts)
    texts.clear()
    return found


def shown(root: Path, name: str) -> str:
    return (root / "preview" / name / "index.html").read_text(encoding="utf-8")


def change(root: Path, path: str, text: str) -> None:
    """Write a file whose time of change is another, even on a coarse clock."""
    write(root, path, text)
    later = time.time_ns() + 1_000_000_000
    os.utime(root / path, ns=(later, later))


def test_only_the_article_that_changed_is_converted_again(root: Path, converted: list[str]) -> None:
    preview(root)
    before = shown(root, "pool")
    assert counts(converted) == (1, 1)
    change(root, QUEUE, article("## B\n\nIt grows. More.\n", slug="queue"))

    preview(root)

    assert counts(converted) == (0, 1)
    assert shown(root, "pool") == before
    assert "More." in shown(root, "queue")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (LISTING, "SIZE = 6\n"),
        (
            "build/verification.json",
            '{"recorded": "2026-11-20", "versions": {}, "files": {}, "naive": {}}',
        ),
        ("docs/posts/new.md", article("New.\n", slug="new")),
    ],
    ids=["a listing", "a test run", "a new address"],
)
def test_every_article_is_converted_after_a_change_of_what_it_may_show(
    root: Path, converted: list[str], path: str, text: str
) -> None:
    preview(root)
    counts(converted)
    change(root, path, text)

    preview(root)

    assert counts(converted) == (1, 1)


def test_a_change_of_a_listing_is_shown(root: Path) -> None:
    preview(root)
    change(root, LISTING, "SIZE = 7654\n")
    preview(root)
    assert "7654" in shown(root, "pool")


def test_a_warning_is_said_by_every_rebuild(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(root, POOL, article(SHOWS.replace("queue.md#b", "gone.md")))
    said = [warnings(root, caplog) for _ in range(3)]
    assert len(said[0]) == 1
    assert said[0] == said[1] == said[2]


def test_an_anchor_that_another_article_lost_is_reported(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    preview(root)
    change(root, QUEUE, article("## C\n\nIt grows.\n", slug="queue"))

    (warning,) = warnings(root, caplog)
    assert "queue.md#b" in warning


def test_what_another_article_makes_wrong_is_reported(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = {"name": "Scalable backends", "part": 1}
    write(root, QUEUE, article("## B\n\nIt grows.\n", slug="queue", series=first))
    preview(root)
    change(root, POOL, article(SHOWS, series=first))

    (warning,) = warnings(root, caplog)
    assert warning.startswith(QUEUE)
    assert f"part 1 of 'Scalable backends' is {POOL} already" in warning
