"""Where a person wants only what they said in the collection itself to count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "alone",
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), primary_key=True),
    )
