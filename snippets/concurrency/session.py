"""A session that is closed where it was opened waits for nobody.

Running it sends as many requests at once as there are threads and
connections, and before that one request less.
"""

from fastapi import FastAPI, HTTPException
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from snippets.concurrency.crowd import demonstrate
from snippets.concurrency.orders import ORDER, Order


# --8<-- [start:app]
def create_app(engine: Engine) -> FastAPI:
    app = FastAPI()

    @app.get("/orders/{order_id}")
    def read_order(order_id: int) -> Order:
        with Session(engine) as session:  # [!]
            row = session.execute(ORDER, {"id": order_id}).first()
        # The connection is back before this thread is.
        if row is None:
            raise HTTPException(404, "no such order")
        return Order(id=row.id, item=row.item)

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
