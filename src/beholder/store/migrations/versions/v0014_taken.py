"""When a photograph was taken, as its file says: read once, since an unchanged file is not opened again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("files", sa.Column("taken", sa.String))
