"""Shortlists: a person's own choice of pictures, and what others say of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "shortlists",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("changed_at", sa.String, nullable=False),
        sa.Column("key", sa.String, unique=True),
        sa.Column("pin", sa.String),
    )
    op.create_index("shortlists_of_person", "shortlists", ["person_id"])
    op.create_table(
        "listed",
        sa.Column("shortlist_id", sa.Integer, sa.ForeignKey("shortlists.id"), primary_key=True),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("items.id"), primary_key=True),
        sa.Column("place", sa.Integer),
        sa.Column("note", sa.String, nullable=False),
    )
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("shortlist_id", sa.Integer, sa.ForeignKey("shortlists.id"), nullable=False),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("items.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
    op.create_index("remarks_of_shortlist", "remarks", ["shortlist_id"])
