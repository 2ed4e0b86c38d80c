"""target_session_attrs is looked at once, when a connection is made.

Running it places five orders after the first of two servers stopped
taking writes and the second began to.
"""

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.promotion import demonstrate


# --8<-- [start:engine]
def create_engine(hosts: URL) -> AsyncEngine:
    """`hosts`: postgresql+asyncpg:///shop?host=a:5432&host=b:5432."""
    return create_async_engine(
        hosts,
        pool_pre_ping=True,
        connect_args={"target_session_attrs": "read-write"},  # [!]
    )


# --8<-- [end:engine]


def main() -> None:
    demonstrate(create_engine)


if __name__ == "__main__":
    main()
