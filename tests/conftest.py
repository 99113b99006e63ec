"""What every test shares: a fresh home for each, and the rated data where it is beside the checkout."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.skips import pytest_terminal_summary  # noqa: F401 - a hook of pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A data folder of this test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("BEHOLDER_HOME", str(folder))
    return folder


@pytest.fixture
def shared() -> Path:
    """Real pictures with real people's answers; not part of the project."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs the rated picture sets, which are not part of the project, at {SHARED / 'data'}")
    return SHARED


@pytest.fixture
def painted(tmp_path) -> Path:
    """A folder of twelve small pictures, each different."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for n in range(12):
        coarse = rng.integers(0, 256, (3, 4, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((64, 48)).save(folder / f"{n:02}.png")
    return folder


@pytest.fixture(scope="session")
def gallery(tmp_path_factory):
    """The sample gallery, imported as "sample"; a test that writes takes a person of its own.

    Painted by the first of the processes that run these tests to need it; each looks at a copy of its data folder.
    """
    from beholder.collection import Library
    from beholder.config import Settings

    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample-gallery"
    with closing(sqlite3.connect(f"{made}.lock", timeout=600, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if lock.execute("PRAGMA user_version").fetchone() == (0,):
            library = Library(made, config=Settings(home=made))
            library.import_source("sample", "sample")
            library.close()
            lock.execute("PRAGMA user_version = 1")
        lock.execute("COMMIT")
    home = shutil.copytree(made, tmp_path_factory.mktemp("gallery") / "home")
    return Library(home, config=Settings(home=home))
