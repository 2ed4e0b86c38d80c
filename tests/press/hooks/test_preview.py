"""`mkdocs serve` tells an author what is wrong, goes on, and recovers when it is fixed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lab.repository import ROOT
from tests.press.miniature import article, repository, warnings, write

pytestmark = pytest.mark.usefixtures("memo_of_the_run")

POST = "docs/posts/pool.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one draft without fault."""
    repository(tmp_path)
    write(tmp_path, POST, article("The pool makes callers wait.\n"))
    return tmp_path


def alerts(page: Path) -> list[str]:
    """The problems that a built page shows."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return [alert.get_text() for alert in soup.select(".problem[role=alert]")]


def test_a_repository_without_fault_is_shown_with_its_drafts(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert warnings(root, caplog) == []
    assert "callers wait" in (root / "preview/pool/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (article(tag="asyncpg"), f"{POST}:12: unknown key 'tag'. Did you mean tags?"),
        (article(tags=["asyncpgg"]), f"{POST}:10: unknown name 'asyncpgg' in 'tags'."),
        (article(categories=["Pools"]), f"{POST}:8: unknown name 'Pools' in 'categories'."),
        (article(draft=None), f"{POST}:1: an article earns its place with a measured number"),
        (article("It is simply there.\n"), f"{POST}:14: 'simply' was not measured."),
        (article("[a](gone.md)\n"), f"{POST}:14: it contains a link 'gone.md', but the target"),
        (article("[a](#gone)\n"), f"{POST}:14: it contains a link '#gone', but there is no such"),
        (article("[a](../index.md#x)\n"), f"{POST}:14: it contains a link '../index.md#x', but "),
    ],
    ids=["key", "tag", "category", "number", "word", "link", "own anchor", "anchor"],
)
def test_a_problem_is_a_warning_and_the_page_is_shown(
    root: Path, caplog: pytest.LogCaptureFixture, text: str, expected: str
) -> None:
    write(root, POST, text)

    assert any(message.startswith(expected) for message in warnings(root, caplog))
    assert (root / "preview/pool/index.html").is_file()

    write(root, POST, article())
    assert warnings(root, caplog) == []


def test_a_page_shows_its_problems_and_lists_of_articles_do_not(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(root, POST, article("Text.\n", tag="asyncpg"))

    (message,) = warnings(root, caplog)

    assert alerts(root / "preview/pool/index.html") == [message]
    assert alerts(root / "preview/index.html") == []


def test_the_contents_of_a_page_with_problems_name_its_headings_and_no_more(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(root, POST, article("Text.\n\n## A heading\n\nMore.\n", tag="asyncpg"))
    write(root, "overrides/blog-post.html", "{{ page.toc.items[0].title }}")

    warnings(root, caplog)

    assert (root / "preview/pool/index.html").read_text(encoding="utf-8") == "A heading"


def test_one_slug_for_two_articles_is_a_warning(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(root, "docs/posts/queue.md", article())

    (message,) = warnings(root, caplog)
    assert message.startswith(
        "docs/posts/queue.md:6: the slug 'pool' is the address of docs/posts/pool.md too."
    )


def test_an_unused_listing_is_a_warning_of_the_front_page(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(root, "snippets/pool/erlang.py", "")

    (message,) = warnings(root, caplog)
    assert message.startswith("snippets/pool/erlang.py:1: no page shows it.")
    assert alerts(root / "preview/index.html") == [message]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Text.\n", f"{POST}:1: no front matter."),
        ("---\ntitle: A claim\n", f"{POST}:1: unclosed front matter."),
        ("---\ntitle: A: claim\n---\n", f"{POST}:2: invalid YAML: "),
        (article(date=None), f"{POST}:1: missing key 'date'."),
        (article(date="soon"), f"{POST}:4: 'date' is 'soon'."),
        (article(date={"updated": "soon"}), f"{POST}:4: missing key 'date.created'."),
        (article(title=5), f"{POST}:2: 'title' is 5."),
        (article(tags="asyncpg"), f"{POST}:9: 'tags' is 'asyncpg'."),
        (article(series=5), f"{POST}:12: 'series' is 5."),
    ],
)
def test_front_matter_that_cannot_be_used_is_shown_in_place_of_the_page(
    root: Path, caplog: pytest.LogCaptureFixture, text: str, expected: str
) -> None:
    write(root, POST, text)
    write(root, "docs/posts/other.md", article(slug="other"))

    messages = warnings(root, caplog)

    assert any(message.startswith(expected) for message in messages)
    assert alerts(root / "preview/pool/index.html") == messages
    assert (root / "preview/other/index.html").is_file()


def test_a_page_of_another_kind_is_replaced_too(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(root, "docs/errors/full.md", "---\ntitle: full\ntemplate: error.html\n---\n")

    messages = warnings(root, caplog)

    assert [message.partition(". ")[0] for message in messages] == [
        "docs/errors/full.md:1: missing key 'description'"
    ]
    assert alerts(root / "preview/errors/full/index.html") == messages


class Server:
    """A running `mkdocs serve`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def read_until(self, text: str) -> str:
        """Return the first line from here on that holds the text."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if text in line:
                return line.partition("-  ")[2].rstrip("\n")
        raise AssertionError(f"the server ended before it said {text!r}")


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    write(root, POST, article(date="soon"))
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", "127.0.0.1:0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    with subprocess.Popen(
        command, cwd=root, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


def test_a_server_starts_with_a_broken_article_and_recovers_each_time_it_is_mended(
    root: Path, server: Server
) -> None:
    assert server.read_until(POST).startswith(f"{POST}:4: 'date' is 'soon'.")
    server.read_until("Serving on")

    write(root, POST, article())
    server.read_until("Reloading browsers")

    write(root, POST, "---\ntitle: A: claim\n---\n")
    assert server.read_until(POST).startswith(f"{POST}:2: invalid YAML: ")

    write(root, POST, article(tags=["asyncpgg"]))
    assert server.read_until(POST).startswith(f"{POST}:10: unknown name 'asyncpgg' in 'tags'.")
    server.read_until("Reloading browsers")
