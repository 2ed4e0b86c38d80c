"""A dependency that has queried keeps a connection from the endpoint.

Running it sends as many requests at once as there are threads and
connections, with a transaction left open and with it ended.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from snippets.concurrency.crowd import demonstrate
from snippets.concurrency.orders import ORDER, Order

USER = text("SELECT current_user")


def get_session(request: Request) -> Iterator[Session]:
    with Session(request.app.state.engine) as session:
        yield session


Db = Annotated[Session, Depends(get_session)]


# --8<-- [start:raises]
def get_user(db: Db) -> str:
    return str(db.execute(USER).scalar_one())  # [!]


def create_app(engine: Engine) -> FastAPI:
    app = FastAPI()
    app.state.engine = engine

    @app.get("/orders/{order_id}", response_model=None)
    def read_order(
        order_id: int, db: Db, user: Annotated[str, Depends(get_user)]
    ) -> Order:
        row = db.execute(ORDER, {"id": order_id}).one()
        return Order(id=row.id, item=row.item)

    return app


# --8<-- [end:raises]


# --8<-- [start:fix]
def get_user_ending(db: Db) -> str:
    with db.begin():  # [!]
        return str(db.execute(USER).scalar_one())


def create_app_ending(engine: Engine) -> FastAPI:
    app = FastAPI()
    app.state.engine = engine

    @app.get("/orders/{order_id}")
    def read_order(
        order_id: int,
        db: Db,
        user: Annotated[str, Depends(get_user_ending)],
    ) -> Order:
        with db.begin():  # [!]
            row = db.execute(ORDER, {"id": order_id}).one()
        return Order(id=row.id, item=row.item)

    return app


# --8<-- [end:fix]


def main() -> None:
    print("transactions left open")
    demonstrate(create_app)
    print("transactions ended")
    demonstrate(create_app_ending)


if __name__ == "__main__":
    main()
