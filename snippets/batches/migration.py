"""A migration environment of Alembic in a directory of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.config import Config
from sqlalchemy import make_url

# --8<-- [start:environment]
ORDERS = """
from alembic import op
revision, down_revision = "orders", None
def upgrade(): op.execute("CREATE TABLE orders (id bigint)")
"""


@contextmanager
def environment(
    dsn: str, env: Callable[[], None] | str
) -> Iterator[Config]:
    """`env`: a function that env.py calls, or its text."""
    if not isinstance(env, str):
        env = f"import {env.__module__} as it\nit.{env.__name__}()"
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    shown = url.render_as_string(hide_password=False)
    escaped = shown.replace("%", "%%")
    with TemporaryDirectory() as directory:
        revision = Path(directory, "versions", "orders.py")
        revision.parent.mkdir()
        revision.write_text(ORDERS)
        Path(directory, "env.py").write_text(env)
        config = Config()
        config.set_main_option("script_location", directory)
        config.set_main_option("sqlalchemy.url", escaped)
        yield config


# --8<-- [end:environment]
