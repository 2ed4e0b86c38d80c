"""TestClient is made of httpx2, and warns where it finds only httpx.

Running it imports TestClient as if httpx2 were not installed, as if
httpx were not either, and as it is.
"""

import importlib
import sys
import warnings
from types import ModuleType
from unittest.mock import patch

import httpx
from fastapi import FastAPI

TESTCLIENT = "starlette.testclient"
# What Python finds by these names. None: there is no such module.
ONLY_HTTPX = {"httpx2": None}
NEITHER = {"httpx2": None, "httpx": None}


# --8<-- [start:raises]
def import_testclient() -> ModuleType:
    return importlib.import_module("starlette.testclient")  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def status(app: FastAPI, path: str) -> int:
    """Without TestClient, and with httpx as it is."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        return (await client.get(path)).status_code


# --8<-- [end:fix]


def import_as_if(installed: dict[str, None]) -> str:
    """What the import says, or of which package its answers are."""
    with (
        patch.dict(sys.modules, installed),
        warnings.catch_warnings(record=True) as said,
    ):
        warnings.simplefilter("always")
        sys.modules.pop(TESTCLIENT, None)  # it is imported anew
        try:
            module = import_testclient()
        except RuntimeError as error:
            return str(error).partition("\n")[0]
        client = module.TestClient(FastAPI())
        warned = [str(one.message) for one in said]
        return " ".join(warned) or type(client.get("/")).__module__


def main() -> None:
    for installed in (ONLY_HTTPX, NEITHER, {}):
        print(import_as_if(installed))


if __name__ == "__main__":
    main()
