"""No test is skipped in silence."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
SOME = """
import pytest

@pytest.mark.parametrize("n", range(3))
def test_later(n):
    pytest.skip("needs a drawing")

@pytest.mark.skipif(True, reason="needs a moon")
def test_never(): ...
"""


def test_every_skip_is_told_with_its_reason_at_the_end(tmp_path):
    (tmp_path / "test_some.py").write_text(SOME)
    (tmp_path / "test_whole.py").write_text('import pytest\npytest.importorskip("nothing", reason="needs nothing")\n')
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "helpers.skips", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(TESTS)},
    )  # fmt: skip
    assert "skipped, by reason" in done.stdout
    for line in ("3  needs a drawing (test_some.py)", "1  needs a moon (test_some.py)"):
        assert line in done.stdout
    assert "1  needs nothing (all of test_whole.py)" in done.stdout


def test_the_suite_itself_tells_its_skips(pytestconfig):
    hooks = pytestconfig.hook.pytest_terminal_summary.get_hookimpls()
    assert any(hook.function.__module__ == "helpers.skips" for hook in hooks)
