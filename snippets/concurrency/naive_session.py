"""A session that outlives the thread waits for another thread.

Running it sends as many requests at once as there are threads and
connections, and before that one request less.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from snippets.concurrency.crowd import demonstrate
from snippets.concurrency.orders import ORDER, Order


# --8<-- [start:app]
def create_app(engine: Engine) -> FastAPI:
    app = FastAPI()

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    @app.get("/orders/{order_id}")
    def read_order(
        order_id: int,
        session: Annotated[Session, Depends(get_session)],  # [!]
    ) -> Order:
        row = session.execute(ORDER, {"id": order_id}).one()
        return Order(id=row.id, item=row.item)

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
