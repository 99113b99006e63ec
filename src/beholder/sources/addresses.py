"""Addresses of the web as pages write them: absolute, of a public host, without credentials; or none.

A page that somebody saved may hold any address. One that leads into the machine or the network of whoever follows it is
not kept, however it is spelt. Names are not resolved here: whoever fetches checks what they resolve to.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_LONGEST = 2000
_PRIVATE_NAMES = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "localdomain", "test", "invalid"}
    | {"onion", "home.arpa", "localtest.me", "lvh.me", "nip.io", "sslip.io", "xip.io", "metadata"}
)
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
_OPEN_6 = ip_network("2000::/3")  # all that is given out; NAT64, mapped, local and multicast lie outside
_CLOSED_6 = [  # 2001::/23 holds Teredo and ORCHID, 2002::/16 is 6to4, the others documentation and black holes
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PART = re.compile(r"0x[0-9a-f]*|[0-9]+")
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|msclkid|mc_\w+|ref_?(?:src)?|_ga|igshid|referrer|hash|_trk\w+|itm\w*", re.IGNORECASE
)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def web_address(text: str, base: str = "") -> str | None:
    """The absolute http(s) address; None where it is none, or leads where no public page is.

    Parameters
    ----------
    base
        the address that a relative one is relative to
    """
    text = _BLANK.sub(lambda found: "%20" if set(found.group()) == {" "} else "", text.strip())
    if not text or len(text) > _LONGEST or "\\" in text or "{{" in text:
        return None
    if text.startswith("//") and not base:
        text = f"https:{text}"
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not is_public_host(host):
        return None
    if port is not None and (port < 1024 and port not in (80, 443)):
        return None
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    return urlunsplit((parts.scheme, parts.netloc, path, query, parts.fragment))


@lru_cache(1024)
def is_public_host(host: str) -> bool:
    """Whether a host may be one of the public web, as far as its name tells."""
    host = unicodedata.normalize("NFKC", host).casefold().rstrip(".")
    if not host or "%" in host:
        return False
    if (address := _as_ip(host)) is not None:
        return is_public_ip(address)
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return False
    labels = host.split(".")
    names = {".".join(labels[at:]) for at in range(len(labels))}
    if len(labels) < 2 or names & _PRIVATE_NAMES or not all(map(_LABEL.fullmatch, labels)):
        return False
    return not labels[-1].isdigit()


def is_public_ip(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet; those in which another one is hidden are not."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _CLOSED_4)
    return (
        address.scope_id is None
        and address.is_global
        and address in _OPEN_6
        and not any(address in network for network in _CLOSED_6)
    )


def plain_address(address: str) -> str:
    """The same for all addresses of one page: without a scheme, `www.`, a fragment and what only tracks visitors."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    told = [(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(key)]
    host = (parts.hostname or "").removeprefix("www.")
    return host + parts.path.rstrip("/") + ("?" + urlencode(told) if told else "")


def _as_ip(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, also in the spellings of `inet_aton`: one number, hexadecimal, octal, short."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    parts = host.split(".")
    if len(parts) > 4 or not all(map(_PART.fullmatch, parts)):
        return None
    try:
        numbers = [int(part[2:] or "0", 16) if part.startswith("0x") else _octal_or_decimal(part) for part in parts]
        last = 256 ** (5 - len(numbers))
        if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= last:
            return IPv4Address(0)
        value = numbers[-1]
        for at, number in enumerate(numbers[:-1]):
            value += number << (8 * (3 - at))
        return IPv4Address(value)
    except ValueError:
        return IPv4Address(0)  # nobody knows what a browser makes of it


def _octal_or_decimal(part: str) -> int:
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)
