"""Two replicas of a database, of which one does not answer."""

from dataclasses import dataclass


@dataclass
class Connection:
    """What has to be closed."""

    host: str
    is_open: bool = True

    async def close(self) -> None:
        self.is_open = False


async def connect(host: str) -> Connection:
    if host != "replica-0":
        raise TimeoutError(host)
    return Connection(host)
