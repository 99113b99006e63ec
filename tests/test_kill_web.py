"""A sample of `runs/kill_web.py`: killed at any moment, an import by links fetches nothing twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "runs" / "kill_web.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 and fork are for POSIX systems")
def test_what_was_fetched_survives_kill_9_and_is_not_fetched_again():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--kills", "5", "--pictures", "16", "--seed", "3"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["faults"] == []
    assert result["requests"] >= 16
