"""A collection may be seen by several encoders at once: the first as before, others behind it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("collections", sa.Column("more_encoders", sa.JSON, nullable=False, server_default="[]"))
