"""JSON is read in one place, and what would cost time, memory or an answer is a sentence."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beholder
from beholder.errors import BadInput
from beholder.json_reading import MOST_DEEP, BadJson, entries, parse_json, read_json

ROOT = Path(beholder.__file__).parent
HOSTILE = {
    "deep lists": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "just too deep": "[" * (MOST_DEEP + 1) + "]" * (MOST_DEEP + 1),
    "a whole number of 5,000 digits": "[" + "1" * 5000 + "]",
    "decimals of 5,000 digits": "[0." + "1" * 5000 + "]",
    "too large for a float": "[1e400]",
    "half of a character": '["\\ud800"]',
    "half of a character in a key": '{"\\udc00": 1}',
    "a half without its escape": '["\ud800"]',
    "cut": '{"a": [1, ',
    "empty": "",
    "words": "hello",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_used_is_a_sentence(text):
    with pytest.raises(BadInput) as caught:
        parse_json(text)
    assert 8 < len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_of_json_is_read_with_and_without_its_mark(tmp_path, encoding):
    file = tmp_path / "a.json"
    file.write_bytes('{"name": "été", "n": 7}'.encode(encoding))
    assert read_json(file) == {"name": "été", "n": 7}


def test_a_file_over_its_bound_is_not_read(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("[" + " " * 2_000_000 + "]")
    assert read_json(file) == []
    with pytest.raises(BadJson, match="over 1 MB"):
        read_json(file, 1 << 20)


def test_brackets_and_escapes_within_text_are_text():
    said = {"a": "[{" * 200, "b": '\\"[[', "c": "\\ud800 \N{GRINNING FACE}"}
    assert parse_json(json.dumps(said)) == said
    assert parse_json("[" * MOST_DEEP + "]" * MOST_DEEP)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=50)
@given(values)
def test_whatever_can_be_written_is_read_back(value):
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False)) == value


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers(), max_size=3)), st.sampled_from([None, 0, 1, 4]))
def test_entries_are_those_of_the_list(rows, indent):
    text = json.dumps(rows, indent=indent)
    assert [entry for _, entry in entries(text)] == rows
    lines = text.splitlines()
    assert all(lines[line - 1].lstrip("[ ").startswith("{") for line, _ in entries(text)) or indent is None


BAD_ENTRIES = {
    "nested deep": '{"a": ' + "[" * 500 + "]" * 500 + "}",
    "a long number": '{"a": ' + "1" * 5000 + "}",
    "an open quote": '{"a": "x}',
    "an open bracket": '{"a": [1}',
    "no comma between": '{"a": 1 "b": 2}',
    "half of a character": '{"a": "\\ud800"}',
}


@pytest.mark.parametrize("bad", BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_a_bad_entry_costs_itself_alone(bad):
    found = list(entries('[\n{"n": 1},\n\n' + bad + ',\n{"n": 2},\n{"n": 3}\n]\n'))
    assert {line: entry for line, entry in found if not isinstance(entry, BadJson)} == {
        2: {"n": 1},
        5: {"n": 2},
        6: {"n": 3},
    }
    assert {line for line, entry in found if isinstance(entry, BadJson)} == {4}


@pytest.mark.parametrize("opened", ["[" * 200, '{"a":' * 100, '[{"a": [', "{"])
def test_brackets_that_are_never_closed_cost_no_entry_behind_them(opened):
    found = list(entries('[\n{"n": 1},\n' + opened + ',\n{"n": 2},\n9e9e9,\nnothing,\n{"n": [3]}, x,\n"y"\n]\n'))
    kept = {line: entry for line, entry in found if not isinstance(entry, BadJson)}
    assert kept == {2: {"n": 1}, 4: {"n": 2}, 7: {"n": [3]}}
    assert {line for line, entry in found if isinstance(entry, BadJson)} == {3, 5, 7}


def test_a_list_that_is_cut_off_keeps_what_is_whole():
    found = list(entries('[\n{"n": 1},\n{"n": 2},\n{"n":'))
    assert [entry for _, entry in found[:2]] == [{"n": 1}, {"n": 2}]
    assert (found[2][0], type(found[2][1])) == (4, BadJson)


def test_a_comma_that_was_forgotten_loses_nothing():
    assert [entry for _, entry in entries('[\n{"n": 1}\n{"n": 2},\n{"n": 3}]')] == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("text", ["{", "{}", "1", "", '"[]"'])
def test_what_is_no_list_has_no_entries(text):
    with pytest.raises(BadJson):
        list(entries(text))


def test_no_other_module_reads_json_itself():
    """A dump that is loaded again is no input."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("json.load", "json.loads"):
                inner = ast.unparse(node.args[0])
                assert path.name == "json_reading.py" or inner.startswith("json.dumps("), f"{path}:{node.lineno}"
