"""A server that is gone says nothing, and the pool does not know.

Running it reads, lets the server crash and start again, and reads with
the connection that the pool has kept: with two engines.
"""

from collections.abc import Callable

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError


# --8<-- [start:raises]
def unchecked(url: URL) -> Engine:  # postgresql+psycopg://…
    return create_engine(url)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def checked(url: URL) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,  # asks before each use  # [!]
        pool_recycle=240,  # s, if a proxy forgets after 300
    )


# --8<-- [end:fix]


def read(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT 42")) or 0


def read_after(
    url: URL,
    connect: Callable[[URL], Engine],
    crash: Callable[[], None],
) -> int:
    """Read again with a connection that ended meanwhile."""
    engine = connect(url)
    try:
        read(engine)
        crash()
        return read(engine)
    finally:
        engine.dispose()


def main() -> None:
    import lab

    for connect in (unchecked, checked):
        with lab.postgres_server() as server:

            def crash(server: lab.PostgresServer = server) -> None:
                server.kill()
                server.start()

            url = make_url(server.dsn)
            url = url.set(drivername="postgresql+psycopg")
            print(f"{connect.__name__}:")
            try:
                print(f"  {read_after(url, connect, crash)}")
            except OperationalError as error:
                for line in str(error.orig).splitlines():
                    print(f"  {line.strip()}")


if __name__ == "__main__":
    main()
