"""Changes to bytes and to JSON, all drawn from one random generator, so that each can be made again."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
MOST = 4_000_000  # bytes of what is made


def changed(rng: random.Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """`data` after one to three changes. others : what a part may be taken from"""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        rng.choice(CHANGES)(rng, out)
    if others and rng.random() < 0.1:
        _spliced(rng, out, rng.choice(others))
    return bytes(out[:MOST])


def _flipped(rng: random.Random, out: bytearray) -> None:
    for _ in range(rng.choice((1, 2, 8, 40))):
        if out:
            out[_place(rng, out)] ^= 1 << rng.randrange(8)


def _cut(rng: random.Random, out: bytearray) -> None:
    del out[_place(rng, out) :]


def _overwritten(rng: random.Random, out: bytearray) -> None:
    at, length = _place(rng, out), rng.choice((1, 2, 4, 16, 100))
    length = min(length, len(out) - at)
    out[at : at + length] = rng.choice((b"\0" * length, b"\xff" * length, rng.randbytes(length)))


def _edge(rng: random.Random, out: bytearray) -> None:
    """A whole number of two, four or eight bytes, in either order, becomes one at which programs err."""
    size = rng.choice((2, 4, 4, 8))
    at = _place(rng, out)
    value = rng.choice(EDGES) if rng.random() < 0.7 else rng.randrange(100_000)
    out[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, rng.choice(("big", "little")))


def _repeated(rng: random.Random, out: bytearray) -> None:
    at = _place(rng, out)
    part = bytes(out[at : at + rng.choice((1, 4, 13, 60, 500))])
    out[at:at] = part * rng.choice((1, 2, 50, 1000))


def _left_out(rng: random.Random, out: bytearray) -> None:
    at = _place(rng, out)
    del out[at : at + rng.choice((1, 2, 4, 40))]


def _put_in(rng: random.Random, out: bytearray) -> None:
    at = _place(rng, out)
    out[at:at] = rng.randbytes(rng.choice((1, 2, 4, 100)))


def _moved(rng: random.Random, out: bytearray) -> None:
    one, other, length = _place(rng, out), _place(rng, out), rng.choice((2, 4, 12, 100))
    out[other : other + length] = out[one : one + length]


def _spliced(rng: random.Random, out: bytearray, other: bytes) -> None:
    at, start = _place(rng, out), rng.randrange(max(1, len(other)))
    out[at : at + rng.choice((0, 100))] = other[start : start + rng.choice((50, 1000, len(other)))]


def _place(rng: random.Random, out: bytearray) -> int:
    """Half of them near the beginning, where headers are."""
    end = min(len(out), 256) if rng.random() < 0.5 else len(out)
    return rng.randrange(max(1, end))


CHANGES: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flipped, _cut, _overwritten, _edge, _edge, _repeated, _left_out, _put_in, _moved,
)  # fmt: skip

TEXTS = (
    "", " ", "a\0b", "\x1b[31m", "\u202e", "\u200b", "=1+1", "'; DROP TABLE people;--", "<script>alert(1)</script>",
    "../../etc/passwd", "{{7*7}}", "%s%n", "\N{SNOWMAN}" * 300, "a" * 70_000, "é", "e\u0301", "\ud800", "NaN", "1e999",
    "-0", "4_5", "7,5", "٣", "0x10", "true", "null", "\r\n", "\u2028", "9" * 5000, "\U0010ffff", "\ufffe",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**53, 2**63, 2**64, 10**400, -(10**400), 1e308, float("nan"), float("inf"),
    [], {}, [[]], [{}], {"": None}, {"__proto__": {}}, [0] * 5000, {str(n): n for n in range(2000)}, *TEXTS,
)  # fmt: skip


def json_of(rng: random.Random, good: Any) -> bytes:
    """A JSON text made of this value: one place of it, or the text itself, is as it should not be."""
    if rng.random() < 0.3:
        return rng.choice(BROKEN)(rng, written(good).encode("utf-8", "surrogatepass"))
    return written(replaced(rng, good)).encode("utf-8", "surrogatepass")


def written(value: Any) -> str:
    """As JSON with escapes; a number of any length."""
    return json.dumps(value)


def replaced(rng: random.Random, value: Any) -> Any:
    """The same with one place changed: another value, one left out, one more."""
    places = list[tuple[Any, Any]](_places(value))
    if not places or rng.random() < 0.05:
        return rng.choice(VALUES)
    told = json.loads(json.dumps(value))
    at = rng.randrange(len(places))
    holder, key = list(_places(told))[at]
    kind = rng.random()
    if kind < 0.12:
        del holder[key]
    elif kind < 0.2 and isinstance(holder, dict):
        holder[rng.choice(TEXTS)] = rng.choice(VALUES)
    else:
        holder[key] = rng.choice(VALUES)
    return told


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        for key in range(len(value)) if isinstance(value, list) else value:
            yield value, key
            yield from _places(value[key])


def _digits(text: bytes) -> bytes:
    """The first number becomes one of five thousand digits."""
    at = next((n for n, byte in enumerate(text) if chr(byte).isdigit()), len(text))
    return text[:at] + b"9" * 5000 + text[at:]


BROKEN: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    lambda rng, text: b"[" * rng.choice((10, 60, 1000, 100_000)) + text,
    lambda rng, text: b'{"a":' * rng.choice((10, 1000, 20_000)) + text + b"}" * 20_000,
    lambda rng, text: _digits(text),
    lambda rng, text: text[: rng.randrange(max(1, len(text)))],
    lambda rng, text: text.decode().encode(rng.choice(("utf-16", "utf-32", "utf-8-sig", "utf-16-be"))),
    lambda rng, text: text.replace(b'"', b"'", rng.randrange(1, 5)),
    lambda rng, text: text.replace(b'"', b'"\\ud800', 1),
    lambda rng, text: text.replace(b"a", b"\xff\xfe", 1),
    lambda rng, text: changed(rng, text),
    lambda rng, text: changed(rng, text),
    lambda rng, text: text + text,
    lambda rng, text: rng.randbytes(200),
    lambda rng, text: b"",
)


def safetensors(kinds: dict[str, tuple[str, tuple[int, ...], bytes]], note: dict[str, str] | None = None) -> bytes:
    """A file of tensors of any kind: name -> (dtype, shape, bytes), whether or not they fit together."""
    head, at = dict[str, Any]({"__metadata__": note} if note else {}), 0
    for name, (dtype, shape, data) in kinds.items():
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(data for *_, data in kinds.values())
