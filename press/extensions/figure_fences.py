"""The fence that draws: `python exec="true" html="true"`, run by markdown-exec, guarded here.

superfences hands the block to `formatter`, which lets markdown-exec run it and puts what it prints
into the page. Every failure of a block becomes a problem of the page, with the line that failed:
markdown-exec would show a traceback, and let a block that raises `SystemExit` end the build.
"""

from __future__ import annotations

import traceback
from html.parser import HTMLParser
from pathlib import PurePosixPath
from textwrap import shorten
from typing import Any
from weakref import WeakKeyDictionary

from markdown import Markdown
from markdown_exec import ExecutionError
from markdown_exec._internal.formatters.python import _run_python

from press.extensions.page import add_anchor, current_page
from press.extensions.reporting import line_of_fence, report
from press.figures.caption import SITE_ROOT
from press.figures.identifiers import on_page
from press.problems import ProblemError

HEADER = {"exec": "true", "html": "true"}
"""The options of a fence that draws; it takes no others."""

_ID = "figure"
_FILE = f"<code block: id {_ID}>"
_MESSAGE = 300
_TAKEN: WeakKeyDictionary[Markdown, tuple[list[str], set[str]]] = WeakKeyDictionary()
_PRINT = "Print what a function of press.figures returns."


class BlockError(ProblemError):
    """Why a block drew nothing.

    Args:
        line: the line of the block that failed, from 1; 0 for the header of the fence.
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.line = line


def validator(
    language: str,
    inputs: dict[str, str],
    options: dict[str, Any],
    attrs: dict[str, Any],
    md: Markdown,
) -> bool:
    """Take the fences that ask to be executed, and leave all others to the listings."""
    if "exec" not in inputs:
        return False
    options["header"] = dict(inputs)
    return True


def formatter(
    source: str,
    language: str,
    css_class: str,
    options: dict[str, Any],
    md: Markdown,
    **_kwargs: Any,
) -> str:
    """What the block draws, or the problem that keeps it from drawing, as HTML."""
    try:
        with on_page(_taken(md)):
            drawing = _draw(source, options["header"])
    except BlockError as error:
        opening = line_of_fence(md, source)
        line = None if opening is None else opening + error.line
        return report(md, line, error.what, error.remedy)
    for identifier in _identifiers(drawing):
        add_anchor(md, identifier)
    return drawing.replace(f'"{SITE_ROOT}', f'"{_way_to_root(md)}')


def run(source: str) -> str:
    """What a block prints, run by markdown-exec in a namespace of its own.

    The formatter that markdown-exec makes public is no way: of a block that fails it returns a
    traceback as HTML, and the error itself, which knows the line, is gone. So this calls what that
    formatter calls to run Python. The id gives the code the name of a file that never changes; by
    default it has a number, and the source of each block ever run would be kept for tracebacks.

    Raises:
        ExecutionError: the block raised an exception, which is the cause.
        BaseException: what the block raised, if it is no `Exception`.
    """
    return str(_run_python(source, id=_ID))


def _draw(source: str, header: dict[str, str]) -> str:
    if header != HEADER:
        asked = " ".join(f'{name}="{value}"' for name, value in header.items())
        wanted = " ".join(f'{name}="{value}"' for name, value in HEADER.items())
        raise BlockError(
            0, f"a fence that draws cannot be {asked}", f"Write ```python {wanted} and no more."
        )
    try:
        drawing = run(source).strip()
    except KeyboardInterrupt:
        raise
    except ExecutionError as error:
        raise _explained(error.__cause__ or error) from None
    except BaseException as error:
        raise _explained(error) from None
    if not drawing:
        raise BlockError(0, "the figure block printed nothing", _PRINT)
    if not (drawing.startswith("<") and drawing.endswith(">")):
        printed = shorten(drawing, 60, placeholder=" …")
        raise BlockError(0, f"the figure block printed {printed!r}, which is not HTML", _PRINT)
    return drawing


def _explained(error: BaseException) -> BlockError:
    if isinstance(error, SyntaxError) and error.filename == _FILE:
        return BlockError(
            error.lineno or 0, f"the figure block is not Python: {error.msg}", "Fix this line."
        )
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == _FILE), 0)
    if isinstance(error, ProblemError):
        return BlockError(line, error.what, error.remedy)
    text = shorten(f"{error}", _MESSAGE, placeholder=" …").rstrip(".")
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return BlockError(line, f"the figure block raised {said}", "Fix this line.")


class _Identifiers(HTMLParser):
    """Collects the ids of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "id" and value]


def _identifiers(html: str) -> list[str]:
    parser = _Identifiers()
    parser.feed(html)
    parser.close()
    return parser.found


def _taken(md: Markdown) -> set[str]:
    """The ids that figures have taken in this conversion.

    A converter is used again for each list that an excerpt is in, and begins each time with new
    lines.
    """
    lines, taken = _TAKEN.get(md, (None, set()))
    if lines is not md.lines:
        taken = set()
        _TAKEN[md] = md.lines, taken
    return taken


def _way_to_root(md: Markdown) -> str:
    """The relative address of the site's root from the page that is rendered, such as `../../`.

    The engine makes the links of a page relative, but not those in HTML that a fence leaves.
    """
    page = current_page(md)
    url = page.url if page else ""
    return "../" * len(PurePosixPath(f"{url}_").parent.parts)
