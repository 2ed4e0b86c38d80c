"""One application in a process of its own, for all tests of a worker."""

from collections.abc import Iterator

import pytest

from lab.load import Served, serve


@pytest.fixture(scope="session")
def app() -> Iterator[Served]:
    """The application of `tests.lab.load.apps`."""
    with serve("tests.lab.load.apps:app") as served:
        yield served
