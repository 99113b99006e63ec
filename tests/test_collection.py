"""Pictures in: once, whatever happens, and nothing of the user's is changed."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.special import ndtr
from sklearn.exceptions import NotFittedError

import beholder as bh
from beholder import importer
from beholder.collection import Library
from beholder.errors import AlikeName, BadInput, StoreError, UnknownName, UserError
from beholder.filters import Filter, values_of
from beholder.locator import Locator
from beholder.ranking import Ranking, Scale, title_of, written_title
from beholder.sources.sample import paint_into
from beholder.store import VectorShards
from beholder.taste import make_model
from beholder.types import Details, Item
from helpers.makers import encoded
from helpers.vectors import embed_files


@pytest.fixture
def library(home):
    library = Library(home)
    yield library
    library.close()


def take_in(library, folder, **more):
    return library.import_source(folder, "art", **more)


def counts(report):
    return report.new, report.known, report.copies, report.moved, report.gone, len(report.broken)


def test_a_folder_without_a_picture_is_not_opened_and_leaves_nothing(library, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see")
    (tmp_path / "no.jpg").write_text("nothing to see")
    with pytest.raises(BadInput, match="there is no picture in"):
        library.open(tmp_path)
    assert library.collections() == []


def test_a_collection_tells_its_name_and_a_taste_that_was_not_fitted_is_told(library, painted):
    take_in(library, painted)
    art = library.collection("art")
    assert repr(art) == f"<Collection 'art' of {len(art)} pictures>"
    for look in (art.rank, art.explain):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            look(make_model("gp"))


def test_importing_twice_changes_nothing(library, painted):
    assert counts(take_in(library, painted)) == (12, 0, 0, 0, 0, 0)
    before = library.collection("art")
    assert counts(take_in(library, painted)) == (0, 12, 0, 0, 0, 0)
    after = library.collection("art")
    assert after.items == before.items
    assert np.array_equal(after.X, before.X)


def test_rows_are_in_the_order_of_the_names_and_of_the_width_of_the_encoder(library, painted):
    take_in(library, painted)
    art = library.collection("art")
    assert [item.name for item in art.items] == [f"{n:02}.png" for n in range(12)]
    assert art.X.shape == (12, library.runtime(library.settings.encoder).row.dimension + 10)
    assert art.attributes.shape == (12, 10)
    assert art.X.dtype == np.float32


def test_the_folder_that_a_picture_lies_in_is_a_name_that_the_taste_knows(library, painted):
    take_in(library, painted)
    assert library.collection("art").names is None
    for n in range(12):
        folder = painted / ("Venice" if n % 2 else "Rome/day 1")
        folder.mkdir(parents=True, exist_ok=True)
        (painted / f"{n:02}.png").rename(folder / f"{n:02}.png")
    take_in(library, painted)
    art = library.collection("art")
    assert sorted(set(art.folders)) == ["Rome/day 1", "Venice"]
    codes = art.names.of(art.X)
    assert [code == codes[0] for code in codes[:, 0].tolist()] == [folder == art.folders[0] for folder in art.folders]


def test_the_pictures_of_a_damaged_shard_are_embedded_again_at_the_next_import(library, painted):
    take_in(library, painted)
    before = library.collection("art").X
    shards = list((library.home / "vectors").rglob("*.safetensors"))
    for shard in shards:
        shard.write_bytes(shard.read_bytes()[:-4])
    other = Library(library.home)
    assert counts(take_in(other, painted)) == (0, 12, 0, 0, 0, 0)
    np.testing.assert_array_equal(other.collection("art").X, before)
    other.close()
    assert len(list((library.home / "vectors").rglob("*.damaged"))) == len(shards)


def test_a_copy_is_counted_and_not_taken_in(library, painted):
    shutil.copy(painted / "03.png", painted / "copy.png")
    assert counts(take_in(library, painted)) == (12, 0, 1, 0, 0, 0)


def test_a_moved_picture_keeps_its_identity(library, painted):
    take_in(library, painted)
    old = library.collection("art").items[3]
    (painted / "sub").mkdir()
    (painted / "03.png").rename(painted / "sub" / "moved.png")
    report = take_in(library, painted)
    assert (report.moved, report.new, report.gone) == (1, 0, 0)
    new = next(i for i in library.collection("art").items if i.id == old.id)
    assert new.name == "sub/moved.png"


def test_a_picture_that_was_painted_over_is_a_new_one_and_the_old_one_is_neither_asked_nor_ranked(library, painted):
    take_in(library, painted)
    Image.new("RGB", (40, 30), "red").save(painted / "03.png")
    report = take_in(library, painted)
    assert (report.new, report.gone) == (1, 1)
    art = library.collection("art")
    assert [item.id for item in art.items if item.gone] == [art.items[3].id]
    assert len(art.rank(bh.Taste().fit(art.X, choices=[(0, 3)]))) == 12


def plain(colour):
    """A PNG that has as many bytes in every colour."""
    return encoded(Image.new("RGB", (64, 48), colour), "PNG", compress_level=0)


def test_a_picture_that_was_edited_is_a_new_one_though_its_size_and_time_were_put_back(library, painted):
    path = painted / "03.png"
    path.write_bytes(plain("red"))
    take_in(library, painted)
    before = path.stat()
    path.write_bytes(plain("blue"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert counts(take_in(library, painted)) == (1, 11, 0, 0, 1, 0)


def test_a_file_put_in_the_place_of_another_with_its_size_and_time_is_looked_at(library, painted, tmp_path):
    """As `mv` does it, which leaves even the change time of an older file."""
    path, other = painted / "03.png", tmp_path / "other.png"
    for file, colour in ((other, "blue"), (path, "red")):
        file.write_bytes(plain(colour))
        os.utime(file, ns=(10**18, 10**18))
    take_in(library, painted)
    other.replace(path)
    assert counts(take_in(library, painted)) == (1, 11, 0, 0, 1, 0)


def test_a_backup_that_was_put_back_is_known_by_its_bytes(library, painted, tmp_path, monkeypatch):
    shutil.copy(painted / "03.png", painted / "copy.png")
    take_in(library, painted)
    shutil.copytree(painted, tmp_path / "backup")
    shutil.rmtree(painted)
    shutil.copytree(tmp_path / "backup", painted)
    monkeypatch.setattr(importer, "embed", lambda paths, *_, **__: pytest.fail("opened") if paths else iter(()))
    assert counts(take_in(library, painted)) == (0, 13, 0, 0, 0, 0)
    monkeypatch.setattr(importer, "fingerprint", None)  # nor read, the second time
    assert counts(take_in(library, painted)) == (0, 13, 0, 0, 0, 0)


def test_files_that_an_older_version_has_looked_at_are_known_by_their_bytes(library, painted, home):
    take_in(library, painted)
    with closing(sqlite3.connect(home / "beholder.db")) as db, db:
        db.execute("UPDATE files SET ctime_ns = NULL, inode = NULL")
    assert counts(take_in(library, painted)) == (0, 12, 0, 0, 0, 0)


def test_what_has_no_end_or_is_very_long_is_refused_without_being_read(library, painted):
    with (painted / "long.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(3_000_000_000)
    listed = ["00.png", "long.jpg", *(p for p in ("/proc/self/pagemap", "/dev/zero") if Path(p).exists())]
    (painted.parent / "list.csv").write_text("file\n" + "\n".join(str(painted / name) for name in listed) + "\n")
    start = time.process_time()
    report = take_in(library, painted.parent / "list.csv")
    assert time.process_time() - start < 5
    assert (report.new, len(report.broken)) == (1, len(listed) - 1)
    assert any("more than 2.1 GB are not read" in one.reason for one in report.broken)


def test_an_import_can_be_stopped_in_the_middle_of_a_long_file(library, painted):
    with (painted / "long.jpg").open("wb") as file:
        file.truncate(1_500_000_000)
    calls = []

    def stop(stage, done, total):
        calls.append(stage)
        if calls.count("reading pictures") > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(library, painted, progress=stop)
    assert calls.count("reading pictures") == 21  # of 360 blocks


def test_a_removed_picture_is_gone_and_comes_back(library, painted, tmp_path):
    take_in(library, painted)
    (painted / "03.png").rename(tmp_path / "03.png")
    assert take_in(library, painted).gone == 1
    (tmp_path / "03.png").rename(painted / "03.png")
    assert take_in(library, painted).gone == 0
    assert not any(item.gone for item in library.collection("art").items)


def test_a_copy_takes_the_place_of_a_removed_picture(library, painted):
    shutil.copy(painted / "03.png", painted / "copy.png")
    take_in(library, painted)
    (painted / "03.png").unlink()
    assert take_in(library, painted).gone == 0
    assert library.collection("art").items[3].locator.name == "copy.png"


def test_a_folder_that_vanished_loses_nothing(library, painted, tmp_path):
    take_in(library, painted)
    X = library.collection("art").X
    painted.rename(tmp_path / "elsewhere")
    with pytest.raises(UserError):
        take_in(library, painted)
    assert np.array_equal(library.collection("art").X, X)


def test_broken_files_are_listed_every_time_and_the_rest_is_in(library, painted):
    (painted / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    (painted / "none.png").write_bytes(b"")
    for _ in range(2):
        report = take_in(library, painted)
        assert {b.name for b in report.broken} == {"bad.jpg", "none.png"}
        assert all(b.reason for b in report.broken)
    assert len(library.collection("art")) == 12


def test_new_columns_of_known_pictures_come_in(library, painted):
    take_in(library, painted)
    (painted / "items.csv").write_text("item,file,title\n" + "".join(f"p{n},{n:02}.png,No. {n}\n" for n in range(12)))
    assert take_in(library, painted).new == 0
    assert library.collection("art").items[2].columns["title"] == "No. 2"
    assert library.collection("art").find("p2") == 2


def test_an_interrupted_import_goes_on_where_it_was(library, painted, monkeypatch):
    monkeypatch.setattr("beholder.importer.BATCH", 4)

    def interrupt(stage, done, total):
        if stage == "reading pictures" and done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(library, painted, progress=interrupt)
    assert counts(take_in(library, painted)) == (8, 4, 0, 0, 0, 0)


def test_another_encoder_renews_the_numbers(library, painted):
    take_in(library, painted)
    take_in(library, painted, encoder="attributes")
    art = library.collection("art")
    assert art.row.encoders == ("attributes", "builtin"), "which brings what people like in general"
    assert np.array_equal(art.X[:, :10], art.attributes)
    assert np.array_equal(art.table.only("builtin", "attributes").X[:, -10:], art.attributes)


def test_what_one_encoder_makes_nothing_of_another_may(library, painted, monkeypatch):
    attributes, really = library.runtime("attributes"), type(library.runtime("attributes")).encode
    shown = Image.open(painted / "03.png").convert("RGB").getpixel((5, 5))

    def refuse(self, pictures):
        if any(picture.getpixel((5, 5)) == shown for picture in pictures):
            raise BadInput("numbers that are not finite")
        return really(self, pictures)

    monkeypatch.setattr(type(attributes), "encode", refuse)
    (painted / "bad.png").write_bytes(b"bad")
    report = take_in(library, painted)
    assert "numbers that are not finite" in [one.reason for one in report.broken]
    assert counts(report)[0::5] == (11, 2)
    monkeypatch.setattr(type(attributes), "encode", really)
    assert counts(take_in(library, painted)) == (1, 11, 0, 0, 0, 1)


def test_a_shard_that_was_lost_is_made_again(library, painted, home):
    take_in(library, painted)
    X = library.collection("art").X
    shutil.rmtree(home / "vectors")
    fresh = Library(home)
    take_in(fresh, painted)
    assert np.array_equal(fresh.collection("art").X, X)


@pytest.mark.parametrize("stage", ["looking for pictures", "reading pictures", "the end of a batch"])
def test_what_stops_an_import_leaves_no_empty_collection(library, painted, monkeypatch, stage):
    (painted / "00.jpg").write_bytes(b"broken, and first")
    monkeypatch.setattr(importer, "BATCH", 1)
    seen = []

    def progress(now, done, total):
        seen.append([row.size for row in library.collections()])
        if now == stage and done:
            raise KeyboardInterrupt

    if stage == "the end of a batch":
        monkeypatch.setattr(VectorShards, "add", lambda self, hashes, vectors: 1 / 0)
    with pytest.raises((KeyboardInterrupt, ZeroDivisionError)):
        take_in(library, painted, progress=progress)
    assert seen
    assert not any(0 in sizes for sizes in seen)
    assert library.collections() == []
    monkeypatch.undo()
    assert counts(take_in(library, painted))[::5] == (12, 1)
    assert library.store.files(library.store.collection("art").id)[Locator.of(painted / "00.jpg").text].reason


def test_progress_counts_the_pictures_that_are_in_already(library, painted):
    take_in(library, painted)
    Image.new("RGB", (32, 32), "teal").save(painted / "one more.png")
    steps = []
    take_in(library, painted, progress=lambda *step: steps.append(step))
    of = len(list(painted.iterdir()))
    assert {total for stage, _, total in steps if stage == "reading pictures"} == {of}
    assert steps[-1] == ("reading pictures", of, of)


def test_a_new_collection_of_no_picture_is_made_or_not_as_is_asked(library, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "broken.jpg").write_bytes(b"not a picture")
    take_in(library, tmp_path / "none", empty=False)
    assert library.collections() == []
    take_in(library, tmp_path / "none")
    assert [(row.name, row.size) for row in library.collections()] == [("art", 0)]
    (row,) = library.collections()
    assert [file.reason is not None for file in library.store.files(row.id).values()] == [True]


def test_a_name_that_looks_like_a_known_one_is_refused_before_any_picture_is_read(library, painted):
    take_in(library, painted)
    seen = []
    with pytest.raises(AlikeName):
        library.import_source(painted, "ART", progress=lambda *step: seen.append(step))
    assert seen == []


def made_anew(home):
    home.rename(home.with_name("moved"))
    library = Library(home)
    library.store.people()
    library.close()


AWAY = {
    "deleted": lambda home: shutil.rmtree(home),
    "moved": lambda home: home.rename(home.with_name("moved")),
    "made anew": made_anew,
}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps an open folder where it is")
@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
@pytest.mark.parametrize("source", ["pictures", "pictures.zip", "sample"])
@pytest.mark.parametrize("when", ["unpacking the zip", "painting the sample gallery", "reading pictures", "at the end"])
def test_an_import_writes_nothing_into_a_folder_that_went(library, painted, monkeypatch, away, source, when):
    """when : the stage at whose first step it goes; "at the end": while the pictures are read, after its last step"""
    zipped = shutil.make_archive(str(painted), "zip", painted)
    spec = {"pictures": painted, "pictures.zip": zipped}.get(source, source)
    if source == "sample":
        monkeypatch.setattr("beholder.sources.sample.paint_into", partial(paint_into, n=6))
    left = []

    def go():
        if not left:
            away(library.home)
            left.extend([None, *sorted(library.home.rglob("*"))])

    def progress(stage, done, total):
        if stage == when:
            go()

    if when == "at the end":
        real = importer.embed

        def embed(*args, **more):
            yield from real(*args, **more)
            go()

        monkeypatch.setattr(importer, "embed", embed)
    stages = {"pictures.zip": ["unpacking the zip"], "sample": ["painting the sample gallery"]}
    if when not in [*stages.get(source, []), "reading pictures", "at the end"]:
        take_in(library, spec, progress=progress)
        return
    with pytest.raises(StoreError, match="moved or deleted"):
        take_in(library, spec, progress=progress)
    assert [None, *sorted(library.home.rglob("*"))] == left


def test_a_new_collection_does_not_wait_until_all_is_found(library, monkeypatch):
    monkeypatch.setattr("beholder.sources.sample.paint_into", partial(paint_into, n=12))
    monkeypatch.setattr(importer, "_SLOW", 0)
    sizes = []

    def progress(stage, done, total):
        if stage == "painting the sample gallery":
            sizes.append(sum(row.size for row in library.collections()))

    take_in(library, "sample", progress=progress)
    assert sizes == sorted(sizes)
    assert 0 < sizes[-1] < 12
    assert library.store.collection("art").size == 12
    assert counts(take_in(library, "sample"))[:1] == (0,)


def test_files_are_embedded_once_wherever_they_are(library, painted):
    paths = sorted(painted.glob("*.png"))
    first = embed_files(paths, library.settings.encoder, library)
    take_in(library, painted)
    assert np.array_equal(library.collection("art").X[:, :-10], first)
    (painted / "bad.png").write_bytes(b"bad")
    with pytest.raises(BadInput, match=r"bad\.png"):
        embed_files([painted / "bad.png"], "classic", library)


def test_a_filter_names_what_there_is(library, painted):
    (painted / "items.csv").write_text("item,file,wall\n" + "".join(f"{n},{n:02}.png,{n % 2}\n" for n in range(12)))
    take_in(library, painted)
    art = library.collection("art")
    everything = Ranking(art.items, np.ones(12), np.zeros, np.arange(12), (), lambda rows: [])
    assert Filter(values=values_of(["wall=1"], art.facts)).of(everything, (), art).rows.tolist() == [1, 3, 5, 7, 9, 11]
    with pytest.raises(UnknownName, match="did you mean 'wall'"):
        values_of(["walls=1"], art.facts)
    with pytest.raises(UserError, match="COLUMN=VALUE"):
        values_of(["wall"], art.facts)


def test_two_folders_of_one_name_are_two_collections(home, painted, tmp_path):
    other = tmp_path / "other" / painted.name
    shutil.copytree(painted, other)
    (other / "00.png").unlink()
    assert len(bh.open(painted)) == 12
    assert len(bh.open(other)) == 11
    assert len(bh.open(painted)) == 12


def test_five_lines_of_python_do_the_whole_job(home, painted):
    pics = bh.open(painted)
    taste = bh.Taste().fit(pics.X, choices=[(3, 7), (2, 7)])
    ranking = pics.rank(taste)
    assert [r.rank for r in ranking] == list(range(1, 13))
    assert ranking == sorted(ranking, key=lambda r: -r.score)
    assert ranking[-1].item.name == "07.png"
    assert pics.explain(taste).sentence


# What a shown score means

DOUBTS = (0.0, 1e-6, 0.01, 0.3, 1.0, 10.0)  # standard deviations, where the raw scores have one of 1


def drawn(count, doubt, kind="normal"):
    """(raw, std) of a made-up taste, not in order."""
    rng = np.random.default_rng(count)
    raw = {
        "normal": rng.standard_normal(count),
        "outliers": np.where(np.arange(count) % 100 == 0, 1e6, 1) * rng.standard_normal(count),
        "equals": rng.integers(0, 5, count) / 1.4,
        "neighbours": 1 + np.arange(count) * np.spacing(1.0),
    }[kind]
    return raw, doubt * rng.uniform(0.5, 1.5, count)


def on_scale(raw, std):
    scale = Scale(raw, float(np.mean(std**2)))
    return scale.scores, scale.bands(raw, std)


def plain_share(raw):
    return ((raw[:, None] > raw).mean(1) + (raw[:, None] >= raw).mean(1)) / 2


@pytest.mark.parametrize("kind", ["normal", "outliers", "equals", "neighbours"])
@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("count", [1, 2, 40, 3000])
def test_scores_lie_between_1_and_10_in_exactly_the_order_of_raw(count, doubt, kind):
    raw, std = drawn(count, doubt, kind)
    score, band = on_scale(raw, std)
    assert score.min() > 1
    assert score.max() < 10
    assert band.min() >= 0
    assert np.array_equal(np.unique(score, return_inverse=True)[1], np.unique(raw, return_inverse=True)[1])


def test_a_million_scores_keep_the_order():
    raw, std = drawn(10**6, 0.3)
    score, _ = on_scale(raw, std)
    assert (np.diff(score[np.argsort(raw)]) > 0).all()
    assert score.max() < 10


@pytest.mark.parametrize("kind", ["normal", "equals"])
def test_without_doubt_a_score_is_the_share_that_is_liked_less(kind):
    raw, std = drawn(500, 0, kind)
    score, band = on_scale(raw, std)
    assert score == pytest.approx(1 + 9 * plain_share(raw))
    assert not band.any()


@pytest.mark.parametrize("doubt", DOUBTS[1:])
@pytest.mark.parametrize(("count", "near"), [(100, 1e-9), (3000, 0.03)])
def test_with_doubt_a_score_is_the_share_that_is_expected_to_be_liked_less(count, near, doubt):
    raw, std = drawn(count, doubt)
    std[:] = doubt

    def place(x):
        return ndtr((x[:, None] - raw) / (np.sqrt(2) * doubt)).mean(1)

    score, band = on_scale(raw, std)
    assert score == pytest.approx(1 + 9 * (0.99 * place(raw) + 0.01 * plain_share(raw)), abs=near)
    assert band == pytest.approx(4.5 * (place(raw + std) - place(raw - std)), abs=near)


@pytest.mark.parametrize("doubt", DOUBTS)
def test_the_unit_and_the_zero_of_a_model_do_not_matter(doubt):
    raw, std = drawn(700, doubt)
    for ours, other in zip(on_scale(raw, std), on_scale(70 + 12 * raw, 12 * std), strict=True):
        assert other == pytest.approx(ours, abs=1e-6)


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("count", [2, 200, 1500])
def test_a_collection_and_twice_the_same_have_the_same_scores(count, doubt):
    raw, std = drawn(count, doubt)
    for once, twice in zip(on_scale(raw, std), on_scale(np.tile(raw, 2), np.tile(std, 2)), strict=True):
        assert twice == pytest.approx(np.tile(once, 2), abs=1e-9)


@pytest.mark.parametrize("count", [12, 400, 3000])
def test_more_doubt_pulls_every_score_to_the_middle(count):
    raw, std = drawn(count, 1.0)
    far = [np.abs(on_scale(raw - np.median(raw), doubt * std)[0] - 5.5) for doubt in (0, 0.1, 0.3, 1, 3, 10, 1000)]
    assert all(np.diff([one.mean() for one in far]) < 0)
    assert all(np.diff([one.max() for one in far]) < 0)
    assert far[-1].max() < 0.06


def test_no_knowledge_is_the_middle_and_a_band_over_half_the_scale():
    score, band = on_scale(np.zeros(60), np.ones(60))
    assert score == pytest.approx(5.5)
    assert band == pytest.approx(9 * (ndtr(0.5**0.5) - 0.5))


@pytest.mark.parametrize("kind", ["normal", "outliers", "neighbours"])
@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize(("count", "most"), [(3000, 3), (8999, 9)])
def test_no_ten_pictures_are_shown_at_10(count, most, doubt, kind):
    score, _ = on_scale(*drawn(count, doubt, kind))
    shown = [f"{one:.2f}" for one in score]
    assert shown.count("10.00") <= most
    assert shown.count("1.00") <= most


def test_pictures_that_are_gone_have_no_part_in_the_scores(library, painted):
    take_in(library, painted)
    (painted / "03.png").unlink()
    take_in(library, painted)
    art = library.collection("art")
    taste = make_model("ridge").fit(art.X, [1, 10, 4, 6, 5, 7], rows=[0, 1, 2, 4, 5, 6])
    ranking = art.rank(taste, hidden=[art.items[0].id])
    every = art.rank(taste)
    assert sorted(one.score for one in every) == pytest.approx(1 + 9 * (np.arange(11) + 0.5) / 11)
    score = {one.item.id: one.score for one in every}
    assert all(one.score == score[one.item.id] for one in ranking)


def test_pictures_are_searched_in_python_alone_and_by_a_taste(library, painted):
    (painted / "items.csv").write_text("item,file,wall\n" + "".join(f"{n},{n:02}.png,w{n % 2}\n" for n in range(12)))
    take_in(library, painted)
    art = library.collection("art")
    found = art.search("w1", top=3)
    assert [(place.rank, place.score, place.why) for place in found] == [(n, 1.0, "w1") for n in (1, 2, 3)]
    taste = make_model("gp").fit(art.X, [1.0, 9.0], rows=[1, 3])
    assert art.search("w1", taste)[0].item.name == "3"
    assert len(art.search("nothing of the kind")) == 0
    near = art.similar("3")
    assert [place.item.name for place in near] == [place.item.name for place in art.similar(art.find("3"))]
    assert {place.item.name for place in art.similar("3", taste)} == {place.item.name for place in near}
    with pytest.raises(UnknownName):
        art.similar("33")


@pytest.mark.parametrize(
    ("name", "title", "artist", "read", "written"),
    [
        ("Albrecht_Durer_4.jpg", None, "Albrecht Dürer", "Albrecht Dürer 4", "Albrecht_Durer_4"),
        ("rome/IMG_0123.jpg", None, None, "IMG 0123", "IMG_0123"),
        ("a_1.jpg", "Dawn_2", "Ada", "Dawn_2", "Dawn_2"),
        ("__.jpg", None, None, "__", "__"),
    ],
)
def test_a_picture_without_a_title_is_called_by_its_file_in_words_and_as_it_is_for_programs(
    name, title, artist, read, written
):
    item = Item(1, name, Locator.of("x.png"), "0" * 64, 4, 3, {}, details=Details(title=title, artist=artist))
    assert (title_of(item), written_title(item)) == (read, written)
