"""A dependency yields exactly once, whatever happens meanwhile.

Running it tries three that do not, and the same needs fulfilled.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException

from snippets.dependencies.asked import ask


async def connect(host: str) -> str:
    if host != "replica-0":
        raise ConnectionError(host)
    return host


# --8<-- [start:raises]
async def tenant(x_tenant: str = Header("")) -> AsyncIterator[str]:
    if x_tenant:  # otherwise it ends without a yield  # [!]
        yield x_tenant


async def both() -> AsyncIterator[str]:
    yield "orders"
    yield "invoices"  # [!]


async def replica() -> AsyncIterator[str]:
    for host in ("replica-0", "replica-1"):
        with suppress(ConnectionError):
            yield host  # and again, if the endpoint fails  # [!]
            return


# --8<-- [end:raises]
# --8<-- [start:fix]
async def tenant_or_400(x_tenant: str = Header("")) -> str:
    if not x_tenant:
        raise HTTPException(400, "X-Tenant is missing")  # [!]
    return x_tenant


async def as_pair() -> AsyncIterator[tuple[str, str]]:
    yield "orders", "invoices"  # [!]


async def connected() -> AsyncIterator[str]:
    for host in ("replica-1", "replica-0"):
        with suppress(OSError):  # refused, unknown, too slow
            replica = await connect(host)
            break  # what is tried again ends before the yield  # [!]
    else:
        raise HTTPException(503, "no replica answers")
    yield replica


# --8<-- [end:fix]
def create_app(dependency: Callable[..., Any]) -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def read(found: Annotated[Any, Depends(dependency)]) -> Any:
        return found

    @app.get("/fails", dependencies=[Depends(dependency)])
    async def fail() -> None:
        raise ConnectionError

    return app


def main() -> None:
    for dependency in (tenant, both, tenant_or_400, as_pair, connected):
        try:
            print(asyncio.run(ask(create_app(dependency), "/")))
        except RuntimeError as error:
            print(error)
    try:
        asyncio.run(ask(create_app(replica), "/fails"))
    except RuntimeError as error:
        print(error)


if __name__ == "__main__":
    main()
