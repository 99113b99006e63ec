"""Published rated sets: what each becomes in the plain format, and that everything wrong with one is told at once."""

import csv
import json
import shutil
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.errors import BadInput, MissingExtra, UnknownName, UserError
from beholder.features.attributes import ATTRIBUTES
from beholder.research.datasets import PUBLIC, check, convert, load_plain, spreadsheet
from beholder.research.datasets.aadb import ATTRIBUTES as AADB_ATTRIBUTES
from beholder.research.datasets.spreadsheet import spreadsheet_lines
from helpers import rated_sets
from helpers.rated_sets import MAKERS, Planted, put, put_sheet

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=MAKERS)
def name(request) -> str:
    return request.param


@pytest.fixture
def planted(name, tmp_path) -> Planted:
    return MAKERS[name](tmp_path / "set")


def refused(name: str, folder: Path, **options) -> str:
    """Why the set is refused."""
    with pytest.raises(BadInput) as caught:
        check(name, folder, **options)
    return str(caught.value)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_set_has_a_miniature():
    assert set(MAKERS) == set(PUBLIC)


def test_a_format_says_where_it_is_from_and_what_one_may_do(name):
    form = PUBLIC[name]
    assert form.name == name
    assert form.scale[0] < form.scale[1]
    assert all((form.title, form.known, form.split, form.repeats, form.layout, form.licence, form.citation))
    assert form.source.startswith("https://")


def test_the_ratings_come_out_as_they_were_planted(name, planted, tmp_path):
    convert(name, tmp_path / "set", tmp_path / "out")
    data = load_plain(tmp_path / "out")
    ratings = zip(data.ratings.rater, data.ratings.item, data.ratings.score, strict=True)
    assert {(data.raters[r], data.items[i]): score for r, i, score in ratings} == planted.ratings
    assert len(data.ratings) == len(planted.ratings)
    assert (data.scale, data.licence, data.citation) == (
        tuple(map(float, PUBLIC[name].scale)),
        PUBLIC[name].licence,
        PUBLIC[name].citation,
    )
    retest = rows_of(tmp_path / "out/retest.csv") if planted.retest else []
    assert [(row["rater"], row["item"], float(row["score"])) for row in retest] == planted.retest


def test_the_means_come_out_as_they_were_planted(name, planted, tmp_path):
    convert(name, tmp_path / "set", tmp_path / "out")
    rows = [row for row in rows_of(tmp_path / "out/items.csv") if "score" in row]
    means = {
        row["item"]: (float(row["score"]), float(row["score_std"]) if "score_std" in row else None) for row in rows
    }
    assert means == planted.means


def test_the_split_is_the_published_one(name, planted, tmp_path):
    convert(name, tmp_path / "set", tmp_path / "out")
    data = load_plain(tmp_path / "out")

    def test_names(names, flags):
        return None if flags is None else {names[i] for i in np.flatnonzero(flags)}

    assert test_names(data.items, data.item_is_test) == planted.test_items
    assert test_names(data.raters, data.rater_is_test) == planted.test_raters


def test_items_point_at_the_pictures_where_they_are(name, planted, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "deep/er", target_is_directory=True)
    (tmp_path / "deep/er").mkdir(parents=True)
    convert(name, tmp_path / "set", tmp_path / "link/out")
    data = load_plain(tmp_path / "link/out")
    for item, file in planted.pictures.items():
        assert data.files[data.items.index(item)].samefile(tmp_path / "set" / file)


def test_with_copy_the_folder_stands_alone(name, planted, tmp_path):
    convert(name, tmp_path / "set", tmp_path / "out", copy=True)
    shutil.rmtree(tmp_path / "set")
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    data = load_plain(tmp_path / "elsewhere")
    for item, file in planted.pictures.items():
        assert file.encode() in data.files[data.items.index(item)].read_bytes()


def test_twice_the_same_set_gives_the_same_bytes(name, planted, tmp_path):
    first, second = (convert(name, tmp_path / "set", tmp_path / out) for out in ("one", "two"))
    assert first == second
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / out).iterdir()} for out in ("one", "two"))
    assert one == two
    assert load_plain(tmp_path / "one").revision == load_plain(tmp_path / "two").revision


def test_nothing_is_written_over(name, planted, tmp_path):
    convert(name, tmp_path / "set", tmp_path / "out")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match="not an empty folder"):
        convert(name, tmp_path / "set", tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_told_what_is_wanted(name, tmp_path):
    told = refused(name, tmp_path)
    assert PUBLIC[name].layout in told
    assert PUBLIC[name].source in told
    assert "is not a folder" in refused(name, tmp_path / "gone")


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "real-cur"])  # that is nothing but pictures
def test_all_files_that_are_missing_are_named_at_once(name, planted, tmp_path):
    for file in planted.files:
        path = tmp_path / "set" / file
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    told = refused(name, tmp_path / "set")
    assert all(file in told for file in planted.files)


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "real-cur"])  # whose tables are its pictures
def test_pictures_that_are_missing_are_counted_and_named(name, planted, tmp_path):
    item, file = list(planted.pictures.items())[-1]
    (tmp_path / "set" / file).unlink()
    sentence = f"the folder lacks 1 of the pictures in the tables: {item}"
    assert sentence in refused(name, tmp_path / "set")
    convert(name, tmp_path / "set", tmp_path / "out", partial=True)
    assert item not in load_plain(tmp_path / "out").items


def test_partial_leaves_out_what_cannot_be_used(tmp_path):
    rated_sets.lapis(tmp_path / "set")
    (tmp_path / "set/images/b.jpg").unlink()
    with (tmp_path / "set/annotation/LAPIS_PIAA.csv").open("a") as table:
        table.write("6,P3,1,a.jpg,101,x,x,x,9\n7,,1,a.jpg,1,x,x,x,9\n8,P3,1,a.jpg\n9,P3,1,a.jpg,,x,x,x,9\n")
    told = refused("lapis", tmp_path / "set")
    sentences = (
        "the folder lacks 1 of the pictures in the tables: b.jpg",
        "LAPIS_PIAA.csv line 8: score must be a number from 0 to 100, got '101'",
        "LAPIS_PIAA.csv line 9: the rater has no name",
        "LAPIS_PIAA.csv line 10: has 4 cells, the header has 9",
        "LAPIS_PIAA.csv line 11: score must be a number from 0 to 100, got ''",
    )
    assert all(sentence in told for sentence in sentences)
    assert "5 faults" in told
    assert "--partial" in told
    report = convert("lapis", tmp_path / "set", tmp_path / "out", partial=True)
    assert set(report.left_out) == set(sentences)
    assert load_plain(tmp_path / "out").items == ("a.jpg", "é.jpg")


BROKEN = {
    "empty": lambda whole: b"",
    "cut": lambda whole: whole[: len(whole) // 2],
    "cut near its end": lambda whole: whole[:-40],
    "a web page": lambda whole: b"<!doctype html><title>404</title>",
}


@pytest.mark.parametrize("breaks", BROKEN.values(), ids=BROKEN)
def test_pictures_that_cannot_be_opened_are_named_and_left_out(name, planted, tmp_path, breaks):
    item, file = list(planted.pictures.items())[-1]
    path = tmp_path / "set" / file
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, "JPEG")
    path.write_bytes(breaks(path.read_bytes()))
    assert f"{file}: the picture cannot be opened: " in refused(name, tmp_path / "set")
    report = convert(name, tmp_path / "set", tmp_path / "out", partial=True)
    assert [told for told in report.left_out if told.startswith(f"{file}: ")]
    data = load_plain(tmp_path / "out")
    assert item not in data.items
    assert len(data.items) == report.items
    assert set(range(len(data.raters))) == set(data.ratings.rater.tolist()) or not planted.ratings


def test_counts_of_votes_that_are_no_counts_are_told(tmp_path):
    rated_sets.ava(tmp_path)
    put(
        tmp_path,
        "AVA.txt",
        "1 953619 " + "9" * 5000 + " 0 0 0 0 0 0 0 0 1 1 22 1396",
        "2 953958 0 0 0 0 0 0 0 0 0 3 0 0 1",
    )
    told = refused("ava", tmp_path)
    assert "AVA.txt line 1: wanted 10 counts of votes" in told
    assert len(told) < 1500


def test_decimal_commas_of_a_published_set_become_points(tmp_path):
    rated_sets.baid(tmp_path / "set")
    put(tmp_path / "set", "dataset/train_set.csv", "image;score", "1.jpg;9,125")
    convert("baid", tmp_path / "set", tmp_path / "out")
    assert rows_of(tmp_path / "out/items.csv")[0]["score"] == "9.125"


def test_what_the_split_leaves_out_is_told(tmp_path):
    rated_sets.para(tmp_path / "set")
    put(tmp_path / "set", "annotation/PARA-GiaaTrain.csv", "imageName,sessionId")
    assert "the published split leaves out 1 pictures: session1/i1_.jpg" in refused("para", tmp_path / "set")
    report = check("para", tmp_path / "set", partial=True)
    assert (report.items, report.ratings, report.retest) == (1, 1, 0)


def test_a_picture_on_both_sides_of_a_split_is_told(tmp_path):
    rated_sets.para(tmp_path)
    put(tmp_path, "annotation/PARA-GiaaTest.csv", "imageName,sessionId", "i1_.jpg,session1", "i1_.jpg,session2")
    assert "line 2: 'session1/i1_.jpg' is in train and in test" in refused("para", tmp_path)


def test_a_picture_that_comes_twice_is_told(tmp_path):
    rated_sets.baid(tmp_path)
    put(tmp_path, "dataset/test_set.csv", "image,score", "3.jpg,3.1", "1.jpg,3")
    assert "test_set.csv line 3: item '1.jpg' comes twice" in refused("baid", tmp_path)


def test_a_missing_column_is_told_with_the_header(tmp_path):
    rated_sets.koniq(tmp_path)
    put(tmp_path, "koniq10k_scores_and_distributions.csv", "image_name,mean", "1.jpg,3")
    told = refused("koniq-10k", tmp_path)
    assert "has no column mos, sd; its header is: image_name, mean" in told


def test_without_the_optional_files_there_is_no_split(tmp_path):
    optional = {
        "flickr-aes": "test_workers.txt",
        "ava": "aesthetics_image_lists/generic_test.jpgl",
        "koniq-10k": "koniq10k_distributions_sets.csv",
    }
    for name, file in optional.items():
        MAKERS[name](tmp_path / name)
        (tmp_path / name / file).unlink()
        convert(name, tmp_path / name, tmp_path / f"{name}-out")
        data = load_plain(tmp_path / f"{name}-out")
        assert data.item_is_test is None
        assert data.rater_is_test is None


def test_a_test_worker_who_rated_nothing_is_told(tmp_path):
    rated_sets.flickr_aes(tmp_path)
    put(tmp_path, "test_workers.txt", "A3", "A9")
    assert "test_workers.txt: names 1 workers who rated nothing: A9" in refused("flickr-aes", tmp_path)


def test_the_published_mean_of_a_set_with_raters_is_kept_apart(tmp_path):
    rated_sets.flickr_aes(tmp_path / "set")
    convert("flickr-aes", tmp_path / "set", tmp_path / "out")
    assert [row["published_score"] for row in rows_of(tmp_path / "out/items.csv")] == ["0.25", "0.5", "0.75"]


def test_aadb_keeps_the_attributes_of_the_paper(tmp_path):
    rated_sets.aadb(tmp_path / "set")
    convert("aadb", tmp_path / "set", tmp_path / "out")
    row = rows_of(tmp_path / "out/items.csv")[0]
    assert row["balancing element"] == "-0.4"
    assert set(AADB_ATTRIBUTES.values()) == {a.name for a in ATTRIBUTES} | {"motion blur"}
    assert set(AADB_ATTRIBUTES.values()) < set(row)


def test_the_workers_of_aadb_become_raters_where_their_table_is(tmp_path):
    rated_sets.aadb(tmp_path / "set")
    rated_sets.aadb_workers(tmp_path / "set")
    convert("aadb", tmp_path / "set", tmp_path / "out")
    data = load_plain(tmp_path / "out")
    ratings = zip(data.ratings.rater, data.ratings.item, data.ratings.score, strict=True)
    train, test = "farm1_2_30_b.jpg", "farm4_5_60_b.jpg"
    assert {(data.raters[r], data.items[i]): score for r, i, score in ratings} == {
        ("W1", train): 5,
        ("W1", test): 3,
        ("W2", train): 2,
    }
    assert data.scale == (1, 5)
    assert "published_score" in data.columns


def test_the_seconds_of_a_vote_are_kept(tmp_path):
    rated_sets.eva(tmp_path / "set")
    convert("eva", tmp_path / "set", tmp_path / "out")
    assert [row["seconds"] for row in rows_of(tmp_path / "out/ratings.csv")] == ["12.5", "", "3"]
    assert rows_of(tmp_path / "out/items.csv")[0]["category"] == "5"


def test_an_interrupted_conversion_leaves_nothing(tmp_path):
    rated_sets.baid(tmp_path / "set")

    def stop(stage, done, total):
        if stage == "writing the tables":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert("baid", tmp_path / "set", tmp_path / "out", copy=True, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_sheet_is_read_as_it_was_written(tmp_path):
    put_sheet(tmp_path / "a.xlsx", [["a", "b & <c>", "d"], [], [None, 0.1, "a"], [1e-7, None, None]])
    assert list(spreadsheet_lines(tmp_path / "a.xlsx")) == [
        (1, ["a", "b & <c>", "d"]),
        (3, ["", "0.1", "a"]),
        (4, ["1e-07"]),
    ]


@pytest.mark.parametrize("raw", [b"", b"PK", b"Image name,MOS\n"])
def test_a_sheet_that_is_none_is_told(tmp_path, raw):
    rated_sets.spaq(tmp_path)
    (tmp_path / "Annotations/MOS and Image attribute scores.xlsx").write_bytes(raw)
    assert "is no .xlsx table that can be read" in refused("spaq", tmp_path)


def with_sheet(path, sheet):
    """A workbook whose sheet is this XML."""
    put_sheet(path, [["a"]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in (parts | {"xl/worksheets/sheet1.xml": sheet.encode()}).items():
            book.writestr(name, data)
    return path


ROWS = f'<worksheet xmlns="{rated_sets.MAIN}">{{}}<sheetData>{{}}</sheetData></worksheet>'
CELL = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    "sheet",
    [ROWS.format("", CELL.format(10**9)), LAUGHS + ROWS.format("&a9;", ""), ROWS.format("", "<row>" * 100)],
    ids=["a row far below", "entities of entities", "cut"],
)
def test_a_sheet_made_to_waste_time_is_refused(tmp_path, sheet):
    start = time.process_time()
    with pytest.raises(BadInput, match="xlsx table that can be read"):
        list(spreadsheet_lines(with_sheet(tmp_path / "a.xlsx", sheet)))
    assert time.process_time() - start < 20


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path):
    sheet = ROWS.format('<dimension ref="A1:XFD1048576"/>', CELL.format(1) + CELL.format(3))
    assert list(spreadsheet_lines(with_sheet(tmp_path / "a.xlsx", sheet))) == [(1, ["1"]), (3, ["3"])]


def test_a_sheet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheet, "_MOST_BYTES", 100_000)
    path = with_sheet(tmp_path / "a.xlsx", ROWS.format("", " " * 1_000_000))
    with pytest.raises(BadInput, match="sheet1"):
        list(spreadsheet_lines(path))


def test_without_openpyxl_the_command_that_brings_it_is_told(tmp_path, monkeypatch):
    rated_sets.spaq(tmp_path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra, match=r"Run: pip install 'beholder\[bench\]'"):
        check("spaq", tmp_path)


def test_a_converted_set_can_be_benched(tmp_path, capsys):
    rng = np.random.default_rng(0)
    (tmp_path / "set/40K").mkdir(parents=True)
    lines = []
    for i in range(24):
        pixels = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((64, 64)).save(tmp_path / f"set/40K/{i}.jpg")
        lines += [f" W{w}, {i}.jpg, {1 + (i * (w + 1)) % 5}" for w in range(3)]
    put(tmp_path / "set", "FLICKR-AES_image_labeled_by_each_worker.csv", "worker, imagePair, score", *lines)
    assert run(["datasets", "convert", "flickr-aes", str(tmp_path / "set"), "--into", str(tmp_path / "out")]) == 0
    assert "24 pictures, 3 raters, 72 ratings" in capsys.readouterr().out
    bench = ["bench", str(tmp_path / "out"), "--methods", "generic", "--shots", "5", "--repeats", "1", "--json"]
    assert run(bench) == 0
    assert {figure["method"] for figure in json.loads(capsys.readouterr().out)} == {"generic"}


def test_every_set_stands_in_the_documentation_as_it_is(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "runs")
    import dataset_docs

    assert dataset_docs.page() == dataset_docs.PAGE.read_text("utf-8"), "run: python runs/dataset_docs.py"


def test_the_command_lists_every_set(capsys):
    assert run(["datasets", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [form["name"] for form in told] == list(PUBLIC)
    assert all(form["licence"] and form["source"] and form["scale"] for form in told)
    assert run(["datasets", "list"]) == 0
    told = capsys.readouterr().out
    assert all(form.source in told for form in PUBLIC.values())


def test_the_command_checks_without_writing(tmp_path, capsys):
    rated_sets.lapis(tmp_path / "set")
    before = sorted(tmp_path.rglob("*"))
    assert run(["datasets", "check", "lapis", str(tmp_path / "set"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["items"], report["ratings"], report["retest"], report["copies"]) == (3, 4, 1, 1)
    assert run(["datasets", "check", "lapis", str(tmp_path)]) == 1
    assert "It comes from" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_plain_folder_is_checked_as_well(tmp_path, capsys):
    rated_sets.para(tmp_path / "set")
    convert("para", tmp_path / "set", tmp_path / "out")
    report = check("plain", tmp_path / "out")
    assert (report.name, report.items, report.test_items, report.ratings) == ("PARA", 2, 1, 3)
    assert run(["datasets", "convert", "plain", str(tmp_path / "out"), "--into", str(tmp_path / "x")]) == 2
    assert "in the plain format already" in capsys.readouterr().err


def test_a_misspelt_set_is_offered_the_right_one(tmp_path):
    with pytest.raises(UnknownName, match="did you mean 'flickr-aes'"):
        check("flickraes", tmp_path)
