"""What can be known from the buckets of a histogram.

The estimate of a quantile is the one of PromQL's histogram_quantile:
linear within the bucket in which the quantile lies.
https://prometheus.io/docs/prometheus/latest/querying/functions/
"""

from collections.abc import Iterator
from itertools import pairwise
from math import isinf

from prometheus_client import CollectorRegistry


def buckets(
    registry: CollectorRegistry,
) -> Iterator[tuple[float, float]]:
    """Upper bounds, and how many were at most so long."""
    for metric in registry.collect():
        for sample in metric.samples:
            if sample.name.endswith("_bucket"):
                yield float(sample.labels["le"]), sample.value


# --8<-- [start:quantile]
def quantile(q: float, registry: CollectorRegistry) -> float:
    bounds = [(0.0, 0.0), *buckets(registry)]
    rank = q * bounds[-1][1]
    (low, below), (high, upto) = next(
        pair for pair in pairwise(bounds) if pair[1][1] >= rank
    )
    if isinf(high):
        return low  # it knows no more than "longer than that"
    return low + (high - low) * (rank - below) / (upto - below)


# --8<-- [end:quantile]


def late(deadline_s: float, registry: CollectorRegistry) -> str:
    """How many took longer, as far as the buckets tell."""
    found = list(buckets(registry))
    total = found[-1][1]
    in_time = max(n for bound, n in found if bound <= deadline_s)
    at_most = min(n for bound, n in found if bound >= deadline_s)
    least, most = total - at_most, total - in_time
    return (
        f"{least:.0f}"
        if least == most
        else f"{least:.0f} to {most:.0f}"
    )
