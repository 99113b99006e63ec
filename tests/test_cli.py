"""Every command does its job, prints JSON alone where asked, and answers a mistake with a sentence and an exit code."""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from beholder.cli import demo, pictures, reading, run, shell
from beholder.errors import BadInput, NotEnoughAnswers, StoreError, UnknownName
from beholder.explain import Leaning
from beholder.features.attributes import ATTRIBUTES
from beholder.session import Session

ROOT = Path(__file__).resolve().parents[1]
COUNT = 16


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Path:
    """Sixteen small pictures, every other one vivid, with titles, prices and links."""
    folder = tmp_path_factory.mktemp("gallery")
    rng = np.random.default_rng(0)
    with (folder / "items.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["item", "file", "title", "price", "link", "kind"])
        for i in range(COUNT):
            vivid = i % 2
            base = rng.integers(0, 256, (6, 8, 3)) if vivid else np.repeat(rng.integers(90, 160, (6, 8, 1)), 3, 2)
            picture = Image.fromarray(base.astype(np.uint8)).resize((96, 72), Image.Resampling.BICUBIC)
            picture.save(folder / f"p{i:02d}.png")
            table.writerow(
                [
                    f"p{i:02d}",
                    f"p{i:02d}.png",
                    f"<script>No. {i}</script>",
                    f"€ {i}",
                    "javascript:alert(1)" if i == 3 else "",
                    vivid,
                ]
            )
    return folder


@pytest.fixture(scope="module")
def prepared(gallery, tmp_path_factory) -> Path:
    """A data folder with the gallery imported and Ada's answers in it: she likes the vivid ones."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEHOLDER_HOME", str(home))
        assert run(["import", str(gallery), "--into", "art"]) == 0
        labels = home / "labels.csv"
        lines = [f"Ada,choice,p{a:02d},p{b:02d},," for a in range(1, COUNT, 2) for b in range(0, COUNT, 4)]
        labels.write_text("person,kind,item,other,value,at\n" + "\n".join(lines) + "\n")
        assert run(["labels", "import", str(labels), "--collection", "art"]) == 0
    return home


@pytest.fixture
def art(prepared, home) -> Path:
    """A data folder of this test's own, prepared."""
    shutil.copytree(prepared, home)
    return home


def told(capsys, *arguments: str, code: int = 0):
    """What a command prints as JSON."""
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def sentence(capsys, *arguments: str, code: int = 2) -> str:
    """What a command that fails says, which is never a traceback and never on stdout."""
    assert run(list(arguments)) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


def test_help_loads_none_of_the_product():
    heavy = "{'numpy', 'scipy', 'sklearn', 'onnxruntime', 'sqlalchemy', 'fastapi', 'PIL'}"
    code = f"import sys, beholder.cli; beholder.cli.run(['--help']); sys.exit(str({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "set()" in done.stderr
    assert "doctor" in done.stdout


def test_the_app_starts_without_what_few_pages_need():
    rarely = "{'onnx', 'sklearn.cluster', 'sklearn.linear_model', 'sklearn.svm', 'huggingface_hub', 'cv2'}"
    code = f"import sys, beholder.web.app; print({rarely} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_command_stands_in_the_documentation_as_it_is():
    made = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, 'runs'); import cli_docs; print(cli_docs.page(), end='')",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert made.stdout == (ROOT / "docs" / "cli.md").read_text("utf-8"), "run: python runs/cli_docs.py"


def test_importing_twice_finds_nothing_new(art, gallery, capsys):
    report = told(capsys, "import", str(gallery), "--into", "art")
    assert (report["new"], report["known"], report["broken"]) == (0, COUNT, [])


def test_a_broken_file_is_named_and_the_rest_comes_in(tmp_path, gallery, capsys):
    shutil.copy(gallery / "p01.png", tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"")
    assert run(["import", str(tmp_path), "--into", "few"]) == 0
    out = capsys.readouterr().out
    assert "1 new, 1 that cannot be opened" in out
    assert "bad.png: " in out


def test_many_broken_files_are_told_in_few_lines(tmp_path, gallery, capsys, monkeypatch):
    monkeypatch.setattr("beholder.importer.LISTED", 30)
    shutil.copy(gallery / "p01.png", tmp_path / "good.png")
    rows = "".join(f"{i}.png\n" for i in range(1, 3000))
    (tmp_path / "items.csv").write_text(f"file\n{rows}good.png\n")
    report = told(capsys, "import", str(tmp_path), "--into", "few")
    assert (report["new"], len(report["broken"]), report["more_broken"]) == (1, 30, 2969)
    assert run(["import", str(tmp_path), "--into", "few"]) == 0
    out = capsys.readouterr().out
    assert "1 already known, 2,999 that cannot be opened" in out
    assert "  and 2,979 more; --json names the first 30" in out
    assert len(out.splitlines()) < 25
    (tmp_path / "items.csv").write_text(f"file\n{rows}")
    assert run(["import", str(tmp_path), "--into", "none"]) == 1
    said = capsys.readouterr().err
    assert "and 2,994 more" in said
    assert len(said) < 500


def test_a_folder_says_which_exports_and_tables_it_does_not_read(tmp_path, gallery, capsys):
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "export.csv").write_text("file\ngood.png\n")
    (folder / "search.json").write_text("{}")
    words = "2 other files were not read: export.csv, search.json. Import each by itself"
    assert words in sentence(capsys, "import", str(folder), "--into", "few", code=1)
    shutil.copy(gallery / "p01.png", folder / "good.png")
    assert run(["import", str(folder), "--into", "few"]) == 0
    assert words in capsys.readouterr().out
    assert told(capsys, "import", str(folder), "--into", "few")["unread"] == ["export.csv", "search.json"]
    (folder / "items.csv").write_text("file\ngood.png\n")
    assert told(capsys, "import", str(folder), "--into", "few")["unread"] == []


@pytest.mark.parametrize("zipped", [False, True])
def test_pictures_that_items_csv_does_not_name_are_told_and_not_imported(tmp_path, gallery, capsys, zipped):
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    for name in ("one.png", "two.png"):
        shutil.copy(gallery / "p01.png", folder / "images" / name)
    (folder / "images" / "page.jpg").write_text("<html>")
    (folder / "notes.txt").write_text("no picture")
    (folder / "items.csv").write_text("item,file\na,images/one.png\na,images/one.png\n")
    if not zipped:
        (folder / "linked.png").symlink_to("images/one.png")
    source = shutil.make_archive(str(tmp_path / "set"), "zip", folder) if zipped else str(folder)
    assert run(["import", source, "--into", "few"]) == 0
    words = "2 pictures in the folder left out, as items.csv does not name them: images/page.jpg, images/two.png"
    assert words in capsys.readouterr().out
    report = told(capsys, "import", source, "--into", "few")
    assert (report["unnamed"], report["known"]) == (["images/page.jpg", "images/two.png"], 1)
    assert report["unnamed_in_words"] == words


def test_rank_prints_the_shape_that_others_read(art, capsys):
    places = told(capsys, "rank", "art", "--person", "Ada")
    assert [place["rank"] for place in places] == list(range(1, COUNT + 1))
    assert {"rank", "item", "file", "score", "std", "why"} <= set(places[0])
    assert {place["item"] for place in places[:6]} <= {f"p{i:02d}" for i in range(1, COUNT, 2)}
    assert all(1 <= place["score"] <= 10 and Path(place["file"]).is_file() for place in places)


def test_rank_keeps_to_the_columns_and_the_number_asked_for(art, capsys):
    places = told(capsys, "rank", "art", "--person", "Ada", "--where", "kind=0", "--top", "3")
    assert [place["rank"] for place in places] == [1, 2, 3]
    assert all(int(place["item"][1:]) % 2 == 0 for place in places)


def test_people_read_titles_without_tags_and_programs_as_they_are(gallery, home, tmp_path, capsys):
    folder = tmp_path / "prints"
    folder.mkdir()
    title, lost = "Litografi, sign. <b>N.N.</b>", "Sea <i>by night</i>"
    lines = [f'a,a.png,"{title}"', "b,b.png,Other", f"c,c.png,{lost}"]
    (folder / "items.csv").write_text("\n".join(["item,file,title", *lines]) + "\n")
    for name, number in (("a", 1), ("b", 3)):
        shutil.copy(gallery / f"p{number:02d}.png", folder / f"{name}.png")
    (folder / "c.png").write_bytes(b"no picture")
    assert run(["import", str(folder), "--into", "prints"]) == 0
    assert "\n  Sea by night: " in capsys.readouterr().out
    for command in (["rank", "prints", "--sort", "newest"], ["find", "prints", "litografi"]):
        assert run(command) == 0
        assert "Litografi, sign. N.N. " in capsys.readouterr().out
        assert title in [place["title"] for place in told(capsys, *command)]
    report = told(capsys, "import", str(folder), "--into", "prints")
    assert [one["title"] for one in report["broken"]] == [lost]


def test_rank_leaves_out_what_was_judged_where_asked(art, tmp_path, capsys):
    judged = {f"p{i:02d}" for i in range(1, COUNT, 2)} | {f"p{i:02d}" for i in range(0, COUNT, 4)}
    places = told(capsys, "rank", "art", "--person", "Ada", "--unseen")
    assert {place["item"] for place in places} == {f"p{i:02d}" for i in range(COUNT)} - judged
    assert [place["rank"] for place in places] == [1, 2, 3, 4]
    assert told(capsys, "rank", "art", "--person", "Ada", "--unseen", "--where", "kind=1") == []


def test_a_source_without_a_picture_fails_and_leaves_no_collection(home, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no picture in" in sentence(capsys, "import", str(empty), "--into", "none", code=1)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for number in range(7):
            archive.writestr(f"{number}.jpg", b"no picture")
    said = sentence(capsys, "import", str(tmp_path / "bad.zip"), "--into", "none", code=1)
    assert "\n  0.jpg: " in said
    assert said.endswith("\n  and 2 more\n")
    assert "no picture in" in sentence(capsys, "serve", str(empty), "--port", "0", code=1)
    assert "unknown collection 'none'; there are: none yet" in sentence(capsys, "rank", "none")


def test_an_error_lists_few_names_or_the_nearest_of_many():
    assert str(UnknownName.of("thing", "zz", ["a", "b"])).endswith("there are: a, b.")
    names = [f"i{i:02}" for i in range(20)] + ["wool", "woods"]
    assert str(UnknownName.of("thing", "wlof", names)) == "unknown thing 'wlof'; the nearest of 22 are: wool, woods."
    assert str(UnknownName.of("thing", "OOD", names)).endswith("the nearest of 22 are: woods.")
    said = str(UnknownName.of("item", "mona_lisa", names))
    assert said == "unknown item 'mona_lisa'; none of 22 is like it. The first are: i00, i01, i02, i03, i04."


def test_rank_says_why_only_where_asked(art, capsys):
    assert run(["rank", "art", "--person", "Ada", "--top", "3", "--why"]) == 0
    assert "you chose it over" in capsys.readouterr().out
    assert run(["rank", "art", "--person", "Ada", "--top", "3"]) == 0
    assert "you chose it over" not in capsys.readouterr().out


def test_the_same_score_is_printed_told_to_machines_and_on_the_sheet(art, tmp_path, capsys):
    from beholder.ranking import SCORE

    file = tmp_path / "sheet.html"
    best = told(capsys, "rank", "art", "--person", "Ada", "--top", "1")[0]
    assert run(["rank", "art", "--person", "Ada", "--top", "1"]) == 0
    out, err = capsys.readouterr()
    assert run(["rank", "art", "--person", "Ada", "--top", "1", "--html", str(file)]) == 0
    page, score = file.read_text("utf-8"), f"{best['score']:.2f}"
    assert f" {score} " in out
    assert f"<b>{score}</b>" in page
    assert SCORE in err
    assert SCORE in page


def test_a_sheet_before_the_first_answer_does_not_speak_of_a_taste(art, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("getpass.getuser", lambda: "Ben")
    monkeypatch.setattr(Session, "starts_from_others", True)
    file = tmp_path / "sheet.html"
    assert run(["rank", "art", "--html", str(file)]) == 0
    assert "Ben has answered nothing here yet: this is by what people like in general" in capsys.readouterr().err
    page = file.read_text()
    assert "<h1>The 16 of “art” that people like most</h1>" in page
    assert ("know nothing about your taste" in page, "from 0 answers" in page) == (False, False)


def test_a_sheet_by_answers_in_other_collections_says_so(art, gallery, tmp_path):
    file = tmp_path / "sheet.html"
    assert run(["import", str(gallery), "--into", "shops"]) == 0
    assert run(["rank", "shops", "--person", "Ada", "--html", str(file)]) == 0
    page = file.read_text()
    assert "<h1>The 16 of “shops” closest to Ada’s taste</h1>" in page
    assert "By your answers in other collections." in page
    assert ("know nothing about your taste" in page, "from 0 answers" in page) == (False, False)


@pytest.mark.parametrize(("by", "first"), [("price", "p01"), ("price-high", "p15"), ("newest", "p15"), ("size", "p00")])
def test_an_order_that_needs_no_taste_needs_no_answers(art, by, first, monkeypatch, capsys):
    monkeypatch.setattr("getpass.getuser", lambda: "Ben")
    monkeypatch.setattr(Session, "starts_from_others", False)
    best = told(capsys, "rank", "art", "--sort", by)
    assert (best[0]["item"], len(best), best[0]["score"], best[0]["std"]) == (first, COUNT, None, None)
    assert run(["rank", "art", "--sort", by, "--top", "3"]) == 0
    out, err = capsys.readouterr()
    assert ("score" in out, "Ben has answered nothing here yet" in err) == (False, True)
    assert run(["rank", "art"]) == 1
    assert "To sort them by price, size, date or newest needs no answers" in capsys.readouterr().err


def test_a_sheet_and_an_album_of_the_cheapest_need_no_answers(art, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("getpass.getuser", lambda: "Ben")
    monkeypatch.setattr(Session, "starts_from_others", False)
    file, album = tmp_path / "sheet.html", tmp_path / "album"
    assert run(["rank", "art", "--sort", "price", "--top", "3", "--html", str(file), "--copy-to", str(album)]) == 0
    page = file.read_text("utf-8")
    assert ("<h1>The 3 of “art”</h1>" in page, "taste" in page, "nan" in page.lower()) == (True, False, False)
    assert len(list(album.glob("*.png"))) == 3


def test_explain_says_the_taste_in_words(art, capsys):
    said = told(capsys, "explain", "art", "--person", "Ada")
    assert said["found"] is True
    assert "vivid" in said["sentence"]
    assert {x["attribute"] for x in said["leanings"]} == {a.name for a in ATTRIBUTES}
    assert all(-1 <= x["lean"] <= 1 for x in said["leanings"])


def test_explain_shows_what_it_rests_on_and_what_is_open(art, capsys):
    said = told(capsys, "explain", "art", "--person", "Ada")
    assert (len(said["loved"]), len(said["against"]), len(said["question"])) == (8, 8, 2)
    assert not {*said["loved"]} & {*said["against"]}
    for word in said["words"]:
        assert word["liked"] == (word["share"] > word["usual"])
    assert run(["explain", "art", "--person", "Ada"]) == 0
    out = capsys.readouterr().out
    assert f"Still open: {out.partition('Still open: ')[2].partition('?')[0]}?" in out
    assert "Pictures you would not: " in out


def test_explain_lists_no_leaning_that_is_as_good_as_none(capsys):
    leanings = [
        Leaning("vivid colour", "muted colours", "vivid colours", 0.4, 0.1),
        Leaning("symmetry", "asymmetry", "symmetry", -0.001, 0.01),
    ]
    reading._say_leanings(leanings)
    out = capsys.readouterr().out
    assert "+0.40 ± 0.10" in out
    assert "symmetry" not in out
    assert "The other measured attributes: no leaning seen" in out
    reading._say_leanings(leanings[1:])
    assert capsys.readouterr().out == "\nThe measured attributes: no leaning seen\n"


def test_explain_describes_in_words_that_are_known_to_be_liked_and_says_where_there_are_none(art, capsys):
    words = {x["word"] for x in told(capsys, "explain", "art", "--person", "Ada")["words"] if x["liked"]}
    texts, prompts = (told(capsys, "explain", "art", "--person", "Ada", f"--{how}") for how in ("describe", "prompt"))
    assert len(texts) == len(prompts) <= 3
    assert all({"description", "words", "pictures"} == set(one) for one in texts)
    assert all(set(one["words"]) <= words and one["words"] for one in texts)
    assert all(set(one) == {"positive", "negative", "words", "pictures"} for one in prompts)
    if not words:
        assert run(["explain", "art", "--person", "Ada", "--describe"]) == 0
        assert "no word is known yet" in capsys.readouterr().err


def test_fit_says_what_was_learned(art, capsys):
    said = told(capsys, "fit", "art", "--person", "Ada")
    assert (said["person"], said["collection"], said["model"], said["answers"]) == ("Ada", "art", "mixture", 32)


def test_ask_prints_items_or_pairs(art, capsys):
    one = told(capsys, "ask", "art", "--person", "Bo", "-n", "3")
    two = told(capsys, "ask", "art", "--person", "Bo", "-n", "3", "--pairs")
    assert len({q["item"] for q in one}) == len(two) == 3
    assert all(q["left"] != q["right"] for q in two)
    assert run(["ask", "art", "--person", "Bo", "-n", "100", "--json"]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == COUNT
    assert "nobody is called 'Bo' yet" in err
    assert f"only {COUNT} left to ask" in err, "to who asks for JSON too"


def test_labels_go_out_and_come_in_again(art, tmp_path, capsys):
    file = tmp_path / "out.csv"
    assert told(capsys, "labels", "export", str(file), "--collection", "art")["lines"] == 32
    again = told(capsys, "labels", "import", str(file), "--collection", "art")
    assert (again["new"], again["known"], again["faults"]) == (0, 32, [])


def test_a_bad_line_is_named_the_good_ones_are_kept_and_the_exit_code_says_so(art, tmp_path, capsys):
    file = tmp_path / "some.csv"
    file.write_text("person,kind,item,other,value,at\nBo,rating,p01,,7,\nBo,rating,p99,,7,\n")
    report = told(capsys, "labels", "import", str(file), "--collection", "art", code=1)
    assert report["new"] == 1
    assert "p99" in report["faults"][0]


def test_the_album_is_copied_best_first_and_never_over_a_file(art, tmp_path, capsys):
    folder = tmp_path / "album"
    command = ["rank", "art", "--person", "Ada", "--top", "12", "--copy-to", str(folder)]
    assert run(command) == 0
    copied = sorted(path.name for path in folder.iterdir())
    assert len(copied) == 12
    assert copied[0].startswith("01 p")
    (folder / copied[0]).write_bytes(b"mine")
    assert run(command) == 0
    assert (folder / copied[0]).read_bytes() == b"mine"
    assert "was there already" in capsys.readouterr().err


def test_the_users_own_folder_is_never_copied_into(art, gallery, capsys):
    before = sorted(gallery.rglob("*"))
    for folder in (gallery, gallery / "new"):
        said = sentence(capsys, "rank", "art", "--person", "Ada", "--top", "2", "--copy-to", str(folder))
        assert "never changed" in said
    assert sorted(gallery.rglob("*")) == before


def test_the_contact_sheet_loads_nothing_and_runs_nothing(art, tmp_path):
    file = tmp_path / "sheet.html"
    assert run(["rank", "art", "--person", "Ada", "--top", "16", "--html", str(file)]) == 0
    page = file.read_text("utf-8")
    assert page.count("data:image/jpeg;base64,") == 16
    assert "&lt;script&gt;No. 3&lt;/script&gt;" in page
    assert "€ 3" in page
    for foreign in ("<script", "javascript:", "http://", "https://", 'src="/', "@import", "url("):
        assert foreign not in page


def test_a_picture_that_has_gone_leaves_its_place_on_the_sheet(art, tmp_path, gallery, capsys):
    moved = shutil.move(gallery / "p01.png", tmp_path / "p01.png")
    try:
        assert run(["rank", "art", "--person", "Ada", "--html", str(tmp_path / "sheet.html")]) == 0
        assert run(["rank", "art", "--person", "Ada", "--top", "16", "--copy-to", str(tmp_path / "album")]) == 1
    finally:
        shutil.move(moved, gallery / "p01.png")
    assert "p01 cannot be shown" in (tmp_path / "sheet.html").read_text("utf-8")
    assert "p01 could not be copied" in capsys.readouterr().err
    assert len(list((tmp_path / "album").iterdir())) == COUNT - 1


def test_doctor_finds_a_healthy_folder_well_and_a_damaged_one_not(art, capsys):
    assert all(check["ok"] is not False for check in told(capsys, "doctor"))
    for beside in art.glob("beholder.db-*"):  # its write-ahead log could mend it
        beside.unlink()
    (art / "beholder.db").write_bytes(b"not a database at all, but long enough to be looked at " * 40)
    checks = told(capsys, "doctor", code=1)
    assert any(check["ok"] is False and check["mend"] for check in checks)


def test_bench_prints_figures_as_json_and_as_a_table(gallery, tmp_path, capsys):
    rated = tmp_path / "rated"
    shutil.copytree(gallery, rated)
    rng = np.random.default_rng(0)
    with (rated / "ratings.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["rater", "item", "score"])
        for rater in range(3):
            for i in range(COUNT):
                table.writerow([f"r{rater}", f"p{i:02d}", 1 + 4 * (i % 2) + rng.integers(0, 2)])
    options = ["bench", str(rated), "--methods", "generic,ridge", "--shots", "4", "--repeats", "1"]
    figures = told(capsys, *options)
    wanted = {"data", "encoder", "method", "versus", "ask", "group", "shots", "metric", "mean", "low", "high"}
    assert wanted | {"raters", "draws", "versus_ask"} == set(figures[0])
    assert {f["method"] for f in figures} == {"generic", "ridge"}
    assert run([*options, "--shots", "2,3,4,5,6,7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "spearman: all (3 raters)" in lines
    assert max(map(len, lines)) <= 80
    ridge = [line.split() for line in lines if line.startswith("ridge ")][:2]
    assert [len(cells) for cells in ridge] == [1 + 3 * 4, 1 + 3 * 2], "whole cells, each a mean ± half a width"


@pytest.mark.parametrize("threads", ["1", "2"])
def test_what_an_own_model_prints_goes_to_stderr(gallery, tmp_path, capfd, monkeypatch, threads):
    monkeypatch.setenv("BEHOLDER_THREADS", threads)
    rated = tmp_path / "rated"
    shutil.copytree(gallery, rated)
    rows = [f"r{r},p{i:02d},{1 + i % 3 + r % 2}" for r in range(6) for i in range(COUNT)]
    (rated / "ratings.csv").write_text("\n".join(["rater,item,score", *rows]))
    (tmp_path / "chatty.py").write_text(
        "import os, numpy as np\nfrom sklearn.base import BaseEstimator\nprint('LOADED')\n"
        "class Chatty(BaseEstimator):\n"
        "    def fit(self, X, y): print('FITTED'); os.write(1, b'BY NUMBER'); return self\n"
        "    def predict(self, X): return np.zeros(len(X))\n"
    )
    call = ["bench", str(rated), "--methods", f"{tmp_path}/chatty.py:Chatty", "--shots", "4", "--repeats", "1"]
    assert run([*call, "--json"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)
    assert all(words in err for words in ("LOADED", "FITTED", "BY NUMBER"))
    print("as before")
    assert capfd.readouterr().out == "as before\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rank", "nowhere"], "unknown collection 'nowhere'"),
        (["rank", "ort"], "did you mean 'art'"),
        (["rank", "art", "--person", "Eda"], "did you mean 'Ada'"),
        (["rank", "art", "--person", "Zoe"], "unknown person 'Zoe'; there are: Ada.\n"),
        (["rank", "art", "--person", "Ada", "--sort", "prize"], "unknown order 'prize'; did you mean 'price'?"),
        (["find", "art", " "], "nothing to look for was given"),
        (["rank", "art", "--person", "Ada", "--model", "gq"], "the nearest of 15 are: gp."),
        (["rank", "art", "--person", "Ada", "--where", "kind"], "COLUMN=VALUE"),
        (["rank", "art", "--person", "Ada", "--where", "kond=1"], "did you mean 'kind'"),
        (["rank", "art", "--person", "Ada", "--where", "title=wolf"], "none of 16 is like it. The first are: "),
        (["rank", "art", "--person", "Ada", "--where", "kind=0", "--where", "price=€ 3"], "kind=0 and price=€ 3"),
        (["rank", "art", "--person", "Ada", "--top", "0"], "--top"),
        (["rank", "art", "--person", "Ada", "--copy-to", "x"], "--top N"),
        (["rank", "art", "--person", "Ada", "--html", "p01.png"], "should end in .html"),
        (["rank", "art", "--person", "Ada", "--html", "no/such/folder/x.html"], "cannot write"),
        (["import", "/no/such/folder", "--into", "x"], "there is nothing at"),
        (["import", "sample", "--into", ""], "1 to 80"),
        (["import", "sample"], "--into"),
        (["ask", "art", "-n", "many"], "integer"),
        (["bench", "/no/such/set", "--shots", "ten"], "whole numbers"),
        (["rnk"], "rank"),
        (["rank", "art", "--tops", "3"], "--top"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence_and_exit_code_2(art, capsys, arguments, words):
    assert words in sentence(capsys, *arguments)


def test_ctrl_c_stops_the_server_and_is_no_failure(art, gallery, monkeypatch, capsys):
    from beholder.web import app

    def until_stopped(library, *, collection, on_ready, **_):
        on_ready(f"http://127.0.0.1/label/{collection}")
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "serve", until_stopped)
    assert run(["serve", str(gallery), "--port", "0"]) == 0
    out, err = capsys.readouterr()
    assert "16 pictures in 'art'" in out
    assert "Beholder is at http://127.0.0.1/label/art" in out
    assert err == "stopped; every answer is saved\n"


def test_a_port_in_use_is_told_before_any_picture_is_read(home, capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = sentence(capsys, "serve", "--port", str(other.getsockname()[1]), code=1)
    assert "is in use" in said
    assert "--port N" in said
    assert "Errno" not in said
    assert "no address of this machine" in sentence(capsys, "serve", "--host", "192.0.2.7", "--port", "0")
    assert not (home / "sources").exists()


def test_serving_everybody_names_an_address_that_can_be_reached_and_says_who_may_come(
    art, gallery, monkeypatch, capsys
):
    from beholder.web import access, app

    admitted = set()

    def until_stopped(library, *, host, on_ready, **_):
        admitted.update(app.hosts(library.settings.model_copy(update={"host": host})))
        on_ready("http://127.0.0.1:80/label/art")
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "serve", until_stopped)
    monkeypatch.setattr(access, "own_address", lambda: "10.0.0.7")
    assert run(["serve", str(gallery), "--host", "0.0.0.0", "--port", "0"]) == 0
    out = capsys.readouterr().out
    assert "Beholder is at http://127.0.0.1:80/label/art" in out
    assert "On other devices: http://10.0.0.7:80/label/art\n" in out
    assert re.search(r"access code, [a-z2-9]{4}-[a-z2-9]{4}\.", out)
    assert "10.0.0.7" in admitted


def test_a_command_that_only_reads_leaves_no_new_person_behind(art, capsys):
    sentence(capsys, "ask", "ort", "--person", "Cy")
    assert len(told(capsys, "ask", "art", "--person", "Cy")) == 5
    assert "looks the same" in sentence(capsys, "ask", "art", "--person", "ada")
    for command in ("rank", "fit", "explain"):
        run([command, "art"])
    capsys.readouterr()
    assert "there are: Ada." in sentence(capsys, "rank", "art", "--person", "Cy")


def test_a_person_without_answers_is_told_so(art, capsys):
    assert "answer" in sentence(capsys, "rank", "art", code=1)
    assert "answer" in sentence(capsys, "explain", "art", code=1)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UnknownName("no such thing"), 2, "no such thing"),
        (BadInput("not to be used"), 1, "not to be used"),
        (NotEnoughAnswers("ten are wanted"), 1, "ten are wanted"),
        (StoreError("locked"), 1, "locked"),
        (OSError(28, "No space left on device", "/x"), 1, "the disk is full at /x"),
        (PermissionError(13, "Permission denied", "/x"), 1, "Permission denied at /x"),
        (KeyboardInterrupt(), 130, "run the same command again to continue"),
        (ZeroDivisionError("division by zero"), 1, "Please report it"),
    ],
)
def test_every_error_becomes_a_sentence_and_an_exit_code(monkeypatch, capsys, error, code, words):
    def fail(*_):
        raise error

    monkeypatch.setattr(pictures, "open_library", fail)
    assert words in sentence(capsys, "doctor", code=code)


def test_a_traceback_is_shown_only_where_it_is_asked_for(monkeypatch, capsys):
    monkeypatch.setattr(pictures, "open_library", lambda: 1 / 0)
    monkeypatch.setenv("BEHOLDER_DEBUG", "1")
    assert run(["doctor"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_escape_codes_in_a_name_do_not_reach_the_terminal():
    assert "\x1b" not in shell.plain("\x1b]0;title\x07picture\udcff.png")


def test_progress_is_silent_for_a_second_and_then_tells_rate_and_time_left(monkeypatch, capsys):
    monkeypatch.setattr(shell, "console", lambda stderr: Console(file=sys.stderr, force_terminal=True, width=100))
    assert shell.PATIENCE == 1
    monkeypatch.setattr(shell, "PATIENCE", 60)  # a second may go by here on a busy machine
    with shell.Meter() as meter:
        meter("reading", 1, 10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(shell, "PATIENCE", 0.01)
    with shell.Meter() as meter:
        meter("reading", 1, 10)
        heard(capsys, "reading", "1/10")
        meter("fitting", 2, 0)
        heard(capsys, "fitting")


def heard(capsys, *words):
    """Wait until this is on stderr, with nothing on stdout."""
    said, until = "", time.monotonic() + 60
    while not all(word in said for word in words):
        assert time.monotonic() < until, said
        time.sleep(0.01)
        out, err = capsys.readouterr()
        assert out == ""
        said += err


def test_a_demonstration_without_keep_leaves_no_data_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(demo.tempfile, "tempdir", str(tmp_path))
    with demo._home(False, shell.console(stderr=True)) as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_where_nothing_fits_there_is_no_empty_table(art, capsys):
    assert run(["rank", "art", "--person", "Ada", "--min-year", "3000"]) == 0
    out, err = capsys.readouterr()
    assert "nothing is known to fit" in err
    assert out.startswith("\n")
    assert out.count("score") == 1, "of what is listed apart"


def test_one_picture_is_told_in_the_singular(art, tmp_path, capsys):
    file = tmp_path / "one.html"
    assert run(["rank", "art", "--person", "Ada", "--top", "1", "--html", str(file)]) == 0
    assert f"1 picture on {file}" in capsys.readouterr().err


def test_before_anybody_answered_it_is_said_how_to_begin(home, gallery, capsys):
    assert run(["import", str(gallery), "--into", "art"]) == 0
    capsys.readouterr()
    assert "nobody has answered yet. Begin with: beholder serve" in sentence(capsys, "rank", "art", "--person", "Ada")


def test_find_prints_the_pictures_that_fit_best_first(art, capsys):
    rows = told(capsys, "find", "art", "no. 3", "--top", "4")
    assert rows[0]["item"] == "p03"
    assert {"rank", "item", "file", "score", "why"} <= set(rows[0])
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert Path(rows[0]["file"]).is_file()
    assert 1 >= rows[0]["score"] >= rows[-1]["score"] > 0
    assert run(["find", "art", "no. 3"]) == 0
    assert "No. 3" in capsys.readouterr().out


def test_find_says_of_what_nothing_is_known(art, capsys):
    assert run(["find", "art", "zeppelin", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert "Nothing is known of 'zeppelin'." in err


def test_find_goes_with_the_taste_of_a_person(art, capsys):
    found, ranked = (told(capsys, *c, "--person", "Ada") for c in (["find", "art", "no"], ["rank", "art"]))
    assert [row["item"] for row in found] == [row["item"] for row in ranked], "all fit as well: her order is left"
    assert [row["score"] for row in found] == [row["score"] for row in ranked]
    assert told(capsys, "rank", "art", "--words", "no", "--person", "Ada") == found


def test_similar_prints_pictures_like_one_alone_and_mixed_with_a_taste(art, capsys):
    alone = told(capsys, "similar", "art", "p01", "--top", "15")
    mixed = told(capsys, "similar", "art", "p01", "--person", "Ada")
    assert "p01" not in {row["item"] for row in alone + mixed}
    scores = [row["score"] for row in alone]
    assert scores == sorted(scores, reverse=True)
    assert alone[0]["why"]
    assert {row["item"] for row in mixed} == {row["item"] for row in alone}
    vivid = [np.mean([int(row["item"][1:]) % 2 for row in rows[:5]]) for rows in (mixed, alone)]
    assert vivid[0] >= vivid[1], "she likes the vivid ones"
    assert "unknown picture" in sentence(capsys, "similar", "art", "p99")
