"""Pictures dropped on the page: whole files, where they belong, and nothing else."""

import io
import shutil
import zipfile
from contextlib import closing
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from beholder.removal import remove_collection
from beholder.web import uploads
from beholder.web.app import create_app
from helpers.browser import HERE, PHONE, SAFE, as_person, enter, hang, no_wider
from helpers.pages import ADS, dba_page, jpeg

pytest_plugins = "helpers.webwall"
RAW = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def visit(tmp_path):
    library = Library(tmp_path / "data", config=Settings(home=tmp_path / "data", threads=1, encoder="classic"))
    app = create_app(library, library.settings)
    yield as_person(TestClient(app, base_url=HERE, headers=SAFE)), library
    app.state.beholder.close()
    library.close()


def png(shade):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 20, 90)).save(out, "PNG")
    return out.getvalue()


def begin(client, name="phone", apart=""):
    return client.post("/api/uploads", json={"name": name, "apart": apart}).json()["id"]


def put(client, upload, path, data, piece=50, at=0):
    while True:
        query = {"path": path, "at": at, "size": len(data)}
        address = f"/api/uploads/{upload}/piece"
        reply = client.post(address, params=query, content=data[at : at + piece], headers=RAW)
        if reply.status_code != 200 or (at := reply.json()["at"]) >= len(data):
            return reply


def end(client, upload):
    job = client.post(f"/api/uploads/{upload}/end", json={}).json()
    while job["state"] in ("waiting", "running"):
        job = client.get(f"/api/imports/{job['id']}").json()
    return job


def test_pictures_sent_in_pieces_come_in_and_no_file_replaces_another(visit):
    client, library = visit
    upload = begin(client)
    for shade, path in ((1, "a/image.png"), (2, "a/image.png"), (3, "b/image.png"), (2, "a/image.png")):
        assert put(client, upload, path, png(shade)).json()["at"] == len(png(shade))
    job = end(client, upload)
    assert (job["state"], job["report"]["new"]) == ("done", 3)
    assert sorted(i.name for i in library.collection("phone").items) == ["a/image 2.png", "a/image.png", "b/image.png"]
    upload = begin(client)
    put(client, upload, "a/image.png", png(4))
    job = end(client, upload)
    assert (job["report"]["new"], job["report"]["known"], job["report"]["gone"]) == (1, 3, 0)


def test_a_piece_that_comes_twice_or_too_early_counts_once(visit):
    client, library = visit
    upload, data = begin(client), png(9)
    address = f"/api/uploads/{upload}/piece"
    for at, here in ((0, 30), (0, 30), (60, 30), (30, 60), (30, 60)):
        query = {"path": "x.png", "at": at, "size": len(data)}
        assert client.post(address, params=query, content=data[at : at + 30], headers=RAW).json() == {"at": here}
    put(client, upload, "x.png", data, at=60)
    assert end(client, upload)["report"]["new"] == 1
    assert (library.home / "uploads" / "phone" / "x.png").read_bytes() == data


def saved(folder, name="maleri", ads=ADS, seed=0):
    """A page as a browser saves it, its pictures beside it: one has no ending, and a script is among them."""
    beside = folder / f"{name}_files"
    beside.mkdir(parents=True)
    files = {number: f"photo-{at}" + (".jpg" if at else "") for at, (number, *_) in enumerate(ads)}
    for at, file in enumerate(files.values()):
        (beside / file).write_bytes(jpeg(seed + at))
    (beside / "main.js").write_text("let x")
    (beside / "resource").write_text("no picture")
    (beside / "frame.html").write_text("<img src=photo-1.jpg>")
    page = dba_page({number: f"./{name}_files/{file}" for number, file in files.items()}, ads)
    (folder / f"{name}.html").write_text(page, "utf-8")
    return folder


def told(library, collection):
    """What is known of each picture of a collection, and its bytes."""
    items = library.collection(collection).items
    return {item.name: (item.columns.get("title"), item.columns.get("price"), item.sha256) for item in items}


def as_imported(folder, tmp_path):
    home = tmp_path / "elsewhere"
    with closing(Library(home, config=Settings(home=home, threads=1, encoder="classic"))) as library:
        library.import_source(folder, "same")
        return told(library, "same")


def put_all(client, upload, folder):
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            put(client, upload, file.relative_to(folder).as_posix(), file.read_bytes(), piece=90_000)


def test_saved_pages_are_read_with_the_pictures_that_came_with_them(visit, tmp_path):
    client, library = visit
    upload = begin(client, "dba", "week 1")
    put_all(client, upload, saved(tmp_path / "1"))
    kept = library.home / "uploads" / "dba+week 1"
    assert end(client, upload)["report"]["new"] == 3
    assert len(list(kept.rglob("*"))) == 5  # the page, its folder and pictures
    first = as_imported(tmp_path / "1", tmp_path / "a")
    assert told(library, "dba") == first

    others = tuple((f"9{number}", *rest) for number, *rest in ADS)  # their pictures have the same names
    upload = begin(client, "dba", "week 1")
    put_all(client, upload, saved(tmp_path / "2", ads=others, seed=50))
    assert end(client, upload)["report"]["new"] == 3
    assert told(library, "dba") == first | as_imported(tmp_path / "2", tmp_path / "b")
    upload = begin(client, "dba")
    put(client, upload, "loose.png", png(7))
    assert (end(client, upload)["report"]["new"], len(library.collection("dba"))) == (1, 7)
    assert len(list(kept.parent.iterdir())) == 3  # of each save one, and one of the loose picture
    remove_collection(library, library.store.collection("dba"))
    assert not list(kept.parent.iterdir())


def test_pages_that_broke_off_on_their_way_go_on_in_the_same_folder(visit, tmp_path):
    client, library = visit
    folder = saved(tmp_path / "1")
    put(client, begin(client, "dba", "week"), "maleri.html", b"<p>an older save</p>")
    upload = begin(client, "dba", "week")
    put_all(client, upload, folder)
    assert end(client, upload)["report"]["new"] == 3
    assert told(library, "dba") == as_imported(folder, tmp_path)
    assert [path.name for path in (library.home / "uploads").iterdir()] == ["dba+week"]


def test_a_zip_alone_is_imported_as_a_zip(visit, tmp_path):
    client, library = visit
    hang(tmp_path / "pictures", 12)
    shutil.make_archive(str(tmp_path / "twelve"), "zip", tmp_path / "pictures")
    upload = begin(client, "twelve")
    put(client, upload, "twelve.zip", (tmp_path / "twelve.zip").read_bytes(), piece=9000)
    assert end(client, upload)["report"]["new"] == 12
    assert len(library.collection("twelve")) == 12


@pytest.mark.parametrize(
    "path",
    ["../x.png", "/", "a/../../x.png", ".hidden.png", "a/.b/x.png", "C:/x.png", "x.exe", "x", "a\\..\\x.png", "\0.png",
     "x" * 300 + ".png", "/".join("abcdefghijklmnopqrst") + "/x.png"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_or_is_no_picture_is_refused(visit, path):
    client, library = visit
    reply = put(client, begin(client), path, png(5))
    assert (reply.status_code, len(reply.json()["error"]) > 15) == (422, True)
    assert not [p for p in library.home.parent.rglob("*") if p.suffix in (".png", ".exe")]


def test_what_has_no_room_or_no_end_is_refused_with_a_sentence(visit, monkeypatch):
    client, library = visit
    upload = begin(client)
    assert client.post(f"/api/uploads/{upload}/end", json={}).json()["error"].startswith("No picture came")
    upload = begin(client)
    query = {"path": "x.png", "at": 0, "size": 2**40}
    assert client.post(f"/api/uploads/{upload}/piece", params=query, content=b"x", headers=RAW).status_code == 413
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    reply = put(client, upload, "x.png", png(5))
    assert (reply.status_code, "no room" in reply.json()["error"]) == (507, True)
    other = as_person(TestClient(client.app, base_url=HERE, headers=SAFE))
    assert put(other, upload, "x.png", png(5)).status_code == 404
    assert not list((library.home / "uploads").rglob("*.png"))


def test_a_folder_may_come_with_what_is_said_of_its_pictures(visit, tmp_path):
    client, library = visit
    upload = begin(client, "wall")
    for file in sorted(hang(tmp_path / "wall", 5).iterdir()):
        put(client, upload, file.name, file.read_bytes(), piece=9000)
    assert end(client, upload)["report"]["new"] == 5
    assert library.collection("wall").items[0].columns["title"] == "Study 0"


def test_pictures_are_chosen_in_the_browser_and_become_a_collection(server, open_page, tmp_path):
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    *files, one, other = sorted(hang(tmp_path / "mine", 6).glob("*.png"))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for file in (one, other):
            archive.write(file, file.name)
    page.set_input_files('[data-input="files"]', [*files, tmp_path / "two.zip"])
    page.locator("h2", has_text="my pictures").wait_for()  # the page is drawn again
    page.wait_for_selector("text=my pictures: 4 new pictures")
    page.wait_for_selector("text=my pictures: 2 new pictures")
    assert page.locator("h2", has_text="my pictures").count() == 1


def test_a_zip_is_dropped_on_the_page(server, open_page, tmp_path):
    with zipfile.ZipFile(tmp_path / "dropped.zip", "w") as archive:
        for file in hang(tmp_path / "mine", 4).glob("*.png"):
            archive.write(file, file.name)
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    data = list((tmp_path / "dropped.zip").read_bytes())
    page.evaluate(
        """data => {
            const moved = new DataTransfer();
            moved.items.add(new File([new Uint8Array(data)], "dropped.zip", {type: "application/zip"}));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: moved, bubbles: true, cancelable: true}));
        }""",
        data,
    )
    page.wait_for_selector("text=dropped: 4 new pictures")


def drop(page, *paths):
    """Drop these files and folders of the machine on the page, as a hand does."""
    hand = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        hand.send("Input.dispatchDragEvent", {"type": kind, "x": 150, "y": 300, "data": data})


@pytest.mark.parametrize("screen", [PHONE, {"viewport": {"width": 1280, "height": 900}}], ids=["phone", "desk"])
def test_a_folder_is_dropped_on_the_page_with_the_folders_in_it(server, open_page, tmp_path, screen):
    folder = hang(tmp_path / f"Attic {screen['viewport']['width']}", 5)
    hang(folder / "deeper" / "still", 3)
    (folder / "items.csv").unlink()
    (folder / "notes.exe").write_text("no picture")
    page = open_page(**screen)
    enter(page, server)
    page.goto(server.url)
    drop(page, folder)
    page.wait_for_selector(f"text={folder.name}: 5 new pictures")  # of the eight three are copies
    page.wait_for_selector("text=1 file of other kinds left out")
    kept = server.home / "uploads" / folder.name
    assert (len(list(kept.rglob("*.png"))), (kept / folder.name / "deeper" / "still" / "002.png").exists()) == (8, True)


def test_pictures_that_a_dropped_items_csv_does_not_name_are_told(server, open_page, tmp_path):
    folder = hang(tmp_path / "Named", 4)
    lines = (folder / "items.csv").read_text().splitlines()
    (folder / "items.csv").write_text("\n".join(lines[:-1]))
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    drop(page, folder)
    page.wait_for_selector("text=1 picture in the folder left out, as items.csv does not name it: ")


@pytest.fixture
def shelf(server, open_page):
    """The page of collections, and what the server's library holds of one."""
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    with closing(Library(server.home, config=Settings(home=server.home, threads=1))) as library:
        yield page, lambda collection: told(library, collection)


@pytest.mark.parametrize("way", ["drop", "dialog"])
def test_a_folder_of_saved_pages_is_read_as_an_import_of_it_reads_it(shelf, tmp_path, way):
    page, held = shelf
    second = ("25011009", "Skovsø, 65x80 cm", "950", "950", "Ribe")
    folder = saved(saved(tmp_path / f"Malerier {way}"), "side 2", [second], seed=40)
    if way == "drop":
        drop(page, folder)
    else:
        page.set_input_files('[data-input="folder"]', folder)
    page.wait_for_selector(f"text={folder.name}: 4 new pictures")
    assert not page.inner_text("#drop-fault")
    assert held(folder.name) == as_imported(folder, tmp_path)


def test_a_page_is_dropped_with_its_folder_beside_it(shelf, tmp_path):
    page, held = shelf
    folder = saved(tmp_path / "in", "to salg")
    drop(page, folder / "to salg_files", folder / "to salg.html")
    page.wait_for_selector("text=to salg: 3 new pictures")
    assert held("to salg") == as_imported(folder, tmp_path)


def test_a_page_that_is_dropped_without_its_pictures_says_how_they_come_in(shelf, tmp_path):
    page, held = shelf
    (tmp_path / "first.png").write_bytes(png(8))
    saved(tmp_path / "in", "alone")
    for file, words in (
        (tmp_path / "first.png", "two ways: 1 new picture"),
        (tmp_path / "in" / "alone.html", "two ways: 0 new"),
    ):
        page.locator("#drop").get_by_label("Into the collection").fill("two ways")
        drop(page, file)
        page.wait_for_selector(f"text={words}")
    assert "3 pictures are known by their links alone: save the page together" in page.inner_text(".job-line")
    page.locator("#drop").get_by_label("Into the collection").fill("two ways")
    drop(page, tmp_path / "in" / "alone.html", tmp_path / "in" / "alone_files")
    page.wait_for_selector("text=two ways: 3 new pictures")
    assert as_imported(tmp_path / "in", tmp_path).items() <= held("two ways").items()


def test_folders_with_pages_and_with_a_table_are_each_read_as_they_are_and_pictures_beside(shelf, tmp_path):
    page, held = shelf
    hang(tmp_path / "wall of mine", 5)
    saved(tmp_path / "shop")
    (tmp_path / "loose.png").write_bytes(png(3))
    page.locator("#drop").get_by_label("Into the collection").fill("all of it")
    drop(page, tmp_path / "wall of mine", tmp_path / "shop", tmp_path / "loose.png")
    page.wait_for_selector("text=all of it: 3 new pictures")
    page.wait_for_selector("#drop-fault:has-text('all of it: 5 new pictures')")
    alone = as_imported(tmp_path / "wall of mine", tmp_path / "a") | as_imported(tmp_path / "shop", tmp_path / "b")
    got = held("all of it")
    assert {name: got[name] for name in alone} == alone
    assert set(got) - set(alone) == {"loose.png"}


def test_pictures_are_chosen_on_a_phone(server, open_page, tmp_path):
    page = open_page(**PHONE)
    enter(page, server)
    page.goto(server.url)
    page.locator("#drop").get_by_label("Into the collection").fill("Summer on the phone")
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Choose pictures").tap()
    page.wait_for_function("() => !document.querySelector('button:active')")  # no page is drawn again under a finger
    chooser.value.set_files([str(p) for p in sorted(hang(tmp_path / "DCIM", 4).glob("*.png"))])
    page.locator("h2", has_text="Summer on the phone").wait_for()  # the page is drawn again
    page.wait_for_selector("text=Summer on the phone: 4 new pictures")  # and moves down for this
    no_wider(page)
    page.get_by_label("Choose in Summer on the phone").tap()
    page.wait_for_selector("#wall img")


def test_what_cannot_be_imported_says_why_at_once(server, open_page, tmp_path):
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    (tmp_path / "page.jpg").write_bytes(b"%PDF-1.4")
    page.locator("#drop").get_by_label("Into the collection").fill("a/b")
    page.locator("[data-input=files]").set_input_files(str(tmp_path / "page.jpg"))
    page.wait_for_selector("#drop-fault:has-text('without slashes')")
    assert "kept" not in page.inner_text("#drop-fault")
    assert not page.is_visible(".job")
    page.locator("#drop").get_by_label("Into the collection").fill("papers")
    page.locator("[data-input=files]").set_input_files(str(tmp_path / "page.jpg"))
    page.locator(".broken li:visible", has_text="a PDF is not read").wait_for()
    assert not page.inner_text("#drop-fault")
