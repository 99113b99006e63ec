"""The plain folder format: what is read, what is refused, and how filters keep judgements honest."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from beholder.errors import BadInput, UnknownName
from beholder.research.bench.raters import known_scores, rated_again
from beholder.research.bench.vectors import read_vectors
from beholder.research.datasets import LEFT, RIGHT, TIE, check, load_plain, same_pictures
from helpers.makers import encoded, noise

ITEMS = "item,file,kind\na,a.png,x\nb,b.png,x\nc,c.png,y\n"


def make(folder, **tables):
    """A folder with three pictures a, b, c and these tables (name without .csv -> text or bytes)."""
    folder.mkdir(exist_ok=True)
    for name in "abc":
        (folder / f"{name}.png").write_bytes(b"never opened")
    for name, text in {"items": ITEMS, **tables}.items():
        path = folder / (name if "." in name else f"{name}.csv")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_a_folder_becomes_arrays(tmp_path):
    data = load_plain(
        make(
            tmp_path / "set",
            ratings="rater,item,score\nzoe,c,3.5\nann,a,1\n",
            choices="rater,left,right,choice,seconds\nann,a,b,left,1.5\nann,b,c,tie,\nzoe,c,a,RIGHT,0.2\n",
        )
    )
    assert (data.name, data.items, data.raters) == ("set", ("a", "b", "c"), ("ann", "zoe"))
    assert data.ratings.item.tolist() == [2, 0]
    assert data.ratings.rater.tolist() == [1, 0]
    assert data.ratings.score.tolist() == [3.5, 1.0]
    assert data.choices.answer.tolist() == [LEFT, TIE, RIGHT]
    assert data.choices.won().tolist() == [[0, 1], [0, 2]]
    assert data.choices.tied().tolist() == [[1, 2]]
    np.testing.assert_array_equal(data.choices.seconds, [1.5, np.nan, 0.2])
    assert data.item_is_test is None
    assert data.rater_is_test is None


def test_splits_and_description_are_read(tmp_path):
    data = load_plain(
        make(
            tmp_path,
            items="item,file,split\na,a.png,train\nb,b.png,test\nc,c.png,Train\n",
            ratings="rater,item,score\nann,a,1\nzoe,b,5\n",
            raters="rater,split\nann,train\nzoe,test\nnobody,test\n",
            **{"dataset.json": '{"name": "mine", "scale": [1, 5], "licence": "CC0", "citation": "me"}'},
        )
    )
    assert data.item_is_test.tolist() == [False, True, False]
    assert data.rater_is_test.tolist() == [False, True]
    assert (data.name, data.scale, data.licence, data.citation) == ("mine", (1.0, 5.0), "CC0", "me")


FAULTS = [
    ({"items": "item,title\na,x\n"}, "items.csv: has no column file; its header is: item, title"),
    ({"items": ITEMS + "a,a.png,x\n"}, "items.csv line 5: item 'a' comes twice (first at items.csv line 2)"),
    ({"items": ITEMS + "d,d.png,x\n"}, "items.csv line 5: the file 'd.png' of item 'd' is not in"),
    ({"items": ITEMS + ",a.png,x\n"}, "items.csv line 5: the item has no name"),
    ({"items": ITEMS + "d\n"}, "items.csv line 5: has 1 cells, the header has 3"),
    ({"items": "item,file,file\na,a.png,a.png\n"}, "has the column file twice"),
    ({"items": "item,file\n"}, "items.csv: names no pictures"),
    ({"items": ""}, "items.csv: is empty; wanted a header with item, file"),
    ({"items": b"\x00\x01\x02"}, "items.csv: is not a table of text"),
    ({"items": b"\xff\xfe\x00"}, "items.csv: 'items.csv' is text in no encoding"),
    ({"items": 'item,file\na,"a.png\n'}, "items.csv line 2: a quote is opened here and never closed"),
    ({"items": "item,file,split\na,a.png,dev\n"}, "items.csv line 2: split must be train or test, got 'dev'"),
    ({"items": "item,file,score\na,a.png,good\n"}, "items.csv line 2: score must be a number, got 'good'"),
    ({"ratings": "rater,item,score\nann,q,1\n"}, "ratings.csv line 2: item 'q' is not in items.csv"),
    ({"ratings": "rater,item,score\nann,a,nice\n"}, "ratings.csv line 2: score must be a number, got 'nice'"),
    ({"ratings": "rater,item,score\nann,a,nan\n"}, "ratings.csv line 2: score must be a number, got 'nan'"),
    ({"ratings": "rater,item,score\n,a,1\n"}, "ratings.csv line 2: the rater has no name"),
    ({"ratings": "rater,item\nann,a\n"}, "ratings.csv: has no column score"),
    (
        {"ratings": "rater,item,score\nann,a,9\n", "dataset.json": '{"scale": [1, 5]}'},
        "ratings.csv line 2: score 9 is off the scale 1 to 5",
    ),
    ({"choices": "rater,left,right,choice\nann,a,a,left\n"}, "choices.csv line 2: 'a' is compared with itself"),
    ({"choices": "rater,left,right,choice\nann,a,b,both\n"}, "choice must be left, right or tie, got 'both'"),
    ({"choices": "rater,left,right,choice\nann,a,z,left\n"}, "choices.csv line 2: right 'z' is not in items.csv"),
    (
        {"choices": "rater,left,right,choice,seconds\nann,a,b,left,quick\n"},
        "choices.csv line 2: seconds must be a number, got 'quick'",
    ),
    (
        {"ratings": "rater,item,score\nann,a,1\n", "raters": "rater,split\nbob,test\n"},
        "raters.csv: does not name ann, who judged",
    ),
    ({"raters": "rater,split\nann,test\nann,train\n"}, "raters.csv line 3: rater 'ann' comes twice"),
    ({"raters": "rater,split\nann,x\n"}, "raters.csv line 2: split must be train or test, got 'x'"),
    ({"dataset.json": "{"}, "dataset.json: is not JSON"),
    ({"dataset.json": "[1]"}, "dataset.json: must be an object"),
    ({"dataset.json": '{"scale": [5, 1]}'}, "dataset.json: scale must be [lowest, highest], got [5, 1]"),
    ({"dataset.json": '{"scale": 5}'}, "dataset.json: scale must be [lowest, highest], got 5"),
]


@pytest.mark.parametrize(("tables", "sentence"), FAULTS, ids=[sentence[:50] for _, sentence in FAULTS])
def test_a_fault_is_named_with_its_line(tmp_path, tables, sentence):
    with pytest.raises(BadInput) as caught:
        load_plain(make(tmp_path, **tables))
    assert sentence in str(caught.value)


def test_all_faults_come_in_one_message(tmp_path):
    folder = make(
        tmp_path,
        ratings="rater,item,score\nann,q,1\nann,a,nice\n",
        choices="rater,left,right,choice\nann,a,a,left\n",
    )
    with pytest.raises(BadInput) as caught:
        load_plain(folder)
    told = str(caught.value)
    assert "3 faults" in told
    assert all(words in told for words in ("'q' is not in", "'nice'", "compared with itself"))


def test_a_thousand_faults_stay_readable(tmp_path):
    with pytest.raises(BadInput) as caught:
        load_plain(make(tmp_path, ratings="rater,item,score\n" + "ann,q,1\n" * 1000))
    assert len(str(caught.value).splitlines()) == 22
    assert "... and 980 more" in str(caught.value)


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(BadInput, match="is not a folder"):
        load_plain(tmp_path / "gone")
    with pytest.raises(BadInput, match=r"has no items\.csv"):
        load_plain(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_spreadsheets_save_them(tmp_path, encoding, delimiter):
    text = " Item , file,title\na,a.png,Dürer\n\nb,b.png,café\nc,c.png,x\n".replace(",", delimiter)
    data = load_plain(make(tmp_path, items=text.replace("\n", "\r\n").encode(encoding)))
    assert data.items == ("a", "b", "c")
    assert data.columns["title"] == ("Dürer", "café", "x")


def test_the_revision_follows_the_answers_alone(tmp_path):
    ratings = "rater,item,score\nann,a,1\n"
    first = load_plain(make(tmp_path / "one", ratings=ratings)).revision
    assert load_plain(make(tmp_path / "two", ratings=ratings, notes="more")).revision == first
    assert load_plain(make(tmp_path / "one", ratings=ratings + "ann,b,1\n")).revision != first


def test_where_keeps_judgements_whose_pictures_all_stay(tmp_path):
    data = load_plain(
        make(
            tmp_path,
            ratings="rater,item,score\nzoe,c,3\nann,b,1\n",
            choices="rater,left,right,choice\nann,a,b,left\nann,b,c,right\n",
        )
    ).where("Kind", "x")
    assert (data.items, data.raters) == (("a", "b"), ("ann",))
    assert data.ratings.item.tolist() == [1]
    assert data.ratings.rater.tolist() == [0]
    assert data.choices.items.tolist() == [[0, 1]]
    assert data.columns["kind"] == ("x", "x")


def test_where_says_what_could_be_asked(tmp_path):
    data = load_plain(make(tmp_path))
    with pytest.raises(UnknownName, match="did you mean 'kind'"):
        data.where("kinds", "x")
    with pytest.raises(BadInput, match="there are: x, y"):
        data.where("kind", "z")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=80), table=st.sampled_from(["items", "ratings", "choices", "raters", "dataset.json"]))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path, raw, table):
    folder = make(tmp_path / "any", **{table: raw})
    try:
        load_plain(folder)
    except BadInput as error:
        assert str(folder) in str(error)  # noqa: PT017
    (folder / (table if "." in table else f"{table}.csv")).unlink()


def test_the_shared_sets_are_without_fault(shared):
    paintings = load_plain(shared / "data" / "pref_ab").where("category", "paintings")
    assert (len(paintings.items), len(paintings.raters), len(paintings.choices)) == (411, 14, 5754)
    beauty = load_plain(shared / "data" / "oasis_beauty")
    assert (len(beauty.ratings), beauty.rater_is_test.sum(), beauty.item_is_test.sum()) == (57518, 181, 231)


def test_copies_of_a_picture_are_one_picture(tmp_path):
    rng = np.random.default_rng(0)
    one, other = (Image.fromarray(rng.integers(0, 255, (12, 12, 3), np.uint8)).resize((240, 240)) for _ in range(2))
    one.save(tmp_path / "a.png")
    other.save(tmp_path / "b.png")
    one.resize((100, 90)).save(tmp_path / "c.jpg", quality=60)
    one.rotate(180).save(tmp_path / "d.png")
    assert same_pictures([tmp_path / f for f in ("a.png", "b.png", "c.jpg", "d.png")]).tolist() == [0, 1, 0, 3]


def test_another_colour_is_another_picture(tmp_path):
    for name, colour in {"a": "red", "b": "blue", "c": "red"}.items():
        Image.new("RGB", (50, 50), colour).save(tmp_path / f"{name}.png")
    assert same_pictures([tmp_path / f"{name}.png" for name in "abc"]).tolist() == [0, 1, 0]


def test_a_picture_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no")
    with pytest.raises(BadInput, match=r"a\.png \("):
        same_pictures([tmp_path / "a.png"])


# ------------------------------------------------------------------ numbers and tables as people write them


def scores(tmp_path, ratings, **tables):
    return load_plain(make(tmp_path / "set", ratings=ratings, **tables)).ratings.score.tolist()


@pytest.mark.parametrize(
    ("ratings", "read"),
    [
        ("rater;item;score\nann;a;4,2\nann;b;3\n", [4.2, 3]),
        ("sep=;\nrater;item;score\nann;a;4.2\nann;b;3,5\n", [4.2, 3.5]),
        ("rater;item;score\nann;a;4,123\nann;b;3,250\n", [4.123, 3.25]),
        ('rater,item,score\nann,a,"4,2"\nann,b,3.5\n', [4.2, 3.5]),
        ("rater\titem\tscore\rann\ta\t4,2\rann\tb\t1,123\r", [4.2, 1.123]),
        ("\n\nrater,item,score\nann,a,4\n", [4]),
    ],
    ids=["semicolons", "sep", "three decimals", "quoted", "tabs and old Mac", "blank lines first"],
)
def test_decimal_commas_and_the_hint_of_excel_are_read(tmp_path, ratings, read):
    assert scores(tmp_path, ratings) == read


def test_a_scale_below_a_thousand_leaves_no_doubt_about_a_comma(tmp_path):
    scale = {"dataset.json": '{"scale": [1, 5]}'}
    assert scores(tmp_path, 'rater,item,score\nann,a,"4,123"\n', **scale) == [4.123]
    with pytest.raises(BadInput, match="may be thousands"):
        scores(tmp_path, 'rater,item,score\nann,a,"4,123"\n', **{"dataset.json": "{}"})


@pytest.mark.parametrize("score", ["4_5", "٤", "1e400", "inf", "nan", '"1.234,5"', "1 234", "", "5" * 5000])
def test_what_is_no_number_is_named_with_its_line(tmp_path, score):
    with pytest.raises(BadInput) as caught:
        scores(tmp_path, f"rater,item,score\nann,a,4\n\nann,b,{score}\n")
    assert "one fault" in str(caught.value)
    assert "ratings.csv line 4: score must be a number, got '" in str(caught.value)
    assert len(str(caught.value)) < 700


def test_decimal_commas_between_commas_are_one_sentence(tmp_path):
    lines = "".join(f"ann,{item},{n},{n}\n" for n in range(1, 5) for item in "abc")
    with pytest.raises(BadInput) as caught:
        scores(tmp_path, "rater,item,score\n" + lines)
    told = str(caught.value)
    assert "one fault" in told
    assert "ratings.csv lines 2, 3, 4 and 9 more: have 4 cells, the header has 3; if 1,1 is one number" in told


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('ann,"b,4', "line 3: a quote is opened here and never closed"),
        ("ann,b\0,4", "line 3: it holds a zero byte"),
        (b"a\xffnn\xc3\xa9,b,4", "line 3: it holds characters in another encoding"),
    ],
)
def test_a_line_that_is_no_text_is_named_alone(tmp_path, line, fault):
    raw = line if isinstance(line, bytes) else line.encode()
    with pytest.raises(BadInput) as caught:
        scores(tmp_path, b"rater,item,score\n\n" + raw + b"\nann\xc3\xa9,a,4\nann,c,4\n")
    assert f"ratings.csv {fault}" in str(caught.value)
    assert "one fault" in str(caught.value)


@pytest.mark.parametrize(
    "about", ["[" * 5000, '{"scale": [1, 1e400]}', '{"scale": ["1", "1_0"]}', '{"scale": [1, ' + "9" * 5000 + "]}",
              '{"scale": [NaN, 5]}', '{"scale": [1, Infinity]}', '{"name": "\\ud800"}', '{"scale": [true, 5]}'],
)  # fmt: skip
def test_a_description_that_cannot_be_used_is_a_fault(tmp_path, about):
    with pytest.raises(BadInput, match=r"dataset\.json: (is not JSON|scale must be)"):
        scores(tmp_path, "rater,item,score\nann,a,4\n", **{"dataset.json": about})


def test_the_known_scores_of_gold_images_have_decimal_commas_too(tmp_path):
    items = "item;file;gold\na;a.png;4,5\nb;b.png;\nc;c.png;2\n"
    data = load_plain(make(tmp_path, items=items))
    np.testing.assert_array_equal(known_scores(data), [4.5, np.nan, 2])
    with pytest.raises(BadInput, match="the gold of item 'a' must be a number or empty, got '4_5'"):
        known_scores(load_plain(make(tmp_path, items=items.replace("4,5", "4_5"))))


@pytest.mark.parametrize(("text", "value"), [("7,5", 7.5), ("1e-3", 0.001), ("-2", -2)])
def test_vectors_of_a_table_are_read_as_numbers_are(tmp_path, text, value):
    (tmp_path / "v.csv").write_text(f"item;x;y\na;{text};1\n")
    assert read_vectors(tmp_path / "v.csv", ["a"])[0].tolist() == [[np.float32(value), 1]]


@pytest.mark.parametrize("text", ["4_5", "٤", "nan", "1e400", "1,234,5", ""])
def test_vectors_that_are_no_numbers_name_their_column(tmp_path, text):
    (tmp_path / "v.csv").write_text(f"item;x;y\na;1;{text}\n")
    with pytest.raises(BadInput, match=r"v\.csv line 2: item 'a': y must be|no finite number"):
        read_vectors(tmp_path / "v.csv", ["a"])


def test_a_plain_set_with_broken_pictures_is_told_when_it_is_checked(tmp_path):
    folder = make(tmp_path / "set", ratings="rater,item,score\nann,a,1\n")
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    with pytest.raises(BadInput) as caught:
        check("plain", folder)
    assert "2 faults" in str(caught.value)
    assert "b.png: the picture cannot be opened" in str(caught.value)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("tail", [b"", bytes(30_000)], ids=["missing", "zeros"])
def test_a_download_that_was_cut_is_told_when_a_set_is_checked(tmp_path, progressive, tail):
    folder = make(tmp_path / "set", ratings="rater,item,score\nann,a,1\n")
    whole = encoded(noise(600, 400), "JPEG", progressive=progressive)
    (folder / "a.png").write_bytes(whole + bytes(5_000))  # some cameras fill the last block
    (folder / "b.png").write_bytes(whole[: len(whole) * 2 // 3] + tail)
    with pytest.raises(BadInput, match=r"b\.png: the picture cannot be opened: the file ends too early") as caught:
        check("plain", folder)
    assert "a.png" not in str(caught.value)


def test_raters_without_a_name_are_not_listed_among_those_without_a_split(tmp_path):
    tables = {"ratings": "rater,item,score\n,a,1\nzoe,b,2\n", "raters": "rater,split\nann,test\n"}
    with pytest.raises(BadInput, match=r"does not name zoe, who judged"):
        load_plain(make(tmp_path, **tables))


def test_a_pair_may_be_asked_again(tmp_path):
    rows = "rater,left,right,choice\nann,a,b,left\nann,b,a,left\nann,a,b,left\n"
    assert len(load_plain(make(tmp_path, choices=rows)).choices) == 3


def test_pictures_rated_again_by_the_same_person_are_told_with_both_ratings(tmp_path):
    rows = "rater,item,score\nann,a,1\nann,b,3\nzoe,a,2\nann,a,7\nann,b,3\n"
    data = load_plain(make(tmp_path, ratings=rows))
    assert rated_again(data, data.ratings) == [
        "2 times a picture was rated again by the same person, and each rating counts: "
        "ann rated a as 1 and 7, ann rated b as 3 and 3"
    ]
    once = data.ratings.take(np.array([0, 1, 2]))
    assert rated_again(data, once) == rated_again(data, data.choices) == []
