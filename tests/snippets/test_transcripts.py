"""Every listing prints what its transcript says, run as a reader would run it.

After a change: `pytest tests/snippets/test_transcripts.py --update-transcripts`.
"""

import os
import sys
from collections.abc import Callable, Iterator

import coverage
import pytest

from lab import psql, transcript
from lab.atomic import replace_text
from lab.recorder import REWROTE, sources
from lab.repository import ROOT
from tests.preloaded import interpreter

TIMEOUT_S = 45.0  # pytest's own is longer, and would not say what was printed until then


LISTINGS = [listing.relative_to(ROOT).as_posix() for listing in transcript.listings(ROOT)]


@pytest.fixture(scope="session")
def preloaded() -> Iterator[list[str]]:
    """What counts in a fork of an interpreter that has loaded the libraries."""
    with interpreter() as command:
        yield command


def counting(test: str, preloaded: Callable[[], list[str]]) -> list[str]:
    """What runs a module so that the statements it runs are found with those of this test."""
    measuring = coverage.Coverage.current()
    if measuring is None:
        return [sys.executable, "-m"]
    data = ROOT / str(measuring.get_option("run:data_file"))
    counted = sources(measuring, ROOT)
    return [*preloaded(), str(data), test, os.pathsep.join(map(str, counted))]


@pytest.mark.parametrize("path", LISTINGS)
def test_a_listing_prints_what_its_transcript_says(
    path: str,
    services: None,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    listing = ROOT / path
    for verified in psql.with_included(listing) if path.endswith(psql.SUFFIX) else [listing]:
        request.node.add_marker(pytest.mark.verifies(verified.relative_to(ROOT).as_posix()))
    try:
        finished = transcript.run(
            transcript.command(listing, ROOT),
            ROOT,
            timeout_s=TIMEOUT_S,
            module=counting(request.node.nodeid, lambda: request.getfixturevalue("preloaded")),
        )
    except TimeoutError as error:
        pytest.fail(f"{path}: {error}", pytrace=False)
    if fault := transcript.fault(finished):
        pytest.fail(f"{path} {fault}", pytrace=False)
    difference = transcript.difference(listing, ROOT, finished)
    if difference and not request.config.getoption("--update-transcripts"):
        pytest.fail(f"{difference}\nRenew it: {transcript.renewing(path)}", pytrace=False)
    if difference:
        place = listing.with_suffix(transcript.SUFFIX)
        replace_text(place, str(transcript.made(listing, ROOT, finished)))
        record_property(REWROTE, place.relative_to(ROOT).as_posix())


def test_every_transcript_belongs_to_one_listing() -> None:
    assert "\n".join(transcript.strays(ROOT)) == ""
