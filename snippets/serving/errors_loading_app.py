"""uvicorn is given a module and a name in it, not a file.

Running it gives uvicorn several names of one application, which is
`app` in the file `shop/main.py`.
"""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr
from pathlib import Path
from unittest.mock import patch

import uvicorn
from starlette.types import ASGIApp

MAIN = """
from fastapi import FastAPI

app = FastAPI()

def create_app() -> FastAPI:
    return app
"""


# --8<-- [start:raises]
def load(target: str) -> ASGIApp:
    """As `uvicorn TARGET` does."""
    sys.path.insert(0, "")  # modules of the working directory
    config = uvicorn.Config(target)
    config.load()  # or logs why it cannot, and exits with 3  # [!]
    loaded: ASGIApp = config.loaded_app
    return loaded


# --8<-- [end:raises]


@contextmanager
def project() -> Iterator[Path]:
    """A directory with `shop/main.py`, in which this process is."""
    with (
        tempfile.TemporaryDirectory() as name,
        chdir(name),
        patch.object(sys, "path", [*sys.path]),
        patch.dict(sys.modules),
    ):
        Path("shop").mkdir()
        Path("shop/main.py").write_text(MAIN, encoding="utf-8")
        yield Path(name)


def said(target: str) -> str:
    """What uvicorn logs, or that it loads."""
    log = io.StringIO()
    with redirect_stderr(log):
        try:
            load(target)
        except (SystemExit, ModuleNotFoundError) as error:
            lines = log.getvalue().splitlines()
            return lines[-1] if lines else f"{error!r}"
    return "loads"


# --8<-- [start:fix]
TARGETS = (
    "main:app",  # the file is in shop/
    "shop/main.py:app",
    "shops.main:app",
    "shop.main:api",
    "shop.main",
    "shop.main:app",  # this one  # [!]
    "shop.main:create_app",  # say --factory with it
)


# --8<-- [end:fix]


def main() -> None:
    with project():
        for target in TARGETS:
            print(f"{target}\n  {said(target)}")
        os.chdir("shop")  # and then the other one
        print(f"in shop/, main:app\n  {said('main:app')}")


if __name__ == "__main__":
    main()
