"""Put a trained student into the package as `builtin`: `python runs/pack_builtin.py OUT`, the --out of its training.

Copies student.onnx, student.json, words.json and words.safetensors, pins the hash, writes the tests' golden vectors.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

from beholder.features import builtin
from beholder.features.onnx import OnnxRuntime, sha256

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    for name in ("student.onnx", "student.json", "words.json", "words.safetensors"):
        shutil.copy(out / name, builtin.FOLDER)
    code = builtin.FOLDER / "__init__.py"
    text = re.sub(r'SHA256 = "\w*"', f'SHA256 = "{sha256(builtin.MODEL)}"', code.read_text(encoding="utf-8"))
    code.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(ROOT / "tests"))
    from test_builtin import GOLDEN, plain_pictures

    rows = OnnxRuntime.open(builtin.MODEL, threads=1).encode(plain_pictures())
    GOLDEN.write_text(json.dumps([[round(float(v), 5) for v in row] for row in rows]) + "\n", encoding="utf-8")
    print(f"{builtin.MODEL.stat().st_size:,} bytes, {sha256(builtin.MODEL)}")


if __name__ == "__main__":
    main()
