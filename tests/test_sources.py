"""Where pictures come from: what is found, under which name, and what is told of the rest."""

import codecs
import os
import struct
import time
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder import csv_reading, text
from beholder.errors import BadInput, StoreError, UserError
from beholder.locator import Locator
from beholder.sources import Broken, Found, archive, open_source, sample, unread_in
from beholder.sources import found as found_module
from beholder.sources import table as table_module
from helpers.makers import encoded, folder_of, zip_in_page, zip_of

PNG = encoded(Image.new("RGB", (8, 6), "teal"), "PNG")


@pytest.fixture
def workspace(tmp_path) -> Path:
    return tmp_path / "workspace"


def found(source) -> list[Found]:
    return [one for one in source.find() if isinstance(one, Found)]


def names(source) -> list[str]:
    return [one.name for one in found(source)]


def broken(source) -> dict[str, str]:
    return {one.name: one.reason for one in source.find() if isinstance(one, Broken)}


def table(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# Folders


def test_a_folder_is_read_to_its_depths_in_order(tmp_path, workspace):
    folder_of(tmp_path / "art", "b.png", "a/z.JPG", "a/b/c.webp", "c.tiff")
    source = open_source(tmp_path / "art", workspace)
    assert source.title == "art"
    assert names(source) == ["a/b/c.webp", "a/z.JPG", "b.png", "c.tiff"]
    assert [one.locator.path for one in found(source)][2] == tmp_path / "art" / "b.png"


def test_hidden_and_other_files_are_passed_over(tmp_path, workspace):
    folder_of(tmp_path, "a.png", ".hidden.png", ".git/b.png", "__MACOSX/a.png", "@eaDir/a.png", "notes.txt", "film.mp4")
    assert names(open_source(tmp_path, workspace)) == ["a.png"]
    assert not broken(open_source(tmp_path, workspace))


def test_loops_of_links_end_and_linked_folders_are_read_once(tmp_path, workspace):
    art = folder_of(tmp_path / "art", "z/a.png", "b.png")
    folder_of(tmp_path / "elsewhere", "far.png")
    for name, to in {"a": "z", "z/up": "..", "self": "self", "far": "../elsewhere", "gone.png": "nowhere.png"}.items():
        (art / name).symlink_to(to if name != "z/up" else art)
    (art / "again.png").symlink_to("again.png")
    assert names(open_source(art, workspace)) == ["b.png", "far/far.png", "z/a.png"]
    assert broken(open_source(art, workspace)) == dict.fromkeys(["again.png", "gone.png"], "the link leads nowhere")


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_found(tmp_path, workspace, monkeypatch):
    art = folder_of(tmp_path / "art", "shut/a.png", "b.png")
    scandir = os.scandir

    def closed(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    source = open_source(art, workspace)
    assert names(source) == ["b.png"]
    assert broken(source) == {"shut": "the folder cannot be read: permission denied"}


def test_a_folder_that_vanished_is_bad_input(tmp_path, workspace):
    source = open_source(folder_of(tmp_path / "art", "b.png"), workspace)
    (tmp_path / "art").rename(tmp_path / "moved")
    with pytest.raises(BadInput, match="cannot be read: no such file"):
        list(source.find())


def test_names_have_one_spelling(tmp_path, workspace):
    split, whole = unicodedata.normalize("NFD", "café.png"), unicodedata.normalize("NFC", "café.png")
    folder_of(tmp_path, split)
    assert names(open_source(tmp_path, workspace)) == [whole]
    folder_of(tmp_path, whole)
    source = open_source(tmp_path, workspace)
    assert names(source) == [whole]
    assert "appears twice" in broken(source)[whole]


def test_a_name_of_broken_bytes_is_told(tmp_path, workspace):
    folder_of(tmp_path, "a.png", os.fsdecode(b"caf\xe9.png"))
    source = open_source(tmp_path, workspace)
    assert names(source) == ["a.png"]
    assert broken(source) == {"caf\ufffd.png": "its name is not valid Unicode; rename the file"}


def test_a_name_holds_no_control_codes_of_a_terminal(tmp_path, workspace):
    folder_of(tmp_path, "\x1b[31mred\n.png")
    (one,) = found(open_source(tmp_path, workspace))
    assert one.name == "\ufffd[31mred\ufffd.png"
    assert one.locator.path.is_file()


def test_a_pipe_among_the_pictures_is_not_waited_for(tmp_path, workspace):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert broken(open_source(tmp_path, workspace)) == {"pipe.jpg": "not a regular file"}


def test_items_csv_names_the_items_and_keeps_the_columns(tmp_path, workspace):
    folder_of(tmp_path, "images/a.png", "images/b.png", "images/unlisted.png")
    table(tmp_path, "item, file ,artist,Price \nmona,images/a.png,Ada,12\nlisa,images/b.png,,\n", "items.csv")
    assert found(open_source(tmp_path, workspace)) == [
        Found("mona", Locator.of(tmp_path / "images/a.png"), {"artist": "Ada", "Price": "12"}),
        Found("lisa", Locator.of(tmp_path / "images/b.png"), {"artist": "", "Price": ""}),
    ]


def test_an_export_of_a_shop_says_nothing_of_its_sellers(tmp_path, workspace):
    rows = "https://a.dk/1.jpg;Sea;Anna;Olie på lærred. Ring til Anna 20304050."
    (one,) = found(open_source(table(tmp_path, f"images;title;seller;description\n{rows}\n"), workspace))
    assert one.columns == {"title": "Sea", "description": "Olie på lærred."}


def test_a_table_in_another_language_has_its_pictures_and_says_nothing_of_sellers(tmp_path, workspace):
    rows = "Moře;https://a.cz/1.jpg;Anna;603 123 456"
    (one,) = found(open_source(table(tmp_path, f"Název;Obrázek;Prodejce;Telefon\n{rows}\n"), workspace))
    assert one.columns == {"Název": "Moře"}


def test_a_folder_with_items_csv_may_be_named_by_way_of_another(tmp_path, workspace, monkeypatch):
    folder_of(tmp_path / "art", "images/a.png")
    folder_of(tmp_path / "elsewhere", "b.png")
    table(tmp_path / "art", "item,file\nmona,images/a.png\n", "items.csv")
    assert names(open_source(tmp_path / "elsewhere" / ".." / "art", workspace)) == ["mona"]
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert names(open_source("../art", workspace)) == ["mona"]


def test_items_csv_lists_only_what_is_inside_and_there(tmp_path, workspace):
    art = folder_of(tmp_path / "art", "a.png")
    folder_of(tmp_path, "secret.png")
    rows = ["a.png", "gone.png", "../secret.png", str(tmp_path / "secret.png"), "x/../../secret.png"]
    table(art, "item,file\n" + "".join(f"{i},{row}\n" for i, row in enumerate(rows)), "items.csv")
    source = open_source(art, workspace)
    assert names(source) == ["0"]
    outside = "it lies outside the folder of its items.csv; only files inside are taken"
    assert broken(source) == {"1": "the file is not there: gone.png", "2": outside, "3": outside, "4": outside}


def test_a_link_in_a_folder_with_items_csv_may_not_lead_out_of_it(tmp_path, workspace):
    art, secret = folder_of(tmp_path / "art", "a.png", "sub/b.png"), folder_of(tmp_path / "secret", "s.png")
    for name, to in {"far.png": secret / "s.png", "door": secret, "near.png": art / "a.png", "in": art / "sub"}.items():
        (art / name).symlink_to(to)
    rows = ["a.png", "far.png", "door/s.png", "near.png", "in/b.png", "door/../secret/s.png"]
    table(art, "item,file\n" + "".join(f"{i},{row}\n" for i, row in enumerate(rows)), "items.csv")
    for place in (art, tmp_path / "by-a-link"):
        if place != art:
            place.symlink_to(art)
        source = open_source(place, workspace)
        assert names(source) == ["0", "3", "4"]
        leads_out = "it is a link that leads outside the folder of its items.csv; only files inside are taken"
        assert broken(source) == {"1": leads_out, "2": leads_out, "5": "the file is not there: door/../secret/s.png"}


def test_a_link_to_a_folder_above_is_named_and_not_followed(tmp_path, workspace):
    folder_of(tmp_path, "above.png", "beside/far.png", "art/a.png", "art/deep/b.png")
    (tmp_path / "beside" / "up").symlink_to(tmp_path)
    for name, to in {"up": tmp_path, "root": Path("/"), "deep/self": tmp_path / "art", "far": "../beside"}.items():
        (tmp_path / "art" / name).symlink_to(to)
    source = open_source(tmp_path / "art", workspace)
    assert names(source) == ["a.png", "deep/b.png", "far/far.png"]
    assert broken(source) == dict.fromkeys(
        ["far/up", "root", "up"], "a link to a folder that holds this one; it is not followed"
    )


def test_what_is_no_file_is_named_however_many_there_are(tmp_path, workspace):
    for i in range(300):
        os.mkfifo(tmp_path / f"{i}.jpg")
    os.mkfifo(tmp_path / "items.csv")
    folder_of(tmp_path, "a.png")
    assert names(open_source(tmp_path, workspace)) == ["a.png"]
    assert set(broken(open_source(tmp_path, workspace)).values()) == {"not a regular file"}


def test_a_folder_that_changes_while_it_is_read_ends_in_what_is_there(tmp_path, workspace, monkeypatch):
    art, scandir = folder_of(tmp_path / "art", "a.png", "sub/b.png", "turned/c.png"), os.scandir

    def meanwhile(folder):
        if (art / "sub").is_dir():
            (art / "sub" / "b.png").unlink()
            (art / "sub").rmdir()
            (art / "turned" / "c.png").rename(art / "c.png")
            (art / "turned").rmdir()
            (art / "turned").write_text("a file now")
        return entries if Path(folder) == art else scandir(folder)

    entries = list(scandir(art))
    monkeypatch.setattr(os, "scandir", meanwhile)
    told = broken(source := open_source(art, workspace))
    assert names(source) == ["a.png"]
    assert told["sub"] == "the folder cannot be read: no such file or directory"
    assert told["turned"] == "the folder cannot be read: not a directory"


def test_names_that_differ_in_case_alone_are_two(tmp_path, workspace):
    folder_of(tmp_path, "a.png", "A.PNG")
    assert names(open_source(tmp_path, workspace)) == sorted(p.name for p in tmp_path.glob("*.[pP]*"))


def test_folders_that_a_drive_does_not_number_are_all_read(tmp_path, workspace, monkeypatch):
    folder_of(tmp_path, "a/one.png", "b/two.png")
    real = Path.stat
    monkeypatch.setattr(Path, "stat", lambda self, **more: os.stat_result((0o40755, 0, *real(self, **more)[2:10])))
    assert names(open_source(tmp_path, workspace)) == ["a/one.png", "b/two.png"]


def test_a_source_of_too_many_pictures_is_refused(tmp_path, workspace, monkeypatch):
    monkeypatch.setattr(found_module, "MAX_PICTURES", 3)
    folder_of(tmp_path, *(f"{i}.png" for i in range(4)))
    for spec in (tmp_path, table(tmp_path, "file\n" + "".join(f"{i}.png\n" for i in range(4)))):
        with pytest.raises(BadInput, match="over 3 pictures; take them in parts"):
            list(open_source(spec, workspace).find())


# Tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_in_the_encodings_and_delimiters_of_spreadsheets(tmp_path, workspace, encoding, delimiter):
    folder_of(tmp_path, "bilder/größe.png")
    rows = [["Titel", "File", "Preis"], ["Maß, Farbe; Form", "bilder/größe.png", "12,50"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    source = open_source(table(tmp_path, text.encode(encoding)), workspace)
    columns = {"Titel": "Maß, Farbe; Form", "Preis": "12,50"}
    assert found(source) == [Found("bilder/größe.png", Locator.of(tmp_path / "bilder/größe.png"), columns)]


@pytest.mark.parametrize("column", ["file", "path", "image", "filename", "FILE", " Path "])
def test_the_column_of_paths_goes_by_several_names(tmp_path, workspace, column):
    folder_of(tmp_path, "a.png")
    assert names(open_source(table(tmp_path, f"title,{column}\nx,a.png\n"), workspace)) == ["a.png"]


def test_a_missing_column_names_those_that_are_there(tmp_path, workspace):
    with pytest.raises(BadInput, match=r"no column file, path, image or filename; it has: title, url\. Rename"):
        open_source(table(tmp_path, "title,url\nx,y\n"), workspace)


def test_paths_are_relative_to_the_table_and_may_lead_elsewhere(tmp_path, workspace):
    folder_of(tmp_path, "pool/a.png", "lists/b.png")
    far = tmp_path / "pool/a.png"
    path = table(tmp_path / "lists", f"file\n../pool/a.png\nb.png\n./b.png\n{tmp_path}/lists/../lists/b.png\n{far}\n")
    source = open_source(path, workspace)
    assert [(one.name, one.locator.path) for one in found(source)] == [
        (far.as_posix(), far),
        ("b.png", tmp_path / "lists/b.png"),
    ]
    assert sum("appears twice" in one.reason for one in source.find() if isinstance(one, Broken)) == 3


def test_paths_are_found_in_the_spelling_of_the_disk(tmp_path, workspace):
    folder_of(tmp_path, unicodedata.normalize("NFD", "bäume/é.png"))
    text = "file\n" + unicodedata.normalize("NFC", "bäume\\é.png")
    assert names(open_source(table(tmp_path, text), workspace)) == [unicodedata.normalize("NFC", "bäume/é.png")]


def test_rows_that_name_no_picture_say_why(tmp_path, workspace):
    folder_of(tmp_path, "a.png", "d/b.png")
    rows = [
        "a.png,one",
        "https://x.org/a.jpg,two",
        ",three",
        "d,four",
        "gone.png,five",
        "a.png,x,y",
        "a\0.png,z",
        "",
        "a.png,6",
        "http://localhost/a.png,7",
    ]
    source = open_source(table(tmp_path, "file,title\n" + "\n".join(rows)), workspace)
    assert [(one.name, one.locator.text, one.columns) for one in found(source)] == [
        ("a.png", f"file:{tmp_path / 'a.png'}", {"title": "one"}),
        ("x.org/a.jpg", "https://x.org/a.jpg", {"title": "two"}),
    ]
    assert broken(source) == {
        "line 11": "its picture is at no public address of the web",
        "line 4": "the column 'file' is empty",
        "d": "a folder, not a file",
        "gone.png": "the file is not there: gone.png",
        "line 7": "the line has 3 fields where the header has 2; put quotes around fields that hold a ','",
        "line 8": "the line holds a zero byte; save the table as UTF-8 text",
        "a.png": "the name 'a.png' appears twice; the first is kept: rename this one",
    }


def test_excel_hints_blank_lines_and_short_rows_do_no_harm(tmp_path, workspace):
    folder_of(tmp_path, "a.png", "b.png")
    text = '\n\nsep=;\nfile;title;;\n\na.png\nb.png;"two\nlines \u2028 here";;\ngone.png\n'
    source = open_source(table(tmp_path, text), workspace)
    assert [one.columns for one in found(source)] == [{"title": ""}, {"title": "two\nlines \u2028 here"}]
    assert list(broken(source)) == ["gone.png"]


def test_a_column_that_stands_twice_is_told(tmp_path, workspace):
    with pytest.raises(BadInput, match="has the column 'title' twice"):
        open_source(table(tmp_path, "file,title,title\n"), workspace)


def test_one_field_too_large_costs_its_row_alone(tmp_path, workspace):
    folder_of(tmp_path, "a.png", "b.png")
    text = f"file,title\na.png,{'x' * 200_000}\nb.png,ok\n"
    source = open_source(table(tmp_path, text), workspace)
    assert names(source) == ["b.png"]
    assert "field larger than field limit" in broken(source)["line 2"]


def test_a_forgotten_quote_costs_its_own_line(tmp_path, workspace):
    pictures = [f"{i}.png" for i in range(8)]
    folder_of(tmp_path, *pictures)
    rows = ['0.png,"two\nlines"', '1.png,"never', "2.png,x", '3.png,"good"', "4.png", '5.png,"open', "6.png,z", "7.png"]
    source = open_source(table(tmp_path, "\nfile,title\n" + "\n".join(rows)), workspace)
    assert names(source) == ["0.png", "2.png", "3.png", "4.png", "6.png", "7.png"]
    assert broken(source) == dict.fromkeys(["line 5", "line 9"], "a quote is opened here and never closed; close it")
    assert found(source)[0].columns == {"title": "two\nlines"}


def test_lines_after_a_forgotten_quote_are_named_where_they_cannot_be_read_again(tmp_path, workspace, monkeypatch):
    monkeypatch.setattr(csv_reading, "MAX_AGAIN", 30)
    folder_of(tmp_path, "a.png", "b.png")
    rows = ['x,"open', "b.png,1"] + ["c.png,2"] * 9
    source = open_source(table(tmp_path, "file,title\na.png,ok\n" + "\n".join(rows)), workspace)
    assert names(source) == ["a.png"]
    assert list(broken(source)) == ["lines 3 to 13"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("\n" * 1_200_000, "over 1,100,000 lines"),
        ("file\n" + "\n" * 1_200_000, "over 1,100,000 lines"),
        ("file\r" + "x\r" * 1_200_000, "over 1,100,000 lines"),
        ((" " * 5000 + "\n") * 1000, "is empty"),
        ("," * 3_000_000, "a line of it is too long"),
        ("file," + ",".join(f"c{i}" for i in range(100_000)) + "\na.png", "100,001 columns, over the limit of 1,000"),
    ],
)
def test_a_table_made_to_waste_time_is_refused(tmp_path, workspace, words, said):
    with pytest.raises(BadInput, match=said):
        open_source(table(tmp_path, words), workspace)


def test_an_endless_line_costs_itself_alone(tmp_path, workspace):
    folder_of(tmp_path, "a.png", "b.png")
    text = "file,title\na.png,1\n😊" + "x" * 3_000_000 + '\nb.png,2\n"' + "\n" * 5 + "y" * 3_000_000
    source = open_source(table(tmp_path, text), workspace)
    assert names(source) == ["a.png", "b.png"]
    assert list(broken(source)) == ["line 3", "lines 5 to 10"]


def test_a_table_that_says_too_much_is_refused(tmp_path, workspace, monkeypatch):
    folder_of(tmp_path, "a.png")
    monkeypatch.setattr(table_module, "MAX_CELLS", 20)
    rows = "".join(f"{i},a.png,1,2,3\n" for i in range(9))
    source = open_source(table(tmp_path, "item,file,x,y,z\n" + rows), workspace)
    with pytest.raises(BadInput, match="says more than 20 things of its pictures"):
        list(source.find())


def test_many_missing_files_are_told_soon_and_held_nowhere(tmp_path, workspace):
    rows = "".join(f"bäume/{i}.png\nfar/{i}.png\n{i}.png\n" for i in range(30_000))
    source = open_source(table(tmp_path, "file\n" + rows), workspace)
    tracemalloc.start()
    start = time.process_time()
    assert sum(isinstance(one, Broken) for one in source.find()) == 90_000
    assert time.process_time() - start < 60  # a second or two; more under tracemalloc
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_one_bad_byte_costs_its_row_alone(tmp_path, workspace):
    folder_of(tmp_path, "größe.png", "b.png", "é.png")
    rows = "file,title\ngröße.png,Maß\n".encode() + b"b.png,\xe9\n" + "é.png,Bär\n".encode()
    source = open_source(table(tmp_path, rows), workspace)
    assert [(one.name, one.columns["title"]) for one in found(source)] == [("größe.png", "Maß"), ("é.png", "Bär")]
    assert list(broken(source)) == ["line 3"]
    assert "another encoding" in broken(source)["line 3"]


def test_a_table_that_grows_without_end_is_refused(tmp_path, workspace, monkeypatch):
    monkeypatch.setattr(text, "_MAX_BYTES", 1000)
    with pytest.raises(BadInput, match="too large for a table"):
        open_source(table(tmp_path, "file\n" + "a.png\n" * 500), workspace)


def test_a_table_that_changes_while_it_is_read_is_told(tmp_path, workspace):
    folder_of(tmp_path, "a.png")
    path = table(tmp_path, "file\na.png\n")
    source = open_source(path, workspace)
    path.write_bytes(b"file\n\xff\xfe\n")
    with pytest.raises(BadInput, match="has changed while it was read"):
        list(source.find())
    path.unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        list(source.find())


# Zips


def test_a_zip_is_extracted_once_under_the_name_of_its_content(tmp_path, workspace, monkeypatch):
    path = zip_of(
        tmp_path / "art.zip", {"a/one.png": PNG, "b.png": PNG, "__MACOSX/a/._one.png": b"x", "notes.txt": b"x"}
    )
    source = open_source(path, workspace)
    assert source.title == "art"
    assert names(source) == ["a/one.png", "b.png"]
    (folder,) = workspace.iterdir()
    assert len(folder.name) == 16
    assert all(
        one.locator.path.is_relative_to(folder) and one.locator.path.read_bytes() == PNG for one in found(source)
    )
    monkeypatch.setattr(archive, "_unpacked", None)
    assert names(open_source(path.rename(tmp_path / "same.zip"), workspace)) == ["a/one.png", "b.png"]


@pytest.mark.parametrize("top", ["", "gallery/"])
def test_an_items_csv_in_a_zip_counts(tmp_path, workspace, top):
    rows = b"item,file,price\nfirst,images/a.png,9\n"
    path = zip_of(tmp_path / "art.zip", {f"{top}items.csv": rows, f"{top}images/a.png": PNG, f"{top}b.png": PNG})
    assert [(one.name, one.columns) for one in found(open_source(path, workspace))] == [("first", {"price": "9"})]


@pytest.mark.parametrize("top", ["", "saved/"])
def test_saved_pages_in_a_zip_are_read_with_their_pictures(tmp_path, workspace, top):
    page = b'<a href="https://a.example/1"><h2>Sea</h2><img src="one_files/photo"><b class="price">950 kr.</b></a>'
    members = {f"{top}one.html": page, f"{top}one_files/photo": PNG, f"{top}one_files/in.js": b"x", f"{top}b.png": PNG}
    one, other = found(open_source(zip_of(tmp_path / "art.zip", members), workspace))
    assert (one.columns["title"], one.columns["price"], one.locator.path.read_bytes()) == ("Sea", "950 kr.", PNG)
    assert other.name == "b.png"


def test_what_a_zip_may_not_hold_is_refused_each_time_and_the_rest_comes(tmp_path, workspace):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    path = zip_of(tmp_path / "art.zip", {"../out.png": PNG, "/etc/abs.png": PNG, "C:\\x.png": PNG, "ok.png": PNG})
    with zipfile.ZipFile(path, "a") as more:
        more.writestr(link, "/etc/passwd")
    for _ in range(2):
        source = open_source(path, workspace)
        assert names(source) == ["ok.png"]
        assert broken(source) == {
            "../out.png": "refused: its name leads out of the zip with '..'",
            "/etc/abs.png": "refused: its name is an absolute path",
            "C:/x.png": "refused: its name is an absolute path",
            "link.png": "refused: it is a link or a device, not a file",
        }
    assert not list(tmp_path.glob("**/out.png"))


def test_a_failed_extraction_leaves_nothing_and_can_be_repeated(tmp_path, workspace, monkeypatch):
    path = zip_of(tmp_path / "art.zip", {"a.png": PNG, "b.png": PNG})

    def full(packed, out, size):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_copy", full)
        with pytest.raises(StoreError, match="no space left on device"):
            list(open_source(path, workspace).find())
    assert not list(workspace.iterdir())
    assert names(open_source(path, workspace)) == ["a.png", "b.png"]


def test_a_zip_larger_than_the_disk_is_refused(tmp_path, workspace, monkeypatch):
    usage = archive.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(StoreError, match="GB are free; make room"):
        list(open_source(zip_of(tmp_path / "art.zip", {"a.png": PNG}), workspace).find())


def test_a_zip_of_too_many_files_is_refused(tmp_path, workspace, monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    with pytest.raises(BadInput, match="holds 4 files, over the limit of 3"):
        open_source(zip_of(tmp_path / "art.zip", {f"{i}.png": PNG for i in range(4)}), workspace)


def test_what_a_killed_process_left_is_swept_away_after_a_day(tmp_path, workspace):
    for name, age in {".half-old": 100_000, ".half-new": 10}.items():
        (workspace / name).mkdir(parents=True)
        then = archive.time.time() - age
        os.utime(workspace / name, (then, then))
    list(open_source(zip_of(tmp_path / "art.zip", {"a.png": PNG}), workspace).find())
    assert [path.name for path in workspace.glob(".half-*")] == [".half-new"]


def test_a_data_folder_that_is_moved_meanwhile_is_not_made_again(tmp_path):
    home = tmp_path / "home"
    home.mkdir()

    def move(stage, done, total):
        if home.exists():
            home.rename(tmp_path / "moved")

    made = zip_of(tmp_path / "art.zip", {"a/b/one.png": PNG, "a/two.png": PNG})
    with pytest.raises(StoreError, match="nothing can be unpacked"):
        list(open_source(made, home / "sources", progress=move).find())
    for source in (made, "sample"):
        with pytest.raises(StoreError, match=r"nothing can be unpacked|cannot be painted"):
            list(open_source(source, home / "sources").find())
    assert not home.exists()


def test_two_that_extract_at_once_both_find_all(tmp_path, workspace, monkeypatch):
    path = zip_of(tmp_path / "art.zip", {"a.png": PNG})
    first, second = open_source(path, workspace), open_source(path, workspace)
    copy = archive._copy

    def meanwhile(packed, out, size):
        monkeypatch.setattr(archive, "_copy", copy)
        assert names(second) == ["a.png"]
        copy(packed, out, size)

    monkeypatch.setattr(archive, "_copy", meanwhile)
    assert names(first) == ["a.png"]
    assert len(list(workspace.iterdir())) == 1


def test_names_in_a_zip_without_the_utf8_flag_are_read_as_macos_writes_them(tmp_path, workspace):
    info = zipfile.ZipInfo("cafXX.png")
    path = tmp_path / "art.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(info, PNG)
    path.write_bytes(path.read_bytes().replace(b"cafXX", "café".encode()))
    assert names(open_source(path, workspace)) == ["café.png"]


PAGES = {
    "cp932": "表.png 夕日.png 海/沖.png ソフト.png 十.png ①.png 髙橋さん.png",
    "cp866": "Закат.png Берег/Чайка.png Фото.png",
    "cp1251": "Закат.png Берег/Чайка.png",
    "cp437": "café.png grüße.png niño.png",
    "cp850": "São_João.png Ávila.png À_la_plage.png Über.png",
    "cp852": "zażółć.png gęślą.png čeština.png Łódź.png",
    "cp737": "θάλασσα.png Ηλιοβασίλεμα.png",
    "gbk": "我的照片.png 北京故宫.png 风景/日落.png",
    "cp950": "風景.png 日落/海邊.png 許功蓋.png",
    "cp949": "풍경.png 바다/노을.png 내사진.png",
}


@pytest.mark.parametrize("page", PAGES)
def test_names_in_the_code_page_of_an_older_machine_are_read(tmp_path, workspace, page):
    wanted = PAGES[page].split()
    path = zip_in_page(tmp_path / "art.zip", {name.encode(page): PNG + name.encode() for name in wanted})
    source = open_source(path, workspace)
    assert sorted(names(source)) == sorted(wanted)
    assert not broken(source)
    assert {one.name: one.locator.path.read_bytes() for one in found(source)} == {n: PNG + n.encode() for n in wanted}


@pytest.mark.parametrize("page", [*PAGES, "cp857", "cp862", "cp874", "cp1253", "koi8_r"])
def test_an_items_csv_settles_the_code_page(tmp_path, workspace, page):
    more = {"cp857": "ış.png batımı.png", "cp862": "ים.png", "cp874": "ทะเล.png", "koi8_r": "Ы.png", "cp1253": "ώ.png"}
    wanted = (PAGES | more)[page].split()
    members = {name.encode(page): PNG for name in wanted}
    rows = "item,file\n" + "".join(f"{i},{name}\n" for i, name in enumerate(wanted))
    source = open_source(zip_in_page(tmp_path / "art.zip", members | {b"items.csv": rows.encode()}), workspace)
    assert names(source) == [str(i) for i in range(len(wanted))]
    assert not broken(source)


@pytest.mark.parametrize("page", ["cp866", "cp932", "cp850"])
def test_the_unicode_field_of_a_zip_gives_the_name(tmp_path, workspace, page):
    wanted = PAGES[page].split()
    path = zip_in_page(tmp_path / "art.zip", {name.encode(page): PNG for name in wanted}, field=page)
    assert sorted(names(open_source(path, workspace))) == sorted(wanted)


def test_a_unicode_field_of_another_name_is_not_believed(tmp_path, workspace):
    path = zip_in_page(tmp_path / "art.zip", {b"one.png": PNG}, field="ascii")
    told = struct.pack("<I", zlib.crc32(b"one.png")) + b"one.png"
    path.write_bytes(path.read_bytes().replace(told, b"\7\0\0\0old.png"))
    assert names(open_source(path, workspace)) == ["one.png"]


def test_a_name_in_no_code_page_that_can_be_told_is_named(tmp_path, workspace):
    path = zip_in_page(tmp_path / "art.zip", {b"\xb0\xb1\xb2\xfe\xdb.png": PNG, b"ok.png": PNG})
    source = open_source(path, workspace)
    assert names(source) == ["ok.png"]
    (reason,) = broken(source).values()
    assert reason == "its name is in a code page that the zip does not tell; unpack it and give the folder"


def test_no_picture_of_a_zip_is_lost_without_a_word(tmp_path, workspace):
    """Whatever the bytes of a name are, its picture comes in or is named."""
    rng = np.random.default_rng(0)
    for seed in range(40):
        made = {b"p" + rng.integers(33, 256, int(rng.integers(1, 12)), np.uint8).tobytes() + b".png" for _ in range(9)}
        path = zip_in_page(tmp_path / f"{seed}.zip", dict.fromkeys(made, PNG))
        try:
            source = open_source(path, workspace)
            lost = [n for n in made if b"/." in n.replace(b"\\", b"/")]  # hidden
            assert len(list(source.find())) >= len(made) - len(lost)
        except BadInput as error:
            assert "zip" in str(error)  # noqa: PT017


def test_what_is_packed_under_one_name_is_kept_once_and_named(tmp_path, workspace):
    members = {"e\u0301.png": PNG, "\u00e9.png": PNG, "a\x01.png": PNG, "a\x02.png": PNG, "A.png": PNG, "a.png": PNG}
    source = open_source(zip_of(tmp_path / "art.zip", members), workspace)
    assert len(names(source)) + len([one for one in source.find() if isinstance(one, Broken)]) == len(members)
    assert {"\u00e9.png", "a\ufffd.png"} <= set(names(source))


def test_a_member_too_large_is_refused_at_once_and_the_rest_comes(tmp_path, workspace):
    path = tmp_path / "art.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.png", PNG)
        with archive.open(zipfile.ZipInfo("vast.png"), "w", force_zip64=True) as member:
            member.write(PNG)
    size = struct.pack("<QQ", 2**31, 2**31)  # of the directory's zip64 field: what it says of itself
    data, at = bytearray(path.read_bytes()), path.read_bytes().rindex(b"PK\x01\x02")
    extra = struct.pack("<HH", 1, 16) + size
    data[at + 20 : at + 28] = b"\xff" * 8
    data[at + 30 : at + 32] = struct.pack("<H", len(extra))
    name_end = at + 46 + len("vast.png")
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", struct.unpack_from("<I", data, end + 12)[0] + len(extra))
    data[name_end:name_end] = extra
    path.write_bytes(data)
    source = open_source(path, workspace)
    assert names(source) == ["good.png"]
    assert broken(source) == {"vast.png": "refused: it is over 512 MB unpacked"}


def test_a_list_of_members_is_judged_before_it_is_read(tmp_path, workspace, monkeypatch):
    monkeypatch.setattr(zipfile, "ZipInfo", None)  # one would be made of each member
    entry = b"PK\x01\x02".ljust(46, b"\0")
    members, stuffed = 300_000, bytearray(entry)
    stuffed[30:32] = struct.pack("<H", 65532)
    for directory, reason in {
        entry * members: "holds 300000 files, over the limit of 200000",
        bytes(stuffed + bytes(65532)) * 20: "far longer than its files",
        bytes(70 << 20): "over 64 MB",
    }.items():
        end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), 0, 0)
        (tmp_path / "art.zip").write_bytes(directory + end)
        with pytest.raises(BadInput, match=reason):
            open_source(tmp_path / "art.zip", workspace)


def test_a_name_marked_as_utf8_that_is_none_is_told(tmp_path, workspace):
    path = zip_of(tmp_path / "art.zip", {"café.png": PNG})
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xe9\xe9"))
    with pytest.raises(BadInput, match="says that its names are UTF-8, and one is not"):
        open_source(path, workspace)


# The sample gallery and what is no source


def test_the_sample_gallery_is_painted_once(workspace, monkeypatch):
    told = []
    monkeypatch.setattr(sample, "paint_into", partial(sample.paint_into, n=3))
    galleries = []
    for _ in range(2):
        source = open_source("sample", workspace, lambda *progress: told.append(progress))
        gallery = found(source)
        assert len({one.name for one in gallery}) == 3
        assert all({"style", "title", "artist", "price"} == set(one.columns) for one in gallery)
        assert all(one.locator.path.is_file() and one.locator.path.is_relative_to(workspace) for one in gallery)
        galleries.append([(one.name, str(one.locator), list(one.columns.items())) for one in gallery])
    assert galleries[0] == galleries[1]
    assert told == [("painting the sample gallery", done, 3) for done in (1, 2, 3)]


def test_a_gallery_that_cannot_be_painted_says_so(workspace):
    workspace.write_text("a file, not a folder")
    with pytest.raises(StoreError, match="the gallery cannot be painted in"):
        list(open_source("sample", workspace).find())


def test_unpacking_tells_how_far_it_is(tmp_path, workspace):
    told = []
    path = zip_of(tmp_path / "art.zip", {"a.png": PNG, "b.png": PNG})
    list(open_source(path, workspace, lambda *progress: told.append(progress)).find())
    assert told == [("unpacking the zip", 0, 2), ("unpacking the zip", 1, 2)]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", "no source was named"),
        ("nowhere", "there is nothing at"),
        ("ftp://x.org/art", "is a link that is not followed; only http and https links are"),
        ("a\0b", "cannot be a path"),
        ("one.png", "is a single picture: put it into a folder"),
        ("notes.txt", "is a file of another kind"),
        ("pipe", "neither a folder nor a file"),
        ("~nobody-of-that-name/x", "cannot be read: no such user"),
        ("x" * 5000, "file name too long"),
    ],
)
def test_what_is_no_source_says_what_was_wanted(tmp_path, workspace, monkeypatch, spec, reason):
    monkeypatch.chdir(tmp_path)
    folder_of(tmp_path, "one.png")
    (tmp_path / "notes.txt").write_text("hello")
    os.mkfifo("pipe")
    with pytest.raises(UserError, match=reason) as error:
        open_source(spec, workspace)
    assert "a folder, a .zip, a .csv of paths, or 'sample'" in str(error.value) or spec[:3] in ("ftp", "one")


def test_the_home_sign_is_understood(tmp_path, workspace, monkeypatch):
    folder_of(tmp_path / "art", "a.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names(open_source("~/art", workspace)) == ["a.png"]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path, workspace):
    folder_of(tmp_path, "a.png")
    text = codecs.BOM_UTF8 + b"title,file\nx,a.png"
    assert found(open_source(table(tmp_path, text), workspace))[0].columns == {"title": "x"}


def test_the_plain_folders_beside_the_checkout_are_whole(shared, workspace):
    for name, count in {"best_art": 2922, "famous102": 102, "in_the_wild": 24, "pref_ab": 1151}.items():
        source = open_source(shared / "data" / name, workspace)
        assert (len(found(source)), broken(source)) == (count, {})


def test_a_folder_that_lacks_much_is_listed_once_and_no_file_in_it_is_missed(tmp_path, monkeypatch):
    folder_of(tmp_path, "a/one.png", "a/b/two.png", "Été/trois à.png", "z.png")
    lost = [f"{folder}{i}.png" for i in range(40) for folder in ("", "a/", "a/b/", "no{i}/a/", "É{i}\\", "Été/é")]
    rows = [*lost, "a/one.png", "a\\b\\two.png", unicodedata.normalize("NFD", "Été\\trois à.png"), "a/../z.png", "a/b"]
    (tmp_path / "list.csv").write_text("\n".join(["file", *rows]), encoding="utf-8")
    asked, really = Counter(), os.stat
    monkeypatch.setattr(os, "stat", lambda path, **more: (asked.update([str(path)]), really(path, **more))[1])
    found = list(open_source(tmp_path / "list.csv", tmp_path).find())
    there = [one.name for one in found if isinstance(one, Found)]
    assert there == ["a/one.png", "a/b/two.png", "Été/trois à.png", "z.png"]
    assert found[-1] == Broken("a/b", "a folder, not a file")
    assert sum("is not there" in one.reason for one in found if isinstance(one, Broken)) == len(lost)
    assert asked.total() < 120


def test_what_lies_in_a_folder_and_is_not_read_is_named(tmp_path):
    folder = folder_of(tmp_path / "all", "a.png")
    pages = (
        "page.html",
        "page_files/in.html",
        "page/own.html",
        "shop/one.html",
        "shop/one_files/in.html",
        ".away/two.html",
    )
    for name in (*pages, "list.csv"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"<p>")
    assert unread_in(folder) == ["list.csv", "shop/one.html"]
    assert unread_in(folder / "page.html") == []
