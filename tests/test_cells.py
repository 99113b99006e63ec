"""Cells of tables: numbers are read as people write them or not at all, and no cell runs as a formula."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.cells import Marks, NotANumber, csv_line, decimal_comma, harmless, marks_of, number, plain

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "﹦1"]
HIDDEN = ["\t=1", "\r=1", "\n=1", "  =1+1", "\xa0@x", "\u3000=1", "\u200b=1", "\ufeff=1", "\x00=1", "\tword"]
HIDDEN += ["\rword", "-inf", "+1_0", "-３"]  # what only looks like a number is none


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" 7.5 ", 7.5),
        ("7,5", 7.5),
        ("-0,25", -0.25),
        ("+3", 3),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("2,5E-1", 0.25),
        ("1.234", 1.234),
        ("0,123", 0.123),
        ("4,1234", 4.1234),
    ],
)
def test_a_number_is_read_with_a_point_or_a_comma(text, value):
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "much", "4_5", "1_0", "1.234,5", "1,234.5", "1,234,567", "1 234", "1'234", "٧", "７", "²", "½", "7;5",
     "0x1f", "1e", "e5", "--1", "1.2.3", "True", "7\0", "1" * 5000, "0." + "1" * 5000],
)  # fmt: skip
def test_what_is_no_plain_number_is_none(text):
    with pytest.raises(NotANumber) as caught:
        number(text)
    assert caught.value.wanted == "a number"


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-1e400"])
def test_what_has_no_end_is_no_number(text):
    with pytest.raises(NotANumber) as caught:
        number(text)
    assert caught.value.wanted == "a finite number"


@pytest.mark.parametrize("text", ["1,234", "12,345", "-123,456"])
def test_three_digits_behind_a_comma_may_be_thousands_and_are_not_guessed(text):
    with pytest.raises(NotANumber, match="thousands"):
        number(text)


@pytest.mark.parametrize(
    ("column", "delimiter", "comma", "point"),
    [
        (["7", "8"], ",", False, True),
        (["7,5", "1,234"], ",", True, False),
        (["7.5", "1,234"], ";", False, True),
        (["1,234", "2,345"], ";", True, True),
        (["1,234", "2,345"], ",", False, True),
        (["7,5", "7.5"], ";", False, False),
    ],
)
def test_a_column_says_how_its_numbers_are_written(column, delimiter, comma, point):
    assert marks_of(column, delimiter) == Marks(comma, point)


def test_where_commas_begin_decimals_a_point_before_three_digits_is_not_guessed():
    marks = marks_of(["7,5", "1.234"], ";")
    assert number("7,5", marks) == 7.5
    assert number("1.5", marks) == 1.5
    with pytest.raises(NotANumber, match="thousands"):
        number("1.234", marks)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_comes_back_with_either_mark(value):
    text = repr(value)
    assert number(text) == value
    if not math.isclose(value, 0) and "e" not in text and len(text.partition(".")[2]) != 3:
        assert number(text.replace(".", ",")) == value


@given(st.text())
def test_what_is_read_as_a_number_is_what_python_reads(text):
    try:
        value = number(text)
    except NotANumber:
        return
    assert value == float(text.strip().replace(",", "."))


def test_neighbours_that_a_decimal_comma_parted_are_found():
    assert decimal_comma(["ann", "rating", "a.jpg", "", "7", "5"]) == "7,5"
    assert decimal_comma(["000", "001", "4", "2", "x"]) == "4,2"
    assert decimal_comma(["ann", "7", ""]) == ""


@pytest.mark.parametrize("text", FORMULAS + HIDDEN)
def test_no_cell_begins_a_formula(text):
    assert harmless(text) == "'" + text
    assert plain(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "-3.5", "+7", "Still life", "a=b", "é", "'quoted'", "1-2", "'-3.5"])
def test_what_runs_nothing_stays_as_it_is(text):
    assert harmless(text) == plain(text) == text


@given(st.text(alphabet="'=+-@＝\t\r\n\" 3a,;\ufeff"))
def test_any_text_comes_back_whatever_apostrophes_it_had(text):
    assert plain(harmless(text)) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2))
def test_any_reader_of_csv_takes_a_line_apart_as_it_was(cells):
    assert next(csv.reader(io.StringIO(csv_line(cells), newline=""), strict=True)) == cells
