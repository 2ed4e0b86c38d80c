"""Round trips are read off the slope of a page's time over its distance."""

import pytest

from snippets.batches.experiments.loading import DISTANCES_MS, EXPERIMENT, LOADERS, slope


def test_301_round_trips_and_any_work_have_a_slope_of_301() -> None:
    times = {
        f"{loader}-{distance_ms:g}ms": {"page": 0.1 + 301 * distance_ms / 1000}
        for loader in LOADERS
        for distance_ms in DISTANCES_MS
    }
    assert set(times) == set(EXPERIMENT.variants)
    assert slope(times) == pytest.approx(301)
