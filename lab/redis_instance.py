"""A private Redis server: one process, one directory, failure on request."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lab import binaries, storage
from lab.server import Server

EMPTY = '""'
NON_DURABLE = {"save": EMPTY}


def redis_server(settings: Mapping[str, str] | None = None, durable: bool = False) -> "RedisServer":
    """A Redis of our own, whatever REDIS_URL says; use it with `with`.

    Args:
        settings: lines of redis.conf, such as `{"maxmemory": "10mb"}`; the address and the
            directory are not among them.
        durable: stock snapshots on a disk, for measurements; else no snapshots, and the directory
            is in memory where the system has a RAM disk.

    Raises:
        NoServer: on entry, if no Redis runs here or it does not start with these settings.
    """
    return RedisServer(settings or {}, durable)


class RedisServer(Server):
    """A Redis server that listens on 127.0.0.1 only.

    `stop` saves what the settings tell it to save; by default that is nothing.
    """

    name = "Redis"
    address_in_use = "Address already in use"
    stop_signal = signal.SIGTERM
    end_signal = signal.SIGKILL

    def __init__(self, settings: Mapping[str, str], durable: bool) -> None:
        super().__init__()
        self._settings = ({} if durable else NON_DURABLE) | dict(settings)
        self._durable = durable

    @property
    def url(self) -> str:
        """URL of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def pause(self) -> None:
        """Halt its process: connections open and requests are taken, but no answer comes."""
        os.kill(self._pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on; it answers what it received meanwhile."""
        os.kill(self._pid, signal.SIGCONT)

    def _prepare(self) -> None:
        found = binaries.find_redis()
        self.version = found.version
        self._program = found.program
        self.directory = self._new_directory(storage.data_parent(self._durable))
        self._log = self.directory / "log"

    def _command(self) -> list[str | Path]:
        address = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.directory)}
        settings = (self._settings | address).items()
        configuration = self.directory / "redis.conf"
        configuration.write_text("".join(f"{name} {value}\n" for name, value in settings))
        return [self._program, configuration]

    def _ready(self) -> bool:
        """Whether the server behind the port is our process and has loaded its data."""
        with redis.Redis(port=self.port, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            try:
                answer = client.info()
            except redis.RedisError:
                return False
        return answer["process_id"] == self._pid and not answer["loading"]
