"""The fence that draws: `python exec="true" html="true"`, run by markdown-exec, guarded here.

markdown-exec shows a traceback where a block raises, and lets one that raises `SystemExit` end the
build. Here every failure of a block becomes a problem of the page, with the line that failed.
"""

from __future__ import annotations

import re
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import markdown_exec
from markdown import Markdown
from mkdocs.utils import get_relative_url

from press.extensions.page import add_anchor
from press.extensions.reporting import line_of_fence, report
from press.figures.caption import SITE_ROOT
from press.problems import ProblemError

HEADER = {"exec": "true", "html": "true"}
"""The options of a fence that draws; it takes no others."""

_FILE = "<figure block>"
_GUARD = "import press.extensions.figure_fences\npress.extensions.figure_fences.run(globals())"
_MESSAGE = 300
_IDENTIFIED = re.compile(r'<(?:figure|aside)\b[^>]* id="([^"]+)"')
_PRINT = "Print what a function of press.figures returns."


@dataclass(frozen=True)
class Failure:
    """Why a block drew nothing.

    Attributes:
        line: the line of the block that failed, from 1; 0 for the header of the fence.
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """

    line: int
    what: str
    remedy: str


@dataclass
class _Block:
    source: str
    failure: Failure | None = None


_running: ContextVar[_Block] = ContextVar("figure block")


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
    drawing = _draw(source, options["header"], md)
    if isinstance(drawing, Failure):
        opening = line_of_fence(md, source)
        line = None if opening is None else opening + drawing.line
        return report(md, line, drawing.what, drawing.remedy)
    for identifier in _IDENTIFIED.findall(drawing):
        add_anchor(md, identifier)
    return _addressed(drawing, md)


def run(namespace: dict[str, Any]) -> None:
    """Run the current block in the namespace that markdown-exec prepared, and keep its failure."""
    block = _running.get()
    try:
        exec(compile(block.source, _FILE, "exec"), namespace)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        block.failure = _failure(error)


def _draw(source: str, header: dict[str, str], md: Markdown) -> str | Failure:
    if header != HEADER:
        asked = " ".join(f'{name}="{value}"' for name, value in header.items())
        wanted = " ".join(f'{name}="{value}"' for name, value in HEADER.items())
        return Failure(
            0, f"a fence that draws cannot be {asked}", f"Write ```python {wanted} and no more."
        )
    block = _Block(source)
    options: dict[str, Any] = {}
    markdown_exec.validator("python", dict(HEADER), options, {}, md)
    token = _running.set(block)
    try:
        drawing = str(markdown_exec.formatter(_GUARD, "python", "", options, md)).strip()
    finally:
        _running.reset(token)
    if block.failure is not None:
        return block.failure
    if not drawing:
        return Failure(0, "the figure block printed nothing", _PRINT)
    if not (drawing.startswith("<") and drawing.endswith(">")):
        printed = shorten(drawing, 60, placeholder=" …")
        return Failure(0, f"the figure block printed {printed!r}, which is not HTML", _PRINT)
    return drawing


def _failure(error: BaseException) -> Failure:
    if isinstance(error, SyntaxError) and error.filename == _FILE:
        return Failure(
            error.lineno or 0, f"the figure block is not Python: {error.msg}", "Fix this line."
        )
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == _FILE), 0)
    if isinstance(error, ProblemError):
        return Failure(line, error.what, error.remedy)
    text = shorten(f"{error}", _MESSAGE, placeholder=" …").rstrip(".")
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return Failure(line, f"the figure block raised {said}", "Fix this line.")


def _addressed(drawing: str, md: Markdown) -> str:
    """The drawing with its links leading to the site's root from the page that is rendered."""
    known = "relpath" in md.treeprocessors  # MkDocs resolves links by it
    url = md.treeprocessors["relpath"].file.url if known else ""
    return re.sub(
        f'"{re.escape(SITE_ROOT)}([^"]*)"',
        lambda match: f'"{get_relative_url(match[1], url)}"',
        drawing,
    )
