"""Pages and exports imported whole: what is on this disk comes in, the rest is told; real samples, where they are."""

import json
import time
from pathlib import Path

import pytest

from beholder.cli import run
from beholder.collection import Library
from beholder.locator import SCHEMES, Locator
from beholder.session import Session
from beholder.sources import Broken, Found, open_source
from beholder.types import Item, Judgement
from beholder.web.contact_sheet import contact_sheet
from beholder.web.imports import Imports
from beholder.web.render import byline
from helpers import pages
from helpers.pages import ADS, SITE, dba_page, jpeg, json_ld, page, photo

SHARED = Path(__file__).resolve().parents[2] / "shared" / "wild"


class Web:
    """Pictures of the web, as a door to the network would fetch them into files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, dict[str, Path]()

    def _file(self, value: str) -> Path:
        if value not in self.asked:
            self.asked[value] = self.folder / f"{len(self.asked)}.jpg"
            self.asked[value].write_bytes(jpeg(len(self.asked)))
        return self.asked[value]

    def open(self, value):
        return self._file(value).open("rb")

    def stamp(self, value):
        return Locator.of(self._file(value)).stamp()

    def is_there(self, value):
        return True


@pytest.fixture
def library():
    made = Library()
    yield made
    made.close()


def saved(folder: Path, name: str = "søgning.html", ads=ADS) -> Path:
    files = folder / f"{Path(name).stem}_files"
    files.mkdir(parents=True)
    for number, *_ in ads:
        (files / f"{number}.jpg").write_bytes(jpeg(int(number) % 100))
    path = folder / name
    path.write_text(dba_page({number: f"./{files.name}/{number}.jpg" for number, *_ in ads}, ads), encoding="utf-8")
    return path


def test_a_saved_page_becomes_a_collection(library, tmp_path):
    report = library.import_source(saved(tmp_path / "pages"), "dba", encoder="classic")
    assert (report.new, report.needs_network, report.broken) == (3, 0, [])
    first = library.collection("dba").items[0]
    told = first.details
    assert (told.title, told.price, told.currency, told.place) == (ADS[0][1], 125000, "DKK", "Aarhus")
    assert (told.link, told.long_mm, told.availability) == (f"{SITE}/item/{ADS[0][0]}", 1000, "for sale")
    assert byline(first)[0] == "1,250 DKK"
    again = library.import_source(tmp_path / "pages" / "søgning.html", "dba")
    assert (again.new, again.known, again.gone) == (0, 3, 0)


def test_all_pages_of_a_folder_come_in_at_once(library, tmp_path):
    folder = tmp_path / "pages"
    saved(folder, "1.html", ADS[:2])
    saved(folder, "2.html", (("25011002", "Havet", "350", "350", "Odense C"), ADS[2]))
    (folder / "3.mhtml").write_text("no page")
    (folder / "mine.jpg").write_bytes(jpeg(9))
    report = library.import_source(folder, "dba", encoder="classic")
    items = {item.name: item for item in library.collection("dba").items}
    assert set(items) == {*(f"dba.dk/recommerce/forsale/item/{number}" for number, *_ in ADS), "mine.jpg"}
    assert items["dba.dk/recommerce/forsale/item/25011002"].details.price == 35000
    assert [one.name for one in report.broken] == ["3.mhtml"]


def test_a_newer_page_changes_what_is_said(library, tmp_path):
    path = saved(tmp_path / "pages")
    library.import_source(path, "dba", encoder="classic")
    path.write_text(path.read_text("utf-8").replace('"1250"', '"990"').replace("1.250", "990"), encoding="utf-8")
    assert library.import_source(path, "dba").known == 3
    assert library.collection("dba").items[0].details.price == 99000


def test_pictures_inside_of_a_page_are_kept_once(library, tmp_path):
    parts = {photo(number, "480w"): jpeg(at) for at, (number, *_) in enumerate(ADS)}
    for name in ("one.mhtml", "two.mhtml"):
        pages.mhtml(tmp_path / name, dba_page(), parts, f"{SITE}/search")
    assert library.import_source(tmp_path / "one.mhtml", "dba", encoder="classic").new == 3
    report = library.import_source(tmp_path / "two.mhtml", "dba")
    assert (report.new, report.known) == (0, 3)
    assert len(list((library.home / "sources" / "pictures").iterdir())) == 3


def test_what_is_known_by_its_link_alone_is_told_and_comes_in_once_it_can_be_fetched(library, tmp_path, monkeypatch):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(pages.dba_export()), encoding="utf-8")
    report = library.import_source(path, "dba", encoder="classic")
    assert (report.new, report.needs_network, len(report.broken)) == (0, 3, 3)
    assert (
        report.broken[0].reason == f"it needs the network: its picture is known by its link alone, {photo(ADS[0][0])}"
    )
    monkeypatch.setitem(SCHEMES, "https", Web(tmp_path))
    report = library.import_source(path, "dba")
    assert (report.new, report.needs_network) == (3, 0)
    items = library.collection("dba").items
    assert [item.locator.text for item in items] == [photo(number) for number, *_ in ADS]


def test_the_command_line_says_what_needs_the_network(tmp_path, capsys):
    path = saved(tmp_path / "pages")
    (tmp_path / "pages" / "søgning_files" / f"{ADS[2][0]}.jpg").unlink()
    assert run(["import", str(path), "--into", "dba", "--encoder", "classic"]) == 0
    out = capsys.readouterr().out
    assert "2 new, 1 that needs the network" in out
    assert "its picture is known by its link alone" in out
    export = tmp_path / "export.json"
    export.write_text(json.dumps(pages.dba_export()), encoding="utf-8")
    assert run(["import", str(export), "--into", "more"]) == 1
    assert "needs the network" in capsys.readouterr().err


def test_titles_and_links_from_a_page_do_no_harm_where_they_are_shown(library, tmp_path):
    told = {"@graph": [
        {"@type": "Product", "name": name, "url": f"https://a.org/{at}", "image": f"x_files/{at}.jpg",
         "offers": {"price": "1e309", "priceCurrency": "=cmd|' /C calc'!A0"}}
        for at, name in enumerate(("<img src=x onerror=alert(1)>", "=HYPERLINK(1)", "<script>alert(1)</script>", "Sea"))
    ]}  # fmt: skip
    folder = tmp_path / "x_files"
    folder.mkdir()
    for at in range(4):
        (folder / f"{at}.jpg").write_bytes(jpeg(at))
    text = json_ld(told).replace("</script>alert", "<\\/script>alert").replace("(1)</script>", "(1)<\\/script>")
    (tmp_path / "x.html").write_text(page("", text), encoding="utf-8")
    assert library.import_source(tmp_path / "x.html", "art", encoder="classic").new == 4
    library.store.add_person("Ada")
    items = library.collection("art").items
    assert [item.details.price for item in items] == [None] * 4
    session = Session(library, "art", "Ada")
    session.record(
        [Judgement("rating", (item.id,), f"r{item.id}", value=float(1 + at)) for at, item in enumerate(items)]
    )
    ranked = session.reading().ranking
    sheet = contact_sheet(ranked, heading="x")
    session.close()
    assert "<img src=x" not in sheet
    assert "<script>alert" not in sheet
    assert "&lt;img src=x onerror=alert(1)&gt;" in sheet


def test_the_rights_of_a_museum_are_shown_with_its_work():
    told = {"title": "Sea", "artist": "Ada", "year": "1890", "rights": "Public domain (CC0)"}
    item = Item(1, "sea", Locator("file", "/sea.jpg"), "0" * 64, 1, 1, told)
    assert byline(item) == ["Ada", "year 1890", "Public domain (CC0)"]


def test_the_app_imports_a_saved_page_and_says_where_the_pictures_are_missing(library, tmp_path):
    imports = Imports(library, lambda name: None)
    person = library.store.add_person("Ada")
    export = tmp_path / "export.json"
    export.write_text(json.dumps(pages.dba_export()), encoding="utf-8")
    for path, state in ((saved(tmp_path / "pages"), "done"), (export, "failed")):
        job = imports.start(str(path), path.stem, person.id, "classic")
        while job.state in ("waiting", "running"):
            time.sleep(0.01)
        assert job.state == state, job.error
    assert "known by their links alone" in job.error
    assert "“_files”" in job.error, "the folder to drop with it is named"


# Real samples, beside the checkout


@pytest.fixture
def wild() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"needs the samples of real pages, which are not part of the project, at {SHARED}")
    return SHARED


def found_in(path: Path, workspace: Path) -> list[Found | Broken]:
    return list(open_source(path, workspace).find())


PICTURES = {  # how many pictures of works each sample leads to
    "pages/artwork_next_data.html": 1, "pages/dba_search.html": 3, "pages/etsy_listing.html": 1,
    "pages/gemt side.html": 2,
    "pages/kleinanzeigen_search.html": 1, "pages/listing.mhtml": 3, "pages/dba_search_api.json": 3,
    "pages/dba_2020_props.js": 1, "pages/vinted_search.json": 1, "pages/export_da.csv": 1,
    "pages/extruct_JSONLD_with_JS_comment.html": 1, "museum/cleveland_search.json": 1, "museum/commons_page.json": 1,
    "museum/europeana_item.json": 1, "museum/finna_object.json": 1, "museum/met_object.json": 1,
    "museum/smithsonian_record.json": 1, "museum/smk_item.json": 1, "iiif/cookbook_0005-image-service-manifest.json": 1,
    "iiif/cookbook_0029-metadata-anywhere.json": 2, "iiif/cookbook_0032-collection-collection.json": 1,
    "iiif/cookbook_0032-collection-manifest-01.json": 1, "iiif/cookbook_0033-choice-manifest.json": 1,
    "iiif/cookbook_0057-publishing-v2-and-v3-manifest-v2.json": 1,
    "iiif/cookbook_0057-publishing-v2-and-v3-manifest-v3.json": 1,
    "iiif/cookbook_0118-multivalue-manifest.json": 1, "iiif/cookbook_0283-missing-image-manifest.json": 3,
    "iiif/presentation-2_artic-manifest.json": 2, "iiif/presentation-2_nga-manifest.json": 26,
    "iiif/presentation-2_duplicate-member-collection.json": 0, "iiif/presentation-2_iiif-fixture-collection.json": 0,
    "iiif/presentation-2_paginated-collection.json": 0, "pages/hostile.html": 0,
    "pages/extruct_JSONLD_with_control_characters.html": 0, "pages/extruct_product.html": 0,
    "pages/extruct_product_microdata.html": 0,
}  # fmt: skip


def test_every_sample_is_told_of(wild):
    samples = {
        str(p.relative_to(wild))
        for kind in ("pages", "iiif", "museum")
        for p in (wild / kind).glob("*.*")
        if p.is_file()
    }
    assert samples == set(PICTURES)


@pytest.mark.parametrize("sample", sorted(PICTURES))
def test_a_sample_gives_its_works_with_their_titles_and_pictures(wild, tmp_path, sample):
    found = found_in(wild / sample, tmp_path / "workspace")
    works = [one for one in found if isinstance(one, Found)]
    assert len(works) == PICTURES[sample]
    assert all(one.columns.get("title") or one.columns.get("titel") for one in works)
    assert all(one.locator.scheme in ("https", "http", "file") for one in works)
    assert works or found, "what cannot be taken is told"
    kept = " ".join(text for one in works for text in one.columns.values())
    assert not [word for word in ("javascript:", "file:", "169.254", "localhost", "127.0.0.1") if word in kept]


def test_all_samples_import_where_their_pictures_can_be_fetched(wild, library, tmp_path, monkeypatch):
    for scheme in ("https", "http"):
        (tmp_path / scheme).mkdir()
        monkeypatch.setitem(SCHEMES, scheme, Web(tmp_path / scheme))
    for sample in (
        "pages/dba_search.html",
        "pages/kleinanzeigen_search.html",
        "museum/smk_item.json",
        "pages/gemt side.html",
    ):
        assert library.import_source(wild / sample, "wild", encoder="classic").new == PICTURES[sample]
    details = {item.details.title: item.details for item in library.collection("wild").items}
    harbour = details["Ölgemälde Hafen, 60 x 80 cm"]
    assert (harbour.price, harbour.currency, harbour.terms, harbour.long_mm) == (120000, "EUR", "negotiable", 800)
    mary = details["Jomfru Maria med barnet og Sankt Anne ved vuggen"]
    assert (mary.width_mm, mary.height_mm, mary.artist) == (204, 256, "Albrecht Altdorfer")
    assert mary.rights == "https://creativecommons.org/share-your-work/public-domain/cc0/"
    fjord = details["Fjord, olie på plade, 45 x 60 cm"]  # a machine reads 3500 there, people "Vurdering: 3.500 kr."
    assert (fjord.price, fjord.terms, fjord.long_mm) == (None, "estimate", 600)
