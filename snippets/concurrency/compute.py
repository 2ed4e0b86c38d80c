"""Code that computes gets a process of its own, and a deadline.

Running it counts primes in four requests at once, and then asks for
a count that takes too long.
"""

import asyncio
import sys

import anyio
import httpx
from fastapi import FastAPI, HTTPException

from snippets.concurrency import primes
from snippets.concurrency.line import Line

QUICK, ENDLESS = 1_000, 1_000_000_000


# --8<-- [start:app]
PROGRAM = [sys.executable, "-m", primes.__name__]


def create_app(deadline_s: float = 10.0) -> FastAPI:
    app = FastAPI()
    line = Line(workers=2, waiting=8)

    @app.get("/primes/{below}")
    async def count(below: int) -> int:
        command = [*PROGRAM, str(below)]
        try:
            with line.place() as limiter, anyio.fail_after(deadline_s):
                async with limiter:
                    done = await anyio.run_process(command)  # [!]
            return int(done.stdout)
        except TimeoutError:  # if it had a process, that is killed
            raise HTTPException(504, "took too long") from None

    return app


# --8<-- [end:app]


async def get(app: FastAPI, below: int, times: int) -> list[str]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        answers = await asyncio.gather(
            *(client.get(f"/primes/{below}") for _ in range(times))
        )
    return [f"{it.status_code} {it.text}" for it in answers]


async def demonstrate() -> None:
    print("four at once:", *await get(create_app(), QUICK, 4), sep="\n")
    print("one that takes too long:")
    print(*await get(create_app(deadline_s=1.0), ENDLESS, 1))


def main() -> None:
    asyncio.run(demonstrate())


if __name__ == "__main__":
    main()
