"""What every test shares: a fresh home for each, and the rated data where it is beside the checkout."""

from pathlib import Path

import pytest

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
