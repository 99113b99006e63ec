"""The first tables, the view of what holds now, and the triggers that keep judgements append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beholder.store.dialect import append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("encoder", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.UniqueConstraint("collection_id", "sha256"),
    )
    op.create_table(
        "files",
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("reason", sa.String),
    )
    _judgements()
    op.create_table(
        "fits",
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("encoder", sa.String, primary_key=True),
        sa.Column("hyperparameters", sa.JSON, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )


def _judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("picked", sa.JSON, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("seconds", sa.Float),
        sa.Column("side", sa.String),
        sa.Column("asked_by", sa.String, nullable=False),
        sa.Column("undoes", sa.String),
        sa.Column("at", sa.String, nullable=False),
        sa.UniqueConstraint("person_id", "collection_id", "client_id"),
    )
    op.create_index("judgements_of_person", "judgements", ["person_id", "collection_id"])
    op.create_index("judgements_undone", "judgements", ["person_id", "undoes"])
    op.execute(
        "CREATE VIEW current_judgements AS SELECT j.* FROM judgements j WHERE j.kind <> 'undo' AND NOT EXISTS "
        "(SELECT 1 FROM judgements u WHERE u.person_id = j.person_id AND u.collection_id = j.collection_id "
        "AND u.undoes = j.client_id)"
    )
    for statement in append_only("judgements"):
        op.execute(statement)
