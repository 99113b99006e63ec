"""What can be said of the Dockerfile without Docker."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from helpers.browser import Server, free_port

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def check(port: int) -> int:
    """Run the health check as Docker does; its exit status."""
    command = json.loads(re.search(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", DOCKERFILE, re.MULTILINE).group(1))
    assert command[0] == "python"
    environment = os.environ | {"BEHOLDER_PORT": str(port)}
    return subprocess.run([sys.executable, *command[1:]], env=environment, capture_output=True, timeout=60).returncode


def test_what_is_copied_is_there_and_not_ignored():
    copied = [
        name for names in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for name in names.split()
    ]
    assert "src" in copied
    let_in = set((ROOT / ".dockerignore").read_text().split())
    assert all((ROOT / name).exists() and f"!{name}" in let_in for name in copied)


def test_the_health_check_tells_a_server_that_answers(tmp_path):
    server = Server(tmp_path / "data").start()
    try:
        assert check(server.port) == 0
    finally:
        server.kill()
    assert check(free_port()) != 0
