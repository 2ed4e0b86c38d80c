"""What a transport does unlike a socket, asked of one application.

Running it asks five things, once over httpx.ASGITransport and once over
a socket, and prints what a test is told.
"""

import asyncio

import httpx

from snippets.testing.questions import app

QUESTIONS = (
    ("lifespan", "/pool"),
    ("exception", "/fails"),
    ("late commit", "/late"),
    ("stream", "/stream"),
    ("timeout", "/slow"),
)
TIMEOUT_S = 0.05  # less than the pace of /slow


# --8<-- [start:told]
async def told(client: httpx.AsyncClient, path: str) -> str:
    """The first that a test hears of this path."""
    limit = TIMEOUT_S if path == "/slow" else None
    try:
        async with client.stream("GET", path, timeout=limit) as answer:
            async for part in answer.aiter_text():
                return f"{answer.status_code} {part}"
    except Exception as error:
        return type(error).__name__
    return str(answer.status_code)  # without a body


# --8<-- [end:told]


async def main() -> None:
    from snippets.testing.socketed import socketed

    transport = httpx.ASGITransport(app=app)
    async with (
        httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as near,
        socketed(app) as far,
    ):
        for what, path in QUESTIONS:
            told_near = await told(near, path)
            print(f"{what}: {told_near} | {await told(far, path)}")


if __name__ == "__main__":
    asyncio.run(main())
