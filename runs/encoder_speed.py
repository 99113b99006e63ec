"""Pictures a second of the built-in encoder and of another one, in alternating runs: JSON on stdout.

    python runs/encoder_speed.py PICTURES MODEL [--threads 1] [--repeats 7] [--encoder builtin]

PICTURES is a folder, of which the first 128 are decoded once; MODEL is an ONNX file with its description beside it,
such as a MobileNetV2. Timed is all that is done to a decoded picture: resizing, normalising and the network; "network"
is the ratio of the networks alone. The figures are medians over the repeats.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from beholder.features import load_encoder
from beholder.features.encoder_row import OPENED_AT
from beholder.images import open_image
from beholder.sources import Found, open_source

PICTURES = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--json", action="store_true", help="the only form there is")
    given = parser.parse_args()
    found = [one for one in open_source(given.pictures, Path(), lambda *_: None).find() if isinstance(one, Found)]
    pictures = [open_image(one.locator, max_side=OPENED_AT) for one in found[:PICTURES]]
    ours, other = (load_encoder(name, threads=given.threads) for name in (given.encoder, f"onnx:{given.model}"))
    whole = _alternate([lambda: ours.encode(pictures), lambda: other.encode(pictures)], given.repeats)
    bare = _alternate([_network(ours, len(pictures)), _network(other, len(pictures))], given.repeats)
    told = {
        "builtin": round(len(pictures) / whole[0], 1),
        "mobilenet": round(len(pictures) / whole[1], 1),
        "ratio": round(whole[1] / whole[0], 2),
        "network": round(bare[1] / bare[0], 2),
        "threads": given.threads,
    }
    print(json.dumps(told))


def _network(runtime: Any, n: int) -> Callable[[], object]:
    """The network of a runtime on n random pictures."""
    shape = [d if isinstance(d, int) else 16 for d in runtime._tower.session.get_inputs()[0].shape]
    batch = np.random.default_rng(0).standard_normal((16, *shape[1:])).astype(np.float32)
    return lambda: [runtime._tower.run({runtime._input: batch}) for _ in range(n // 16)]


def _alternate(runs: list[Callable[[], object]], repeats: int) -> list[float]:
    """The median seconds of each, run in turn."""
    for run in runs:
        run()
    seconds = []
    for _ in range(repeats):
        row = []
        for run in runs:
            start = time.perf_counter()
            run()
            row.append(time.perf_counter() - start)
        seconds.append(row)
    return [float(s) for s in np.median(seconds, axis=0)]


if __name__ == "__main__":
    main()
