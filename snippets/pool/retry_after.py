"""Clients that were refused together must not come back together."""

import random

# --8<-- [start:retry]
RETRY_S = range(
    1, 6
)  # as many seconds as a full backlog takes, or more


def retry_after() -> dict[str, str]:
    """A header for a 503: not the same wait for every client."""
    return {"Retry-After": str(random.choice(RETRY_S))}


# --8<-- [end:retry]
