"""The files beside an ONNX model that hold its weights ("external data"), found without loading the model.

A model is a protobuf message of `onnx.proto`. Only the messages that may hold a tensor are entered, everything else is
passed over, so that this takes milliseconds and needs no library of its own.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from pathlib import Path

from beholder.errors import BadInput

# message: the message in each of its fields that may hold a tensor, by the field's number
_FIELDS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
    "entry": {1: "key", 2: "value"},
}
_Place = tuple[int, int]  # first byte and the one behind the last
_FIXED = {1: 8, 5: 4}  # bytes of a field of that wire type


def external_files(model: Path) -> list[Path]:
    """Every file of external data of the model, sorted.

    Raises
    ------
    BadInput
        where one is missing or leads out of the model's folder, or the model is no ONNX file
    """
    with model.open("rb") as file:
        if not model.stat().st_size:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data[4:8] == b"ORTM":  # ONNX Runtime's own format, which knows no other files
                return []
            try:
                told = sorted(_locations(data))
            except (IndexError, ValueError):
                raise BadInput(f"{model} is not a model that ONNX Runtime can load: it is no whole ONNX file") from None
    return [_inside(model, location) for location in told]


def _inside(model: Path, location: str) -> Path:
    folders = {model.parent.resolve(), model.resolve().parent}  # a hub's cache links model and data to one folder
    try:
        path = (model.parent / location).resolve()
        there = path.is_file()
    except (OSError, ValueError, RuntimeError):  # a NUL, a name too long, links that go in a circle
        raise BadInput(f"{model} names external data by no file name: {location!r:.80}") from None
    if not any(path.is_relative_to(folder) for folder in folders):
        raise BadInput(f"{model} wants external data from outside its folder ({location!r:.80}), which is not read")
    if not there:
        raise BadInput(f"{model} needs its external data '{location:.80}' beside it, and there is no such file")
    return path


def digest_of(model: Path, files: list[Path]) -> str:
    """Hex digest of the model's bytes and of its external data; without any, of the model's bytes."""
    digests = [sha256(path) for path in (model, *files)]
    return digests[0] if not files else hashlib.sha256("".join(digests).encode()).hexdigest()


def sha256(path: Path) -> str:
    """Hex digest of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _locations(data: mmap.mmap) -> set[str]:
    found, waiting = set[str](), [("model", (0, len(data)))]
    while waiting:
        message, place = waiting.pop()
        inner = [(_FIELDS[message][number], part) for number, part in _parts(data, place) if number in _FIELDS[message]]
        if message != "entry":
            waiting += inner
            continue
        said = {name: data[start:end] for name, (start, end) in inner}
        if said.get("key") == b"location":
            found.add(said.get("value", b"").decode())
    return found


def _parts(data: mmap.mmap, place: _Place) -> Iterator[tuple[int, _Place]]:
    """Number and place of every field of a message that has a length."""
    at, end = place
    while at < end:
        tag, at = _number(data, at)
        if tag & 7 == 2:
            length, at = _number(data, at)
            yield tag >> 3, (at, at + length)
            at += length
        elif tag & 7 == 0:
            _, at = _number(data, at)
        else:
            at += _FIXED[tag & 7] if tag & 7 in _FIXED else _refuse()
    if at != end:
        _refuse()


def _number(data: mmap.mmap, at: int) -> tuple[int, int]:
    """A varint, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            _refuse()


def _refuse() -> int:
    raise ValueError("no protobuf message")
