"""Fences to captioned listings, output blocks and marked exceptions; anything else is a problem.

A Markdown extension in two halves. A preprocessor that runs before the snippets extension resolves
each fence, keeps its HTML, and leaves a fence that names it. A superfences formatter for every
language puts the HTML in its place, so that lists, quotes, tabs and admonitions work as they do
for any fence. Fences to execute are left to those who draw.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from press.captions import COPY_BUTTON, caption
from press.code_lines import shown_line
from press.fences import PREFIX, Fence, is_include, scan
from press.highlighting import dedent, highlight
from press.includes import Include, Shown, excesses, parse_include, resolve
from press.outputs import SUFFIX as TRANSCRIPT
from press.outputs import check_fresh, read_transcript
from press.page import add_anchor
from press.problems import ProblemError, report
from press.regions import Line
from press.repository import Repository

_NAME = "press_listings"
_BEFORE_SNIPPETS = 40
_KEY = "press"  # the option by which the formatter finds the HTML of a fence
_CONTAINER = re.compile(r"(===|!!!|\?\?\?)[ !+]")  # begins a tab or an admonition
_NOTE_ITEM = re.compile(r"\d+\.[ \t]")


class Listings(Preprocessor):  # type: ignore[misc]  # the library has no types
    """Resolves the fences of a page."""

    def __init__(self, md: Markdown, repository: Repository) -> None:
        super().__init__(md)
        self.md: Markdown = md
        self.repository = repository
        self.blocks: list[str] = []
        self.anchors: Counter[str] = Counter()

    def run(self, lines: list[str]) -> list[str]:
        """Replace each fence by one that names its HTML; the lines keep their numbers."""
        self.blocks = []
        self.anchors = Counter()
        lines = [line.expandtabs(self.md.tab_length) for line in lines]
        result = list(lines)
        above: tuple[Fence, Include] | None = None
        for fence in scan(lines):
            if fence.verification == "exec" and not fence.holds_include:
                continue
            include = self._render(fence, lines, above)
            above = (fence, include) if include else None
            result[fence.line - 1 : fence.last_line] = self._placeholder(fence)
        return [self._without_include(number, line) for number, line in enumerate(result, start=1)]

    def _placeholder(self, fence: Fence) -> Iterator[str]:
        marker = fence.marker or "```"
        yield f'{fence.indent}{marker}listing {_KEY}="{len(self.blocks) - 1}"'
        yield from [fence.indent.rstrip()] * (fence.last_line - fence.line - 1)
        yield f"{fence.indent}{marker}"

    def _without_include(self, number: int, line: str) -> str:
        if not is_include(line):
            return line
        problem = report(
            self.md, number, "an include outside a fence", "Put it alone in a fence of its own."
        )
        return line[: len(line) - len(line.lstrip(PREFIX))] + problem

    def _render(
        self, fence: Fence, lines: Sequence[str], above: tuple[Fence, Include] | None
    ) -> Include | None:
        """Keep the HTML of a fence, with its problems above it; return the listing it shows."""
        html: list[str] = []
        include: Include | None = None
        try:
            check_header(fence)
            check_surroundings(fence, lines)
            if fence.verification == "untested":
                html.append(self._untested(fence))
            else:
                target = sole_include(fence)
                include = parse_include(target, self.repository.root)
                if include.path.endswith(TRANSCRIPT):
                    html += self._output(fence, include, lines, above)
                    include = None
                else:
                    html += self._listing(fence, include, lines)
        except ProblemError as problem:
            html.append(self._report(fence, problem))
        self.blocks.append("\n".join(html))
        return include

    def _report(self, fence: Fence, problem: ProblemError) -> str:
        return report(self.md, fence.line, problem.what, problem.remedy)

    def _listing(self, fence: Fence, include: Include, lines: Sequence[str]) -> Iterator[str]:
        if not fence.language:
            raise ProblemError(
                "a listing without a language", "Write it behind the backticks that open the fence."
            )
        shown = resolve(include, self.repository.root)
        for problem in [*excesses(shown), *unexplained(shown, fence, lines)]:
            yield self._report(fence, problem)
        yield self._figure(shown, fence.language)

    def _figure(self, shown: Shown, language: str) -> str:
        include, root = shown.include, self.repository.root
        everything = highlight(shown.source.text, language, root)
        first = shown.source.lines.index(shown.lines[0])
        code = everything[first : first + len(shown.lines)]
        anchor = self._anchor(include)
        classes = "listing listing--naive" if include.naive else "listing"
        region = f' data-region="{escape(include.region)}"' if include.region else ""
        whole = ""
        if not shown.whole:
            plain = [
                replace(line, marked=False, notes=()) if line.marked or line.notes else line
                for line in shown.source.lines
            ]
            whole = (
                '<details class="listing__whole"><summary>whole file</summary>'
                f"{_code(plain, everything, language)}</details>"
            )
        return (
            f'<figure class="{classes}" id="{anchor}" data-path="{escape(include.path)}"{region}>'
            f"{_code(shown.lines, code, language)}"
            f"{caption(shown, anchor, self.repository, whole)}</figure>"
        )

    def _anchor(self, include: Include) -> str:
        path = PurePosixPath(include.path.removeprefix("snippets/")).with_suffix("")
        words = re.sub(r"[^a-z0-9]+", "-", f"{path}-{include.region or ''}".lower()).strip("-")
        self.anchors[words] += 1
        again = f"-{self.anchors[words]}" if self.anchors[words] > 1 else ""
        anchor = f"listing-{words}{again}"
        add_anchor(self.md, anchor)
        return anchor

    def _output(
        self,
        fence: Fence,
        include: Include,
        lines: Sequence[str],
        above: tuple[Fence, Include] | None,
    ) -> Iterator[str]:
        if include.region:
            raise ProblemError(
                f"{include.path} is a transcript and has no regions",
                f'Include all of it: "{include.path}".',
            )
        transcript = read_transcript(include.path, self.repository.root)
        try:
            check_fresh(transcript, self.repository.root)
        except ProblemError as problem:
            yield self._report(fence, problem)
        joined = (
            above is not None
            and above[1].path == transcript.module
            and above[0].indent == fence.indent
            and not any(line.strip(PREFIX) for line in lines[above[0].last_line : fence.line - 1])
        )
        yield transcript.html(self.repository, joined=joined)

    def _untested(self, fence: Fence) -> str:
        language = fence.language or "text"
        reason = escape(fence.untested or "", quote=False)
        code = highlight("\n".join(fence.content), language, self.repository.root)
        lines = "\n".join(map(shown_line, fence.content, code))
        return (
            '<figure class="listing listing--untested"><div class="highlight"><pre tabindex="0">'
            f'<code class="language-{escape(language)}">{lines}\n</code></pre></div>'
            f'<figcaption><span class="listing__untested">not tested: {reason}</span> '
            f"{COPY_BUTTON}</figcaption></figure>"
        )


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
    unknown = sorted(fence.options.keys() - {"untested", "exec"})
    if unknown and not fence.executed:
        raise ProblemError(
            f'a fence has no option "{unknown[0]}"',
            'It may say untested="reason"; highlighted lines end with "# [!]" in the source.',
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


def sole_include(fence: Fence) -> str:
    """The target of the include that is all the fence holds.

    Raises:
        ProblemError: if the fence holds anything else, or says more about it.
    """
    if fence.include is not None:
        for option in fence.options:
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


def _code(lines: Sequence[Line], code: Sequence[str], language: str) -> str:
    """Lines of code as a block, without the indentation that they share."""
    shared = min(len(line.text) - len(line.text.lstrip()) for line in lines if line.text)
    html = "\n".join(
        _line(line, line.text[shared:], dedented)
        for line, dedented in zip(lines, dedent(code, shared), strict=True)
    )
    return (
        '<div class="highlight"><pre tabindex="0">'
        f'<code class="language-{escape(language)}">{html}\n</code></pre></div>'
    )


def _line(line: Line, text: str, code: str) -> str:
    notes = "".join(
        f'<span class="note" role="img" aria-label="note {note}">{note}</span>'
        for note in line.notes
    )
    return shown_line(text, f"{code}{notes}", marked=line.marked, number=line.number)


def validator(
    _language: str,
    inputs: dict[str, str],
    options: dict[str, Any],
    _attrs: dict[str, Any],
    _md: Markdown,
) -> bool:
    """Accept any fence, so that `formatter` judges it."""
    options.update(inputs)
    return True


def formatter(
    _source: str,
    language: str,
    _css_class: str,
    options: dict[str, Any],
    md: Markdown,
    **_kwargs: Any,
) -> str:
    """The HTML that was kept for a fence; a fence that the preprocessor never met is a problem."""
    listings = md.preprocessors[_NAME]
    assert isinstance(listings, Listings)
    if _KEY in options:
        return listings.blocks[int(options[_KEY])]
    return report(
        md,
        None,
        f'a fence in "{language}" that nothing verifies',
        'Write it in the page itself, as an include or with untested="reason".',
    )


class ListingsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Turns fences into captioned listings."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "root": [".", "The repository, which holds snippets/ and build/."],
            "repo_url": ["", "The address of the repository's site, for links to sources."],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Resolve includes before the snippets extension meets them."""
        repository = Repository(
            Path(self.getConfig("root")), str(self.getConfig("repo_url")).rstrip("/")
        )
        md.preprocessors.register(Listings(md, repository), _NAME, _BEFORE_SNIPPETS)


def makeExtension(**options: Any) -> ListingsExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.listings`."""
    return ListingsExtension(**options)
