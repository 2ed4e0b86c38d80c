"""Why a service does not do what it was asked; `api.problems` has the status of each."""


class RefusedError(Exception):
    """Not done, and nothing is left of it."""


class TakenError(RefusedError):
    """There is an account with this address."""


class UnknownProductError(RefusedError):
    """There is no such product to order."""


class OutOfStockError(RefusedError):
    """There is not as much of it as was ordered."""


class KeyReusedError(RefusedError):
    """The key of this order belongs to another one."""


class ChangedError(RefusedError):
    """Somebody else has changed it since it was read."""


class TooLateError(RefusedError):
    """The order is being paid, or more than that."""


class NotFoundError(RefusedError):
    """There is none, or none of yours."""
