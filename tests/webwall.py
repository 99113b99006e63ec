"""A wall of pictures behind the web app, for the tests that ask it from outside (`pytest_plugins = "webwall"`)."""

import pytest
from fastapi.testclient import TestClient

from beholder.collection import Library
from beholder.config import Settings
from beholder.web.app import create_app
from browser import HERE, SAFE, as_person, hang


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    """A library with one collection, "wall", of seventy pictures."""
    home = tmp_path_factory.mktemp("web")
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(hang(home / "pictures"), "wall")
    return library


@pytest.fixture(scope="module")
def app(wall):
    app = create_app(wall, wall.settings)
    yield app
    app.state.desk.close()
    wall.close()


@pytest.fixture
def visitor(app):
    """A browser that has not said who answers."""
    return TestClient(app, base_url=HERE, headers=SAFE, raise_server_exceptions=False)


@pytest.fixture
def client(visitor):
    return as_person(visitor)
