"""What was acknowledged is kept, what is kept is never half, and nobody's answers meet another's."""

import multiprocessing
import os
import re
import shutil
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from safetensors.numpy import save

from beholder.collection import Library
from beholder.doctor import doctor
from beholder.errors import IdTaken, StoreError, UnknownName, UserError
from beholder.locator import Locator
from beholder.store import KnownFile, NewItem, Store, VectorShards, database
from beholder.store.tables import metadata
from beholder.types import Judgement


@pytest.fixture
def store(home):
    store = Store(home)
    yield store
    store.close()


@pytest.fixture
def filled(store):
    """(store, Ada, collection) with three pictures."""
    ada, art = store.add_person("Ada"), store.add_collection("art", "folder", "classic")
    items = [
        NewItem(f"{n}.jpg", Locator.of(store.path.parent / f"{n}.jpg"), f"{n:064x}", 4, 3, {"title": f"No. {n}"})
        for n in range(3)
    ]
    store.keep_files(art.id, [KnownFile(i.locator.text, 1, 2, i.sha256, None) for i in items], items)
    return store, ada, art


OWN_WORDS = re.compile(
    r"\bPRAGMA\b|sqlite|json_extract|json_each|INSERT OR|ON CONFLICT|on_conflict|BEGIN IMMEDIATE|TRIGGER|RAISE\("
    r"|func\.total|group_concat|rowid|AUTOINCREMENT"
)


def test_only_the_dialect_holds_words_of_one_database():
    root = Path(database.__file__).parents[1]
    found = {str(file.relative_to(root)) for file in root.rglob("*.py") if OWN_WORDS.search(file.read_text("utf-8"))}
    assert found == {"store/dialect.py"}


def test_migrations_make_exactly_the_tables(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_database_is_opened_as_promised(store):
    with store.engine.connect() as connection:
        said = {
            p: connection.exec_driver_sql(f"PRAGMA {p}").scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_what_was_recorded_is_there_after_a_reopening(filled, home):
    store, ada, art = filled
    said = Judgement("choice", (1, 2), "c1", seconds=1.5, side="left", asked_by="random")
    grid = Judgement("grid", (1, 2, 3), "c2", picked=(3,))
    store.record(ada.id, art.id, [said, grid])
    store.close()
    assert Store(home).judgements(ada.id, art.id) == [said, grid]


def test_the_same_client_id_counts_once(filled):
    store, ada, art = filled
    said = Judgement("rating", (1,), "c1", value=7)
    store.record(ada.id, art.id, [said])
    store.record(ada.id, art.id, [replace(said, value=2), Judgement("rating", (2,), "c2", value=3)])
    assert [(j.client_id, j.value) for j in store.judgements(ada.id, art.id)] == [("c1", 7), ("c2", 3)]


def test_the_same_client_id_with_another_content_is_named_where_that_is_asked_for(filled):
    store, ada, art = filled
    said = Judgement("rating", (1,), "c1", value=7)
    for _ in range(2):
        store.record(ada.id, art.id, [said], strict=True)
    others = {"value": 2, "items": (2,), "seconds": 1.0, "kind": "favourite", "undoes": "c0"}
    for field, value in others.items():
        with pytest.raises(IdTaken, match="c1"):
            store.record(
                ada.id, art.id, [Judgement("tie", (1, 2), "new"), replace(said, **{field: value})], strict=True
            )
    with pytest.raises(IdTaken):  # twice in one go
        store.record(ada.id, art.id, [Judgement("tie", (1, 2), "c2"), Judgement("tie", (2, 1), "c2")], strict=True)
    assert store.judgements(ada.id, art.id) == [said]


def test_an_undo_takes_back_the_newest_once_and_never_what_is_no_undo(filled):
    store, ada, art = filled
    said = [Judgement("rating", (n,), f"c{n}", value=n) for n in (1, 2, 3)]
    store.record(ada.id, art.id, said)
    assert [store.undo(ada.id, art.id, u) for u in ("u1", "u1", "u2")] == [said[2], said[2], said[1]]
    with pytest.raises(IdTaken):
        store.undo(ada.id, art.id, "c1")
    assert store.undo(ada.id, art.id, "u3") == said[0]
    assert store.undo(ada.id, art.id, "u4") is None


def _undo_many(home, worker, begin):
    store = Store(home)
    store.people()
    begin.wait()
    for n in range(10):
        store.undo(1, 1, f"{worker}-{n}")
    store.close()


def test_two_processes_that_undo_take_back_a_different_answer_each_time(filled, home):
    store, ada, art = filled
    store.record(ada.id, art.id, [Judgement("rating", (1,), f"c{n}", value=5) for n in range(25)])
    spawn = multiprocessing.get_context("spawn")
    begin = spawn.Barrier(2)
    workers = [spawn.Process(target=_undo_many, args=(home, w, begin)) for w in "ab"]
    [w.start() for w in workers]
    [w.join() for w in workers]
    undone = [e.undoes for e in store.events(ada.id, art.id) if e.kind == "undo"]
    assert sorted(undone) == sorted(f"c{n}" for n in range(5, 25))
    assert [j.client_id for j in store.judgements(ada.id, art.id)] == [f"c{n}" for n in range(5)]


def test_an_undo_is_an_event_and_the_view_forgets_what_it_took_back(filled):
    store, ada, art = filled
    store.record(ada.id, art.id, [Judgement("rating", (1,), "c1", value=7), Judgement("undo", (), "c2", undoes="c1")])
    assert store.judgements(ada.id, art.id) == []
    assert [j.kind for j in store.events(ada.id, art.id)] == ["rating", "undo"]
    assert store.answer_counts(ada.id) == {}


def test_two_people_share_nothing_even_with_equal_client_ids(filled):
    store, ada, art = filled
    bob = store.add_person("Bob")
    store.record(ada.id, art.id, [Judgement("rating", (1,), "same", value=9)])
    store.record(
        bob.id, art.id, [Judgement("rating", (1,), "same", value=2), Judgement("undo", (), "u", undoes="same")]
    )
    assert [j.value for j in store.judgements(ada.id, art.id)] == [9]
    assert store.judgements(bob.id, art.id) == []


@pytest.mark.parametrize("statement", ["UPDATE judgements SET value = 1", "DELETE FROM judgements"])
def test_judgements_are_append_only(filled, statement):
    store, ada, art = filled
    store.record(ada.id, art.id, [Judgement("rating", (1,), "c1", value=7)])
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), store.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_the_same_picture_is_one_item(filled):
    store, _, art = filled
    again = NewItem("copy.jpg", Locator.of("copy.jpg"), f"{1:064x}", 4, 3, {})
    store.keep_files(art.id, [], [again])
    assert [i.name for i in store.items(art.id)] == ["0.jpg", "1.jpg", "2.jpg"]


def test_two_crops_of_one_content_are_two_pictures_with_vectors_of_their_own(filled, tmp_path):
    store, _, art = filled
    whole = NewItem("1 again.jpg", Locator.of("1.jpg"), f"{1:064x}", 4, 3, {})
    left, right = (replace(whole, name=name, crop=name) for name in ("0,0,2,3", "2,0,2,3"))
    store.keep_files(art.id, [], [whole, left, right])
    store.keep_files(art.id, [], [left])
    items = {item.name: item for item in store.items(art.id)}
    assert [(item.crop, item.sha256 == whole.sha256) for item in items.values()] == [
        ("whole", False), ("whole", True), ("whole", False), (left.crop, True), (right.crop, True),
    ]  # fmt: skip
    assert items["1.jpg"].key == whole.sha256
    keys = [items[name].key for name in ("1.jpg", left.name, right.name)]
    assert list(store.known_items(art.id)) == [item.key for item in items.values()]
    shards = VectorShards(tmp_path / "vectors")
    shards.add(keys[:2], np.array([[1], [2]], np.float32))
    assert shards.missing(keys) == {keys[2]}
    shards.add(keys[2:], np.array([[3]], np.float32))
    assert VectorShards(shards.folder).get(keys, 1)[0].ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "tab\x00"])
def test_a_name_that_nobody_could_read_is_refused(store, name):
    with pytest.raises(UserError, match="printable characters"):
        store.add_person(name)


def test_an_unknown_name_offers_the_nearest(filled):
    with pytest.raises(UnknownName, match=r"did you mean 'Ada'\?$"):
        filled[0].person("Adda")


def test_where_nobody_has_answered_yet_an_unknown_name_is_told_how_to_begin(store):
    with pytest.raises(UnknownName, match=r"nobody has answered yet\. Begin with: beholder serve"):
        store.person("Ada")


def test_a_database_of_a_newer_version_is_refused_untouched(store, home):
    store.add_person("Ada")
    store.close()
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer Beholder"):
        Store(home).people()


def add_migration(tmp_path, monkeypatch, more=""):
    """One more than there are, which does this beside; returns the last one before it."""
    newer = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, newer)
    last = max(file.stem[1:5] for file in (newer / "versions").glob("v*.py"))
    after = f"{int(last) + 1:04}"
    (newer / "versions" / f"v{after}_next.py").write_text(
        f'from alembic import op\nrevision = "{after}"\ndown_revision = "{last}"\n'
        'def upgrade():\n    op.execute("ALTER TABLE people ADD COLUMN hue TEXT")\n' + more
    )
    monkeypatch.setattr(database, "MIGRATIONS", newer)
    return last


def test_a_migration_is_preceded_by_a_backup(filled, home, tmp_path, monkeypatch):
    store, ada, art = filled
    store.record(ada.id, art.id, [Judgement("rating", (1,), "c1", value=7)])
    store.close()
    last = add_migration(tmp_path, monkeypatch)
    reopened = Store(home)
    assert [j.value for j in reopened.judgements(ada.id, art.id)] == [7]
    (copy,) = (home / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (last,)
        assert db.execute("SELECT count(*) FROM judgements").fetchone() == (1,)


def test_a_backup_has_its_name_once_it_is_whole(filled, monkeypatch):
    store, _, _ = filled
    real = os.replace

    def cut_off(draft, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", cut_off)
    with pytest.raises(KeyboardInterrupt):
        database.backup(store.path)
    folder = store.path.parent / "backups"
    assert list(folder.glob("*.db")) == []
    (folder / "beholder.tmp").write_bytes(b"half of one")
    (folder / "beholder.tmp-journal").write_bytes(b"and its journal")
    monkeypatch.setattr(os, "replace", real)
    copy = database.backup(store.path)
    assert list(folder.iterdir()) == [copy]
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone() == (3,)


def test_a_migration_that_fails_changes_nothing_and_leaves_a_backup(filled, home, tmp_path, monkeypatch):
    store, _, _ = filled
    store.close()
    add_migration(tmp_path, monkeypatch, "    raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        Store(home).people()
    monkeypatch.undo()
    assert [p.name for p in Store(home).people()] == ["Ada"]
    assert len(list((home / "backups").glob("*.db"))) == 1


def rows(store):
    """All that is kept, by the columns that there are, without the version of the tables."""
    there = sa.MetaData()
    there.reflect(store.engine, only=list(metadata.tables))
    with store.engine.connect() as db:
        return {
            table.name: [{**row} for row in db.execute(sa.select(table)).mappings()] for table in there.sorted_tables
        }


def test_tables_whose_ids_were_given_again_are_made_anew_with_every_row(home, tmp_path, monkeypatch):
    older = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, older)
    for file in (older / "versions").glob("v*.py"):
        if file.stem[1:5] > "0012":
            file.unlink()
    with monkeypatch.context() as then:
        then.setattr(database, "MIGRATIONS", older)
        store = Store(home)
        ada, art = store.add_person("Ada"), store.add_collection("art", "folder", "classic")
        items = [NewItem(f"{n}", Locator.of(home / f"{n}"), f"{n:064x}", 4, 3, {"price": f"{n} €"}) for n in range(3)]
        store.keep_files(art.id, [], items)
        with database.writing(store.engine) as db:
            file = (
                "INSERT INTO files (collection_id, locator, size, mtime_ns, sha256) VALUES (:art, :place, 1, :at, :sha)"
            )
            db.execute(
                sa.text(file), [{"art": art.id, "place": i.locator.text, "at": 2**60, "sha": i.sha256} for i in items]
            )
        store.record(ada.id, art.id, [Judgement("choice", (1, 2), "c1"), Judgement("undo", (), "c2", undoes="c1")])
        mine = store.shortlists.add(ada.id, "mine")
        store.shortlists.share(mine, "1234")
        store.shortlists.put(mine, 3)
        store.shortlists.say(mine, 3, "Ben", "nice")
        before = rows(store)
        store.close()
    store = Store(home)
    after = rows(store)
    assert {
        name: [row | old for old, row in zip(was, after[name], strict=True)] for name, was in before.items()
    } == after
    assert before["remarks"]
    assert len(before["files"]) == 3
    assert store.faults() == []
    for table, refused in (("judgements", "append-only"), ("items", "FOREIGN KEY")):
        with pytest.raises(StoreError, match=refused), database.writing(store.engine) as db:
            db.execute(sa.text(f"DELETE FROM {table}"))


def test_a_new_collection_comes_with_its_first_pictures_or_not_at_all(filled):
    store, _, art = filled
    assert store.collection_for("art", "elsewhere", "other") == store.collection("art")
    new = store.collection_for("new", "folder", "classic")
    assert (new.id, [row.name for row in store.collections()]) == (0, ["art"])
    item = NewItem("0.jpg", Locator.of("0.jpg"), f"{0:064x}", 4, 3, {})
    with pytest.raises(StoreError):
        store.add_collection("new", "folder", "classic", [], [replace(item, sha256=None)])
    assert [row.name for row in store.collections()] == ["art"]
    kept = store.add_collection("new", "folder", "classic", [KnownFile("0.jpg", 1, 2, item.sha256, None)], [item])
    assert (kept.size, list(store.files(kept.id))) == (1, ["0.jpg"])
    assert store.add_collection("art", "folder", "classic", [], [item]).size == art.size + 3


def test_a_file_that_is_no_database_gets_a_sentence(home):
    home.mkdir()
    (home / "beholder.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="not a Beholder database"):
        Store(home).people()


# A data folder that goes away under a running program

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps an open file where it is")
AWAY = {
    "deleted": lambda home: shutil.rmtree(home),
    "moved": lambda home: home.rename(home.with_name("moved")),
    "the database deleted": lambda home: [file.unlink() for file in home.glob("beholder.db*")],
    "the database moved": lambda home: (home / "beholder.db").rename(home / "old.db"),
    "its write-ahead log deleted": lambda home: (home / "beholder.db-wal").unlink(),
    "replaced": lambda home: (home.rename(home.with_name("moved")), shutil.copytree(home.with_name("moved"), home)),
    "made anew": lambda home: (home.rename(home.with_name("moved")), Store(home).people()),
}


@posix
@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
def test_nothing_is_acknowledged_into_a_folder_that_is_gone(filled, home, away):
    store, ada, art = filled
    store.record(ada.id, art.id, [Judgement("rating", (1,), "c1", value=7)])
    away(home)
    before = sorted(home.rglob("*"))
    for n in range(3):
        with pytest.raises(StoreError, match="moved or deleted"):
            store.record(ada.id, art.id, [Judgement("rating", (2,), f"c2-{n}", value=7)])
    assert sorted(home.rglob("*")) == before


@posix
@pytest.mark.parametrize("name", ["deleted", "moved", "the database deleted"])
def test_a_new_connection_makes_no_database_where_one_was(filled, home, name):
    store, _, _ = filled
    AWAY[name](home)
    before = sorted(home.rglob("*"))
    store.engine.dispose()
    with pytest.raises(sa.exc.DBAPIError, match="unable to open"):
        store.engine.connect()
    assert sorted(home.rglob("*")) == before


@posix
def test_a_folder_that_is_put_back_goes_on(filled, home):
    store, ada, art = filled
    home.rename(home.with_name("moved"))
    with pytest.raises(StoreError):
        store.people()
    home.with_name("moved").rename(home)
    store.record(ada.id, art.id, [Judgement("rating", (1,), "c1", value=7)])
    store.close()
    assert [j.client_id for j in Store(home).judgements(ada.id, art.id)] == ["c1"]


@posix
def test_a_folder_that_goes_while_an_answer_is_written_acknowledges_nothing(filled, home):
    store, _, _ = filled

    def answer():
        with database.writing(store.engine) as db:
            db.exec_driver_sql("UPDATE people SET name = 'Eve'")
            shutil.rmtree(home)

    with pytest.raises(StoreError, match="moved or deleted"):
        answer()
    assert not home.exists()


# Who may read it


def rights(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@posix
def test_what_is_kept_is_nobody_elses_to_read(home):
    before = os.umask(0o022)
    try:
        store = Store(home)
        store.add_person("Ada")
        copy = database.backup(store.path)
    finally:
        os.umask(before)
    assert (rights(home), rights(copy.parent)) == (0o700, 0o700)
    assert {rights(file) for file in [*home.glob("beholder.db*"), copy]} == {0o600}
    store.close()


@posix
def test_a_folder_with_only_our_own_things_is_closed_and_one_with_others_is_left(home, tmp_path):
    for folder, mode in ((home, 0o700), (tmp_path / "mine", 0o755)):
        (folder / "vectors").mkdir(parents=True)
        folder.chmod(0o755)
        if folder != home:
            (folder / "letters.txt").touch()
        store = Store(folder)
        store.add_person("Ada")
        store.close()
        assert (rights(folder), rights(store.path)) == (mode, 0o600)


@posix
def test_doctor_closes_an_old_data_folder_to_others_and_says_so(filled, home):
    store, _, _ = filled
    copy = database.backup(store.path)
    store.close()
    for path in (home, home / "backups"):
        path.chmod(0o755)
    for path in (store.path, copy):
        path.chmod(0o644)

    def privacy():
        library = Library(home)
        (check,) = [check for check in doctor(library) if check.name == "privacy"]
        library.close()
        return check

    said = privacy()
    assert said.ok
    assert all(name in said.said for name in ("could read", home.name, "beholder.db", "backups", copy.name))
    assert [rights(p) for p in (home, home / "backups", store.path, copy)] == [0o700, 0o700, 0o600, 0o600]
    assert privacy().said.startswith("only you")
    (home / "letters.txt").touch()
    home.chmod(0o755)
    assert (privacy().ok, privacy().mend, rights(home)) == (None, f"chmod go-rwx {home}", 0o755)


@posix
def test_doctor_says_what_it_cannot_close(filled, home, monkeypatch):
    store, _, _ = filled
    store.path.chmod(0o644)
    monkeypatch.setattr("beholder.store.private.close", lambda path: False)
    library = Library(home)
    (check,) = [check for check in doctor(library) if check.name == "privacy"]
    library.close()
    assert (check.ok, str(store.path) in check.said, check.mend.startswith("chmod go-rwx ")) == (False, True, True)


def test_an_empty_collection_is_taken_away_and_no_other(filled):
    store, ada, art = filled
    bare = store.add_collection("bare", "folder", "classic")
    store.keep_files(bare.id, [KnownFile("broken.jpg", 1, 2, None, "damaged")])
    store.keep_fit(ada.id, bare.id, "gp", "classic", {}, 3)
    store.set_alone(ada.id, bare.id, True)
    assert [store.drop_empty(row.id) for row in (bare, art)] == [True, False]
    assert [row.name for row in store.collections()] == ["art"]


def _record_many(home, worker):
    store = Store(home)
    for n in range(25):
        store.record(1, 1, [Judgement("rating", (1,), f"{worker}-{n}", value=5)])
    store.close()


def test_two_writing_processes_both_get_through(filled, home):
    store, ada, art = filled
    workers = [multiprocessing.get_context("spawn").Process(target=_record_many, args=(home, w)) for w in "ab"]
    [w.start() for w in workers]
    [w.join() for w in workers]
    assert [w.exitcode for w in workers] == [0, 0]
    assert len(store.judgements(ada.id, art.id)) == 50


def hashes(*numbers):
    return [f"{n:064x}" for n in numbers]


def test_vectors_come_back_in_the_order_asked_and_unknown_ones_are_named(tmp_path):
    X = np.arange(12, dtype=np.float32).reshape(4, 3)
    VectorShards(tmp_path / "e").add(hashes(1, 2, 3, 4), X)
    back, known = VectorShards(tmp_path / "e").get(hashes(4, 9, 1), 3)
    assert known.tolist() == [True, False, True]
    assert back.tolist() == [[9, 10, 11], [0, 0, 0], [0, 1, 2]]


def test_vectors_make_no_data_folder_anew(tmp_path):
    shards = VectorShards(tmp_path / "moved away" / "vectors" / "e")
    with pytest.raises(StoreError, match="cannot keep vectors"):
        shards.add(hashes(1), np.ones((1, 3), np.float32))
    assert not list(tmp_path.iterdir())


def test_a_shard_written_elsewhere_is_seen(tmp_path):
    ours, theirs = VectorShards(tmp_path), VectorShards(tmp_path)
    assert not ours.get(hashes(1), 2)[1].any()
    theirs.add(hashes(1), np.ones((1, 2), np.float32))
    assert ours.get(hashes(1), 2)[1].all()


def test_a_damaged_shard_is_named_and_the_rest_is_read(tmp_path):
    shards = VectorShards(tmp_path)
    shards.add(hashes(1), np.ones((1, 2), np.float32))
    (tmp_path / "bad.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{")
    assert shards.get(hashes(1, 2), 2)[1].tolist() == [True, False]
    assert list(shards.damaged) == ["bad.safetensors"]


def _keys(n):
    return np.frombuffer(bytes.fromhex("".join(hashes(*range(7, 7 + n)))), np.uint8).reshape(n, 32).copy()


ROWS = np.ones((3, 2), np.float32)
DAMAGED = {
    "bf16": lambda: save({"keys": _keys(3), "vectors": ROWS.astype(ml_dtypes.bfloat16)}),
    "f8": lambda: save({"keys": _keys(3), "vectors": ROWS.astype(ml_dtypes.float8_e4m3fn)}),
    "f64": lambda: save({"keys": _keys(3), "vectors": ROWS.astype(np.float64)}),
    "integers": lambda: save({"keys": _keys(3), "vectors": ROWS.astype(np.int32)}),
    "another dimension": lambda: save({"keys": _keys(3), "vectors": np.ones((3, 5), np.float32)}),
    "one axis": lambda: save({"keys": _keys(3), "vectors": np.ones(6, np.float32)}),
    "no axis": lambda: save({"keys": _keys(3), "vectors": np.array(1, np.float32)}),
    "more keys than rows": lambda: save({"keys": _keys(4), "vectors": ROWS}),
    "fewer keys than rows": lambda: save({"keys": _keys(2), "vectors": ROWS}),
    "short keys": lambda: save({"keys": _keys(3)[:, :20].copy(), "vectors": ROWS}),
    "NaN": lambda: save({"keys": _keys(3), "vectors": np.full((3, 2), np.nan, np.float32)}),
    "infinite": lambda: save({"keys": _keys(3), "vectors": np.full((3, 2), -np.inf, np.float32)}),
    "no vectors": lambda: save({"keys": _keys(3)}),
    "a kind that cannot be printed": lambda: save({"keys": _keys(3), "vectors": ROWS}).replace(b"F32", b"\x7f\xc2\x80"),
    "cut off": lambda: save({"keys": _keys(3), "vectors": ROWS})[:-5],
    "empty": lambda: b"",
    "no safetensors": lambda: b"PK\3\4 something else" * 9,
    "a head without end": lambda: b"\xff" * 8 + b"{",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_shard_of_anything_else_is_set_aside_and_its_pictures_are_unknown(what, tmp_path, caplog):
    VectorShards(tmp_path).add(hashes(1), np.ones((1, 2), np.float32))
    content = DAMAGED[what]()
    (tmp_path / "bad.safetensors").write_bytes(content)
    shards = VectorShards(tmp_path, 2)
    assert shards.missing(hashes(1, 7, 8)) == set(hashes(7, 8))
    assert shards.damaged["bad.safetensors"].isprintable()
    assert (tmp_path / "bad.safetensors.damaged").read_bytes() == content
    assert not (tmp_path / "bad.safetensors").exists()
    assert len(caplog.records) == 1
    assert "the next import reads its pictures again" in caplog.text
    shards.add(hashes(7, 8), np.ones((2, 2), np.float32))
    assert shards.get(hashes(1, 7, 8), 2)[1].all()
    assert VectorShards(tmp_path, 2).missing(hashes(1, 7, 8)) == set()


def test_the_drafts_of_a_killed_process_are_cleared(tmp_path):
    (tmp_path / ".999999999-abc.tmp").write_bytes(b"half")
    VectorShards(tmp_path).add(hashes(1), np.ones((1, 2), np.float32))
    assert not list(tmp_path.glob(".*.tmp"))
