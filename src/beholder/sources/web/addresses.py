"""Which addresses may be reached: those of the public internet, none of this machine or of its network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network

from beholder.sources.web.refusal import NotFetched, NotNow

Resolver = Callable[[str, int], Sequence[str]]  # (host, port) -> its addresses, the best first. raises : OSError

# IANA's registries of special addresses, with what Python's `is_global` lets pass: multicast, relays, Azure's own host
_CLOSED_4 = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
    )
]
_OPEN_6 = IPv6Network("2000::/3")  # all that is given out; NAT64, mapped, local and multicast lie outside
_CLOSED_6 = [  # 2001::/23 holds Teredo and ORCHID, 2002::/16 is 6to4, the others documentation and black holes
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet's; False for what is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _CLOSED_4)
    return (
        address.scope_id is None
        and address.is_global
        and address in _OPEN_6
        and not any(address in network for network in _CLOSED_6)
    )


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
