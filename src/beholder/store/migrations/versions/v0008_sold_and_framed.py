"""What a source says of price, sides, frame, availability and rights, typed; price and size read anew."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from alembic import op

from beholder.details import read_details

revision = "0008"
down_revision = "0007"
AT_ONCE = 1000
LENGTHS = ("long_mm", "short_mm", "frame_width_mm", "frame_height_mm", "frame_long_mm", "frame_short_mm")


def upgrade() -> None:
    for name in LENGTHS:
        op.add_column("items", sa.Column(name, sa.Float))
    for name in ("terms", "availability", "rights"):
        op.add_column("items", sa.Column(name, sa.String))
    db, items = op.get_bind(), sa.table("items", sa.column("id"), sa.column("columns", sa.JSON))
    last = 0
    while rows := db.execute(sa.select(items).where(items.c.id > last).order_by(items.c.id).limit(AT_ONCE)).all():
        last = rows[-1].id
        for row in rows:
            known = asdict(read_details(row.columns))
            if any(value is not None for value in known.values()):
                values = ", ".join(f"{name} = :{name}" for name in known)
                db.execute(sa.text(f"UPDATE items SET {values} WHERE id = :id"), known | {"id": row.id})
