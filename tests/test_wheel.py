"""The wheel, in an empty environment outside the clone and without a network, does the whole job."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import beholder

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "beholder"

CUT_OFF = """
import socket

def refuse(self, address, *rest):
    if self.family != getattr(socket, "AF_UNIX", None):
        raise OSError(101, f"this test has no network, and {address} was asked for")
    return original(self, address, *rest)

original = socket.socket.connect
socket.socket.connect = socket.socket.connect_ex = refuse
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy of the checkout, so that nothing is left in it."""
    copy, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("dist")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(PACKAGE, copy / "src" / "beholder", ignore=shutil.ignore_patterns("__pycache__"))
    here = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *here, "--wheel-dir", str(out), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs hatchling, or a network to fetch it, to build the wheel: {done.stderr.strip()[-300:]}")
    return next(out.glob("beholder-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """A virtual environment that holds the wheel alone; what it depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("elsewhere") / "env"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "lent.pth").write_text("\n".join(lent) + "\n")  # paths alone: no editable install comes with them
    (site / "sitecustomize.py").write_text(CUT_OFF)
    return folder


def outside(environment: Path, *command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment away from the clone, in a network namespace of its own where allowed."""
    lonely = ["unshare", "--map-root-user", "--net"]
    allowed = shutil.which("unshare") and subprocess.run([*lonely, "true"], capture_output=True).returncode == 0
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BEHOLDER"))}
    return subprocess.run(
        [*(lonely if allowed else []), str(environment / "bin" / command[0]), *command[1:]],
        capture_output=True,
        text=True,
        cwd=environment.parent,
        env={**variables, "BEHOLDER_HOME": str(home), "TMPDIR": str(environment.parent)},
        timeout=240,
    )


def test_everything_the_package_needs_is_in_the_wheel(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= packed
    for kind in ("web/templates/", "web/static/", "store/migrations/versions/"):
        assert any(f"beholder/{kind}" in name for name in packed)
    assert any(name.endswith("licenses/LICENSE") for name in packed)
    assert "beholder/py.typed" in packed, "who uses the package has its types"


def test_one_version_stands_everywhere(wheel):
    version = re.escape(beholder.__version__)
    assert wheel.name.startswith(f"beholder-{beholder.__version__}-")
    assert re.search(rf"^version: {version}$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)


def test_the_wheel_and_not_the_clone_is_imported(environment, tmp_path):
    done = outside(environment, "python", "-c", "import beholder; print(beholder.__file__)", home=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(environment), done.stderr


def test_the_network_is_cut_off(environment, tmp_path):
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = outside(environment, "python", "-c", code, home=tmp_path)
    assert "this test has no network" in done.stderr


def test_the_demonstration_does_the_whole_job_without_a_network(environment, tmp_path):
    done = outside(
        environment, "beholder", "demo", "--json", "--html", str(tmp_path / "sheet.html"), home=tmp_path / "home"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    first, last = told["accuracy"][0]["pairs"], told["accuracy"][-1]["pairs"]
    assert told["answers"] == 30
    assert last > 0.7
    assert last > first
    assert told["found"] is True
    assert len(told["top"]) == 5
    assert (tmp_path / "sheet.html").read_text("utf-8").count("data:image/jpeg;base64,") == 40
    assert not (tmp_path / "home" / "beholder.db").exists(), "a demonstration touches nobody's own data"
