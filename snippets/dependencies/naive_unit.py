"""A session that commits after the `yield` of a request's dependency.

Running it places an order whose mail is refused, and prints what the
client was told and what is stored.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)

from snippets.dependencies.confirmed import demonstrate
from snippets.dependencies.orders import Order, Placed, SendMail


# --8<-- [start:session]
async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        try:
            yield session
            await session.commit()  # [!]
        except BaseException:
            await session.rollback()
            raise


Session = Annotated[AsyncSession, Depends(get_session)]
# --8<-- [end:session]


# --8<-- [start:app]
def create_app(engine: AsyncEngine, send_mail: SendMail) -> FastAPI:
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine)

    @app.post("/orders/{number}", status_code=201)
    async def place_order(
        number: str, session: Session, tasks: BackgroundTasks
    ) -> Placed:
        session.add(Order(number=number))
        tasks.add_task(send_mail, number)
        return Placed(number=number)

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
