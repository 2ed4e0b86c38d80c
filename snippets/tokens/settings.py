"""What the service is told when it starts; its repr tells no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field


# --8<-- [start:settings]
@dataclass(frozen=True)
class Settings:
    """Addresses, keys and limits."""

    dsn: str = field(repr=False)
    redis_url: str = field(repr=False)
    keys: Mapping[str, bytes] = field(repr=False)  # the first signs
    origin: str  # of the page in the browser
    issuer: str = "https://accounts.example"
    audience: str = "https://api.example"
    prefix: str = "accounts:"
    connections: int = 10
    redis_wait_s: float = 0.25
    memory_kib: int = 19 * 1024  # of one verification
    passes: int = 2
    at_once: int = 2
    by_account: str = "10 per 15 minutes"
    by_network: str = "50 per 15 minutes"


# --8<-- [end:settings]
