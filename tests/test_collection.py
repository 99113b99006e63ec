"""Pictures in: once, whatever happens, and nothing of the user's is changed."""

import shutil

import numpy as np
import pytest
from PIL import Image

import beholder as bh
from beholder.collection import Library, embed_files, on_scale
from beholder.errors import BadInput, UnknownName, UserError


@pytest.fixture
def library(home):
    library = Library(home)
    yield library
    library.close()


def take_in(library, folder, **more):
    return library.import_source(folder, "art", **more)


def counts(report):
    return report.new, report.known, report.copies, report.moved, report.gone, len(report.broken)


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
    assert library.collection("art").items[3].path.name == "copy.png"


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
    monkeypatch.setattr("beholder.importer.BATCH", 5)

    def interrupt(stage, done, total):
        if stage == "reading pictures" and done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(library, painted, progress=interrupt)
    assert counts(take_in(library, painted)) == (7, 5, 0, 0, 0, 0)


def test_another_encoder_renews_the_numbers(library, painted):
    take_in(library, painted)
    take_in(library, painted, encoder="attributes")
    art = library.collection("art")
    assert np.array_equal(art.X, np.hstack([art.attributes, art.attributes]))


def test_a_shard_that_was_lost_is_made_again(library, painted, home):
    take_in(library, painted)
    X = library.collection("art").X
    shutil.rmtree(home / "vectors")
    fresh = Library(home)
    take_in(fresh, painted)
    assert np.array_equal(fresh.collection("art").X, X)


def test_files_are_embedded_once_wherever_they_are(library, painted):
    paths = sorted(painted.glob("*.png"))
    first = embed_files(paths, library.settings.encoder, library=library)
    take_in(library, painted)
    assert np.array_equal(library.collection("art").X[:, :-10], first)
    (painted / "bad.png").write_bytes(b"bad")
    with pytest.raises(BadInput, match=r"bad\.png"):
        embed_files([painted / "bad.png"], "classic", library=library)


def test_a_filter_names_what_there_is(library, painted):
    (painted / "items.csv").write_text("item,file,wall\n" + "".join(f"{n},{n:02}.png,{n % 2}\n" for n in range(12)))
    take_in(library, painted)
    art = library.collection("art")
    assert art.where("wall=1").tolist() == [1, 3, 5, 7, 9, 11]
    with pytest.raises(UnknownName, match="did you mean 'wall'"):
        art.where("walls=1")
    with pytest.raises(UserError, match="COLUMN=VALUE"):
        art.where("wall")


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


def test_scores_are_shown_from_1_to_10_and_little_knowledge_stays_in_the_middle():
    raw = np.linspace(-1, 1, 50)
    sure, _ = on_scale(raw, np.full(50, 0.01), rated=False)
    unsure, doubt = on_scale(raw * 0.01, np.full(50, 1.0), rated=False)
    assert sure.min() >= 1
    assert sure.max() <= 10
    assert np.ptp(sure) > 5
    assert np.ptp(unsure) < 0.1
    assert doubt.mean() == pytest.approx(2, rel=0.01)
