"""A picture is a crop of a content; "whole" for all there is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    old = sa.Table(  # without its constraint that a content is in a collection once, which is not made again
        "items",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("locator", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    op.add_column("items", sa.Column("crop", sa.String))
    op.execute("UPDATE items SET crop = 'whole'")
    old.append_column(sa.Column("crop", sa.String))
    with op.batch_alter_table("items", copy_from=old, recreate="always") as batch:
        batch.alter_column("crop", existing_type=sa.String, nullable=False)
        batch.create_unique_constraint("items_of_content", ["collection_id", "sha256", "crop"])
