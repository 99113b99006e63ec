"""An id is never given again: a page left open on what was removed must not mean something else."""

from __future__ import annotations

from alembic import op

from beholder.store.dialect import NEVER_AGAIN

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    for table in ("people", "collections", "items", "shortlists", "remarks"):
        with op.batch_alter_table(table, recreate="always", table_kwargs=NEVER_AGAIN):
            pass
