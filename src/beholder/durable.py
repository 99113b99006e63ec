"""Atomic, durable file writes: whole or not at all, even after a power cut."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

_UNKNOWN = {errno.EINVAL, errno.ENOTSUP}  # how a file system answers that cannot flush a folder


def write_whole(path: Path, content: bytes | str | Callable[[Path], object]) -> None:
    """Write a file that is on the disk when this returns; until then what was there before stays.

    Parameters
    ----------
    content
        what it holds, text as UTF-8, or what writes it to the path that it is given

    Raises
    ------
    OSError
        nothing is left behind
    """
    draft = path.with_name(f".{os.getpid()}-{uuid4().hex}.tmp")
    try:
        if callable(content):
            content(draft)
        else:
            draft.write_bytes(content.encode() if isinstance(content, str) else content)
        put_in_place(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def put_in_place(draft: Path, path: Path) -> None:
    """Give a file its name, in the same folder, once all of it is on the disk. raises : OSError"""
    _flush(draft, os.O_RDWR)  # Windows flushes no file that is open to be read alone
    os.replace(draft, path)
    if os.name != "nt":  # Windows opens no folder, and keeps names without being asked
        try:
            _flush(path.parent, os.O_RDONLY)
        except OSError as error:
            if error.errno not in _UNKNOWN:
                raise


def _flush(path: Path, mode: int) -> None:
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
