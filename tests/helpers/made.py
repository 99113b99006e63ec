"""Somebody who likes light pictures, and engines that are quick (`pytest_plugins = "helpers.made"`)."""

import numpy as np
import pytest

from beholder.collection import Library
from beholder.config import Settings
from beholder.create import making as making_module
from beholder.create.dreaming import FlowEngine
from beholder.session import Session
from beholder.types import Judgement
from helpers.flows import tiny_flow, tone


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Of somebody who chose the lighter of two pictures thirty times."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("art")
    for n in range(24):
        tone(n).save(folder / f"{n:02}.png")
    library = Library(home, config=Settings(home=home))
    library.import_source(folder, "art")
    library.store.add_person("Ada")
    session = Session(library, "art", "Ada")
    ids, rng = [item.id for item in session.collection.items], np.random.default_rng(0)
    for k in range(30):
        a, b = sorted(rng.choice(24, 2, replace=False).tolist())
        session.record([Judgement("choice", (ids[b], ids[a]), f"c{k}")])
    session.settle()
    yield session
    library.close()


@pytest.fixture
def engines(monkeypatch, session):
    """The small flow above in place of the one that comes with Beholder."""
    width = len(session.collection.layout.columns("builtin"))
    key = session.library.runtime("builtin").row.key
    monkeypatch.setitem(making_module.ENGINES, "flow", lambda: FlowEngine(tiny_flow(width, key)))
