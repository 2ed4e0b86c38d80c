"""Limits that do not fit into each other are refused at the start.

Running it asks for limits of which each looks right and whose sum is
more than the request may take.
"""

from dataclasses import dataclass


# --8<-- [start:limits]
@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds. Each wait ends before the one around it."""

    lock: float
    statement: float
    answer: float  # the driver's clock: the server's goes first
    transaction: float
    pool: float
    connect: float
    request: float

    def __post_init__(self) -> None:
        if not (
            self.lock < self.statement < self.answer < self.transaction
        ):
            raise ValueError("lock < statement < answer < transaction")
        # One after the other: a place in the pool, a connection.
        inside = self.pool + self.connect + self.transaction
        if inside >= self.request:  # [!]
            raise ValueError(
                f"pool + connect + transaction take {inside:.1f} s,"
                f" and the request has {self.request:.1f} s"
            )


# --8<-- [end:limits]

LIMITS = Limits(
    lock=0.3,
    statement=0.6,
    answer=0.7,
    transaction=1.0,
    pool=0.3,
    connect=0.4,
    request=2.0,
)


def main() -> None:
    try:
        Limits(
            lock=0.3,
            statement=0.6,
            answer=0.9,
            transaction=1.2,
            pool=0.5,
            connect=0.5,
            request=2.0,
        )
    except ValueError as error:
        print(error)


if __name__ == "__main__":
    main()
