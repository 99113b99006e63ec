"""Pictures that a person removed, because what was found in their photo is no work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("items", sa.Column("removed", sa.Boolean, nullable=False, server_default=sa.false()))
