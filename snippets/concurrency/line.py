"""A bounded line: some work, some wait, the rest hear 503 at once."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from fastapi import HTTPException

RETRY_S = 10  # clients come back spread over as many seconds


# --8<-- [start:line]
class Line:
    def __init__(self, workers: int, waiting: int) -> None:
        self.limiter = anyio.CapacityLimiter(workers)
        self.room = workers + waiting

    @contextmanager
    def place(self) -> Iterator[anyio.CapacityLimiter]:
        if self.room == 0:
            after = {"Retry-After": str(random.randint(1, RETRY_S))}
            raise HTTPException(503, "all busy", after)
        self.room -= 1
        try:
            yield self.limiter
        finally:
            self.room += 1


# --8<-- [end:line]
