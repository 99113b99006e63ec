"""Looks beforehand at places of the painter: python runs/known_places.py [OUT]

Writes what the encoder `builtin` and the measured attributes see in a hundred of each family:
about three minutes. To be run again after a change of the painter or of the encoder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from beholder.create.known import FILE, seen, write
from beholder.features.registry import load_encoder
from beholder.painter import FAMILIES

COUNT = 100  # of each family


def main(out: Path = FILE) -> None:
    encoders = [load_encoder("builtin"), load_encoder("attributes")]
    write(np.stack([seen(family, range(COUNT), encoders) for family in FAMILIES]), encoders[0].row.key, out)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
