"""FastAPI reads no form without python-multipart, which is an extra.

Running it declares an upload as if that were not installed, then as if
another package with a similar name were, then as it is.
"""

import asyncio
import logging
import sys
from types import ModuleType
from unittest.mock import patch

import httpx
from fastapi import FastAPI, UploadFile

# What Python finds by these names. None: there is no such module.
NOTHING = {"python_multipart": None, "multipart": None}
ANOTHER = ModuleType("multipart")
ANOTHER.__dict__["__version__"] = "1.3.0"


# --8<-- [start:raises]
def create_app() -> FastAPI:
    app = FastAPI()

    @app.post("/pictures")  # here, not in a request  # [!]
    async def keep(picture: UploadFile) -> int:
        return picture.size or 0

    return app


# --8<-- [end:raises]


async def upload(app: FastAPI) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        return await client.post(
            "/pictures", files={"picture": b"12345"}
        )


def main() -> None:
    # It is logged, too, on standard error.
    logging.getLogger("fastapi").addHandler(logging.NullHandler())
    for installed in (NOTHING, NOTHING | {"multipart": ANOTHER}):
        with patch.dict(sys.modules, installed):
            try:
                create_app()
            except RuntimeError as error:
                print(str(error).partition(" \n")[0])
    answer = asyncio.run(upload(create_app()))
    print(f"installed: {answer.status_code}, {answer.text} bytes")


if __name__ == "__main__":
    main()
