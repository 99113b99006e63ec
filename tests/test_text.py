"""Tables as text: a bad line costs itself alone, and every line keeps its true number."""

import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder.csv_reading import CsvText
from beholder.errors import BadInput
from beholder.text import blocks_of, decoded, lost


def read(text, **options):
    """(header, [(line, cells or the fault)])"""
    table = CsvText(text, **options)
    return table.header, [(record.line, record.fault or record.cells) for record in table]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_blank_lines_count_but_are_no_records(end, delimiter):
    text = "\n\na,b\n\n1,2\n  \n\n,\n3,4\n\n".replace(",", delimiter).replace("\n", end)
    assert read(text) == (["a", "b"], [(5, ["1", "2"]), (9, ["3", "4"])])


@pytest.mark.parametrize("hint", ["sep=;", "SEP=;", '"sep=;"', "\nsep=;\n", "sep=;;"])
def test_the_hint_of_excel_names_the_delimiter(hint):
    assert read(f"{hint}\na,x;b\n1;2\n")[0] == ["a,x", "b"]


def test_the_hint_may_name_a_tab():
    assert read("sep=\t\na,x\tb\n1\t2\n") == (["a,x", "b"], [(3, ["1", "2"])])


@pytest.mark.parametrize(
    "below", ["2,x\n3,y\n", '2,"x, y"\n3,y\n', '2,"x"\n3,"y"\n', '2,"a ""b"""\n3,y\n', '2,""\n3,y\n']
)
def test_a_quote_that_is_never_closed_costs_its_line_alone(below):
    _, records = read('n,of\n1,"open\n' + below)
    assert [line for line, _ in records] == [2, 3, 4]
    assert "never closed" in records[0][1]
    assert [cells[0] for _, cells in records[1:]] == ["2", "3"]


def test_each_of_several_open_quotes_is_named():
    _, records = read('a,b\n"1,x\n2,y\n"3,z\n4,"w\n5,v\n')
    assert [(line, "never closed" in told) for line, told in records] == [
        (2, True),
        (3, False),
        (4, True),
        (5, True),
        (6, False),
    ]


def test_line_breaks_in_quotes_belong_to_the_cell():
    _, records = read('a,b\n1,"two\nlines"\n2,x\n')
    assert records == [(2, ["1", "two\nlines"]), (4, ["2", "x"])]


def test_spaces_behind_a_delimiter_are_passed_over():
    assert read('a, b\n1, "x, y"\n')[1] == [(2, ["1", "x, y"])]


@pytest.mark.parametrize(
    ("line", "fault"), [("1,\0", "zero byte"), ("1,\ud800", "encoding"), ('1,"x"y', "cannot be read")]
)
def test_a_line_that_cannot_be_kept_is_named(line, fault):
    _, records = read(f"a,b\n{line}\n2,x\n")
    assert (records[0][0], records[1]) == (2, (3, ["2", "x"]))
    assert fault in records[0][1]


def test_one_huge_cell_costs_its_line_alone():
    _, records = read(f"a,b\n1,{'x' * 200_000}\n2,x\n")
    assert [line for line, _ in records] == [2, 3]
    assert "cannot be read" in records[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n" + '",x,"c\n' * 300_000,
        "a,b\n" + '1,"x\n' * 300_000,
        "a,b\n" + '"""a\n' * 300_000,
        "a,b\n" + "\n" * 30_000_000 + "1,2\n",
        "a,b\n" + "," * 3_000_000,
        "sep=;" + "\t" * 1_000_000 + "x\n1,2\n",
    ],
    ids=["quotes that hop", "a quote a line", "three quotes a line", "blank lines", "commas", "a hint with tabs"],
)
def test_no_table_takes_long(text):
    start = time.process_time()
    sum(1 for _ in CsvText(text))
    assert time.process_time() - start < 40


def test_no_damaged_file_takes_long(tmp_path):
    """However long the lines beside the damage are: \x81 is no text in Windows-1252 either."""
    start = time.process_time()
    text = written(tmp_path, b"a,b\nx\x81,1\n" + b"y" * 3_000_000 + b"\n" + b"z,3\n" * 9)
    assert time.process_time() - start < 40
    assert [lost(line) for line in text.split("\n")[:4]] == [False, True, False, False]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab",;\n\r \0', max_size=60))
def test_any_text_is_a_table_whose_lines_come_in_order(text):
    _, records = read("x,y\n" + text)
    lines = [line for line, _ in records]
    assert lines == sorted(set(lines))
    assert all(1 < line <= 2 + len(text) for line in lines)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab",;\n\r \0é\ud800', max_size=60), st.integers(1, 5))
def test_a_table_in_blocks_is_the_same_table(text, size):
    ends = [at for at in range(0, len(text), size) if text[at - 1 : at + 1] != "\r\n"]
    blocks = ["x,y\n", *(text[a:b] for a, b in pairwise([*ends, len(text)]))]
    assert read(iter(blocks)) == read("x,y\n" + text)


def test_a_long_table_is_read_in_little_memory(tmp_path):
    file = tmp_path / "long.csv"
    file.write_text("a,b\n" + "é,'some words to fill a line'\n" * 400_000)
    tracemalloc.start()
    assert sum(1 for _ in CsvText(blocks_of(file))) == 400_000
    assert tracemalloc.get_traced_memory()[1] < 6_000_000
    tracemalloc.stop()


def test_a_cell_with_text_behind_its_quotes_is_taken_where_that_is_asked_for():
    text = 'a,b\n"x"y,1\n"x"y,"open\n2,z\n'
    records = read(text, lenient=True)[1]
    assert records[0] == (2, ["xy", "1"])
    assert "never closed" in records[1][1]
    assert records[2] == (4, ["2", "z"])


def written(tmp_path, data):
    file = tmp_path / "table.csv"
    file.write_bytes(data)
    return decoded(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_a_table_is_text_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    text = "person,item\r\nAsa,Dürer.jpg\r\n"
    assert written(tmp_path, text.encode(encoding)) == text


@pytest.mark.parametrize("bad", [b"\x81", b"\xff\xfe", "ö".encode("cp1252"), "\ud800".encode("utf-8", "surrogatepass")])
def test_a_few_bytes_that_are_no_utf8_spoil_their_line_alone(tmp_path, bad):
    lines = written(tmp_path, b"a,b\n\xc3\xa9t\xc3\xa9,1\nx" + bad + b",2\ny,3\n").split("\n")
    assert lines[1] == "été,1"
    assert [lost(line) for line in lines[:4]] == [False, False, True, False]


def test_half_a_character_and_a_cut_end_spoil_their_line_alone(tmp_path):
    text = "a,b\nx\ud800,1\ny,2\nz,3\nv,4"
    data = text.encode("utf-16", "surrogatepass")
    assert [lost(line) for line in written(tmp_path, data).split("\n")] == [False, True, False, False, False]
    assert [lost(line) for line in written(tmp_path, data[:-1]).split("\n")] == [False, True, False, False, True]


@pytest.mark.parametrize("data", [b"a\n\x81\x8d\n", b"\xff\xfe\x00", "名前、,絵\n花、,犬\n".encode("shift-jis")])
def test_a_file_of_which_hardly_a_line_is_text_is_refused(tmp_path, data):
    with pytest.raises(BadInput, match="UTF-8"):
        written(tmp_path, data)
