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

from lab.transcript import SUFFIX as TRANSCRIPT
from press.evidence.code_lines import shown_line
from press.evidence.transcripts import check_fresh, read_transcript
from press.extensions import order
from press.extensions.listings.captions import COPY_BUTTON, caption
from press.extensions.listings.code_blocks import code_block
from press.extensions.listings.highlighting import highlight
from press.extensions.listings.rules import (
    check_header,
    check_markers,
    check_output_below,
    check_printed,
    check_surroundings,
    runs_here,
    sole_include,
    unexplained,
)
from press.extensions.page import add_anchor
from press.extensions.reporting import report
from press.problems import ProblemError
from press.repository import SNIPPETS, Repository
from press.sources.fences import PREFIX, Fence, is_include, scan
from press.sources.includes import (
    Include,
    Shown,
    displaced_markers,
    excesses,
    parse_include,
    resolve,
)
from press.sources.runnable import runnable

RUNS_HERE = "data-run"
"""The attribute of a listing that readers may run in the page, once the build has what it takes."""

_NAME = "press_listings"
_KEY = "press"  # the option by which the formatter finds the HTML of a fence


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
            check_markers(fence)
            here = runs_here(fence)
            if fence.verification == "untested":
                html.append(self._untested(fence))
            else:
                target = sole_include(fence)
                include = parse_include(target, self.repository.root)
                if include.path.endswith(TRANSCRIPT) and not here:
                    html += self._output(fence, include, lines, above)
                    include = None
                else:
                    html += self._listing(fence, include, lines, here=here)
        except ProblemError as problem:
            html.append(self._report(fence, problem))
        self.blocks.append("\n".join(html))
        return include

    def _report(self, fence: Fence, problem: ProblemError) -> str:
        return report(self.md, fence.line, problem.what, problem.remedy)

    def _listing(
        self, fence: Fence, include: Include, lines: Sequence[str], *, here: bool
    ) -> Iterator[str]:
        if not fence.language:
            raise ProblemError(
                "a listing without a language", "Write it behind the backticks that open the fence."
            )
        shown = resolve(include, self.repository.root)
        for problem in (
            *excesses(shown),
            *displaced_markers(shown),
            *unexplained(shown, fence, lines),
        ):
            yield self._report(fence, problem)
        if here:
            runnable(shown, self.repository.root)
            check_output_below(fence, shown, lines)
        yield self._figure(shown, fence.language, here=here)

    def _figure(self, shown: Shown, language: str, *, here: bool) -> str:
        include, root = shown.include, self.repository.root
        everything = highlight(shown.source.text, language, root)
        first = shown.source.lines.index(shown.lines[0])
        code = everything[first : first + len(shown.lines)]
        anchor = self._anchor(include)
        classes = "listing listing--naive" if include.naive else "listing"
        region = f' data-region="{escape(include.region)}"' if include.region else ""
        mark = f" {RUNS_HERE}" if here else ""
        whole = ""
        if not shown.whole:
            plain = [
                replace(line, marked=False, notes=()) if line.marked or line.notes else line
                for line in shown.source.lines
            ]
            whole = (
                '<details class="listing__whole"><summary>whole file</summary>'
                f"{code_block(plain, everything, language)}</details>"
            )
        return (
            f'<figure class="{classes}" id="{anchor}" data-path="{escape(include.path)}"'
            f"{region}{mark}>"
            f"{code_block(shown.lines, code, language)}"
            f"{caption(shown, anchor, self.repository, whole)}</figure>"
        )

    def _anchor(self, include: Include) -> str:
        path = PurePosixPath(include.path.removeprefix(f"{SNIPPETS}/")).with_suffix("")
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
            check_printed(transcript)
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
        md.preprocessors.register(Listings(md, repository), _NAME, order.LISTINGS)


def makeExtension(**options: Any) -> ListingsExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.listings`."""
    return ListingsExtension(**options)
