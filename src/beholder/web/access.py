"""Who may come in: this machine at once, another device once it has typed the access code, guests to what is shared."""

from __future__ import annotations

import hmac
import ipaddress
import shlex
import shutil
import socket
import sys
from pathlib import Path

from fastapi import Request
from starlette.responses import Response

from beholder.config import LOOPBACK
from beholder.web.faults import NeedCode
from beholder.web.state import state_of

_FOR_ALL = ("/shared/", "/code")  # how the addresses begin that need no code
_ELSEWHERE = ("192.0.2.1", 9)  # of a range that nobody has [RFC 5737]; nothing is sent there
_YEAR = 365 * 24 * 3600


async def admit(request: Request) -> None:
    """Stands before every page. raises : NeedCode"""
    if request.url.path.startswith(_FOR_ALL) or on_this_machine(request):
        return
    state = state_of(request)
    if not hmac.compare_digest(request.cookies.get(state.cookie_code, ""), state.code.token):
        raise NeedCode


def on_this_machine(request: Request) -> bool:
    """Whether the browser runs on the machine of the server."""
    try:
        at = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:  # no address: it comes over no network, where only this machine is listened to
        return state_of(request).settings.host in LOOPBACK
    return (getattr(at, "ipv4_mapped", None) or at).is_loopback


def base_for_others(request: Request) -> str:
    """How the addresses begin at which other devices find this server, where they can reach it."""
    base = request.base_url
    if base.hostname in LOOPBACK and state_of(request).settings.host not in LOOPBACK:
        base = base.replace(hostname=own_address())
    return str(base)


def command_for_others(request: Request) -> str:
    """What starts this server so that other devices find it; "" where they can already."""
    if state_of(request).settings.host not in LOOPBACK:
        return ""
    program = Path(sys.argv[0]).absolute()
    is_ours = program.name == "beholder" and program != Path(shutil.which("beholder") or "")  # in no folder of the PATH
    port = ["--port", str(request.base_url.port)] if request.base_url.port else []
    return shlex.join([str(program) if is_ours else "beholder", "serve", "--host", "0.0.0.0", *port])


def own_address() -> str:
    """The address by which others on its network reach this machine; 127.0.0.1 where it is on none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:  # to connect a datagram socket only picks a route
        try:
            asked.connect(_ELSEWHERE)
            return str(asked.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def let_in(response: Response, request: Request) -> None:
    """Remember that the code was typed in this browser."""
    state = state_of(request)
    response.set_cookie(
        state.cookie_code, state.code.token, max_age=_YEAR, path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
