"""Newer saved pages: what is new, what costs something else, what is not listed any more."""

import json
from pathlib import Path

import pytest

from beholder.cli import run
from beholder.collection import Library
from beholder.refresh import last_refresh
from helpers.pages import ADS, SITE, dba_page, jpeg

LATER = (  # the first is cheaper, the third is gone, a fourth has come
    (ADS[0][0], ADS[0][1], "990", "990", "Aarhus"),
    ADS[1],
    ("25011004", "Akvarel, 30x40 cm", "300", "300", "Vejle"),
)


@pytest.fixture
def library():
    made = Library()
    yield made
    made.close()


def saved(folder: Path, ads=ADS, name: str = "søgning.html", again: int = 0) -> Path:
    """A page with its pictures. again : other bytes of the same pictures"""
    files = folder / f"{Path(name).stem}_files"
    files.mkdir(parents=True)
    for number, *_ in ads:
        (files / f"{number}.jpg").write_bytes(jpeg(int(number) % 100) + b"\0" * again)
    path = folder / name
    path.write_text(dba_page({number: f"./{files.name}/{number}.jpg" for number, *_ in ads}, ads), encoding="utf-8")
    return path


def prices(library):
    items = library.collection("dba").items
    return {item.details.link.rpartition("/")[2]: item.details.price for item in items}


def test_a_page_saved_again_in_another_folder_says_what_it_changes(library, tmp_path):
    assert not library.import_source(saved(tmp_path / "monday"), "dba", encoder="classic").refresh
    report = library.import_source(saved(tmp_path / "friday", LATER), "dba")
    assert (report.new, report.known, report.copies) == (1, 2, 0)
    told = report.refresh
    assert [one["title"] for one in told.new] == [LATER[2][1]]
    assert [(one.title, one.price_before, one.price, one.currency) for one in told.repriced] == [
        (ADS[0][1], 125000, 99000, "DKK")
    ]
    assert [one["link"] for one in told.unlisted] == [f"{SITE}/item/{ADS[2][0]}"]
    assert told.in_words == "1 new, 1 cheaper, 1 no longer listed"
    assert prices(library)[ADS[0][0]] == 99000


def test_the_older_price_and_what_is_not_listed_stay_known(library, tmp_path):
    library.import_source(saved(tmp_path / "monday"), "dba", encoder="classic")
    library.import_source(saved(tmp_path / "friday", LATER), "dba")
    first, second, third, _ = library.collection("dba").items
    assert (first.work.price_before, first.work.currency_before) == (125000, "DKK")
    assert (second.work, third.work.unlisted) == (None, True)
    row = library.store.collection("dba")
    assert last_refresh(library.store.works.listings(row.id)).in_words == "1 new, 1 cheaper, 1 no longer listed"


def test_an_older_page_imported_again_changes_nothing_back(library, tmp_path):
    monday = saved(tmp_path / "monday")
    library.import_source(monday, "dba", encoder="classic")
    library.import_source(saved(tmp_path / "friday", LATER), "dba")
    again = library.import_source(monday, "dba")
    assert (again.new, again.known, again.refresh.in_words) == (0, 3, "")
    assert prices(library)[ADS[0][0]] == 99000


def test_a_work_whose_picture_was_packed_anew_is_the_same_work(library, tmp_path):
    library.import_source(saved(tmp_path / "monday"), "dba", encoder="classic")
    report = library.import_source(saved(tmp_path / "friday", LATER, again=1), "dba")
    assert (report.new, report.refresh.in_words) == (3, "1 new, 1 cheaper, 1 no longer listed")
    art = library.collection("dba")
    assert sorted(len(work.photos) for work in art.works.several) == [2, 2]
    shown = [item for item in art.items if item.id not in art.unshown]
    assert len(shown) == 4
    cheaper = next(item for item in shown if item.details.title == ADS[0][1])
    assert (cheaper.details.price, cheaper.work.price_before) == (99000, 125000)


def test_a_page_saved_without_its_pictures_is_heard_all_the_same(library, tmp_path):
    library.import_source(saved(tmp_path / "monday"), "dba", encoder="classic")
    path = tmp_path / "friday.html"
    path.write_text(dba_page(ads=LATER), encoding="utf-8")
    report = library.import_source(path, "dba")
    assert (report.known, report.needs_network, len(report.broken)) == (2, 1, 1), "the new one has no picture yet"
    assert report.refresh.in_words == "1 new, 1 cheaper, 1 no longer listed"
    assert prices(library)[ADS[0][0]] == 99000


def test_another_page_of_results_takes_nothing_away(library, tmp_path):
    library.import_source(saved(tmp_path / "one"), "dba", encoder="classic")
    other = tuple((f"2502{at}", f"Billede {at}", "100", "100", "Ribe") for at in range(3))
    path = saved(tmp_path / "two", other)
    path.write_text(path.read_text("utf-8").replace("q=maleri", "q=maleri&page=2"), encoding="utf-8")
    told = library.import_source(path, "dba").refresh
    assert (told.in_words, told.listed) == ("", 3), "nor is all of it news"


def test_what_newer_pages_say_is_told_without_tags(tmp_path, capsys):
    for day, ads in (("monday", ADS), ("friday", LATER)):
        assert run(["import", str(saved(tmp_path / day, ads)), "--into", "dba"]) == 0
    assert "\n    no longer listed: Litografi, sign. N.N.\n" in capsys.readouterr().out


def test_a_work_that_is_listed_again_is_not_gone(library, tmp_path):
    for at, ads in enumerate((ADS, LATER, (*ADS, LATER[2]))):
        report = library.import_source(saved(tmp_path / str(at), ads), "dba", encoder="classic")
    assert report.refresh.in_words == "1 at another price"
    assert not any(item.work and item.work.unlisted for item in library.collection("dba").items)


def test_an_import_tells_it_in_words_and_as_json(tmp_path, capsys):
    run(["import", str(saved(tmp_path / "monday")), "--into", "dba", "--encoder", "classic"])
    capsys.readouterr()
    run(["import", str(saved(tmp_path / "friday", LATER)), "--into", "dba", "--json"])
    told = json.loads(capsys.readouterr().out)["refresh"]
    assert [(one["before"], one["now"]) for one in told["repriced"]] == [("1,250 DKK", "990 DKK")]
    assert (len(told["new"]), len(told["unlisted"])) == (1, 1)
    dearer = ((*ADS[1][:2], "450", "450", "Odense C"), *LATER[::2])
    run(["import", str(saved(tmp_path / "sunday", dearer)), "--into", "dba"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  newer pages say: 1 at another price"
    assert "450 DKK, 400 DKK before" in lines[2]
