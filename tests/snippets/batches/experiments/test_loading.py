"""Round trips of a page are counted, and what they explain of its time is arithmetic."""

import pytest

from lab.experiment import Setting
from snippets.batches import loading as listing
from snippets.batches import naive_lazy
from snippets.batches.experiments import loading
from snippets.batches.experiments.loading import DISTANCES_MS, EXPERIMENT, LOADERS, explained
from snippets.batches.loading import Page
from snippets.batches.orders import orders

TRIPS = {"lazy": 303, "joined": 3, "selectin": 5}


def times(proxy_s: float, other_s_per_ms: float = 0.0) -> dict[str, dict[str, float]]:
    """Pages that wait for their trips and work for 0.1 s; a trip takes the proxy's time longer."""
    return {
        f"{loader}-{ms:g}ms": {
            "page": 0.1 + TRIPS[loader] * (ms / 1000 + proxy_s) + other_s_per_ms * ms,
            "trips": TRIPS[loader],
            "trip": ms / 1000 + proxy_s,
        }
        for loader in LOADERS
        for ms in DISTANCES_MS
    }


def test_trips_explain_all_when_nothing_else_grows_with_the_distance() -> None:
    assert set(times(0.0)) == set(EXPERIMENT.variants)
    assert explained(times(0.0)) == pytest.approx(100)
    assert explained(times(0.0002)) == pytest.approx(100)  # it is in the trip that is measured


def test_and_less_when_something_does() -> None:
    assert explained(times(0.0, other_s_per_ms=0.303)) == pytest.approx(50)


async def test_the_middle_page_of_a_run_counts_without_the_first(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([9.0, 0.3, 0.1, 0.2, 0.0, 0.0])

    async def read(*_: object) -> float:
        return next(seconds)

    monkeypatch.setattr(loading, "read", read)
    setting = Setting({"seconds": 0.5, "probes": 3}, dsn)
    values = await loading.run(listing.page, 0.0, setting)
    assert values["page"] == 0.2
    assert values["trip"] > 0


@pytest.mark.parametrize(("page", "trips"), [(naive_lazy.page, 303), (listing.page, 5)])
async def test_the_trips_of_a_page_are_counted(page: Page, trips: int, dsn: str) -> None:
    async with orders(dsn):
        assert await loading.count(dsn, page) == trips
