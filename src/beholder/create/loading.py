"""A pipeline of diffusers from a folder, on the best device there is. Needs the extra `create`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diffusers
import psutil
import torch
import transformers
from safetensors import safe_open

from beholder.create.models import PREFIX, known, parts_of, read_index
from beholder.create.pipelines import KNOWN, Pipeline
from beholder.errors import BadInput, UserError

_NEEDS_GPU = 5_000_000_000  # numbers of a model from which on a processor would take too long
_WORKING = 1.0e9  # bytes beside the weights
_SMALL = "stabilityai/sd-turbo"


def open_pipeline(id: str, folder: Path, decoder: Path | None = None) -> Pipeline:
    """The pipeline in a folder, with a small decoder for what is looked at on the way.

    Raises
    ------
    UserError
        where its class is not known, or this machine is too small for it
    BadInput
        where it is damaged
    """
    kind, device = read_index(folder)["_class_name"], best_device()
    if kind not in KNOWN:
        raise UserError(f"'{id}' is a {kind}, which cannot be guided here; known are: {', '.join(KNOWN)}")
    files = _weights(folder)
    dtype = _precision(KNOWN[kind].half, device)
    _check_machine(id, _count(files), dtype, device)
    variant = "fp16" if any(".fp16." in path.name for path in files) else None
    try:
        with _quiet(), out_of_memory_told(id):
            pipe = getattr(diffusers, kind).from_pretrained(
                str(folder), dtype=dtype, variant=variant, local_files_only=True, use_safetensors=True
            ).to(device)  # fmt: skip
            small = None
            if decoder is not None:
                small = diffusers.AutoencoderTiny.from_pretrained(
                    str(decoder), dtype=dtype, local_files_only=True, use_safetensors=True
                ).to(device)  # fmt: skip
    except UserError:
        raise
    except Exception as fault:  # of diffusers, transformers, safetensors or the disk: they share no base class but this
        said = (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]
        raise BadInput(
            f"the pipeline in {folder} cannot be loaded ({said}); delete that folder to fetch it again"
        ) from None
    of = known(id)
    return KNOWN[kind](pipe, of.steps, of.weight, small)


def best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def said_of_device() -> str:
    """What pictures are made on, in words."""
    device = best_device()
    free = _free(device) / 1e9
    if device == "cuda":
        return f"on the GPU {torch.cuda.get_device_name()}, {free:.1f} GB free"
    if device == "mps":
        return f"on the GPU of this Mac, {free:.1f} GB"
    return f"on the processor, {free:.1f} GB of memory free; without a GPU small models alone, and slowly"


@contextmanager
def out_of_memory_told(id: str) -> Iterator[None]:
    """Memory that runs out becomes a sentence. raises : UserError"""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError):
        raise UserError(f"the memory is too small for '{id}'; {_ways_out(id)}") from None
    except RuntimeError as fault:
        if "can't allocate memory" not in str(fault):
            raise
        raise UserError(f"the memory is too small for '{id}'; {_ways_out(id)}") from None


def _weights(folder: Path) -> list[Path]:
    found: list[Path] = []
    for part in parts_of(read_index(folder)):
        files = sorted((folder / part).glob("*.safetensors"))
        found += [path for path in files if ".fp16" in path.name] or files
    return found


def _count(files: list[Path]) -> int:
    """Numbers in some files. raises : BadInput where one is damaged"""
    count = 0
    for path in files:
        try:
            with safe_open(path, "numpy") as held:
                count += sum(math.prod(held.get_slice(key).get_shape()) for key in held.keys())  # noqa: SIM118
        except Exception as fault:  # safetensors raises a class of its own that derives from Exception alone
            raise BadInput(f"{path} is damaged ({fault}); delete it to fetch it again") from None
    return count


def _precision(half: torch.dtype, device: str) -> torch.dtype:
    """Half where it pays: on a GPU, and on a processor with its own instructions for bfloat16."""
    if device != "cpu":
        return half
    able = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return torch.bfloat16 if able is not None and able() else torch.float32


def _check_machine(id: str, count: int, dtype: torch.dtype, device: str) -> None:
    """raises : UserError where the machine is too small"""
    need = count * dtype.itemsize * 1.1 + _WORKING
    if device == "cpu" and count > _NEEDS_GPU:
        raise UserError(
            f"'{id}' needs a GPU with about {need / 1e9:.0f} GB, and torch finds none here; take a smaller model, such "
            f"as {PREFIX}{_SMALL}"
        )
    free = _free(device)
    if need > free:
        where = "of memory" if device == "cpu" else "of the GPU's memory"
        raise UserError(f"'{id}' needs about {need / 1e9:.1f} GB {where}, {free / 1e9:.1f} are free; {_ways_out(id)}")


def _ways_out(id: str) -> str:
    smaller = "" if id == _SMALL else f"take a smaller model, such as {PREFIX}{_SMALL}, or "
    on_cpu = ", or set CUDA_VISIBLE_DEVICES= to use the processor" if best_device() == "cuda" else ""
    return f"{smaller}close other programs{on_cpu}"


def _free(device: str) -> float:
    """Bytes."""
    if device == "cuda":
        return float(torch.cuda.mem_get_info()[0])
    if device == "mps":
        return float(torch.mps.recommended_max_memory())
    return float(psutil.virtual_memory().available)


@contextmanager
def _quiet() -> Iterator[None]:
    """Both libraries draw bars and warn of what is as it should be."""
    libraries: list[Any] = [diffusers.utils.logging, transformers.utils.logging]
    before = [library.get_verbosity() for library in libraries]
    for library in libraries:
        library.set_verbosity_error()
        library.disable_progress_bar()
    try:
        yield
    finally:
        for library, level in zip(libraries, before, strict=True):
            library.set_verbosity(level)
