"""Connections to PostgreSQL whose every wait has an end.

Without these limits one lock that nobody releases holds every connection of the pool, and the pool
every request. PgBouncer refuses limits as startup parameters, so behind it each transaction begins
by setting them.
"""

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ..settings import Settings

READ_ONLY = "25006"


def url_of(address: str) -> URL:
    """The address as SQLAlchemy wants it, with its driver."""
    return make_url(address).set(drivername="postgresql+asyncpg")


def server_limits(settings: Settings) -> dict[str, str]:
    """What PostgreSQL itself ends, by the names of its settings."""
    seconds = {
        "lock_timeout": settings.lock_s,
        "statement_timeout": settings.statement_s,
        "idle_in_transaction_session_timeout": settings.statement_s,
        "transaction_timeout": settings.transaction_s,
    }
    return {name: f"{value * 1000:.0f}ms" for name, value in seconds.items()}


def create_engine(settings: Settings, pool_size: int, application: str = "shop") -> AsyncEngine:
    """A pool of at most `pool_size` connections, which waits and never grows."""
    address = url_of(settings.database_url.get_secret_value()).set(drivername="postgresql")
    connect: dict[str, object] = {
        # The driver reads it: of SQLAlchemy it gets `sslmode` as an argument, which it has not.
        "dsn": address.render_as_string(hide_password=False),
        "timeout": settings.connect_s,
        "command_timeout": settings.answer_s,
    }
    if settings.pooler:  # no statement has a name: the next one may run on another server process
        connect |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    else:
        limits = server_limits(settings) | {"application_name": application}
        connect |= {"server_settings": limits, "target_session_attrs": "read-write"}
    engine = create_async_engine(
        "postgresql+asyncpg://",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_s,
        connect_args=connect,
    )

    @event.listens_for(engine.sync_engine, "handle_error")
    def leave_read_only(context: ExceptionContext) -> None:
        """After a failover the old primary takes connections and refuses to write: leave it."""
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True

    return engine
