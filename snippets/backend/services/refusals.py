"""Why a service does not do what it was asked; `api.problems` knows the status of each."""

from enum import Enum


class Reason(Enum):
    """What the client is told."""

    TAKEN = "there is an account with this address"
    UNKNOWN_PRODUCT = "there is no such product"
    OUT_OF_STOCK = "out of stock"
    KEY_REUSED = "another order has this Idempotency-Key"
    CHANGED = "it has been changed since that version"
    TOO_LATE = "it is being paid already"
    NOT_FOUND = "there is none"


class RefusedError(Exception):
    """Not done: the transaction is rolled back, and nothing is left of it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
