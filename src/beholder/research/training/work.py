"""What a training keeps on the way: checkpoints in `work/`, and of what they were made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from beholder.features.external_data import sha256
from beholder.json_reading import read_json
from beholder.research.training.tuning import TuningRecipe

_KEPT = (".pt", ".safetensors", ".npy")  # what is made on the way


def begin(out: Path, wanted: dict[str, Any]) -> Path:
    """The folder of what is kept on the way; emptied where it is of other data or another recipe."""
    work, wanted = out / "work", json.loads(json.dumps(wanted))
    if _read(work / "made_of.json") != wanted:
        for old in work.glob("*"):
            if old.suffix in _KEPT:
                old.unlink()
        write_json(work / "made_of.json", wanted)
    return work


def made_of(backbone: str, weights: Path | None, side: int, recipe: TuningRecipe) -> dict[str, Any]:
    """What a network is made from, its data aside."""
    told = {name: value for name, value in asdict(recipe).items() if name != "threads"}  # which change only the time
    known = sha256(weights) if weights and weights.is_file() else None
    return {"backbone": backbone, "weights": known, "side": side, "recipe": told}


def write_json(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError):
        return None
