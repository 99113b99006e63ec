"""Which pictures show one work, what pages listed and what it cost before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("collections", sa.Column("compared", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "same_works",
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("item", sa.Integer, sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("other", sa.Integer, sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("agreement", sa.Float, nullable=False),
        sa.Column("sure", sa.Boolean, nullable=False),
        sa.Column("said", sa.Boolean),
        sa.Column("at", sa.String, nullable=False),
    )
    op.create_table(
        "listings",
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("link", sa.String, primary_key=True),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("page", sa.String, nullable=False),
        sa.Column("price", sa.BigInteger),
        sa.Column("currency", sa.String),
        sa.Column("price_before", sa.BigInteger),
        sa.Column("currency_before", sa.String),
        sa.Column("first_at", sa.String, nullable=False),
        sa.Column("seen_at", sa.String, nullable=False),
        sa.Column("repriced_at", sa.String),
        sa.Column("unlisted_at", sa.String),
    )
    op.create_table(
        "saved_pages",
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("page", sa.String, nullable=False),
        sa.Column("works", sa.Integer, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
