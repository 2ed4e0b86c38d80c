"""The next page begins after the last post that the reader has.

Running it reads two pages, between which a post is added, then asks
what the page after 27,000 posts reads.
"""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.pagination.models import Post, engine
from snippets.pagination.plans import explain, sql
from snippets.pagination.posts import posts

Page = Callable[[Sequence[Post], int], Select[Post]]


# --8<-- [start:page]
def page(seen: Sequence[Post], size: int) -> Select[Post]:
    newest = select(Post).order_by(
        Post.created_at.desc(), Post.id.desc()
    )
    if seen:
        last = seen[-1]
        newest = newest.where(
            tuple_(Post.created_at, Post.id)  # [!]
            < (last.created_at, last.id)
        )
    return newest.limit(size)


# --8<-- [end:page]


async def demonstrate(dsn: str, page: Page) -> None:
    async with posts(dsn) as connection, engine(dsn) as pool:
        async with AsyncSession(pool) as session:
            first = (await session.scalars(page([], 3))).all()
            await connection.execute(
                "INSERT INTO posts (author, created_at, title)"
                " VALUES (1, now(), 'new')"
            )
            second = (await session.scalars(page(first, 3))).all()
            last = await session.get_one(Post, 3_001)
        print("page 1:", *(post.id for post in first))
        print("page 2:", *(post.id for post in second))
        plan = await explain(
            connection, sql(page([last] * 27_000, 20), pool)
        )
    print(f"after 27,000 posts: {plan.buffers} buffers")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, page))


if __name__ == "__main__":
    main()
