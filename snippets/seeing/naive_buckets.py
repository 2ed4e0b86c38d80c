"""A deadline that lies within a bucket.

Running it prints what Prometheus would estimate for a hundred
requests of 1.3 s, none of which missed its deadline of two.
"""

from prometheus_client import CollectorRegistry, Histogram

from snippets.seeing.estimate import late, quantile


# --8<-- [start:histogram]
def create(registry: CollectorRegistry) -> Histogram:
    return Histogram("seconds", "", registry=registry)  # [!]


# --8<-- [end:histogram]


def main() -> None:
    registry = CollectorRegistry()
    histogram = create(registry)
    for _ in range(100):
        histogram.observe(1.3)
    print(f"p99: {quantile(0.99, registry):.2f} s")
    print(f"later than 2 s: {late(2.0, registry)}")


if __name__ == "__main__":
    main()
