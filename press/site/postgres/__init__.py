"""PostgreSQL in the page: listings that readers run, change and run again."""

from press.site.postgres.strips import add_postgres

__all__ = ["add_postgres"]
