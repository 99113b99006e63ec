"""Labels go out and come back the same, and a bad line costs only itself."""

import csv
import json
import os
import shutil
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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


# ------------------------------------------------------------------ as people save tables


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A data folder with twelve pictures, imported once for all tests."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "pictures").mkdir()
    rng = np.random.default_rng(0)
    for n in range(12):
        coarse = rng.integers(0, 256, (3, 4, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((64, 48)).save(folder / f"pictures/{n:02}.png")
    library = Library(folder / "home")
    library.import_source(folder / "pictures", "art")
    library.close()
    return folder / "home"


@pytest.fixture
def shelf(imported, home):
    library = Library(shutil.copytree(imported, home))
    yield library
    library.close()


def table(tmp_path, text, name="labels.csv"):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def values(shelf, person="Ada"):
    return {name_of(shelf, j.items[0]): j.value for j in said(shelf, person)}


def name_of(shelf, item):
    return next(i.name for i in shelf.collection("art").items if i.id == item)


HEAD = "person,kind,item,other,value\n"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("person;kind;item;other;value\nAda;rating;00.png;;7,5\n", {"00.png": 7.5}),
        ("person\tkind\titem\tother\tvalue\nAda\trating\t00.png\t\t7,25\n", {"00.png": 7.25}),
        (HEAD + 'Ada,rating,00.png,,"7,5"\nAda,rating,01.png,,2.5\n', {"00.png": 7.5, "01.png": 2.5}),
        ("person;kind;item;other;value\nAda;rating;00.png;;1,234\n", {"00.png": 1.234}),
        ("sep=;\nperson;kind;item;other;value\nAda;rating;00.png;;7\n", {"00.png": 7}),
        ("\n\n" + HEAD + "Ada,rating,00.png,,7\n", {"00.png": 7}),
        (HEAD.replace("\n", "\r") + "Ada,rating,00.png,,7\rAda,rating,01.png,,6\r", {"00.png": 7, "01.png": 6}),
        ("person, kind, item, other, value\nAda, rating, 00.png, , 7\n", {"00.png": 7}),
        ((HEAD + "Ada,rating,00.png,,7\n").encode("utf-16"), {"00.png": 7}),
        ("\ufeff" + HEAD + "Ada,rating,00.png,,7\n", {"00.png": 7}),
        (" Person , KIND,item,other,value,note\nAda,rating,00.png,,7,\"two\nlines\"\n", {"00.png": 7}),
        (HEAD + "Ada,rating, 00.png ,,7\n", {"00.png": 7}),
    ],
    ids=["semicolons", "tabs", "quoted comma", "three decimals", "sep", "blank lines first", "old Mac", "spaces",
         "UTF-16", "byte order mark", "a note of two lines", "spaces round a name"],
)  # fmt: skip
def test_a_table_is_read_as_people_save_it(shelf, tmp_path, text, read):
    report = import_labels(shelf, "art", table(tmp_path, text))
    assert (report.faults, values(shelf)) == ([], read)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Ada,rating,00.png,,7,5", "has 6 cells, the header has 5; if 7,5 is one number, write 7.5"),
        ("Ada,rating,00.png,,7,", "has 6 cells, the header has 5"),
        ("Ada,rating,00.png,,1_0", "value must be a number, got '1_0'"),
        ("Ada,rating,00.png,,٧", "value must be a number"),
        ("Ada,rating,00.png,,1e400", "finite"),
        ("Ada,rating,00.png,,-inf", "finite"),
        ('Ada,rating,00.png,,"1,234.5"', "without thousands separators"),
        ("Ada,rating,00.png,," + "1" * 5000, "5,000 characters"),
        ('Ada,rating,"00.png,,7', "a quote is opened here and never closed"),
        ("Ada,rating,00.png\0,,7", "zero byte"),
        ("Ada\0,rating,00.png,,7", "zero byte"),
        ("Ad\x07a,rating,00.png,,7", "printable"),
        (b"Ad\xed\xa0\x80a,rating,00.png,,7", "another encoding"),
        ("Ada,rating," + "x" * 5000 + ",,7", "unknown picture"),
        ("x" * 5000 + ",rating,00.png,,7", "name has 1 to 80"),
        ("Ada,rating," + "x" * 200_000 + ",,7", "cannot be read"),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_a_line_that_cannot_be_right_is_named_by_its_number_and_the_rest_kept(shelf, tmp_path, line, fault):
    raw = line if isinstance(line, bytes) else line.encode()
    good = b"\nBob,rating,01.png,,6\n\nBob,tie,00.png,02.png,\n"
    report = import_labels(shelf, "art", table(tmp_path, HEAD.encode() + b"\n" + raw + b"\n" + good))
    assert report.new == 2
    assert [told.partition(":")[0] for told in report.faults] == ["line 3"]
    assert fault in report.faults[0]
    assert report.faults[0].isprintable()
    assert len(report.faults[0]) < 700


@pytest.mark.parametrize("year", ["0001", "1969", "2201", "9999"])
def test_a_year_that_cannot_be_is_refused_for_its_line(shelf, tmp_path, year):
    file = write(tmp_path, f"Ada,rating,00.png,,7,{year}-06-01T00:00:00+23:00", "Ada,rating,01.png,,7,2200-12-31")
    report = import_labels(shelf, "art", file)
    assert (report.new, len(report.faults)) == (1, 1)
    assert report.faults[0].startswith("line 2: at must be a time from 1970 to 2200")


@pytest.mark.parametrize("at", ["20260131T120000", "1970-01-01", "2026-01-31 12:00", "2026-01-31T12:00:00Z"])
def test_a_time_is_read_in_the_ways_of_iso_8601(shelf, tmp_path, at):
    assert import_labels(shelf, "art", write(tmp_path, f"Ada,rating,00.png,,7,{at}")).new == 1


@pytest.mark.parametrize("at", ["2026", "31.01.2026", "0001-01-01T00:00+23:59", "9999-12-31T23:00-23:00", "9" * 5000])
def test_a_time_that_is_none_is_named(shelf, tmp_path, at):
    report = import_labels(shelf, "art", write(tmp_path, f"Ada,rating,00.png,,7,{at}"))
    assert (report.new, report.faults[0][:18]) == (0, "line 2: at must be")


def test_where_seconds_have_decimal_commas_three_digits_behind_a_point_are_not_guessed(shelf, tmp_path):
    head = "person;kind;item;other;value;seconds\n"
    file = table(tmp_path, head + "Ada;rating;00.png;;7;2,5\nAda;rating;01.png;;7;1.234\nAda;rating;02.png;;7;1.5\n")
    report = import_labels(shelf, "art", file)
    assert report.new == 2
    assert report.faults[0].startswith("line 3: seconds must be a number, got '1.234'; this may be thousands")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("\n\n \n", "is empty"),
        ("who,what\n", "lacks the columns person, kind, item"),
        ("person,kind,item,value,Value\nAda,rating,00.png,1,2\n", "has the column value twice"),
        ('person,kind,"item\n', "never closed"),
        ("person,kind,it\0em\nAda,rating,00.png\n", "zero byte"),
    ],
    ids=["empty", "blank", "other columns", "value twice", "open quote", "zero byte"],
)
def test_a_header_that_cannot_be_used_gets_a_sentence(shelf, tmp_path, text, fault):
    with pytest.raises(BadInput, match=fault):
        import_labels(shelf, "art", table(tmp_path, text))


def test_labels_may_come_through_a_pipe(shelf, tmp_path):
    pipe = tmp_path / "labels.csv"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=(HEAD + "Ada,rating,00.png,,7\n",), daemon=True).start()
    assert import_labels(shelf, "art", pipe).new == 1


def test_a_header_alone_is_a_table_of_nothing(shelf, tmp_path):
    report = import_labels(shelf, "art", table(tmp_path, HEAD))
    assert (report.new, report.known, report.faults) == (0, 0, [])


def test_a_bad_name_of_a_person_costs_that_persons_lines_alone(shelf, tmp_path):
    file = write(tmp_path, "A\u202eda,rating,00.png,,7,", "Bob,rating,00.png,,7,", "A\u202eda,rating,01.png,,7,")
    report = import_labels(shelf, "art", file)
    assert (report.new, [told.partition(":")[0] for told in report.faults]) == (1, ["line 2", "line 4"])


def test_ten_thousand_unknown_pictures_are_named_at_once(shelf, tmp_path):
    lines = "".join(f"Ada,rating,no such picture {i}.png,,7\n" for i in range(10_000))
    start = time.process_time()
    report = import_labels(shelf, "art", table(tmp_path, HEAD + lines))
    assert len(report.faults) == 10_000
    assert time.process_time() - start < 5


def test_one_client_id_for_two_answers_is_named(shelf, tmp_path):
    head = "person,kind,item,other,value,client_id"
    file = write(tmp_path, "Ada,rating,00.png,,7,x1", "Ada,rating,01.png,,7,x1", "Ada,rating,00.png,,7,x1", header=head)
    report = import_labels(shelf, "art", file)
    assert (report.new, report.known) == (1, 1)
    assert report.faults == ["line 3: its client_id 'x1' is that of another answer; give it one of its own, or none"]


def test_a_grid_that_lacks_a_line_is_no_answer(shelf, tmp_path):
    pairs = [("00.png", "02.png"), ("00.png", "03.png"), ("01.png", "02.png")]
    lines = [f"Ada,choice,{won},{lost},,g1" for won, lost in pairs]
    report = import_labels(shelf, "art", write(tmp_path, *lines, header="person,kind,item,other,value,grid"))
    assert (report.new, len(report.faults)) == (0, 3)
    assert "are missing" in report.faults[0]


# ------------------------------------------------------------------ JSON

GOOD = '{"person": "Ada", "kind": "rating", "item": "00.png", "value": 7}'


@pytest.mark.parametrize(
    "bad",
    [
        GOOD.replace("7", "[" * 5000 + "]" * 5000),
        GOOD.replace("7", "1" * 5000),
        GOOD.replace("7", "1e400"),
        GOOD.replace("7", "NaN"),
        GOOD.replace("7", "true"),
        GOOD.replace("7", '"1_0"'),
        GOOD.replace("Ada", "A\\ud800"),
        GOOD.replace("Ada", "A\\u0000"),
        GOOD.replace("00.png", "00\\u0000.png"),
        GOOD.replace('"Ada"', '{"a": 1}'),
        GOOD.replace(', "item"', ' "item"'),
        GOOD.replace("Ada", 'A"da'),
        "7",
        '"words"',
        "null",
        "[]",
        "{}",
    ],
    ids=lambda text: text[:20] + text[-20:],
)
def test_a_bad_entry_of_json_is_named_by_its_line_and_the_rest_kept(shelf, tmp_path, bad):
    good = GOOD.replace("Ada", "Bob")
    text = f"[\n{good.replace('00', '01')},\n\n{bad},\n{good}\n]\n"
    report = import_labels(shelf, "art", table(tmp_path, text, "labels.json"))
    assert report.new == 2
    assert [told.partition(":")[0] for told in report.faults] == ["line 4"]
    assert report.faults[0].isprintable()


def test_the_first_entry_may_be_the_bad_one(shelf, tmp_path):
    report = import_labels(shelf, "art", table(tmp_path, f'[{{"person": "Ada"}},\n{GOOD}]', "labels.json"))
    assert (report.new, report.faults[0][:6]) == (1, "line 1")


def test_json_has_its_numbers_in_either_way(shelf, tmp_path):
    file = table(tmp_path, f"[{GOOD.replace('7', '7.5')},{GOOD.replace('7', '2').replace('00', '01')}]", "labels.json")
    assert import_labels(shelf, "art", file).faults == []
    assert values(shelf) == {"00.png": 7.5, "01.png": 2}


# ------------------------------------------------------------------ out and in again

NAMES = ["=SUM(A1).png", "＝1.png", "-rf.png", "+1.png", "@cmd.png", " lead.png", "  =two.png", "trail .png", "'=x.png"]
NAMES += ["''@.png", "'quoted'.png", "semi;colon.png", 'quote "x".png', "Sunset, Paris.png", "été.png", "emoji 😊.png"]


@pytest.fixture
def awkward(home, tmp_path):
    """Pictures whose names a spreadsheet would run, strip or take apart."""
    folder, rng = tmp_path / "awkward", np.random.default_rng(0)
    folder.mkdir()
    for name in NAMES:
        Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).resize((64, 64)).save(folder / name)
    library = Library(home)
    library.import_source(folder, "art")
    assert {item.name for item in library.collection("art").items} == set(NAMES)
    yield library
    library.close()


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_names_that_a_spreadsheet_would_run_come_back_unchanged(awkward, tmp_path, ending):
    store, pictures = awkward.store, awkward.collection("art")
    names = {item.id: item.name for item in pictures.items}
    person = "=HYPERLINK(1)"
    answers = [Judgement("rating", (item,), f"@{item}", value=7, asked_by="+ours") for item in names]
    store.record(store.add_person(person).id, pictures.row.id, answers)
    file = tmp_path / f"labels.{ending}"
    export_labels(awkward, "art", file)
    text = file.read_text()
    if ending == "csv":
        cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝")]
    for item in pictures.items:  # the names alone say which picture is meant
        text = text.replace(item.sha256, "")
    file.write_text(text.replace("HYPERLINK", "ELSE"))
    assert import_labels(awkward, "art", file).faults == []
    again = store.judgements(store.person("=ELSE(1)").id, pictures.row.id)
    assert [replace(j, at=answers[0].at) for j in again] == [replace(j, at=answers[0].at) for j in answers]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("'=+-@＝"), min_size=1, max_size=20
    ),
    st.sampled_from(["csv", "json"]),
)
def test_whatever_stands_in_the_ids_comes_back(shelf, tmp_path, text, ending):
    said = text.strip()
    if not said.isprintable() or not said:
        return
    store, row = shelf.store, shelf.store.collection("art")
    who = store.add_person("Ada")
    item = ids(shelf)[0]
    answer = Judgement("rating", (item,), f"{said}-{len(store.events(who.id, row.id))}", value=7, asked_by=said)
    store.record(who.id, row.id, [answer])
    file = tmp_path / f"labels.{ending}"
    export_labels(shelf, "art", file)
    report = import_labels(shelf, "art", file)
    assert (report.new, report.faults) == (0, [])
    assert report.known == len(store.judgements(who.id, row.id))
