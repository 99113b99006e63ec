"""Text files in the encodings that people save them in, and text cleaned for display in messages."""

from __future__ import annotations

import codecs
import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO, IncrementalNewlineDecoder
from pathlib import Path
from typing import BinaryIO, NamedTuple

from beholder.code_pages import code_page
from beholder.errors import BadInput

_MAX_BYTES = 256 * 1024 * 1024
_BLOCK = 1 << 18
_SAMPLE = 1 << 22  # bytes of which the code page is told
_LINE_END = re.compile(r"\r\n?|\n")
_LOST = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile("[^\x00-\x7f\ud800-\udfff]")
_HALF = re.compile("\udced[\udca0-\udcbf][\udc80-\udcbf]")  # half a character, as UTF-8 would write it
_MARKUP = re.compile(r"</?(?:b|br|div|em|font|i|p|small|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE)
_BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


_AWAY = {  # how a drive or a share answers that is no longer there
    getattr(errno, name, None)
    for name in (
        *("EIO", "ENODEV", "ENXIO", "ENOMEDIUM", "ENOTCONN", "ESTALE", "EREMOTEIO", "ESHUTDOWN", "ETIMEDOUT", "ECOMM"),
        *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENONET", "ECONNRESET", "ECONNREFUSED"),
    )
} - {None}


def shown(text: str, most: int = 200) -> str:
    """`text` fit for a sentence: one line, no broken characters, at most so many of them."""
    if len(text) <= most and text.isprintable():
        return text
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: most + 1])
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def without_markup(text: str) -> str:
    """The words of a title without the tags of HTML among them; all of it where it is nothing else."""
    return " ".join(_MARKUP.sub(" ", text).split()) or text if "<" in text else text


def why_unreadable(error: OSError | ValueError) -> str:
    """The system's words for a file that cannot be read, without path and number."""
    words = (getattr(error, "strerror", None) or "its name cannot be used").lower()
    return f"{words} (is the drive connected?)" if getattr(error, "errno", None) in _AWAY else words


def cannot_read(what: str, path: Path, error: OSError) -> BadInput:
    return BadInput(f"the {what} '{shown(str(path))}' cannot be read: {why_unreadable(error)}")


def bytes_of(path: Path, what: str, most_bytes: int) -> bytes:
    """A file whole. raises : BadInput where it cannot be read, or is larger"""
    try:
        with path.open("rb") as stream:
            data = stream.read(most_bytes + 1)
    except OSError as error:
        raise cannot_read(what, path, error) from error
    if len(data) > most_bytes:
        raise BadInput(f"'{shown(path.name)}' is over {most_bytes >> 20} MB, too large for a {what}")
    return data


def lost(text: str) -> bool:
    """Whether it holds what no file and no database can: bytes that are no text, or half of a character."""
    return not text.isascii() and _LOST.search(text) is not None


class Encoding(NamedTuple):
    """How a file is read as text: what `errors` lets pass becomes lone surrogates, see `lost`."""

    name: str
    errors: str = "strict"


def decoded(path: Path) -> str:
    """The text of a file, whole. raises : BadInput as `encoding_of`"""
    return "".join(blocks_of(path))


def as_text(data: bytes) -> str:
    """These bytes as a file's are read that has no damage. raises : UnicodeDecodeError"""
    encoding = _marked(data) or "utf-8"
    with suppress(UnicodeDecodeError):
        return data.decode(encoding)
    return data.decode(code_page(data) if encoding == "utf-8" else encoding)


def blocks_of(path: Path, encoding: Encoding | None = None) -> Iterator[str]:
    r"""The text of a file in blocks, of which none ends between \r and \n.

    Parameters
    ----------
    encoding
        what `encoding_of` says, where that was asked before

    Raises
    ------
    BadInput
        as `encoding_of`, and where the file is no text in this encoding any more
    """
    with _opened(path) as stream:
        encoding = encoding or _encoding(stream, path, None)
        stream.seek(0)
        try:
            yield from _blocks(stream, encoding)
        except UnicodeDecodeError as error:
            raise BadInput(f"'{shown(path.name)}' has changed while it was read; try again") from error


def encoding_of(path: Path, most_lines: int | None = None) -> Encoding:
    """The encoding of a table, told without holding all of it.

    UTF-8, UTF-16 or UTF-32 by their marks, else UTF-8, else a code page of Windows. A file may be damaged in less than
    half of its lines; one that has at least as many characters of UTF-8 as bytes that are none is UTF-8 with damage.

    Raises
    ------
    BadInput
        where the file cannot be read, is far too large, has more lines than these, or is no text
    """
    with _opened(path) as stream:
        return _encoding(stream, path, most_lines)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, to be read more than once. raises : BadInput"""
    try:
        with path.open("rb") as stream:
            yield stream if stream.seekable() else BytesIO(stream.read(_MAX_BYTES + 1))
    except OSError as error:
        raise cannot_read("table", path, error) from error


def _encoding(stream: BinaryIO, path: Path, most_lines: int | None) -> Encoding:
    start = stream.read(_SAMPLE)
    marked = _marked(start)
    first = marked or "utf-8"
    if _reads(stream, path, first, most_lines):
        return Encoding(first)
    tolerant = Encoding(first, "surrogateescape" if first.startswith("utf-8") else "surrogatepass")
    damage = _damage(stream, path, tolerant, most_lines)
    if not marked and not damage.is_rather_utf8 and _reads(stream, path, page := code_page(start), most_lines):
        return Encoding(page)
    if 2 * damage.lines < damage.of:
        return tolerant
    raise BadInput(f"'{shown(path.name)}' is text in no encoding that is known here; save it as CSV in UTF-8")


class _Damage(NamedTuple):
    """How many lines are damaged, of how many; and whether it is UTF-8 rather than of one byte a letter."""

    lines: int
    of: int
    is_rather_utf8: bool


def _reads(stream: BinaryIO, path: Path, encoding: str, most_lines: int | None) -> bool:
    """Whether all of it is text in this encoding."""
    with suppress(UnicodeDecodeError):
        for _ in _bounded(stream, path, Encoding(encoding), most_lines):
            pass
        return True
    return False


def _damage(stream: BinaryIO, path: Path, encoding: Encoding, most_lines: int | None) -> _Damage:
    lines, of, balance, last = 0, 0, 0, ""
    try:
        for text in filter(None, _bounded(stream, path, encoding, most_lines)):
            of, last = of + len(_LINE_END.findall(text)), text[-1]
            balance += len(_WHOLE.findall(text))
            if lost(text):
                lines += _damaged_lines(text)
                balance -= len(_LOST.findall(text)) - 3 * len(_HALF.findall(text))
    except UnicodeDecodeError:
        return _Damage(1, 1, False)
    return _Damage(lines, of + (last not in ("\r", "\n")), balance >= 0)


def _damaged_lines(text: str) -> int:
    """How many lines hold something lost; each character is looked at once, however long a line is."""
    lines, found = 0, _LOST.search(text)
    while found:
        lines += 1
        end = _LINE_END.search(text, found.end())
        found = _LOST.search(text, end.end()) if end else None
    return lines


def _bounded(stream: BinaryIO, path: Path, encoding: Encoding, most_lines: int | None) -> Iterator[str]:
    """The text in blocks. raises : BadInput where it is too long; UnicodeDecodeError"""
    stream.seek(0)
    feeds = returns = 0
    for text in _blocks(stream, encoding):
        if stream.tell() > _MAX_BYTES:  # counted, since a file of /proc says that it has none
            raise BadInput(f"'{shown(path.name)}' is over {_MAX_BYTES >> 20} MB, too large for a table; split it")
        if most_lines is not None:
            feeds, returns = feeds + text.count("\n"), returns + text.count("\r")
            if max(feeds, returns) > most_lines:
                raise BadInput(f"'{shown(path.name)}' has over {most_lines:,} lines, too many for a table; split it")
        yield text


def _blocks(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    decoder = IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding.name)(encoding.errors), translate=False)
    while block := stream.read(_BLOCK):
        yield decoder.decode(block + stream.readline(_BLOCK))
    try:
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:  # cut within a character
        if encoding.errors == "strict":
            raise
        yield "\udc00"


def _marked(data: bytes) -> str:
    """The encoding that the first bytes tell, "" where they tell none."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    odd, even = data[1:400:2], data[:400:2]
    if len(odd) > 2 and odd.count(0) > len(odd) * 0.7 and even.count(0) == 0:
        return "utf-16-le"
    if len(odd) > 2 and even.count(0) > len(even) * 0.7 and odd.count(0) == 0:
        return "utf-16-be"
    return ""
