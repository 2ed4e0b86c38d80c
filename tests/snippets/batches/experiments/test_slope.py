"""Round trips are read off the slope of a page's time over its distance."""

import pytest

from lab.experiment import Setting
from snippets.batches import loading as listing
from snippets.batches.experiments import loading
from snippets.batches.experiments.loading import DISTANCES_MS, EXPERIMENT, LOADERS, slope


def test_301_round_trips_and_any_work_have_a_slope_of_301() -> None:
    times = {
        # On loopback no proxy is in the way, which makes the page faster.
        f"{loader}-{distance_ms:g}ms": {
            "page": (0.1 if distance_ms else 0.05) + 301 * distance_ms / 1000
        }
        for loader in LOADERS
        for distance_ms in DISTANCES_MS
    }
    assert set(times) == set(EXPERIMENT.variants)
    assert slope(times) == pytest.approx(301)


async def test_the_fastest_page_of_a_run_counts(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.3, 0.1, 0.2, 0.4])

    async def read(*_: object) -> float:
        return next(times)

    monkeypatch.setattr(loading, "read", read)
    setting = Setting({"seconds": 0.5}, dsn)
    assert await loading.run(listing.page, 0.0, setting) == {"page": 0.1}
    assert next(times) == 0.4  # three pages took more than half a second
