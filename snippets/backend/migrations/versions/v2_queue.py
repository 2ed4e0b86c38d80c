"""The tables of pgqueuer, in the same database: so an order and its job are one transaction.

An empty database gets the schema of the release that is installed. After an update of pgqueuer,
one more migration runs `schema_ddl.render_converge`, which does nothing where nothing is missing.
"""

from alembic import op
from pgqueuer.adapters.persistence.schema_ddl import render_install
from pgqueuer.domain.settings import db_settings

revision, down_revision = "v2", "v1"


def upgrade() -> None:
    """Create the tables of the queue."""
    op.get_bind().exec_driver_sql(render_install(db_settings()))
