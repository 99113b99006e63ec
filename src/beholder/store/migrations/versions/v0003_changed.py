"""When a file's content or name last changed, and which file it is: its size and time alone can be put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("files", sa.Column("ctime_ns", sa.BigInteger))
    op.add_column("files", sa.Column("inode", sa.String))
