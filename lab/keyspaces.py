"""Key prefixes of our own: on the server of REDIS_URL if it is set, else on one started for us."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from lab import owner
from lab.binaries import NoServer
from lab.redis_instance import redis_server
from lab.shared import Shared
from lab.urls import hide_password

VARIABLE = "REDIS_URL"
CONNECT_S = 10
BATCH = 1000

_KEY = re.compile(rb"under-load:(?P<owner>[0-9a-f]{6}_[0-9]{1,9}):[0-9a-f]+:.*", re.DOTALL)
_shared = Shared(redis_server)


@dataclass(frozen=True)
class RedisLease:
    """The right to use a Redis server under a prefix.

    Attributes:
        url: where the server is.
        prefix: how every key must begin; keys that do are deleted when the lease ends.
    """

    url: str
    prefix: str


@contextmanager
def redis() -> Iterator[RedisLease]:
    """A lease of a prefix that nobody else uses; its keys are deleted at exit.

    It is on the server of REDIS_URL if that is set, where no other key is touched. Without it, this
    process starts a server at the first call and stops it when it ends.

    Raises:
        NoServer: no server can be started, or that of REDIS_URL cannot be used.
    """
    url = server_url()
    prefix = f"under-load:{owner.token()}:{secrets.token_hex(6)}:"
    with _connect(url) as client:
        try:
            client.ping()
        except RedisError as error:
            reason = " ".join(str(error).split()).rstrip(".")
            raise NoServer(
                f"{VARIABLE}: {hide_password(url)} does not answer: {reason}. "
                f"Start that server, or unset {VARIABLE}."
            ) from None
        try:
            yield RedisLease(url, prefix)
        finally:
            for keys in _batches(client.scan_iter(f"{prefix}*", count=BATCH)):
                client.unlink(*keys)


def server_url() -> str:
    """The URL of the server on which prefixes are leased.

    Raises:
        NoServer: no server can be started.
    """
    if url := os.environ.get(VARIABLE):
        return url
    try:
        return _shared.get().url
    except NoServer as error:
        raise NoServer(f"{error} Or set {VARIABLE} to a server of yours.") from None


def sweep(url: str) -> int:
    """Delete the keys that processes of this machine left on the server; return how many.

    Raises:
        redis.RedisError: the server cannot be reached.
    """
    deleted = 0
    with _connect(url) as client:
        pattern = f"under-load:{owner.machine()}_*"
        for keys in _batches(client.scan_iter(pattern, count=BATCH)):
            found = ((key, _KEY.fullmatch(key)) for key in keys)
            left = [key for key, match in found if match and owner.is_dead(match["owner"].decode())]
            if left:
                deleted += client.unlink(*left)
    return deleted


def _connect(url: str) -> Redis:
    try:
        return Redis.from_url(url, socket_connect_timeout=CONNECT_S, retry=Retry(NoBackoff(), 0))
    except ValueError as error:
        raise NoServer(
            f"{VARIABLE} is not a Redis URL: {hide_password(url)}. "
            f"Write redis://user:password@host:port/0. ({error})"
        ) from None


def _batches(keys: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(keys, BATCH)):
        yield batch
