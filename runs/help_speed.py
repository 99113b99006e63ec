"""How long `beholder --help` takes as a whole process.

python runs/help_speed.py [--runs 20]     prints JSON: milliseconds, p50 and p95, beside a bare Python's start
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np


def milliseconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    commands = {"help": [sys.executable, "-m", "beholder", "--help"], "bare_python": [sys.executable, "-c", ""]}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):  # in turns, so that a busy moment meets both
        for name, command in commands.items():
            taken[name].append(milliseconds(command))
    p50_p95 = {name: np.percentile(values, [50, 95]).round(1).tolist() for name, values in taken.items()}
    print(json.dumps({f"{name}_p50_p95_ms": values for name, values in p50_p95.items()}))


if __name__ == "__main__":
    main()
