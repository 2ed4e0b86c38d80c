"""A statement timeout ends the statement, not the wait for its answer.

Running it drops every answer of the server during a slow statement,
lets the server cancel it, and looks at what the client does.
"""

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.silence import demonstrate


# --8<-- [start:engine]
def create_engine(dsn: str) -> AsyncEngine:
    settings = {"statement_timeout": "600ms"}
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": settings},
    )


# --8<-- [end:engine]


def main() -> None:
    demonstrate(create_engine)


if __name__ == "__main__":
    main()
