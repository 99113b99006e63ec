"""Where a picture's bytes are is a locator, `file:` and its path, where it was a path."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in ("items", "files"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN path TO locator")
        op.execute(f"UPDATE {table} SET locator = 'file:' || locator")
