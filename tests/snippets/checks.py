"""Who verifies a listing that is not Python: by its name, the tool that can find it wrong."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from lab import transcript

Check = Callable[[Path], str]
"""What is wrong with the file, in the words of the tool; nothing if nothing is."""

VERIFIED_ELSEWHERE = {".py", *transcript.KINDS, transcript.SUFFIX}
"""Modules have tests; whatever runs by itself has a transcript, which is run again."""


def toml(path: Path) -> str:
    """The parser of the standard library."""
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        return str(error)
    return ""


def schema(name: str) -> Check:
    """One of the schemas that come with check-jsonschema, which also refuses duplicate keys."""

    def check(path: Path) -> str:
        module = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{name}"]
        return complaint(*module, str(path))

    return check


def dockerfile(path: Path) -> str:
    """Hadolint, with ShellCheck in it."""
    program = Path(sys.executable).with_name("hadolint")
    return complaint(str(program), "--no-color", "--failure-threshold=warning", str(path))


def promtool(path: Path) -> str:
    """The one that comes with Prometheus."""
    if not shutil.which("promtool"):
        pytest.skip("Prometheus is not installed; on Debian: apt-get install prometheus")
    return complaint("promtool", "check", "rules", str(path))


def grafana(path: Path) -> str:
    """The models that Grafana Labs makes from its schema: they drop a field that it has not."""
    register_default_plugins()
    written = json.loads(path.read_text(encoding="utf-8"))
    understood = json.loads(JSONEncoder().encode(Dashboard.from_json(written)))
    return "\n".join(lost(written, understood))


def lost(written: Any, understood: Any, place: str = "$") -> Iterator[str]:
    """The places of what was written and is not understood as it was."""
    if isinstance(written, dict) and isinstance(understood, dict):
        for name, value in written.items():
            yield from lost(value, understood.get(name), f"{place}.{name}")
    elif isinstance(written, list) and isinstance(understood, list):
        for index, (value, found) in enumerate(zip(written, understood, strict=True)):
            yield from lost(value, found, f"{place}[{index}]")
    elif written != understood:
        yield f"{place}: Grafana reads {understood!r}"


def complaint(*command: str) -> str:
    """What the command says when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"status {done.returncode}\n{done.stdout}{done.stderr}" if done.returncode else ""


CHECKS: dict[str, Check] = {
    "*.toml": toml,
    "compose*.y*ml": schema("compose-spec"),
    "docker-compose*.y*ml": schema("compose-spec"),
    ".github/workflows/*.y*ml": schema("github-workflows"),
    "Dockerfile*": dockerfile,
    "alerts*.y*ml": promtool,
    "dashboard*.json": grafana,
}


def check_for(path: PurePath) -> Check | None:
    """What verifies a file of this name; None if nothing does."""
    return next((check for pattern, check in CHECKS.items() if path.match(pattern)), None)
