"""Labels go out and come back the same, and a bad line costs only itself."""

import json
import shutil

import pytest
from PIL import Image

from beholder.collection import Library
from beholder.errors import BadInput
from beholder.labels import export_labels, import_labels
from beholder.types import Judgement


@pytest.fixture
def library(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    yield library
    library.close()


def ids(library):
    return [item.id for item in library.collection("art").items]


def said(library, person="Ada"):
    store = library.store
    return store.judgements(store.add_person(person).id, store.collection("art").id)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_what_is_exported_comes_back_the_same_elsewhere(library, painted, tmp_path, ending):
    a, b, c, d = ids(library)[:4]
    everything = [
        Judgement("rating", (a,), "1", value=7, seconds=1.25, asked_by="random"),
        Judgement("choice", (a, b), "2", side="right", asked_by="ours"),
        Judgement("tie", (c, d), "3"),
        Judgement("skip", (c, b), "4"),
        Judgement("favourite", (d,), "5", value=1),
        Judgement("hide", (b,), "6", value=1),
        Judgement("grid", (a, b, c, d), "7", picked=(a, b), seconds=9),
    ]
    store = library.store
    store.record(store.add_person("Ada").id, store.collection("art").id, everything)
    file = tmp_path / f"labels.{ending}"
    export_labels(library, "art", file)
    other = Library(tmp_path / "elsewhere")
    other.import_source(painted, "art")
    report = import_labels(other, "art", file)
    assert (report.new, report.faults) == (7, [])
    assert sorted(said(other), key=lambda j: j.client_id) == everything
    assert import_labels(other, "art", file).new == 0


def test_labels_of_one_collection_are_kept_in_another_too(library, painted, tmp_path):
    library.import_source(painted, "again")
    file = write(tmp_path, "Ada,rating,00.png,,7,")
    for name in ("art", "again"):
        assert import_labels(library, name, file).new == 1
        store = library.store
        assert len(store.judgements(store.person("Ada").id, store.collection(name).id)) == 1


def test_pictures_of_one_name_are_told_apart_by_their_content(home, painted, tmp_path):
    library, other = Library(home), tmp_path / "other"
    shutil.copytree(painted, other)
    for picture in other.glob("*.png"):
        Image.open(picture).transpose(Image.Transpose.ROTATE_180).save(picture)
    library.import_source(painted, "art")
    library.import_source(other, "art")
    first, second = (i.id for i in library.collection("art").items if i.name == "00.png")
    store = library.store
    store.record(store.add_person("Ada").id, 1, [Judgement("rating", (second,), "1", value=3)])
    export_labels(library, "art", tmp_path / "labels.csv")
    report = import_labels(library, "art", write(tmp_path, "Bob,rating,00.png,,7,", name="plain.csv"))
    assert "tell them apart" in report.faults[0]
    text = (tmp_path / "labels.csv").read_text().replace("Ada", "Cy")
    (tmp_path / "labels.csv").write_text(text)
    assert import_labels(library, "art", tmp_path / "labels.csv").new == 1
    assert said(library, "Cy")[0].items == (second,)
    assert first != second


def test_json_that_lacks_a_key_in_the_middle_is_named_by_its_line(library, tmp_path):
    file = tmp_path / "labels.json"
    good = {"person": "Ada", "kind": "rating", "item": "00.png", "value": 3}
    file.write_text(json.dumps([good, good, {"person": "Ada"}]))
    report = import_labels(library, "art", file)
    assert (report.new, len(report.faults)) == (2, 1)


def write(tmp_path, *lines, header="person,kind,item,other,value,at", name="labels.csv"):
    file = tmp_path / name
    file.write_text("\n".join([header, *lines]) + "\n")
    return file


def test_plain_lines_are_enough_and_count_once(library, tmp_path):
    file = write(tmp_path, "Ada,rating,00.png,,7,", "Ada,choice,01.png,02.png,,", "Bob,tie,01.png,02.png,,2026-01-31")
    assert import_labels(library, "art", file).new == 3
    assert import_labels(library, "art", file).known == 3
    assert [j.kind for j in said(library)] == ["rating", "choice"]
    assert [j.at.isoformat() for j in said(library, "Bob")] == ["2026-01-31T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Ada,rating,00.png,,11,", "from 1 to 10"),
        ("Ada,rating,00.png,,,", "from 1 to 10"),
        ("Ada,rating,00.png,,nan,", "finite"),
        ("Ada,rating,00.png,,much,", "must be a number"),
        ("Ada,rating,99.png,,5,", "unknown picture '99.png'"),
        ("Ada,choice,00.png,00.png,,", "with itself"),
        ("Ada,choice,00.png,,,", "takes 2 pictures"),
        ("Ada,rating,00.png,01.png,5,", "takes 1 picture"),
        ("Ada,loves,00.png,,,", "unknown kind 'loves'"),
        ("Ada,favourite,00.png,,3,", "1 (on) or 0 (off)"),
        ("Ada,tie,00.png,01.png,,yesterday", "must be a time"),
        (",tie,00.png,01.png,,", "nobody is named"),
        ("Ada", "unknown kind ''"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_kept(library, tmp_path, line, fault):
    report = import_labels(library, "art", write(tmp_path, line, "Ada,tie,00.png,01.png,,"))
    assert report.new == 1
    assert len(report.faults) == 1
    assert report.faults[0].startswith("line 2: ")
    assert fault in report.faults[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"who,what\nAda,rating\n", "lacks the columns person, kind, item"),
        (b"person,kind,item\n\x81\x8d,rating,x\n", "UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_labels_gets_a_sentence(library, tmp_path, content, fault):
    file = tmp_path / "labels.csv"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=fault):
        import_labels(library, "art", file)


@pytest.mark.parametrize("content", ["{", "{}", "[1]", json.dumps([{"person": "Ada"}])])
def test_json_of_another_shape_gets_a_sentence(library, tmp_path, content):
    file = tmp_path / "labels.json"
    file.write_text(content)
    with pytest.raises(BadInput):
        import_labels(library, "art", file)


def test_a_table_that_a_spreadsheet_wrote_is_read(library, tmp_path):
    file = tmp_path / "labels.csv"
    file.write_bytes("person;kind;item;other;value;at\nÅsa;rating;00.png;;7;\n".encode("cp1252"))
    assert import_labels(library, "art", file).new == 1
    assert said(library, "Åsa")[0].value == 7


def test_a_missing_file_gets_a_sentence(library, tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        import_labels(library, "art", tmp_path / "none.csv")
