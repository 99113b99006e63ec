"""Web pages with their files in one: of mail format (.mhtml), and Safari's archives (.webarchive)."""

from __future__ import annotations

import email
import plistlib
import re
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from functools import partial

from beholder.errors import BadInput
from beholder.text import shown

_MOST_PARTS = 20_000


def read_mhtml(data: bytes, name: str) -> tuple[bytes, str, dict[str, Callable[[], bytes]]]:
    """(the page, its address, its other parts by address and by cid:).

    raises : BadInput where it is none
    """
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf \r\n"))
        parts = [part for part in message.walk() if not part.is_multipart()]
    except Exception as error:  # `email` raises classes of many kinds on what is no mail
        raise BadInput(f"'{shown(name)}' cannot be read as a saved page: {shown(str(error))}") from error
    own = _header(message, "Snapshot-Content-Location")
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    page = next(
        (part for part in pages if own and _header(part, "Content-Location") == own), pages[0] if pages else None
    )
    if page is None or len(parts) > _MOST_PARTS:
        raise BadInput(f"'{shown(name)}' holds no page; save it again, as a web page in a single file")
    files: dict[str, Callable[[], bytes]] = {}
    for part in parts:
        if part.get_content_type().startswith(("image/", "application/octet-stream")):
            for reference in (_header(part, "Content-Location"), _cid(part)):
                if reference:
                    files.setdefault(reference, partial(_bytes, part))
    body = _in_utf8(_bytes(page), page.get_content_charset() or "")
    return body, own or _header(page, "Content-Location"), files


def read_webarchive(data: bytes, name: str) -> tuple[bytes, str, dict[str, Callable[[], bytes]]]:
    """As `read_mhtml`, of an archive that Safari saved. raises : BadInput where it is none"""
    try:
        told = plistlib.loads(data)
        main = told["WebMainResource"]
        files = {str(one["WebResourceURL"]): b"" + one["WebResourceData"] for one in told.get("WebSubresources", [])}
        body, address = b"" + main["WebResourceData"], str(main.get("WebResourceURL", ""))
        charset = str(main.get("WebResourceTextEncodingName", ""))
    except Exception as error:  # `plistlib` raises classes of many kinds
        raise BadInput(f"'{shown(name)}' holds no page; save it again as a web archive") from error
    return _in_utf8(body, charset), address, {url: partial(bytes, one) for url, one in files.items()}


def _in_utf8(body: bytes, charset: str) -> bytes:
    """A page of this encoding, unless it is in UTF-8 whatever is said."""
    with suppress(UnicodeDecodeError):
        if not body.decode().isascii():
            return body
    with suppress(LookupError):
        return body.decode(charset, "replace").encode() if charset not in ("", "utf-8", "us-ascii") else body
    return body


def _header(part: Message, name: str) -> str:
    """Without the blanks that a long line was folded at."""
    return re.sub(r"\s+", "", str(part.get(name) or ""))


def _cid(part: Message) -> str:
    told = _header(part, "Content-ID").strip("<>")
    return f"cid:{told}" if told else ""


def _bytes(part: Message) -> bytes:
    told = part.get_payload(decode=True)
    return told if isinstance(told, bytes) else b""
