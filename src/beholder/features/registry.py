"""The registry of encoders: what turns a picture into a row of numbers, and under which key those numbers are kept.

| name           | numbers | what                                                              |
|----------------|---------|-------------------------------------------------------------------|
| `builtin`      | 384     | a small network of our own, with words; built in, the default     |
| `classic`      | ~200    | colour, layout, edges, texture, symmetry, complexity; built in    |
| `attributes`   | 10      | the ten measured attributes of Ren et al. 2017; built in          |
| `measures`     | 51      | palettes, light, surface, layout, for words; built in             |
| `clip-vit-b32` | 512     | CLIP ViT-B/32 from the Hugging Face hub, with words               |
| `siglip2-base` | 768     | SigLIP 2 base from the Hugging Face hub, with words               |
| `dinov2-small` | 384     | DINOv2 small from the Hugging Face hub                            |
| `mobileclip2-s0`, `-s2` | 512 | MobileCLIP 2 from the Hugging Face hub, fast on a CPU, with words |
| `siglip2-so400m` | 1152  | SigLIP 2 so400m at 256 px from the Hugging Face hub, with words   |
| `onnx:PATH`    | any     | a local ONNX file with its preprocessing in a JSON beside it      |
| `task-vectors:FOLDER` | any | what networks fine-tuned on several sets say, and their tangents |
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beholder.config import settings
from beholder.errors import UnknownName, UserError
from beholder.features.encoder_row import Runtime
from beholder.types import Progress

BUILT_IN = ("builtin", "classic", "attributes", "measures")
HUB = ("clip-vit-b32", "siglip2-base", "dinov2-small", "mobileclip2-s0", "mobileclip2-s2", "siglip2-so400m")


def encoder_names() -> list[str]:
    """Every encoder with a fixed name; `onnx:PATH` and `task-vectors:FOLDER` come on top."""
    return [*BUILT_IN, *HUB]


def absolute_name(name: str) -> str:
    """The name of an encoder that means the same from every working folder."""
    for prefix in ("onnx:", "task-vectors:"):
        if name.startswith(prefix):
            return prefix + str(Path(name.removeprefix(prefix)).expanduser().resolve())
    return name


def encoder_sizes() -> list[dict[str, Any]]:
    """{"name", "bytes" to be downloaded, "licence", "words"} of every encoder with a fixed name."""
    from beholder.features.hub import MODELS

    here = [{"name": name, "bytes": 0, "licence": "", "words": False} for name in BUILT_IN]
    hub = [
        {"name": name, "bytes": MODELS[name].bytes, "licence": MODELS[name].licence, "words": bool(MODELS[name].text)}
        for name in HUB
    ]
    return [*here, *hub]


def download_encoder(name: str, progress: Progress) -> None:
    """Have the files of an encoder of the hub here; nothing is done for others. raises : as `hub.fetch`"""
    if name in HUB:
        from beholder.features.hub import download

        download(name, progress)


def load_encoder(name: str, *, threads: int | None = None) -> Runtime:
    """The encoder of that name, ready to run.

    Parameters
    ----------
    name
        one of `encoder_names()`, `onnx:PATH` or `task-vectors:FOLDER`
    threads
        cores that one call of `encode` may use; None: as set (`BEHOLDER_THREADS`)

    Raises
    ------
    UnknownName
    UserError
        where the model is not there or cannot be fetched
    BadInput
        where the model or its description is wrong
    StoreError
        where what is fetched cannot be kept
    """
    threads = threads or settings().threads
    if name == "builtin":
        from beholder.features.builtin import load_builtin

        return load_builtin(threads=threads)
    if name == "classic":
        from beholder.features.classic import ClassicRuntime

        return ClassicRuntime()
    if name == "attributes":
        from beholder.features.attributes import AttributesRuntime

        return AttributesRuntime()
    if name == "measures":
        from beholder.features.measures import MeasuresRuntime

        return MeasuresRuntime()
    if name.startswith("onnx:"):
        from beholder.features.onnx import OnnxRuntime

        return OnnxRuntime.open(Path(name.removeprefix("onnx:")).expanduser(), threads=threads)
    if name.startswith("task-vectors:"):
        from beholder.features.expert_networks import TaskVectorRuntime, folder_of

        return TaskVectorRuntime(folder_of(name), threads=threads)
    if name in HUB:
        from beholder.features.hub import load_hub

        return load_hub(name, threads=threads)
    if name.startswith("vectors:"):
        raise UserError(
            f"'{name}' is a file with numbers for named items, not an encoder of pictures: only `beholder bench` can "
            f"use it. Import with one of: {', '.join(encoder_names())}, onnx:PATH"
        )
    raise UnknownName.of("encoder", name, [*encoder_names(), "onnx:PATH", "task-vectors:FOLDER"], see="beholder doctor")
