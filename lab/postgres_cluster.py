"""A private PostgreSQL server: one data directory, one postmaster, failure on request."""

import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from lab import binaries, storage
from lab.server import Server

INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
# Since version 17: sorts alike on every system, and knows upper('é').
BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# The data directory of a server of ours that was stopped. Copying takes a tenth of an initdb.
MODEL = "UNDER_LOAD_CLUSTER"

# Transcripts must not depend on where they are made.
PORTABLE = {"timezone": "UTC", "log_timezone": "UTC"}
# Commits stay synchronous, so that what was committed survives `kill()`.
NON_DURABLE = {"fsync": "off", "full_page_writes": "off"}


def postgres_server(
    settings: Mapping[str, str] | None = None, durable: bool = False
) -> "PostgresServer":
    """A PostgreSQL of our own, whatever DATABASE_URL says; use it with `with`.

    Args:
        settings: lines of postgresql.conf, such as `{"max_connections": "20"}`; the address is not
            among them.
        durable: stock settings on a disk, for measurements; else `fsync` is off, the data is in
            memory where the system has a RAM disk, and is a copy of UNDER_LOAD_CLUSTER if that is
            set.

    Raises:
        NoServer: on entry, if no PostgreSQL runs here or it does not start with these settings.
    """
    return PostgresServer(settings or {}, durable)


class PostgresServer(Server):
    """A PostgreSQL server that listens on 127.0.0.1 only and trusts every local user.

    `stop` is "fast": clients are disconnected and a checkpoint is made.
    """

    name = "PostgreSQL"
    address_in_use = "could not bind"
    stop_signal = signal.SIGINT
    end_signal = signal.SIGQUIT

    def __init__(self, settings: Mapping[str, str], durable: bool) -> None:
        super().__init__()
        self._settings = PORTABLE | ({} if durable else NON_DURABLE) | dict(settings)
        self._durable = durable

    @property
    def dsn(self) -> str:
        """URL of the database `postgres`, for the superuser `postgres`."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def kill(self) -> None:
        """SIGKILL the postmaster and all its other processes, as when the machine crashes."""
        super().kill()
        # Else the next start may take another process that has got the same id for a postmaster.
        (self.directory / "postmaster.pid").unlink(missing_ok=True)

    def _prepare(self) -> None:
        found = binaries.find_postgres()
        self.version = found.version
        programs = found.directory
        if os.geteuid() == 0:  # whom PostgreSQL refuses
            nobody = pwd.getpwnam("nobody")
            self._ask("run_as", nobody.pw_uid, nobody.pw_gid)
            if not binaries.readable_by_everyone(programs / "postgres"):
                programs = _copy(programs, self._new_directory(storage.program_parent()))
        self._postgres = programs / "postgres"
        directory = self._new_directory(storage.data_parent(self._durable))
        self._log = directory / "log"
        self.directory = directory / "data"
        model = os.environ.get(MODEL)
        if model and not self._durable:
            self._run(["cp", "-Rp", model, self.directory])
        else:
            locale = BUILTIN_LOCALE if found.major >= 17 else ()
            self._run([programs / "initdb", "-D", self.directory, *INITDB, *locale])
        with (self.directory / "postgresql.conf").open("a") as file:
            for name, value in self._settings.items():
                quoted = value.replace("'", "''")
                file.write(f"{name} = '{quoted}'\n")

    def _command(self) -> list[str | Path]:
        address = ["listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={self.port}"]
        options = [word for setting in address for word in ("-c", setting)]
        return [self._postgres, "-D", self.directory, *options]

    def _after_kill(self) -> list[str | Path]:
        # Shared memory outlives a SIGKILL; starting on the same data, even for no work, removes it.
        return [self._postgres, "--single", "-D", self.directory, "postgres"]

    def _ready(self) -> bool:
        """Whether postmaster.pid is of our process and port, and ends in `ready`."""
        try:
            lines = (self.directory / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return (
            len(lines) > 7
            and (lines[0], lines[3]) == (str(self._pid), str(self.port))
            and lines[7].strip() == "ready"
        )


def _copy(programs: Path, destination: Path) -> Path:
    """Copy what the server needs to a place that its user can reach; return the new bin directory.

    The wheel's programs look for their shared libraries in a directory beside the package.
    """
    prefix = programs.parent
    package = prefix.parent
    unneeded = shutil.ignore_patterns("include", "doc", "pgxs", "pkgconfig", "*.a")
    copied = destination / package.name / prefix.name
    shutil.copytree(prefix, copied, ignore=unneeded, copy_function=shutil.copyfile)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, destination / libraries.name, copy_function=shutil.copyfile)
    for path in destination.rglob("*"):
        path.chmod(0o755)
    return copied / programs.name
