"""What was found in a photo, how often a person corrected it, and whether a source's photos are looked into."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("items", sa.Column("found", sa.String))
    op.add_column("items", sa.Column("corrections", sa.Integer, nullable=False, server_default="0"))
    op.create_index("items_by_crop", "items", ["collection_id", "gone", "crop", "found"])
    op.add_column("collections", sa.Column("artworks", sa.Boolean))
