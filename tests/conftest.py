"""What every test shares: a fresh home for each, and the rated data where it is beside the checkout."""

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
    """The sample gallery, imported once as "sample"; a test that writes takes a person of its own."""
    from beholder.collection import Library
    from beholder.config import Settings

    home = tmp_path_factory.mktemp("gallery")
    library = Library(home, config=Settings(home=home))
    library.import_source("sample", "sample")
    return library
