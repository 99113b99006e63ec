"""A sample of `runs/kill.py`: killed at any moment, nothing acknowledged is lost and nothing is half written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "runs" / "kill.py"


KINDS = {"import", "browser import", "label", "undo", "fit", "migrate", "move", "delete"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 and fork are for POSIX systems")
def test_what_was_acknowledged_survives_kill_9():
    done = subprocess.run([sys.executable, SCRIPT, "--kills", "14", "--seed", "7"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["acknowledged_answers"] > 0
    assert result["faults"] == []
    assert set(result["kinds"]) == KINDS
    assert all(kind["kills"] > 0 and kind["lost"] == 0 for kind in result["kinds"].values())
