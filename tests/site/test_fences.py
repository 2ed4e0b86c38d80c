"""No page shows code that nothing verifies without saying why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lab.repository import ROOT
from press.sources.fences import scan


def unkept(root: Path) -> Iterator[str]:
    """Each fence of the pages under `docs/` that breaks the promise."""
    for page in sorted(root.glob("docs/**/*.md")):
        for fence in scan(page.read_text(encoding="utf-8").split("\n")):
            if fence.verification is None:
                yield (
                    f"{page.relative_to(root).as_posix()}:{fence.line}: a fence that is neither "
                    'an include, nor executed, nor marked untested="reason".'
                )


def test_every_fence_of_every_page_is_verified_or_says_why_not() -> None:
    assert list(unkept(ROOT)) == []


def test_a_fence_that_breaks_the_promise_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "docs/posts").mkdir(parents=True)
    page = '---\ntitle: A\n---\n\n=== "One"\n\n    > - said\n    >\n    >     ```sql\n    >     x\n'
    (tmp_path / "docs/posts/x.md").write_text(f"{page}    >     ```\n", encoding="utf-8")
    assert list(unkept(tmp_path)) == [
        "docs/posts/x.md:9: a fence that is neither an include, nor executed, nor marked "
        'untested="reason".'
    ]
