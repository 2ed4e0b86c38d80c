"""The next page begins after as many posts as the reader has.

Running it reads two pages, between which a post is added, then asks
what the page after 27,000 posts reads.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Select, select

from snippets.pagination.keyset import demonstrate
from snippets.pagination.models import Post


# --8<-- [start:page]
def page(seen: Sequence[Post], size: int) -> Select[Post]:
    newest = select(Post).order_by(
        Post.created_at.desc(), Post.id.desc()
    )
    return newest.offset(len(seen)).limit(size)  # [!]


# --8<-- [end:page]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, page))


if __name__ == "__main__":
    main()
