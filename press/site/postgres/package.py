"""PGlite, PostgreSQL for browsers: its files, as npm has them, without anything else from npm.

Each package is named here by one version and the hash of its tarball. npm fetches the tarball; what
it brings is compared before it is opened, and kept in `.cache/postgres/`, where later builds find
it without a network. Nothing of it is in the repository, and nothing of it runs here.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import tarfile
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha512
from io import BytesIO
from pathlib import Path

from lab.atomic import replace_bytes
from press.memo import Memo

CACHE = ".cache/postgres"
FETCH_S = 30.0
"""How long npm may take for a package, in seconds; then the site is built without."""


@dataclass(frozen=True)
class Package:
    """One version of a package.

    Attributes:
        name: its name.
        version: the version.
        integrity: what npm publishes with it, `npm view NAME@VERSION dist.integrity`.
    """

    name: str
    version: str
    integrity: str

    def __str__(self) -> str:
        """Return the package as npm names it."""
        return f"{self.name}@{self.version}"

    @property
    def tarball(self) -> str:
        """The name of its tarball in the cache."""
        return f"{self.name.rpartition('/')[2]}-{self.version}.tgz"


SERVER = Package(
    "@electric-sql/pglite",
    "0.5.16",
    "sha512-Nj8KcIsJL748W408U2N8q4+9IlONdpRIU8MJypIAAINMJ5nqKyqpX7Mg"
    "g/5XKkXiAib3AoZGR6hnJFlrlLBrcg==",
)
# Without it a page would run initdb in a second PostgreSQL beside the first: twice the memory.
CLUSTER = Package(
    "@electric-sql/pglite-prepopulatedfs",
    "0.5.8",
    "sha512-VQsIpJjTRcyEdsoU84UGhGc67Dq+N/P5k9NPPHrvMgGTptHYIxpPcEbz"
    "xpFnLL56ThvZ/mJecC+0IbNhRN1zrg==",
)
POSTGRES = "18.6"
"""The version of PostgreSQL that it is."""

MODULE = "index.js"
# A host that compresses by itself leaves these alone, and none takes them for an encoding.
PACKED = {name: f"{name}.packed" for name in ("pglite.wasm", "pglite.data")}
DATA = "cluster.tar.packed"
LICENSE = "LICENSE.txt"

_IMPORT = re.compile(r'(?:from|import)"\./([\w-]+\.js)"')
_CODE = re.compile(r"\bcode (\w+)")  # in what npm says when it fails
_SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=.*\n?$")
_MEMO = Memo("postgres", __name__, libraries=())


class UnavailableError(Exception):
    """There is no package to be had here and now; the text says why, in one line."""


class TamperedError(Exception):
    """What npm brought is not what was named; the text has both hashes."""


def files(root: Path) -> dict[str, bytes]:
    """What a page needs of the packages, by name: scripts as they are, everything else packed.

    Args:
        root: the repository, which keeps what was fetched.

    Raises:
        UnavailableError: if there is no npm, or it cannot fetch a package.
        TamperedError: if the hash of a package is another one.
    """
    with _opened(SERVER, root) as server, _opened(CLUSTER, root) as cluster:
        found = dict(_scripts(server))
        for name, packed in PACKED.items():
            found[packed] = _packed(root, name, _member(server, f"dist/{name}"))
        found[DATA] = _member(cluster, "dist/prepopulatedfs.tgz")
        found[LICENSE] = _member(server, "LICENSE")
    return found


def weight(files: dict[str, bytes]) -> int:
    """The bytes that a reader fetches, scripts compressed as a host compresses them."""
    return sum(
        len(gzip.compress(content) if name.endswith(".js") else content)
        for name, content in files.items()
        if name != LICENSE
    )


def _packed(root: Path, name: str, content: bytes) -> bytes:
    """The content compressed, which takes seconds and is kept."""
    made_of = [str(SERVER), SERVER.integrity, name]
    return _MEMO.recall_bytes(root, made_of, lambda: gzip.compress(content, 9, mtime=0))


def _scripts(server: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """The module and all that it imports, without what only a debugger asks for."""
    waiting, found = [MODULE], {MODULE}
    while waiting:
        name = waiting.pop()
        text = _SOURCE_MAP.sub("\n", _member(server, f"dist/{name}").decode())
        yield name, text.encode()
        new = set(_IMPORT.findall(text)) - found
        found |= new
        waiting += new


def _member(package: tarfile.TarFile, path: str) -> bytes:
    member = package.extractfile(f"package/{path}")
    assert member is not None, path
    return member.read()


def _opened(package: Package, root: Path) -> tarfile.TarFile:
    """The package, from the cache or from npm; only one of the hash that is named here."""
    place = root / CACHE / package.tarball
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        content = _fetched(package)
        _check(package, content)
        replace_bytes(place, content)
    else:
        _check(package, content)
    return tarfile.open(fileobj=BytesIO(content))


def _fetched(package: Package) -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError("there is no npm")
    with tempfile.TemporaryDirectory() as directory:
        # Without its retries, which would take a minute on a machine without a network.
        options = ["--pack-destination", directory, "--fetch-retries=0", "--loglevel=error"]
        command = [npm, "pack", str(package), *options]
        try:
            done = subprocess.run(
                command, cwd=directory, capture_output=True, text=True, timeout=FETCH_S
            )
        except subprocess.TimeoutExpired:
            raise UnavailableError(f"npm did not end within {FETCH_S:g} s") from None
        tarballs = list(Path(directory).glob("*.tgz"))
        if done.returncode or len(tarballs) != 1:
            code = _CODE.search(done.stderr)
            said = code[1] if code else f"status {done.returncode}"
            raise UnavailableError(f"npm cannot fetch {package} ({said})")
        return tarballs[0].read_bytes()


def _check(package: Package, content: bytes) -> None:
    found = f"sha512-{b64encode(sha512(content).digest()).decode()}"
    if found != package.integrity:
        raise TamperedError(f"{package} has the hash {found}, and not {package.integrity}")
