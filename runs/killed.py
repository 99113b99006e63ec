"""What `runs/kill.py` kills: processes of its own, each of which says over a pipe what it was told."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from PIL import Image

from beholder import importer
from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import BeholderError
from beholder.session import Session
from beholder.store import Store
from beholder.store.database import MIGRATIONS
from beholder.types import Judgement
from beholder.web.app import serve
from beholder.web.imports import Imports

OLD = 5000  # answers in the old database
importer.BATCH = 8  # many durable steps a second, so that kills fall between them, before and after


def paint(folder: Path, n: int) -> Path:
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for i in range(n):
        low = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(low).resize((64, 64)).save(folder / f"{i:04}.jpg")
    return folder


def library(home: Path) -> Library:
    return Library(home, config=Settings(home=home, threads=2))


def ready(home: Path) -> Library:
    """Opened, its encoders loaded, so that a kill soon after falls into the first steps of an import."""
    opened = library(home)
    opened.collections()
    for encoder in (opened.settings.encoder, "attributes"):
        opened.runtime(encoder)
    return opened


# What is killed: its first word says that it has begun


def importing(home: Path, source: Path, said: Connection) -> None:
    opened = ready(home)
    said.send("started")
    try:
        opened.import_source(source, "art", progress=lambda *_: said.send(pictures_in(opened)))
    except BeholderError as error:
        said.send(str(error))


def importing_in_the_browser(home: Path, source: Path, said: Connection) -> None:
    opened = ready(home)
    said.send("started")
    job = Imports(opened, lambda collection: None).start(str(source), "art", person=1)
    while job.state in ("waiting", "running"):
        said.send(pictures_in(opened))
        time.sleep(0.002)


def pictures_in(opened: Library) -> int:
    return sum(row.size for row in opened.collections())


def session_of(home: Path, person: str, model: str | None = None) -> Session:
    opened = library(home)
    opened.store.add_person(person)
    return Session(opened, "art", person, model=model, seed=0)


def choices(session: Session, key: str) -> Iterator[Judgement]:
    ids, rng = [item.id for item in session.collection.items], random.Random(key)
    for n in range(10_000):
        yield Judgement("choice", tuple(rng.sample(ids, 2)), f"{key}-{n}", asked_by="random")


def labelling(home: Path, person: str, key: str, said: Connection) -> None:
    session = session_of(home, person)
    said.send("started")
    for choice in choices(session, key):
        session.record([choice])
        said.send(choice.client_id)


def undoing(home: Path, person: str, key: str, said: Connection) -> None:
    session = session_of(home, person)
    said.send("started")
    for n, choice in enumerate(choices(session, key)):
        session.record([choice])
        said.send(("kept", choice.client_id))
        if n % 3:
            said.send(("asked", f"undo-{choice.client_id}"))
            back = session.undo(f"undo-{choice.client_id}")
            said.send(("undone", f"undo-{choice.client_id}", back.client_id))


def learning(home: Path, person: str, key: str, model: str | None, said: Connection) -> None:
    """A burst of answers, then a pause in which only the learning goes on."""
    session = session_of(home, person, model)
    said.send("started")
    for n, choice in enumerate(choices(session, key)):
        session.record([choice])
        said.send(choice.client_id)
        time.sleep(0.3 if n % 6 == 5 else 0)


def learning_again(home: Path, person: str, model: str | None, said: Connection) -> None:
    said.send("started")
    session = session_of(home, person, model)
    answers = session.progress().answers
    if answers:
        session.settle()
        said.send((answers, len(session.reading().model.answers_), len(session.reading().ranking)))
    session.close()


def migrating(home: Path, said: Connection) -> None:
    said.send("started")
    Store(home).people()
    said.send("migrated")


def serving(home: Path, said: Connection) -> None:
    serve(library(home), port=0, on_ready=said.send)


def old_database(home: Path) -> Path:
    """A data folder as the first version made it."""
    home.mkdir()
    config, engine = Config(), sa.create_engine(f"sqlite:///{home / 'beholder.db'}")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.exec_driver_sql("INSERT INTO people VALUES (1, 'Ada', 'key', '')")
        db.exec_driver_sql("INSERT INTO collections VALUES (1, 'art', 'folder', 'classic', '')")
        at = "2024-01-01T00:00:00+00:00"
        answers = [(f"c{n}", "[1]", "[]", 5.0, "random", at) for n in range(OLD)]
        columns = "client_id, items, picked, value, asked_by, at, person_id, collection_id, kind"
        db.exec_driver_sql(f"INSERT INTO judgements ({columns}) VALUES (?, ?, ?, ?, ?, ?, 1, 1, 'rating')", answers)
        files = [(f"/pictures/of/long/ago/{n}.jpg", n, n, "f" * 64) for n in range(4 * OLD)]
        db.exec_driver_sql(
            "INSERT INTO files (collection_id, path, size, mtime_ns, sha256) VALUES (1, ?, ?, ?, ?)", files
        )
    engine.dispose()
    return home


# Starting and killing


@dataclass
class Running:
    """A process of our own; `first` is what it said when it had begun."""

    process: BaseProcess
    pipe: Connection
    first: Any

    def listen(self, seconds: float) -> list[Any]:
        """What it says for so long, or until it ends."""
        heard, end = [], time.monotonic() + seconds
        with suppress(EOFError):
            while (left := end - time.monotonic()) > 0:
                if self.pipe.poll(left):
                    heard.append(self.pipe.recv())
        return heard

    def kill(self) -> list[Any]:
        """returns : what it had said and nobody had read"""
        self.process.kill()
        self.process.join()
        return self.listen(60)


def start(target: Callable[..., None], *args: Any) -> Running:
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=target, args=(*args, theirs))
    child.start()
    theirs.close()
    return Running(child, ours, ours.recv())


def kill_one(delay: float, target: Callable[..., None], *args: Any) -> list[Any]:
    """Start it, kill it so many seconds after it has begun; returns what it had acknowledged."""
    running = start(target, *args)
    return running.listen(delay) + running.kill()
