"""What a source says of a picture in columns of the usual names, as typed fields; the raw text stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beholder.details import read_details

revision = "0006"
down_revision = "0005"
AT_ONCE = 1000
FIELDS = ("title", "artist", "price", "currency", "width_mm", "height_mm", "year", "place", "link")


def upgrade() -> None:
    for name in ("title", "artist", "currency", "place", "link"):
        op.add_column("items", sa.Column(name, sa.String))
    for name in ("width_mm", "height_mm"):
        op.add_column("items", sa.Column(name, sa.Float))
    op.add_column("items", sa.Column("price", sa.BigInteger))
    op.add_column("items", sa.Column("year", sa.Integer))
    db, items = op.get_bind(), sa.table("items", sa.column("id"), sa.column("columns", sa.JSON))
    last = 0
    while rows := db.execute(sa.select(items).where(items.c.id > last).order_by(items.c.id).limit(AT_ONCE)).all():
        last = rows[-1].id
        for row in rows:
            details = read_details(row.columns)
            known = {name: value for name in FIELDS if (value := getattr(details, name)) is not None}
            if known:
                values = ", ".join(f"{name} = :{name}" for name in known)
                db.execute(sa.text(f"UPDATE items SET {values} WHERE id = :id"), known | {"id": row.id})
