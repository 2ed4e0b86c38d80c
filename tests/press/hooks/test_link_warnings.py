"""MkDocs' warnings of broken links name a line."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from press.hooks.link_warnings import add_lines_to_link_warnings
from tests.press.miniature import write

PAGE = "posts/pool.md"

log = logging.getLogger("mkdocs.structure.pages")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "docs/posts/pool.md", "---\nslug: a\n---\n`[x](no.md)`\n\n[x](no.md#why)\n")
    add_lines_to_link_warnings(tmp_path)
    return tmp_path


def test_a_broken_link_is_named_with_file_and_line(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log.warning("Doc file '%s' contains a link '%s', but it is not found.", PAGE, "no.md#why")

    assert caplog.messages == [
        "docs/posts/pool.md:6: it contains a link 'no.md#why', but it is not found. "
        "Fix the link or its target."
    ]


def test_a_link_that_stands_in_no_source_is_named_with_the_first_line(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log.warning("Doc file 'gone.md' contains an unrecognized relative link 'x', it was left as is.")

    (message,) = caplog.messages
    assert message.startswith("docs/gone.md:1: it contains an unrecognized relative link 'x', ")


def test_any_other_warning_is_left_as_it_is(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    log.warning("Something else about '%s'", PAGE)

    assert caplog.messages == ["Something else about 'posts/pool.md'"]
