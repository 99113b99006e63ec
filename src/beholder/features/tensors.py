"""Named arrays in one safetensors file, with what the file says of itself in its head."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.durable import write_whole
from beholder.errors import BadInput, UserError
from beholder.json_reading import parse_json

State = dict[str, NDArray[np.float32]]


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]], said: Mapping[str, Any]) -> None:
    """One safetensors file, whole or not at all, the same bytes for the same call; `said` is in its head as JSON."""
    from safetensors.numpy import save

    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    write_whole(path, _in_order(save(whole, {name: json.dumps(value) for name, value in said.items()})))


def _in_order(packed: bytes) -> bytes:
    """The same file with its head in one order: safetensors writes what a file says of itself in an order of chance."""
    size = 8 + int.from_bytes(packed[:8], "little")
    head = json.dumps(parse_json(packed[8:size]), sort_keys=True, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + packed[size:]


def read_tensors(path: Path) -> tuple[State, dict[str, Any]]:
    """What `write_tensors` wrote, or another safetensors file, of which what is no JSON in its head is text.

    Raises
    ------
    UserError
        where it is missing
    BadInput
        where it is something else
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise UserError(f"there is no file {path}")
    try:
        with safe_open(path, "numpy") as file:
            said = {name: _said(value) for name, value in (file.metadata() or {}).items()}
            return {name: file.get_tensor(name) for name in file.keys()}, said  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as fault:
        raise BadInput(f"{path} is not a safetensors file of ours ({fault})") from None


def _said(value: str) -> Any:
    try:
        return parse_json(value)
    except ValueError:
        return value
