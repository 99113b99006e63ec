"""A wall of pictures behind the web app, and a Chromium before it (`pytest_plugins = "helpers.webwall"`)."""

import pytest
from fastapi.testclient import TestClient

from beholder.collection import Library
from beholder.config import Settings
from beholder.web.app import create_app
from helpers.browser import HERE, SAFE, Server, as_person, chromium, copied, hang


@pytest.fixture(scope="session")
def seventy(tmp_path_factory):
    """A data folder with one collection, "wall", of the seventy pictures in it: to be copied, and left as it is."""
    home = tmp_path_factory.mktemp("seventy") / "data"
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(hang(home / "pictures"), "wall")
    library.close()
    return home


@pytest.fixture(scope="module")
def wall(seventy, tmp_path_factory):
    """A library with one collection, "wall", of seventy pictures."""
    home = copied(seventy, tmp_path_factory.mktemp("web") / "data")
    return Library(home, config=Settings(home=home, threads=1))


@pytest.fixture(scope="module")
def app(wall):
    app = create_app(wall, wall.settings)
    yield app
    app.state.beholder.close()
    wall.close()


@pytest.fixture
def visitor(app):
    """A browser that has not said who answers."""
    return TestClient(app, base_url=HERE, headers=SAFE, raise_server_exceptions=False)


@pytest.fixture
def client(visitor):
    return as_person(visitor)


@pytest.fixture(scope="module")
def engine():
    playwright, launch = chromium()
    with playwright as p:
        engine = p.chromium.launch(**launch)
        yield engine
        engine.close()


@pytest.fixture(scope="module")
def hung(seventy):
    """A data folder with one collection, "wall", that each test takes a copy of."""
    return seventy


def serve(hung, home):
    server = Server(copied(hung, home)).start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def server(hung, tmp_path_factory):
    """One server for all; each test answers as a person of its own."""
    yield from serve(hung, tmp_path_factory.mktemp("shared") / "data")


@pytest.fixture
def mortal(hung, tmp_path):
    """A server of this test's own, to kill."""
    yield from serve(hung, tmp_path / "data")


@pytest.fixture
def open_page(engine):
    """Opens a browser of its own for each call; any script error or refused inline style fails the test."""
    contexts, faults = [], []

    def open_page(**options):
        context = engine.new_context(**options)
        context.set_default_timeout(60_000)  # of a busy machine
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
