"""Answers of museums, IIIF and feeds, from files: pictures, titles, links, sizes and rights."""

import gzip
import json
from pathlib import Path

import pytest

from beholder.details import read_details
from beholder.errors import BadInput
from beholder.sources import NEEDS_NETWORK, Broken, Found, open_source
from helpers.pages import jpeg

DATA = Path(__file__).parent / "data"
V3 = "http://iiif.io/api/presentation/3/context.json"
V2 = "http://iiif.io/api/presentation/2/context.json"


@pytest.fixture
def read(tmp_path):
    """What a source finds in a file; a value is written as JSON."""

    def read(told, name: str = "answer.json", **beside):
        for file, value in {name: told, **beside}.items():
            path = tmp_path / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(
                value if isinstance(value, bytes) else (value if isinstance(value, str) else json.dumps(value)).encode()
            )
        return list(open_source(tmp_path / name, tmp_path / "workspace").find())

    return read


def works(found) -> list[Found]:
    return [one for one in found if isinstance(one, Found)]


def broken(found) -> dict[str, str]:
    return {one.name: one.reason for one in found if isinstance(one, Broken)}


def details(one: Found):
    return read_details(one.columns)


# Museums


ANSWERS = json.loads((DATA / "museums.json").read_text("utf-8"))  # of our own making, in the form of each museum


@pytest.mark.parametrize(
    ("museum", "artist", "picture", "size", "rights"),
    [
        ("met", "Ada", "https://images.metmuseum.org/7.jpg", (476, 1184), "Public domain (CC0)"),
        ("aic", "Ada", "https://www.artic.edu/iiif/2/a1/full/843,/0/default.jpg", (1184, 476), "Public domain (CC0)"),
        ("smk", "Vilhelm Hammershøi", "https://api.smk.dk/7.jpg", (204, 256), "https://creativecommons.org/cc0/"),
        ("rijks", "Ada", "https://lh3.googleusercontent.com/abc", (405, 300), None),
        ("cma", "Ada Smith", "https://openaccess-cdn.clevelandart.org/7_web.jpg", (500, 400), "CC0"),
        ("commons", "Ada", "https://upload.wikimedia.org/7.jpg", (None, None), "CC BY 4.0"),
        ("europeana", "Ada", "https://a.org/7.jpg", (None, None), "http://creativecommons.org/by/4.0/"),
        ("finna", "Ada", "https://www.finna.fi/Cover/Show?id=a.7", (None, None), "CC BY 4.0"),
        ("smithsonian", "Ada", "https://ids.si.edu/7", (200, 100), "CC0"),
        ("linked_art", "Ada", "https://iiif.micr.io/7/full/max/0/default.jpg", (None, 300), None),
    ],
)  # fmt: skip
def test_the_answer_of_a_museum_is_read(read, museum, artist, picture, size, rights):
    (one,) = works(read(ANSWERS[museum]))
    known = details(one)
    assert known.title in ("Sea", "Havet", "Zee", "Meri", "Sea by Ada")
    assert (known.artist, one.locator.text, known.rights) == (artist, picture, rights)
    assert (known.width_mm, known.height_mm) == size
    assert known.link
    assert known.year == 1890 or museum == "rijks"


def test_the_notes_of_a_size_count_where_its_value_says_otherwise(read):
    (one,) = works(read(ANSWERS["smk"]))
    assert (one.columns["size"], details(one).frame_width_mm, details(one).frame_height_mm) == (
        "256 x 204 mm",
        300,
        400,
    )


def test_what_a_side_of_a_work_measures_is_said_once(read):
    (work,) = ANSWERS["rijks"]["artObjects"]
    twice = [{"type": "height", "unit": "cm", "value": value} for value in ("30", "35")]
    (one,) = works(read({"artObjects": [work | {"dimensions": twice}]}))
    assert "height" not in one.columns
    (own,) = ANSWERS["linked_art"]["dimension"]
    framed = own | {"value": 50, "classified_as": [{"_label": "frame height"}]}
    (one,) = works(read(ANSWERS["linked_art"] | {"dimension": [framed, own]}))
    assert one.columns["height"] == "30 cm"


def test_a_work_without_a_title_is_not_lost(read):
    (one,) = works(read({"items": [ANSWERS["smk"]["items"][0] | {"titles": None}]}))
    assert one.columns["title"]


@pytest.mark.parametrize(
    "told", [{"total": 2, "objectIDs": [1, 2]}, {"imageinfo": 3, "title": {}}, {"descriptiveNonRepeating": 3}]
)
def test_an_answer_without_works_is_told(read, told):
    with pytest.raises(BadInput, match="lists no work"):
        read(told)


# IIIF


def canvas(number: int, version: int = 3, **more) -> dict:
    image = f"https://a.org/image/{number}"
    if version == 2:
        body = {"@id": f"{image}/full/full/0/default.jpg", "@type": "dctypes:Image", "service": {"@id": image}}
        return {"@id": f"https://a.org/c/{number}", "@type": "sc:Canvas", "images": [{"resource": body}], **more}
    body = {
        "id": f"{image}/full/max/0/default.jpg",
        "type": "Image",
        "service": [{"id": image, "type": "ImageService3"}],
    }
    page = {"type": "AnnotationPage", "items": [{"type": "Annotation", "motivation": "painting", "body": body}]}
    return {"id": f"https://a.org/c/{number}", "type": "Canvas", "items": [page], **more}


def manifest(name: str, *canvases: dict, **more) -> dict:
    return {
        "@context": V3,
        "id": f"https://a.org/{name}.json",
        "type": "Manifest",
        "label": {"en": [name]},
        "items": list(canvases),
        **more,
    }


def manifest2(name: str, *canvases: dict, **more) -> dict:
    sequences = [{"@type": "sc:Sequence", "canvases": list(canvases)}]
    return {
        "@context": V2,
        "@id": f"https://a.org/{name}.json",
        "@type": "sc:Manifest",
        "label": name,
        "sequences": sequences,
        **more,
    }


def collection(name: str, *items: dict, **more) -> dict:
    return {
        "@context": V3,
        "id": f"https://a.org/{name}.json",
        "type": "Collection",
        "label": {"en": [name]},
        "items": list(items),
        **more,
    }


def test_both_versions_of_a_manifest_say_the_same(read):
    pair = [("Artist", "Ada"), ("Date", "1890"), ("Dimensions", "118.4 x 47.6 cm")]
    third = manifest("sea", canvas(1), homepage=[{"id": "https://a.org/sea", "format": "text/html"}],
                     metadata=[{"label": {"en": [k]}, "value": {"en": [v]}} for k, v in pair],
                     requiredStatement={"label": {"en": ["Attribution"]}, "value": {"en": ["<b>CC0</b>"]}})  # fmt: skip
    second = manifest2("sea", canvas(1, 2), related="https://a.org/sea", attribution="CC0",
                       metadata=[{"label": k, "value": v} for k, v in pair])  # fmt: skip
    for told in (third, second):
        (one,) = works(read(told))
        known = details(one)
        assert (known.title, known.artist, known.year, known.link) == ("sea", "Ada", 1890, "https://a.org/sea")
        assert (known.width_mm, known.height_mm, known.rights) == (476, 1184, "CC0")
        assert one.locator.text.startswith("https://a.org/image/1/full/")


def test_every_canvas_is_a_picture_and_a_missing_one_is_told(read):
    empty = canvas(2, label={"none": ["f. 1v"]}) | {"items": []}
    found = read(manifest("book", canvas(1, label={"none": ["f. 1r"]}), empty, canvas(3, label={"none": ["f. 2r"]})))
    assert [one.columns["title"] for one in works(found)] == ["book – f. 1r", "book – f. 2r"]
    assert broken(found) == {"f. 1v": "it has no picture in the manifest"}


@pytest.mark.parametrize(
    ("motivation", "kind", "pictures"),
    [("sc:painting", "Canvas", 1), ("painting", "", 1), ("supplementing", "Canvas", 0)],
)
def test_a_canvas_is_known_without_its_type_and_by_older_words(read, motivation, kind, pictures):
    told = canvas(1, type=kind)
    told["items"][0]["items"][0]["motivation"] = motivation
    assert len(works(read(manifest("sea", told)))) == pictures


def test_of_a_choice_the_first_is_shown(read):
    choice = {
        "type": "Choice",
        "items": [{"id": f"https://a.org/{name}.jpg", "type": "Image"} for name in ("light", "x-ray")],
    }
    told = canvas(1)
    told["items"][0]["items"][0]["body"] = choice
    (one,) = works(read(manifest("sea", told)))
    assert one.locator.text == "https://a.org/light.jpg"


def test_a_collection_is_read_from_the_files_beside_it(read):
    named = [{"id": f"https://a.org/{name}.json", "type": kind, "label": {"en": [name]}}
             for name, kind in (("sea", "Manifest"), ("more", "Collection"), ("lost", "Manifest"))] * 2  # fmt: skip
    ring = collection(
        "more",
        {"id": "https://a.org/top.json", "type": "Collection"},
        {"id": "https://a.org/forest.json", "type": "Manifest"},
    )
    found = read(
        collection("top", *named),
        **{
            "1.json": manifest("sea", canvas(1)),
            "2.json": ring,
            "3.json": manifest("forest", canvas(2)),
            "4.json": "{",
        },
    )
    assert [one.columns["title"] for one in works(found)] == ["sea", "forest"]
    assert broken(found)["lost"].startswith(NEEDS_NETWORK)


def test_pages_of_a_collection_follow_each_other_and_rings_end(read):
    def page(number: int, following: int) -> dict:
        return {"@context": V2, "@id": f"https://a.org/p{number}", "@type": "sc:Collection", "next": f"https://a.org/p{following}",
                "manifests": [manifest2(f"m{number}", canvas(number, 2))]}  # fmt: skip

    top = {"@context": V2, "@id": "https://a.org/top", "@type": "sc:Collection", "first": "https://a.org/p1"}
    found = read(top, **{"1.json": page(1, 2), "2.json": page(2, 3), "3.json": page(3, 1)})
    assert [one.columns["title"] for one in works(found)] == ["m1", "m2", "m3"]
    assert not broken(found)


def test_collections_in_each_other_without_end_are_told(read):
    told: dict = {"type": "Manifest", "items": [canvas(1)]}
    for number in range(50):
        told = {"type": "Collection", "label": f"c{number}", "items": [told]}
    with pytest.raises(BadInput, match="deep"):
        read({"@context": V3, **told})


# Feeds


RSS = (DATA / "feed.xml").read_text("utf-8")
ATOM = (DATA / "feed.atom").read_text("utf-8")
SITEMAP = (DATA / "sitemap.xml").read_text("utf-8")


def test_a_feed_gives_each_entry_with_its_picture(read):
    found = read(RSS, "feed.xml")
    assert [one.locator.text for one in works(found)] == [f"https://a.dk/{n}.jpg" for n in (1, 2, 3, 4)]
    assert [one.columns["link"] for one in works(found)] == [f"https://a.dk/{n}" for n in (1, 2, 3, 4)]
    first = details(works(found)[0])
    assert (first.title, first.price, first.currency, first.long_mm) == (
        "Havet & skoven, 40 x 50 cm",
        125000,
        "DKK",
        500,
    )
    assert first.rights == "CC BY"
    assert "12345678" not in str(found)
    assert broken(found) == {"Uden": "there is no picture of it that can be taken"}


@pytest.mark.parametrize(
    ("text", "name", "picture"),
    [(ATOM, "a.atom", "https://a.dk/1.png"), (SITEMAP, "sitemap.xml", "https://a.dk/1.jpg")],
)
def test_atom_and_sitemaps_are_read(read, text, name, picture):
    (one,) = works(read(text, name))
    assert (one.columns["title"], one.columns["link"], one.locator.text) == ("Havet", "https://a.dk/1", picture)


def test_an_index_of_sitemaps_leads_to_those_beside_it(read):
    index = (
        "<sitemapindex>"
        + "".join(f"<sitemap><loc>https://a.dk/{name}</loc></sitemap>" for name in ("one.xml", "index.xml", "two.xml"))
        + "</sitemapindex>"
    )
    found = read(index, "index.xml", **{"one.xml": SITEMAP})
    assert len(works(found)) == 1
    assert list(broken(found)) == ["https://a.dk/two.xml"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_feed_of_products_the_sale_price_is_the_price(read, order):
    prices = ["<g:price>1200.00 DKK</g:price>", "<g:sale_price>900.00 DKK</g:sale_price>"][::order]
    item = f"<item><title>Sea</title><g:image_link>https://a.dk/1.jpg</g:image_link>{''.join(prices)}</item>"
    (one,) = works(read(f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{item}</channel></rss>', "feed.xml"))
    assert (details(one).price, details(one).currency) == (90000, "DKK")


def test_of_a_sale_price_with_dates_nobody_knows_whether_it_holds(read):
    item = "<item><title>Sea</title><image_link>https://a.dk/1.jpg</image_link><price>1200 DKK</price>"
    item += (
        "<sale_price>900 DKK</sale_price><sale_price_effective_date>2020-01-01/2020-02-01</sale_price_effective_date>"
    )
    (one,) = works(read(f"<rss><channel>{item}</item></channel></rss>", "feed.xml"))
    assert (details(one).price, "1200 DKK / 900" in one.columns["price"]) == (None, True)


def test_the_currency_of_a_price_may_be_its_attribute(read):
    entry = '<entry><title>Sea</title><thumbnail url="https://a.dk/1.jpg"/><price currency="EUR">450.00</price></entry>'
    (one,) = works(read(f"<feed>{entry}</feed>", "feed.xml"))
    assert (details(one).price, details(one).currency) == (45000, "EUR")


def test_of_two_prices_of_a_feed_none_counts(read):
    item = "<item><title>Sea</title><price>5 EUR</price><price>7 EUR</price><image_link>https://a.dk/1.jpg</image_link></item>"
    (one,) = works(read(f"<rss><channel>{item}</channel></rss>", "feed.xml"))
    assert (details(one).price, one.columns["price"]) == (None, "5 EUR / 7")


@pytest.mark.parametrize(
    "told",
    [
        '<thumbnail url="https://a.dk/small.jpg"/><content url="https://a.dk/1.jpg"/>',
        '<content type="xhtml"><div><p>Hav</p><img src="https://a.dk/1.jpg"/></div></content>',
    ],
)
def test_the_larger_picture_of_an_entry_and_one_in_its_words_are_taken(read, told):
    (one,) = works(read(f"\n<feed><entry><title>Hav</title>{told}</entry></feed>", "feed.xml"))
    assert one.locator.text == "https://a.dk/1.jpg"


def test_what_sending_costs_and_where_an_entry_comes_from_are_not_said_of_the_work(read):
    shipping = "<shipping><price>9.00 EUR</price></shipping><installment><price>2.00 EUR</price></installment>"
    item = "<item><source><title>All</title></source><title>Sea</title><image_link>https://a.dk/1.jpg</image_link>"
    (one,) = works(read(f"<rss><channel>{item}<price>10.00 EUR</price>{shipping}</item></channel></rss>", "feed.xml"))
    assert (one.columns["title"], details(one).price, details(one).currency) == ("Sea", 1000, "EUR")


@pytest.mark.parametrize("name", ["sitemap.xml.gz", "feed.gz", "packed.xml"])
def test_a_packed_feed_is_read(read, tmp_path, name):
    (one,) = works(read(gzip.compress(SITEMAP.encode()), name))
    assert (one.columns["title"], one.locator.text) == ("Havet", "https://a.dk/1.jpg")
    assert open_source(tmp_path / name, tmp_path).title == name.partition(".")[0]


@pytest.mark.parametrize(
    ("named", "saved"), [("one.xml.gz", "one.xml.gz"), ("one.xml.gz", "one.xml"), ("one.xml", "one.xml.gz")]
)
def test_an_index_leads_to_sitemaps_that_were_packed_or_unpacked(read, named, saved):
    index = "<sitemapindex>" + "".join(f"<sitemap><loc>https://a.dk/{n}</loc></sitemap>" for n in ("bad.xml.gz", named))
    data = gzip.compress(SITEMAP.encode()) if saved.endswith(".gz") else SITEMAP
    found = read(
        gzip.compress(f"{index}</sitemapindex>".encode()), "index.xml.gz", **{saved: data, "bad.xml.gz": b"\x1f\x8b"}
    )
    assert len(works(found)) == 1
    assert broken(found) == {"https://a.dk/bad.xml.gz": "'bad.xml.gz' is packed as gzip, and damaged"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(SITEMAP.encode())[:60], "damaged"),
        (gzip.compress(SITEMAP.encode())[:-1] + b"!", "damaged"),
        (gzip.compress(b"<a>" + b" " * (65 << 20)), "over 64 MB when unpacked"),
        (gzip.compress(b"no feed"), "cannot be read as XML"),
        (b"PK\3\4 a zip", "cannot be read as XML"),
    ],
    ids=["cut", "wrong sum", "bomb", "words", "zip"],
)
def test_what_is_no_packed_feed_is_told(read, data, reason):
    with pytest.raises(BadInput, match=reason):
        read(data, "sitemap.xml.gz")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>', "declares entities"),
        ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>', "declares entities"),
        ("<a>" * 100_000, "nested more than"), ("<rss><channel>", "cannot be read as XML"),
        ("", "cannot be read as XML"),
        ("<html><body/></html>", "no feed"), ("<rss><channel></channel></rss>", "no feed with entries"),
        ("\0" * 99, "cannot be read as XML"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_told(read, text, reason):
    with pytest.raises(BadInput, match=reason):
        read(text, "feed.xml")


def test_pictures_beside_a_feed_are_taken(read, tmp_path):
    (one,) = works(
        read(
            ATOM.replace("https://a.dk/1.png", "https://a.dk/harbour.jpg"),
            "feed.atom",
            **{"feed_files/harbour.jpg": jpeg(1)},
        )
    )
    assert one.locator.path == tmp_path / "feed_files/harbour.jpg"
