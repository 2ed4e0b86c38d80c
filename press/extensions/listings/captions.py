"""The caption of a listing: where it is from, which tests ran it, on what, and when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from press.evidence.test_run import Coverage, Manifest, load_manifest
from press.repository import Repository
from press.sources.includes import Shown

COPY_BUTTON = '<button class="copy" type="button" hidden>Copy</button>'  # a script shows it
NAMED = 3
"""How many of the tests that ran a listing its caption names: their names are much of a page."""

_SEPARATOR = " · "


def caption(shown: Shown, anchor: str, repository: Repository, whole: str = "") -> str:
    """The `figcaption` of a listing.

    Args:
        shown: the listing.
        anchor: its id on the page.
        repository: where its source and the manifest of the last test run are.
        whole: the whole file, folded, where the listing is a part of it. A caption is the last
            thing in its figure, so the fold stands in it.
    """
    parts = [
        *_place(shown, repository),
        *_verification(shown, repository),
        f'<a class="permalink" href="#{anchor}" aria-label="Link to this listing">#</a>',
        COPY_BUTTON,
        whole,
    ]
    return f"<figcaption>{' '.join(filter(None, parts))}</figcaption>"


def _place(shown: Shown, repository: Repository) -> Iterator[str]:
    if shown.whole:
        yield repository.link("listing__path", shown.include.path)
        return
    first, last = shown.span
    lines = f"line {first}" if first == last else f"lines {first}\N{EN DASH}{last}"
    yield repository.link("listing__path", shown.include.path, shown.span)
    yield f'<span class="listing__lines">{lines}</span>'


def _verification(shown: Shown, repository: Repository) -> Iterator[str]:
    path = shown.include.path
    manifest = load_manifest(repository.root)
    if manifest is None:
        yield _untested("not run yet on this machine: <code>make test</code>")
    elif not manifest.knows(path):
        yield _untested("no test of the last run ran it")
    else:
        content = (repository.root / path).read_bytes()
        if manifest.is_current(path, content):
            coverage = manifest.coverage(path, [line.number for line in shown.lines])
            yield _tests(coverage)
            yield _versions(manifest, path, content.decode())
        else:
            yield _untested("changed since its last test run")
    if shown.include.naive:
        yield _naive(shown, manifest)


def _untested(html: str) -> str:
    return f'<span class="listing__untested">{html}</span>'


def _tests(coverage: Coverage) -> str:
    if not coverage.tests:
        return _untested("no test of the last run ran these lines")
    count = len(coverage.tests)
    verb = "run" if coverage.executable else "checked"
    summary = f"{verb} by {count} test{'s' if count > 1 else ''}"
    if coverage.executable:
        every = coverage.executed == coverage.executable
        lines = f"{coverage.executed} of {coverage.executable} lines"
        summary += f", {'every line' if every else lines}"
    every_name = list(_names(coverage.tests))
    names = "".join(f"<li>{name}</li>" for name in every_name[:NAMED])
    if len(every_name) > NAMED:
        names += f"<li>and {len(every_name) - NAMED} more</li>"
    return f'<details class="listing__tests"><summary>{summary}</summary><ul>{names}</ul></details>'


def _names(tests: Sequence[str]) -> Iterator[str]:
    """The test functions, each with the number of its cases where it has several."""
    cases = Counter(re.sub(r"\[.*", "", test, flags=re.DOTALL) for test in tests)
    for name, count in cases.items():
        yield f"<code>{escape(name)}</code>" + (f" ({count} cases)" if count > 1 else "")


def _versions(manifest: Manifest, path: str, text: str) -> str:
    parts = _SEPARATOR.join([*manifest.versions_of(path, text), manifest.day(path)])
    return f'<span class="listing__versions">{escape(parts)}</span>'


def _naive(shown: Shown, manifest: Manifest | None) -> str:
    proofs = manifest.naive(shown.include.path) if manifest else ()
    names = {re.sub(r"\[.*", "", proof, flags=re.DOTALL).rpartition("::")[2] for proof in proofs}
    tests = ", ".join(f"<code>{escape(name)}</code>" for name in sorted(names))
    verdict = f"fails: see {tests}" if tests else "fails: its test shows how"
    return f'<span class="listing__naive">{verdict}</span>'
