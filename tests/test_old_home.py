"""A data folder that an older version made comes through whole: tests/fixtures/old_home.zip, by runs/old_home.py."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from beholder.collection import Library
from beholder.errors import OlderNumbers
from beholder.locator import Locator
from beholder.session import Session
from beholder.store import NewItem, VectorShards
from beholder.types import Judgement

FIXTURE = Path(__file__).parent / "fixtures" / "old_home"
PLACE = "/place/of/the/fixture"  # in its paths, for wherever it is unpacked
TOLD = json.loads(FIXTURE.with_suffix(".json").read_text(encoding="utf-8"))


def unpack(folder: Path) -> Path:
    """The data folder, its pictures beside it. The database is still as the older version left it."""
    with zipfile.ZipFile(FIXTURE.with_suffix(".zip")) as archive:
        archive.extractall(folder)
    with closing(sqlite3.connect(folder / "home" / "beholder.db")) as db, db:
        for table, column in (("items", "path"), ("files", "path"), ("collections", "source")):
            db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (PLACE, str(folder)))
    return folder / "home"


@pytest.fixture
def old(tmp_path, monkeypatch):
    """Opened by the code of now. What an older `builtin` saw is seen again; no other picture is embedded again."""
    add = VectorShards.add

    def added(shards, *given):  # what is measured for words is newer than this home
        assert shards.folder.name.startswith("measures-"), "a picture was embedded again"
        add(shards, *given)

    library = Library(unpack(tmp_path / "old"))
    library.import_source(library.store.collection("gallery").source, "gallery")
    monkeypatch.setattr(VectorShards, "add", added)
    yield library
    library.close()


def told_of(library, name):
    """What is kept of a collection, in the words of `TOLD`."""
    store, row = library.store, library.store.collection(name)
    people = {who.name: who.id for who in store.people()}
    return {
        "encoder": row.encoder,
        "items": [[i.id, i.name, i.sha256, i.width, i.height, dict(i.columns), i.gone] for i in store.items(row.id)],
        "files": {Locator.parse(f.locator).name: [f.sha256, f.reason] for f in store.files(row.id).values()},
        "judgements": {
            who: [
                [j.kind, [*j.items], j.client_id, j.value, [*j.picked], j.seconds, j.side, j.asked_by, j.at.isoformat()]
                for j in store.judgements(id, row.id)
            ]
            for who, id in people.items()
        },
        "events": {who: len(store.events(id, row.id)) for who, id in people.items()},
        "alone": [who for who, id in people.items() if store.alone(id, row.id)],
        "fits": [
            [who, *fit] for who, id in people.items() if (fit := store.fit(id, row.id, "gp", row.encoder)) is not None
        ],
    }


@pytest.mark.parametrize("name", TOLD["collections"])
def test_everything_that_was_kept_is_there(old, name):
    told = TOLD["collections"][name]
    assert told["fits"]
    assert any(told["judgements"].values())
    assert told_of(old, name) == told
    assert len(old.collection(name)) == len(told["items"])
    assert len(list((old.home / "backups").glob("*.db"))) <= 1


@pytest.mark.parametrize(
    "told",
    [one for one in TOLD["rankings"] if one["collection"] == "plain"],
    ids=lambda told: "-".join(list(told.values())[:3]),
)
def test_the_ranking_is_what_the_older_version_printed(old, told):
    session = Session(old, told["collection"], told["person"], model=told["model"])
    session.settle()
    places = session.reading().ranking[:]
    session.close()
    assert [place.item.name for place in places] == [name for name, _, _ in told["places"]]
    numbers = [number for place in places for number in (place.score, place.std)]
    printed = [n for _, *both in told["places"] for n in both]
    assert numbers == pytest.approx(printed, abs=1e-4)  # another processor rounds otherwise


def test_what_an_older_encoder_saw_is_to_be_seen_again(tmp_path):
    with closing(Library(unpack(tmp_path / "old"))) as library:
        before = told_of(library, "gallery")
        with pytest.raises(OlderNumbers, match="keeps every answer") as caught:
            library.collection("gallery")
        assert caught.value.name == "gallery"
        library.import_source(library.store.collection("gallery").source, "gallery")
        assert len(library.collection("gallery")) == 20
        assert told_of(library, "gallery") == before


def test_answering_and_undoing_go_on(old):
    session = Session(old, "gallery", "Ada", model="gp")
    before = session.history()
    names = {item.id: item.name for item in session.collection.items}
    assert ([names[i] for i in session.now.history.hidden], [names[i] for i in session.now.history.favourites]) == (
        ["no-3"],
        ["no-2"],
    )
    kinds = [(kind, session.questions(kind, 1)) for kind in ("choice", "rating", "grid")]
    assert all(questions and questions[0].kind == kind for kind, questions in kinds)
    session.record([Judgement("choice", kinds[0][1][0].items, "new", asked_by="random")])
    assert session.undo("undo-new").client_id == "new"
    assert session.undo("undo-old") == before[0]
    assert session.history() == before[1:]
    session.settle()
    assert (session.now.history.hidden, len(session.reading().ranking)) == (
        set(),
        20,
    )  # what was taken back is a hiding
    session.close()


def test_an_import_finds_every_picture_known(old):
    for name, known in (("gallery", 20), ("plain", 10)):
        report = old.import_source(old.store.collection(name).source, name)
        assert (report.new, report.moved, report.known) == (0, 0, known)


def test_a_part_of_an_old_picture_is_told_from_the_whole(tmp_path):
    library = Library(unpack(tmp_path))
    row = library.store.collection("gallery")
    library.import_source(row.source, "gallery")
    whole = library.collection("gallery").items[4]
    library.store.keep_files(row.id, [], [NewItem("part", whole.locator, whole.sha256, 9, 9, {}, crop="0,0,9,9")])
    part = library.store.items(row.id)[-1]
    before = library.collection("gallery").X[4]
    for encoder in ("builtin", "attributes"):
        dimension = library.runtime(encoder).row.dimension
        library.shards(encoder).add([part.key], np.full((1, dimension), 0.5, np.float32))
    opened = library.collection("gallery")
    assert (opened.find("", whole.sha256), opened.find("", part.key)) == (4, 20)
    assert (opened.X[4] == before).all()
    assert (opened.attributes[20] == 0.5).all()
    report = library.import_source(row.source, "gallery")
    assert (report.new, report.known, report.gone) == (0, 20, 0)
    library.close()


def test_what_an_old_source_said_is_typed_where_it_is_sure(old):
    items = old.collection("gallery").items
    assert all((i.details.title, i.details.artist) == (i.columns["title"], i.columns["artist"]) for i in items)
    assert [(i.details.price, i.details.currency) for i in items[:5]] == [
        (None, None), (125000, "EUR"), (120050, "USD"), (None, None), (45000, "GBP"),
    ]  # fmt: skip
    assert [i.details.year for i in items[:3]] == [None, 1951, 1952]
    assert {i.details.width_mm for i in items} == {None}  # "20 x 30 cm" does not tell which is which
    assert [i.details.link for i in items[:2]] == [None, "https://example.org/1"]
