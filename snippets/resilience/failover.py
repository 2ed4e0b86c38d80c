"""A server that has become read-only is left, with all its connections.

Running it places five orders after the first of two servers stopped
taking writes and the second began to.
"""

from sqlalchemy import URL, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.promotion import demonstrate


# --8<-- [start:engine]
def create_engine(hosts: URL) -> AsyncEngine:
    """`hosts`: postgresql+asyncpg:///shop?host=a:5432&host=b:5432."""
    engine = create_async_engine(
        hosts,
        pool_pre_ping=True,
        connect_args={"target_session_attrs": "read-write"},
    )

    @event.listens_for(engine.sync_engine, "handle_error")
    def leave_read_only(context: ExceptionContext) -> None:
        error = context.original_exception
        if getattr(error, "sqlstate", None) == "25006":
            context.is_disconnect = True  # [!]

    return engine


# --8<-- [end:engine]


def main() -> None:
    demonstrate(create_engine)


if __name__ == "__main__":
    main()
