"""The built-in encoder against MobileNetV2, in pictures a second: `python runs/encoder_speed.py --json`.

The same decoded pictures, the same threads, in alternating runs, so that what else the machine does spoils both alike;
preprocessing and inference are timed, decoding is not. `ratio` is the median over the pairs of runs.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from beholder.features import Runtime, load_encoder
from beholder.images import open_image
from beholder.sources.sample import paint

SHARED = Path(__file__).resolve().parents[2] / "shared"


def rate(runtime: Runtime, pictures: list) -> float:
    """Pictures a second."""
    start = time.perf_counter()
    runtime.encode(pictures)
    return len(pictures) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rival", type=Path, default=SHARED / "weights" / "mobilenet_v2" / "model.onnx")
    parser.add_argument("--mine", default="builtin", help="an encoder's name, or onnx:PATH")
    parser.add_argument("--pictures", type=Path, help="a folder; else the sample gallery's first")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    given = parser.parse_args()
    if given.pictures:
        files = sorted(p for p in given.pictures.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))[:64]
        pictures = [open_image(file, max_side=448) for file in files]
    else:
        pictures = [paint(index)[0] for index in range(32)]
    mine = load_encoder(given.mine, threads=given.threads)
    rival = load_encoder(f"onnx:{given.rival}", threads=given.threads)
    for runtime in (mine, rival):
        rate(runtime, pictures)
    turns = np.array([(rate(mine, pictures), rate(rival, pictures)) for _ in range(given.repeats)])
    own, other = np.median(turns, axis=0)
    ratio = float(np.median(turns[:, 0] / turns[:, 1]))
    figures = {"builtin": round(own, 1), "mobilenet": round(other, 1), "ratio": round(ratio, 2)}
    print(json.dumps(figures) if given.json else f"{own:.0f} against {other:.0f} pictures a second, {ratio:.2f} times")


if __name__ == "__main__":
    main()
