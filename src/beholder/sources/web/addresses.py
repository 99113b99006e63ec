"""Which addresses may be reached: those of the public internet, none of this machine or of its network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from beholder.sources.addresses import is_public_ip
from beholder.sources.web.refusal import NotFetched, NotNow

Resolver = Callable[[str, int], Sequence[str]]  # (host, port) -> its addresses, the best first. raises : OSError


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet's; False for what is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return is_public_ip(address)


def is_address(host: str) -> bool:
    """Whether a host is an address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system finds them. raises : OSError"""
    if is_address(host):
        return [host]
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def public_addresses(host: str, port: int, resolve: Resolver, seconds: float) -> list[str]:
    """The addresses of a host that may be reached, asked for once.

    Raises
    ------
    NotFetched
        where there are none, or no answer in so many seconds
    """
    addresses = _in_time(host, port, resolve, seconds)
    public = [address for address in addresses if is_public(address)]
    if not public and addresses:
        raise NotFetched(f"{host} is at {addresses[0]}, which is not an address of the public internet")
    if not public:
        raise NotFetched(f"{host} has no address")
    return public


def _in_time(host: str, port: int, resolve: Resolver, seconds: float) -> list[str]:
    """The system's resolver knows no time limit, so it is asked in a thread that nobody waits for at the end."""
    found, failed = list[str](), list[Exception]()

    def ask() -> None:
        try:
            found.extend(resolve(host, port))
        except (OSError, ValueError) as error:  # ValueError: a name too long for IDNA
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise NotNow(f"nobody says in {seconds:.0f} s where {host} is")
    if failed:
        raise NotNow(f"{host} cannot be found; is this machine connected?") from failed[0]
    return list(found)
