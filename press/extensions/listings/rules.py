"""What a fence that shows a listing must be, said to its author where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from lab.transcript import SUFFIX as TRANSCRIPT
from press.evidence.transcripts import Transcript
from press.problems import ProblemError
from press.sources.fences import PREFIX, Fence, include_target
from press.sources.includes import Shown
from press.sources.regions import shows_marker
from press.sources.runnable import MARK

RUN = "run"
"""The option of a fence whose listing readers may run in the page."""

_CONTAINER = re.compile(r"(===|!!!|\?\?\?)[ !+]")  # begins a tab or an admonition
_NOTE_ITEM = re.compile(r"\d+\.[ \t]")


def check_header(fence: Fence) -> None:
    """Make sure that superfences reads the fence as its author meant it.

    Raises:
        ProblemError: if it does not.
    """
    if not fence.closed:
        raise ProblemError(
            "a fence that never ends",
            f'Close it with "{fence.marker}", and indent each of its lines as much as its first.',
        )
    if not fence.understood:
        raise ProblemError(
            f'the header of the fence is not understood: "{fence.header}"',
            'Write the language, and options as name="value".',
        )
    unknown = sorted(fence.options.keys() - {"untested", "exec", RUN})
    if unknown and not fence.executed:
        raise ProblemError(
            f'a fence has no option "{unknown[0]}"',
            f'It may say untested="reason", or {RUN}="{MARK}"; highlighted lines end with "# [!]" '
            "in the source.",
        )
    if fence.executed and fence.language != "python":
        raise ProblemError(
            f'a fence in "{fence.language}" is not executed', "Only python draws, with exec."
        )


def check_surroundings(fence: Fence, lines: Sequence[str]) -> None:
    """Make sure that blank lines separate the fence from text, which would hold it in a paragraph.

    Raises:
        ProblemError: if text stands right above it, or right below it at its own indentation.
    """
    above = lines[fence.line - 2] if fence.line > 1 else ""
    below = lines[fence.last_line] if fence.last_line < len(lines) else ""
    text_below = below.removeprefix(fence.indent)
    remedy = "Put a blank line between them."
    if above.strip(PREFIX) and not _CONTAINER.match(above.lstrip(PREFIX)):
        raise ProblemError("text right above a fence", remedy)
    if below.startswith(fence.indent) and text_below.strip(PREFIX) and text_below[0] not in PREFIX:
        raise ProblemError("text right below a fence", remedy)


def check_markers(fence: Fence) -> None:
    """Make sure that no code of the page itself holds a marker, which is read in files alone.

    Raises:
        ProblemError: if it does.
    """
    for at, text in enumerate(fence.content, start=1):
        if shows_marker(text):
            raise ProblemError(
                f"line {fence.line + at} of the page has [!], which readers would see",
                "Delete it: only lines of an included file are highlighted.",
            )


def check_printed(transcript: Transcript) -> None:
    """Make sure that a listing prints no marker, as in a traceback that quotes its lines.

    Raises:
        ProblemError: if it does.
    """
    for at, text in enumerate(transcript.output.split("\n"), start=2):
        if shows_marker(text):
            raise ProblemError(
                f"{transcript.path}:{at} shows the [!] of a line of the listing",
                "Print the error without its traceback, or mark another line.",
            )


def sole_include(fence: Fence) -> str:
    """The target of the include that is all the fence holds.

    Raises:
        ProblemError: if the fence holds anything else, or says more about it.
    """
    if fence.include is not None:
        for option in fence.options.keys() - {RUN}:
            raise ProblemError(
                f'an included listing with the option "{option}"',
                "Tests run what is included: remove the option.",
            )
        return fence.include
    if fence.holds_include:
        raise ProblemError("an include with other text in its fence", "Give it a fence of its own.")
    if fence.untested is not None:
        raise ProblemError(
            "untested without a reason", 'Say why nothing verifies it: untested="reason".'
        )
    raise ProblemError(
        "a listing that nothing runs",
        'Move it to snippets/ and include it, or say why not: untested="reason".',
    )


def runs_here(fence: Fence) -> bool:
    """Whether readers may run what the fence shows, in the page.

    Raises:
        ProblemError: if it says so in another way, or of what it cannot be said.
    """
    said = fence.options.get(RUN)
    if said is None:
        return False
    if said != MARK:
        raise ProblemError(f'a fence marked {RUN}="{said}"', f'Write {RUN}="{MARK}".')
    if fence.verification != "include":
        raise ProblemError(
            f'a fence marked {RUN}="{MARK}" that includes no listing',
            "Readers run what the tests run: include an SQL file of snippets/, or remove the mark.",
        )
    return True


def check_output_below(fence: Fence, shown: Shown, lines: Sequence[str]) -> None:
    """Make sure that a listing that runs in the page stands right above what it printed.

    Raises:
        ProblemError: if it does not: the page compares with that, and takes its room from it.
    """
    path = shown.include.path
    output = PurePosixPath(path).with_suffix(TRANSCRIPT).as_posix()
    below = [line for line in lines[fence.last_line :] if line.strip(PREFIX)][:2]
    header, content = [*(line.removeprefix(fence.indent) for line in below), "", ""][:2]
    if not header.startswith("```") or include_target(content) != output:
        raise ProblemError(
            f"{shown.include.subject} runs in the page and what it printed is not right below it",
            f'Include it there, in a fence of its own: "{output}".',
        )


def unexplained(shown: Shown, fence: Fence, lines: Sequence[str]) -> Iterator[ProblemError]:
    """What is wrong with the notes of a listing, an ordered list right below it."""
    notes = shown.notes
    if notes != tuple(range(1, len(notes) + 1)):
        yield ProblemError(
            f"{shown.include.subject} has the notes {', '.join(map(str, notes))}",
            "Number them from 1, in the order of the lines.",
        )
    elif notes and (items := _items_below(fence, lines)) != len(notes):
        yield ProblemError(
            f"{shown.include.subject} has {len(notes)} notes and the ordered list below the "
            f"listing explains {items}",
            "Write one item a note, right below the fence.",
        )


def _items_below(fence: Fence, lines: Sequence[str]) -> int:
    """How many items the ordered list right below a fence has."""
    items = 0
    for line in lines[fence.last_line :]:
        if not line.strip(PREFIX):
            continue
        text = line.removeprefix(fence.indent)
        if line.startswith(fence.indent) and _NOTE_ITEM.match(text):
            items += 1
        elif not items or not text.startswith(" "):
            break
    return items
