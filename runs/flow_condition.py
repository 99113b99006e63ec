"""Lets the flow be told rows of a new version of `builtin`: python runs/flow_condition.py OLD.onnx PAINTINGS [OUT]

OLD.onnx is the version that the flow was trained with, PAINTINGS a folder of what it learned from. Ridge regression
from the new rows to what the flow was told by the old ones takes the place of training it again; a fifth of the
paintings is held out to say how much of that is kept. About a minute.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import RidgeCV

from beholder.create.flow import Flow
from beholder.create.known import FILE
from beholder.features import load_encoder
from beholder.features.embed import embed
from beholder.features.external_data import sha256
from beholder.features.tensors import write_tensors
from beholder.images import SUFFIXES
from beholder.types import Matrix

MODEL = FILE.parent
PENALTIES = np.logspace(0, 5, 11)
HELD_OUT = 5  # every fifth painting


def main(old: str, paintings: str, out: str = str(MODEL)) -> None:
    before, now = load_encoder(f"onnx:{old}"), load_encoder("builtin")
    files = sorted(path for path in Path(paintings).rglob("*") if path.suffix.lower() in SUFFIXES)
    rows = [vectors for _, vectors in embed(files, [before, now], threads=2)]
    X_old, X = (np.stack([row[k] for row in rows]) for k in (0, 1))
    told: Matrix = Flow.open().condition(X_old)
    held = np.arange(len(X)) % HELD_OUT == 0
    trial = RidgeCV(PENALTIES).fit(X[~held], told[~held])
    left = ((told[held] - trial.predict(X[held])) ** 2).sum() / ((told[held] - told[~held].mean(0)) ** 2).sum()
    kept = round(float(1 - left), 3)
    fitted = RidgeCV(PENALTIES).fit(X - X.mean(0), told)
    axes = fitted.coef_.T.astype(np.float32)
    mean = (X.mean(0) - np.linalg.lstsq(axes.T, fitted.intercept_, rcond=None)[0]).astype(np.float32)
    folder = Path(out)
    write_tensors(folder / "condition.safetensors", {"mean": mean, "axes": axes}, {"encoder": now.row.key})
    card = json.loads((MODEL / "card.json").read_text(encoding="utf-8"))
    card["told_by"] = {"encoder_key": now.row.key, "kept": kept}
    card["sha256"]["condition.safetensors"] = sha256(folder / "condition.safetensors")
    (folder / "card.json").write_text(json.dumps(card, indent=1), encoding="utf-8")
    print(f"{kept:.3f} of the variance of what the flow was told, on {held.sum()} paintings that were held out")


if __name__ == "__main__":
    main(*sys.argv[1:])
