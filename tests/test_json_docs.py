"""docs/json.md names the very fields that the commands print: each is run, and neither side may have one more."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.collection import Library
from beholder.store import SamePair
from helpers.pages import ADS, dba_page, jpeg

PAGE = Path(__file__).resolve().parents[1] / "docs" / "json.md"
OPEN = {"hyperparameters", "[].columns", "answers"}  # objects whose names are no fields but the model's or the user's
COUNT = 24


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A data folder with a small gallery, and Ada, who likes the vivid half of it, which is Vera's."""
    folder, home = tmp_path_factory.mktemp("gallery"), tmp_path_factory.mktemp("prepared") / "home"
    rng = np.random.default_rng(0)
    with (folder / "items.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["item", "file", "artist"])
        for i in range(COUNT):
            base = rng.integers(0, 256, (6, 8, 3)) if i % 2 else np.repeat(rng.integers(90, 160, (6, 8, 1)), 3, 2)
            picture = Image.fromarray(base.astype(np.uint8)).resize((96, 72), Image.Resampling.BICUBIC)
            picture.save(folder / f"p{i:02d}.png")
            table.writerow([f"p{i:02d}", f"p{i:02d}.png", "Vera" if i % 2 else "Max"])
    answers = folder / "answers.csv"
    lines = [f"Ada,choice,p{a:02d},p{b:02d},," for a in range(1, COUNT, 2) for b in range(0, COUNT, 6)]
    answers.write_text("person,kind,item,other,value,at\n" + "\n".join(lines) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEHOLDER_HOME", str(home))
        assert run(["import", str(folder), "--into", "art"]) == 0
        assert run(["labels", "import", str(answers), "--collection", "art"]) == 0
    return home


@pytest.fixture
def art(prepared, home) -> None:
    shutil.copytree(prepared, home)


def documented() -> dict[str, dict[str, str]]:
    """Of each heading, the type of each field."""
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    rows = re.compile(r"^\| `(.+?)` \| (.+?) \| .+ \|$", re.MULTILINE)
    return {section.partition("\n")[0]: dict(rows.findall(section)) for section in sections}


def fields(told: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Each field that a command has printed, by its path, and what it held."""
    if isinstance(told, dict) and path not in OPEN and told:
        for name, value in told.items():
            yield from fields(value, f"{path}.{name}" if path else name)
    elif isinstance(told, list) and any(isinstance(one, dict) for one in told):
        for one in told:
            yield from fields(one, f"{path}[]")
    else:
        yield path, told


def fits(value: object, kind: str) -> bool:
    """Whether a value is of a documented type."""
    if value is None:
        return kind.endswith("null")
    if isinstance(value, bool):
        return kind.startswith("true")
    types = {"text": str, "whole": int, "count": int, "number": (int, float), "list": list, "object": dict}
    return isinstance(value, types.get(kind.split()[0], ()))


@pytest.fixture
def printed(capsys):
    def told(*arguments: str, code: int = 0):
        capsys.readouterr()
        assert run([*arguments, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return told


def agrees(told: object, *headings: str) -> None:
    """What a command prints is what stands below these headings, all of it and of those types."""
    expected = {name: kind for heading in headings for name, kind in documented()[heading].items()}
    found = list(fields(told))
    assert {name for name, _ in found} == set(expected)
    assert [(name, value, expected[name]) for name, value in found if not fits(value, expected[name])] == []


ADA = ("--person", "Ada")


@pytest.mark.parametrize(
    ("arguments", "headings"),
    [
        (("ask", "art"), ("ask",)),
        (("ask", "art", *ADA), ("ask",)),
        (("ask", "art", "--pairs", *ADA), ("ask --pairs",)),
        (("fit", "art", *ADA), ("fit",)),
        (("fit", "art", "--model", "gp", *ADA), ("fit",)),
        (("rank", "art", *ADA), ("rank",)),
        (("rank", "art", "--sort", "newest"), ("rank",)),
        (("rank", "art", "--max-price", "9", "--currency", "EUR", *ADA), ("rank", "rank --max-price")),
        (("rank", "art", "--words", "Vera", *ADA), ("rank", "find, similar")),
        (("find", "art", "Vera"), ("rank", "find, similar")),
        (("find", "art", "Vera", *ADA), ("rank", "find, similar")),
        (("similar", "art", "p01"), ("rank", "find, similar")),
        (("similar", "art", "p01", *ADA), ("rank", "find, similar")),
        (("explain", "art", *ADA), ("explain",)),
        (("explain", "art", "--describe", *ADA), ("explain --describe",)),
        (("explain", "art", "--prompt", *ADA), ("explain --prompt",)),
        (("doctor",), ("doctor",)),
        (("rename", "art", "wall"), ("rename",)),
        (("remove", "art"), ("remove",)),
    ],
    ids=" ".join,
)
def test_a_command_prints_the_documented_fields(art, printed, arguments, headings):
    agrees(printed(*arguments), *headings)


def test_every_table_is_compared_with_a_command():
    source = Path(__file__).read_text("utf-8")
    assert [heading for heading in documented() if f'"{heading}"' not in source] == []


def test_removing_a_person_tells_all_but_what_is_of_a_collection(art, printed):
    told = printed("remove", "Ada", "--person")
    assert set(told) == set(documented()["remove"]) - {"pictures", "crops", "copies", "bytes"}


def test_same_prints_the_documented_fields(art, printed, home):
    library = Library(home)
    row, ids = library.store.collection("art"), [item.id for item in library.collection("art").items]
    library.store.works.keep_pairs(row.id, [SamePair.of(ids[0], ids[1], 0.4, False)], 0)
    library.close()
    agrees(printed("same", "art", "--yes", "p04", "p05"), "same")


def test_import_prints_the_documented_fields(printed, tmp_path):
    later = ((ADS[0][0], ADS[0][1], "990", "990", "Aarhus"), ADS[1], ("25011004", "Akvarel", "300", "300", "Vejle"))
    for day, ads in (("monday", ADS), ("friday", later)):
        files = tmp_path / day / "page_files"
        files.mkdir(parents=True)
        for number, *_ in ads:
            (files / f"{number}.jpg").write_bytes(jpeg(int(number) % 100) if number != "25011004" else b"no picture")
        pictures = {number: f"./page_files/{number}.jpg" for number, *_ in ads}
        (tmp_path / day / "page.html").write_text(dba_page(pictures, ads), encoding="utf-8")
        told = printed("import", str(tmp_path / day / "page.html"), "--into", "dba", "--encoder", "classic")
    agrees(told, "import")


def test_labels_print_the_documented_fields(art, printed, tmp_path):
    file = tmp_path / "answers.csv"
    agrees(printed("labels", "export", str(file), "--collection", "art"), "labels export")
    file.write_text(file.read_text("utf-8") + "Ada,rating,none,,7,\n", encoding="utf-8")
    agrees(printed("labels", "import", str(file), "--collection", "art", code=1), "labels import")


def test_the_same_seed_and_answers_ask_the_same_and_others_do_not(art, printed, tmp_path):
    first = printed("ask", "art", *ADA, "--pairs")
    assert printed("ask", "art", *ADA, "--pairs") == printed("ask", "art", *ADA, "--pairs", "--seed", "0") == first
    assert printed("ask", "art", *ADA, "--pairs", "--seed", "1") != first
    assert printed("explain", "art", *ADA)["question"] == printed("explain", "art", *ADA)["question"]
    file = tmp_path / "answers.csv"
    lines = [f"Ada,skip,{one['left']},{one['right']},," for one in first]
    file.write_text("person,kind,item,other,value,at\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert printed("labels", "import", str(file), "--collection", "art")["new"] == len(first)
    skipped = {frozenset((one["left"], one["right"])) for one in first}
    again = printed("ask", "art", *ADA, "--pairs")
    assert skipped.isdisjoint(frozenset((one["left"], one["right"])) for one in again)
