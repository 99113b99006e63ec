"""Database migrations (Alembic), one file each in `versions/`."""
