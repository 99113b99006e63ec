"""On the disk for good, also where the power is cut."""

from __future__ import annotations

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Onto the disk: what a file holds, or which names a folder has."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
