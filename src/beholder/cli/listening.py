"""Where `serve` listens: whether the port is free, and this machine's own address where all of the network may come."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from beholder.config import LOOPBACK
from beholder.errors import BeholderError, UserError

if TYPE_CHECKING:
    from beholder.collection import Library

_EVERYWHERE = ("0.0.0.0", "::")


def check_port(host: str, port: int) -> None:
    """Find out before the pictures are read, which may take minutes.

    raises : BeholderError where another program listens there, UserError where the address cannot be listened on
    """
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
            tried.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BeholderError(
                f"port {port} is in use, perhaps by another Beholder: open http://{_written(host)}:{port}/ in a "
                "browser to see, or choose another port with --port N (0: any free one)"
            ) from None
        if error.errno == errno.EACCES:
            raise UserError(f"port {port} is kept for the system; choose one from 1024 up with --port N") from None
        raise UserError(f"'{host}' is no address of this machine; --host takes one, such as 127.0.0.1") from None


def admit_others(library: Library, host: str) -> str | None:
    """The address under which other devices reach this machine, and may then ask for it; None where they cannot."""
    from beholder.web.access import own_address

    if host in LOOPBACK:
        return None
    if host not in _EVERYWHERE:
        return f"[{host}]" if ":" in host else host
    name = own_address()
    allowed = [*library.settings.allowed_hosts, name, socket.gethostname(), f"{socket.gethostname()}.local"]
    library.settings = library.settings.model_copy(update={"allowed_hosts": allowed})
    return None if name in LOOPBACK else name


def _written(host: str) -> str:
    host = "127.0.0.1" if host in _EVERYWHERE else host
    return f"[{host}]" if ":" in host else host
