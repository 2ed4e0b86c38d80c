"""PGlite, PostgreSQL for browsers: its files, as npm has them, without anything else from npm.

One version, named here with the hash of its tarball. npm fetches the tarball; what it brings is
compared before it is opened, and kept in `.cache/postgres/`, where later builds find it without a
network. Nothing of it is in the repository, and nothing of it runs here.
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
from hashlib import sha512
from io import BytesIO
from pathlib import Path

from lab.atomic import replace_bytes
from press.memo import Memo

NAME = "@electric-sql/pglite"
VERSION = "0.5.16"
INTEGRITY = (
    "sha512-Nj8KcIsJL748W408U2N8q4+9IlONdpRIU8MJypIAAINMJ5nqKyqpX7Mg"
    "g/5XKkXiAib3AoZGR6hnJFlrlLBrcg=="
)
"""What npm publishes with the version, `npm view NAME@VERSION dist.integrity`."""

POSTGRES = "18.6"
"""The version of PostgreSQL that it is."""

CACHE = ".cache/postgres"
FETCH_S = 30.0
"""How long npm may take, in seconds; then the site is built without."""

MODULE = "index.js"
# A host that compresses by itself leaves these alone, and none takes them for an encoding.
PACKED = {name: f"{name}.packed" for name in ("pglite.wasm", "initdb.wasm", "pglite.data")}
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
    """What a page needs of the package, by name: scripts as they are, everything else packed.

    Args:
        root: the repository, which keeps what was fetched.

    Raises:
        UnavailableError: if there is no npm, or it cannot fetch the package.
        TamperedError: if the hash of the package is another one.
    """
    with tarfile.open(fileobj=BytesIO(_tarball(root))) as package:
        found = dict(_scripts(package))
        for name, packed in PACKED.items():
            found[packed] = _packed(root, name, _member(package, f"dist/{name}"))
        found[LICENSE] = _member(package, "LICENSE")
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
    made_of = [NAME, VERSION, INTEGRITY, name]
    return _MEMO.recall_bytes(root, made_of, lambda: gzip.compress(content, 9, mtime=0))


def _scripts(package: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """The module and all that it imports, without what only a debugger asks for."""
    waiting, found = [MODULE], {MODULE}
    while waiting:
        name = waiting.pop()
        text = _SOURCE_MAP.sub("\n", _member(package, f"dist/{name}").decode())
        yield name, text.encode()
        new = set(_IMPORT.findall(text)) - found
        found |= new
        waiting += new


def _member(package: tarfile.TarFile, path: str) -> bytes:
    member = package.extractfile(f"package/{path}")
    assert member is not None, f"{NAME}@{VERSION} has no {path}"
    return member.read()


def _tarball(root: Path) -> bytes:
    """The package, from the cache or from npm; only one of the hash that is named here."""
    place = root / CACHE / f"pglite-{VERSION}.tgz"
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        content = _fetched()
        _check(content)
        replace_bytes(place, content)
    else:
        _check(content)
    return content


def _fetched() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError("there is no npm")
    with tempfile.TemporaryDirectory() as directory:
        # Without its retries, which would take a minute on a machine without a network.
        options = ["--pack-destination", directory, "--fetch-retries=0", "--loglevel=error"]
        command = [npm, "pack", f"{NAME}@{VERSION}", *options]
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
            raise UnavailableError(f"npm cannot fetch {NAME}@{VERSION} ({said})")
        return tarballs[0].read_bytes()


def _check(content: bytes) -> None:
    found = f"sha512-{b64encode(sha512(content).digest()).decode()}"
    if found != INTEGRITY:
        raise TamperedError(f"{NAME}@{VERSION} has the hash {found}, and not {INTEGRITY}")
