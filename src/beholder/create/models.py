"""Models of the Hugging Face hub for the engine `diffusers:ID`: their licences, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beholder.errors import BadInput, UserError
from beholder.features.hub import Repository, download_files, fetch, look_up, snapshot
from beholder.json_reading import read_json
from beholder.types import Progress, silent

INDEX = "model_index.json"  # fetched last: a folder that has it is whole
_CONFIG = "config.json"  # the same of a decoder
PREFIX = "diffusers:"
_STABILITY = "Stability AI's own; for commercial use see https://stability.ai/license"
_TOLD = (".json", ".txt", ".model", ".jinja")  # ends of the files beside the weights


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a model beforehand.

    Attributes
    ----------
    licence, commit
        "": as the hub says, now
    steps, weight
        that its card advises; None: as its class of pipelines is used
    decoder
        a small decoder that looks at its pictures on the way, under the MIT licence
    """

    licence: str = ""
    commit: str = ""
    steps: int | None = None
    weight: float | None = None
    decoder: str = ""


MODELS = {
    "stabilityai/sd-turbo": Known(
        licence=_STABILITY, commit="b261bac6fd2cf515557d5d0707481eafa0485ec2",
        steps=1, weight=0.0, decoder="madebyollin/taesd",
    ),
    "stabilityai/sdxl-turbo": Known(
        licence=_STABILITY, commit="71153311d3dbb46851df1931d3ca6e939de83304",
        steps=1, weight=0.0, decoder="madebyollin/taesdxl",
    ),
    "IDKiro/sdxs-512-0.9": Known(steps=1, weight=0.0),
    "IDKiro/sdxs-512-dreamshaper": Known(steps=1, weight=0.0),
    "black-forest-labs/FLUX.2-klein-4B": Known(
        licence="Apache-2.0", commit="e7b7dc27f91deacad38e78976d1f2b499d76a294", steps=4, weight=1.0
    ),
}  # fmt: skip
_DECODERS = {"madebyollin/taesd": "614f76814bbe30edbe2e627ace1c2234c81a2c0e"}  # their commits, where known


@dataclass(frozen=True, slots=True)
class _Files:
    """What is fetched of a repository, in this order."""

    repo: str
    commit: str
    files: Sequence[str]
    bytes: int


def known(id: str) -> Known:
    return MODELS.get(id, Known())


def folder_of(id: str) -> Path:
    """Where a model lies: a folder by its path, or the hub's cache. Nothing is fetched.

    Raises
    ------
    UserError
        where it is not there; the message holds its licence and size, as far as the hub can be asked
    """
    local = Path(id).expanduser()
    if (local / INDEX).is_file():
        return local
    if local.is_absolute() or id.startswith((".", "~")) or not re.fullmatch(r"[\w.-]+/[\w.-]+", id):
        raise UserError(f"no {INDEX} in '{id}'; wanted OWNER/NAME of the Hugging Face hub, or a pipeline's folder")
    found = snapshot(id, INDEX, known(id).commit)
    if found is None:
        raise UserError(_asked(id))
    return found


def decoder_of(id: str) -> Path | None:
    """Where the small decoder of a model lies, if it was downloaded."""
    repo = known(id).decoder
    return snapshot(repo, _CONFIG, _DECODERS.get(repo, "")) if repo else None


def here() -> list[str]:
    """The models of the table that are in the hub's cache."""
    return [id for id, one in MODELS.items() if snapshot(id, INDEX, one.commit)]


def download(id: str, *, accept_licence: bool = False, progress: Progress | None = None) -> Path:
    """Have a model in the hub's cache, with its small decoder; the folder where it lies.

    Parameters
    ----------
    accept_licence
        that the person has read the model's licence and accepts it

    Raises
    ------
    UserError
        where the licence is not accepted, the message says which; or the hub cannot be reached
    BadInput
        where what came is not what the hub has
    """
    if Path(id).expanduser().is_dir() or snapshot(id, INDEX, known(id).commit):
        return folder_of(id)
    if not accept_licence:
        raise UserError(_asked(id))
    told = look_up(id, known(id).commit)
    if INDEX not in told.sizes:
        raise UserError(f"'{id}' is no pipeline of diffusers: it has no {INDEX}")
    say = progress or silent
    decoder = known(id).decoder
    if decoder:
        small = look_up(decoder, _DECODERS.get(decoder, ""))
        _fetched(small, ["diffusion_pytorch_model.safetensors", _CONFIG], say)
    _fetched(told, _wanted(told), say)
    return folder_of(id)


def _fetched(told: Repository, files: Sequence[str], progress: Progress) -> None:
    wanted = _Files(told.repo, told.commit, files, sum(told.sizes.get(file, 0) for file in files))
    download_files(wanted, files, told.repo, progress)


def _wanted(told: Repository) -> list[str]:
    """The files of the parts that its index names; of the weights those in half precision, where there are both."""
    path = fetch(_Files(told.repo, told.commit, [INDEX], told.sizes[INDEX]), INDEX)
    index = read_index(path.parent)
    path.unlink()  # until the rest is here
    wanted = []
    for part in parts_of(index):
        files = [file for file in told.sizes if file.startswith(f"{part}/") and file.count("/") == 1]
        wanted += [file for file in files if file.endswith(_TOLD) and ".safetensors" not in file]
        weights = [file for file in files if ".safetensors" in file]
        halves = [file for file in weights if ".fp16." in file]
        if files and not weights and any("pytorch_model" in file for file in files):
            raise UserError(f"'{told.repo}' has its weights in no safe format (.safetensors), and is not loaded")
        wanted += halves or [file for file in weights if "non_ema" not in file]
    return [*wanted, INDEX]


def read_index(folder: Path) -> dict[str, Any]:
    """raises : BadInput where it is none"""
    try:
        told = read_json(folder / INDEX)
    except (OSError, ValueError) as fault:
        raise BadInput(f"{folder / INDEX} cannot be read ({fault})") from None
    if not isinstance(told, dict) or not isinstance(told.get("_class_name"), str):
        raise BadInput(f"{folder / INDEX} names no class of pipelines")
    return told


def parts_of(index: dict[str, Any]) -> list[str]:
    """The names of a pipeline's parts, each in a folder of that name."""
    return [name for name, of in index.items() if isinstance(of, list) and len(of) == 2 and of[0]]


def _asked(id: str) -> str:
    """Of a model that is not here: what would be downloaded, and under which licence."""
    try:
        told = look_up(id, known(id).commit)
    except UserError as fault:
        raise UserError(f"{fault}. Its licence: {known(id).licence}" if known(id).licence else str(fault)) from None
    size = sum(told.sizes.get(file, 0) for file in told.sizes if file.endswith(".safetensors") and "/" in file)
    halves = sum(bytes for file, bytes in told.sizes.items() if file.endswith(".fp16.safetensors") and "/" in file)
    licence = known(id).licence or told.licence or "none is stated"
    return (
        f"'{id}' is not on this machine. Its licence: {licence}. Read it at https://huggingface.co/{id}. About "
        f"{(halves or size) / 1e9:.1f} GB would be downloaded. If you accept the licence, add --accept-licence (in "
        f"Python: beholder.create.download('{id}', accept_licence=True))"
    )
