"""Saved pages and exports: each work with its title, link, price and picture, and nothing else of what stands there."""

import json
import plistlib

import pytest

from beholder.details import read_details
from beholder.errors import BadInput
from beholder.sources import Broken, Found, open_source
from beholder.sources.listing import Listing, money_said, tidy
from helpers import pages
from helpers.pages import ADS, SITE, data_uri, dba_page, jpeg, json_ld, page, photo


@pytest.fixture
def read(tmp_path):
    """What a source finds in a file of this name and text, with these files beside it."""

    def read(text: str | bytes, name: str = "page.html", **beside: bytes):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        for file, data in beside.items():
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_bytes(data)
        return list(open_source(path, tmp_path / "workspace").find())

    return read


def works(found) -> list[Found]:
    return [one for one in found if isinstance(one, Found)]


def reasons(found) -> list[str]:
    return [one.reason for one in found if isinstance(one, Broken)]


def details(one: Found):
    return read_details(one.columns)


# A page of results


def test_a_page_of_results_gives_one_work_for_each_card(read):
    found = works(read(dba_page()))
    assert [one.columns["title"] for one in found] == [title for _, title, *_ in ADS]
    assert [details(one).link for one in found] == [f"{SITE}/item/{number}" for number, *_ in ADS]
    assert [one.locator.text for one in found] == [photo(number) for number, *_ in ADS]
    assert [(details(one).price, details(one).currency, details(one).terms) for one in found] == [
        (125000, "DKK", None), (40000, "DKK", None), (None, None, "free"),
    ]  # fmt: skip
    assert [details(one).place for one in found] == [place for *_, place in ADS]
    assert (details(found[1]).long_mm, details(found[1]).frame_long_mm) == (500, 620)


def test_what_another_reader_says_differently_is_kept(read):
    third = works(read(dba_page()))[2].columns
    assert (third["price"], third["price (json-ld)"]) == ("Gives væk kr.", "0")


def test_cards_alone_are_enough(read):
    text = dba_page()
    found = works(read(text[: text.index("<script")] + text[text.index("</script>") + 9 :]))
    assert [one.columns["title"] for one in found] == [title for _, title, *_ in ADS]
    assert [details(one).price for one in found] == [125000, 40000, None]
    assert [details(one).link for one in found] == [f"{SITE}/item/{number}" for number, *_ in ADS]


def test_names_stay_the_same_when_the_page_is_saved_again(read):
    first = [one.name for one in works(read(dba_page()))]
    again = [one.name for one in works(read(dba_page(ads=ADS[::-1]), "later.html"))]
    assert first == again[::-1] == [f"dba.dk/recommerce/forsale/item/{number}" for number, *_ in ADS]


def test_the_saved_pictures_are_taken_not_those_of_the_web(read, tmp_path):
    files = {number: f"./saved page_files/{number}(1).jpg" for number, *_ in ADS}
    beside = {path[2:]: jpeg(at) for at, path in enumerate(files.values())}
    found = works(
        read(dba_page({n: path.replace(" ", "%20") for n, path in files.items()}), "saved page.html", **beside)
    )
    assert [one.locator.path for one in found] == [tmp_path / path for path in beside]
    assert [one.columns["title"] for one in found] == [title for _, title, *_ in ADS]


def test_a_single_file_holds_its_pictures(read):
    files = {number: data_uri(jpeg(at)) for at, (number, *_) in enumerate(ADS)}
    found = works(read(dba_page(files)))
    assert [one.locator.path.read_bytes() for one in found] == [jpeg(at) for at in range(3)]
    assert [one.locator for one in works(read(dba_page(files), "again.html"))] == [one.locator for one in found]


def test_a_single_file_may_keep_its_pictures_in_its_style(read):
    style = f"<style>:root{{--sf-img-1:url({data_uri(jpeg(1))})}}</style>"
    image = '<img src="data:image/svg+xml,x" style="background:var(--sf-img-1)">'
    card = f'<article><a href="https://a.dk/1"><h3>Havet</h3>{image}</a></article>'
    (one,) = works(read(page(card, style)))
    assert (one.locator.path.read_bytes(), one.columns["title"]) == (jpeg(1), "Havet")


def test_an_archive_holds_its_pictures(tmp_path):
    parts = {photo(number, "480w"): jpeg(at) for at, (number, *_) in enumerate(ADS)}
    path = pages.mhtml(tmp_path / "page.mhtml", dba_page(), parts, f"{SITE}/search?q=maleri")
    assert b"Content-Location: \r\n " in path.read_bytes(), "a long address is folded"
    found = works(open_source(path, tmp_path / "workspace").find())
    assert [one.locator.path.read_bytes() for one in found] == list(parts.values())
    assert [details(one).price for one in found] == [125000, 40000, None]


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
def test_an_archive_of_safari_holds_its_pictures(tmp_path, charset):
    told = dba_page().replace("utf-8", charset).encode(charset)
    main = {"WebResourceData": told, "WebResourceURL": f"{SITE}/search", "WebResourceTextEncodingName": charset}
    parts = [
        {"WebResourceURL": photo(number, "480w"), "WebResourceData": jpeg(at)} for at, (number, *_) in enumerate(ADS)
    ]
    path = tmp_path / "page.webarchive"
    path.write_bytes(plistlib.dumps({"WebMainResource": main, "WebSubresources": parts}, fmt=plistlib.FMT_BINARY))
    found = works(open_source(path, tmp_path / "workspace").find())
    assert [one.locator.path.read_bytes() for one in found] == [part["WebResourceData"] for part in parts]
    assert [one.columns["title"] for one in found][1].startswith("Ukendt kunstner – ")


@pytest.mark.parametrize("name", ["page.mhtml", "page.webarchive"])
def test_what_is_no_archive_is_told(tmp_path, name):
    path = tmp_path / name
    for data in (b"", b"\0" * 99, b"hello", b"Content-Type: multipart/related; boundary=x\n\n--x\n" * 99):
        path.write_bytes(data)
        with pytest.raises(BadInput, match="holds no page"):
            list(open_source(path, tmp_path / "workspace").find())


# A page of one work


def test_one_work_with_several_pictures_is_several_pictures_of_it(read):
    body = (
        '<article itemscope itemtype="https://schema.org/Product"><a itemprop="url" href="https://www.example.dk/1">'
        '<img itemprop="image" src="./x_files/a.jpg"></a><h2 itemprop="name">Fjord, 45 x 60 cm</h2>'
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        '<span itemprop="price" content="3500">3.500 kr.</span><meta itemprop="priceCurrency" content="DKK">'
        '<div itemprop="seller" itemscope><b itemprop="name">Anna</b></div></div></article>'
        '<article><img src="./x_files/b(1).jpg" alt=""></article><a href="/2"><img src="./x_files/other.jpg"></a>'
    )
    files = {f"x_files/{name}.jpg": jpeg(at) for at, name in enumerate(("a", "b(1)", "other"))}
    found = works(read(page(body, saved_from="https://www.example.dk/1"), "x.html", **files))
    assert [one.locator.name for one in found] == ["a.jpg", "b(1).jpg"]
    assert {(one.columns["title"], details(one).price) for one in found} == {("Fjord, 45 x 60 cm", 350000)}
    assert found[0].name == "example.dk/1"
    assert not [text for one in found for text in one.columns.values() if "Anna" in text]


def test_prices_of_page_data_may_be_in_cents_and_are_only_kept(read):
    artwork = {
        "title": "Blue",
        "price": 150000,
        "currency": "USD",
        "imageUrl": "https://images.a.org/blue.jpg",
    }
    inside = json.dumps({"props": {"pageProps": {"artwork": artwork}}})
    data = f'<script id="__NEXT_DATA__" type="application/json">{inside}</script>'
    (one,) = works(read(page(data)))
    assert (one.columns["title"], one.columns["price"], details(one).price) == ("Blue", "150000", None)
    told = {"@graph": [{"@type": "BreadcrumbList"}, {
        "@type": ["VisualArtwork", "Product"], "name": "Blue", "creator": {"@type": "Person", "name": "Jane Doe"},
        "width": {"@type": "Distance", "name": "50 cm"},
        "height": {"@type": "QuantitativeValue", "value": 70, "unitCode": "CMT"},
        "image": {"@type": "ImageObject", "url": "/img/blue.jpg"},
        "offers": [{"price": 1500, "priceCurrency": "USD", "availability": "https://schema.org/SoldOut"}],
    }]}  # fmt: skip
    (one,) = works(read(page(data, json_ld(told))))
    told = details(one)
    assert (told.price, told.currency, told.availability, told.artist) == (150000, "USD", "sold", "Jane Doe")
    assert (told.width_mm, told.height_mm, one.columns["price (page data)"]) == (500, 700, "150000")


def offer(**more) -> Found:
    return {"@type": "Product", "name": "Sea", "image": "https://a.org/sea.jpg", "offers": {"@type": "Offer", **more}}


@pytest.mark.parametrize(
    ("told", "price", "terms"),
    [
        (offer(price="180.00", priceCurrency="EUR"), 18000, None),
        (offer(price=180, priceCurrency="EUR"), 18000, None),
        (offer(price=180.5, priceCurrency="EUR"), 18050, None),
        (offer(price="1.250,00", priceCurrency="EUR"), 125000, None),
        (offer(price="1250.0000", priceCurrency="EUR"), 125000, None),
        (offer(price="1.250", priceCurrency="EUR"), None, None),
        (offer(price="€ 180", priceCurrency="EUR"), 18000, None),
        (offer(price="180"), None, None),
        (offer(price=["180"], priceCurrency="EUR"), 18000, None),
        (offer(price=["180", "90"], priceCurrency="EUR"), None, None),
        (offer(price={"value": "180", "currency": "EUR"}), 18000, None),
        (offer(offers=[{"price": "180", "priceCurrency": "EUR"}]), 18000, None),
        (offer(offers=[{"price": "180", "priceCurrency": "EUR"}, {"price": "90"}]), None, "from"),
        (offer(lowPrice="180", highPrice="180", priceCurrency="EUR"), 18000, None),
        (offer(lowPrice="180", highPrice="240", priceCurrency="EUR"), None, "from"),
        (offer(priceSpecification={"price": 180, "priceCurrency": "EUR"}), 18000, None),
        (
            offer() | {"offers": [{"price": 1, "priceCurrency": "EUR"}, {"price": 2, "priceCurrency": "EUR"}]},
            None,
            "from",
        ),
        (offer(price="1e309", priceCurrency="EUR"), None, None),
        (offer(price=-5, priceCurrency="EUR"), None, None),
        (offer(price=True, priceCurrency=["EUR"]), None, None),
        (
            offer(price="50", priceCurrency="EUR", businessFunction="http://purl.org/goodrelations/v1#LeaseOut"),
            None,
            None,
        ),
        (offer(priceSpecification={"price": 50, "priceCurrency": "EUR", "unitCode": "MON"}), None, None),
        (
            offer(
                price=50,
                priceCurrency="EUR",
                priceSpecification={"price": 50, "referenceQuantity": {"unitCode": "MON"}},
            ),
            None,
            None,
        ),
        (offer(price=50, priceCurrency="EUR", unitCode="C62"), 5000, None),
        (
            offer(priceSpecification={"price": 50, "priceCurrency": "EUR", "priceComponentType": "Downpayment"}),
            None,
            None,
        ),
        (offer(price="200", priceCurrency="EUR", name="Starting bid"), None, "bid"),
        (
            offer(priceSpecification={"@type": "DeliveryChargeSpecification", "price": 20, "priceCurrency": "EUR"}),
            None,
            None,
        ),
        (
            offer(
                priceSpecification=[
                    {"price": 900, "priceCurrency": "EUR"},
                    {"price": 1200, "priceCurrency": "EUR", "priceType": "https://schema.org/ListPrice"},
                ]
            ),
            90000,
            None,
        ),
        (
            offer(priceSpecification=[{"price": 9, "priceCurrency": "EUR"}, {"price": 8, "priceCurrency": "EUR"}]),
            None,
            "from",
        ),
    ],
)
def test_prices_of_json_ld_are_read_where_they_are_sure(read, told, price, terms):
    (one,) = works(read(page("", json_ld(told))))
    assert (details(one).price, details(one).terms) == (price, terms)


def test_what_an_exhibition_costs_is_no_price_of_the_picture_on_its_page(read):
    told = offer(price="12", priceCurrency="EUR") | {"@type": "ExhibitionEvent"}
    body = f'<h1>{told["name"]}</h1><img src="https://a.dk/1.jpg" alt="{told["name"]}">'
    (one,) = works(read(page(body, json_ld(told), saved_from="https://a.dk/1")))
    assert details(one).price is None


@pytest.mark.parametrize(
    ("specified", "price"),
    [
        ({"price": "500", "priceCurrency": "EUR", "valueAddedTaxIncluded": False}, None),
        ({"price": "500", "priceCurrency": "EUR", "valueAddedTaxIncluded": "true"}, 50000),
        (
            [
                {"price": "500", "priceCurrency": "EUR", "valueAddedTaxIncluded": "false"},
                {"price": "595", "priceCurrency": "EUR", "valueAddedTaxIncluded": True},
            ],
            59500,
        ),
    ],
)
def test_a_price_on_which_a_tax_comes_is_kept_as_that(read, specified, price):
    (one,) = works(read(page("", json_ld(offer(priceSpecification=specified)))))
    assert details(one).price == price
    assert price or one.columns["price"] == "500 excl. VAT"


def test_a_price_that_a_page_shows_settles_whether_a_tax_comes_on_top(read):
    head = json_ld(offer(price="500", priceCurrency="EUR", valueAddedTaxIncluded=False))
    prices = [
        details(works(read(page(f'<div><b class="price">{shown} €</b> {words}</div>', head)))[0]).price
        for shown, words in (("500", ""), ("500", "zzgl. MwSt."), ("595", "inkl. MwSt."))
    ]
    assert prices == [50000, None, 59500]


def test_of_variants_the_pictures_are_taken_and_a_price_that_all_have(read):
    variants = [offer(price=price, priceCurrency="EUR") for price in (40, 40)]
    group = {"@type": "ProductGroup", "name": "Sea", "hasVariant": variants}
    for price, said in ((40, 4000), (80, None)):
        variants[1]["offers"]["price"] = price
        (one,) = works(read(page("", json_ld(group))))
        assert (one.locator.text, details(one).price) == ("https://a.org/sea.jpg", said)


def test_an_offer_in_each_currency_is_one_price_and_rent_beside_it_none(read):
    told = offer()
    told["offers"] = [{"price": "500", "priceCurrency": "EUR"}, {"price": "560", "priceCurrency": "USD"}]
    rent = {"price": "20", "priceCurrency": "EUR", "businessFunction": "https://schema.org/LeaseOut"}
    for offers in (told["offers"], [told["offers"][0], rent]):
        one = details(works(read(page("", json_ld(told | {"offers": offers}))))[0])
        assert (one.price, one.currency) == (50000, "EUR")


def test_two_works_under_one_address_are_two(read):
    sky = {"@type": "Product", "name": "Sky", "url": "https://a.org/1", "image": "https://a.org/2.jpg"}
    sea = offer(price="180", priceCurrency="EUR") | {"url": "https://a.org/1"}
    assert [one.columns["title"] for one in works(read(page("", json_ld([sea, sky]))))] == ["Sea", "Sky"]


def test_of_two_prices_that_one_reader_says_none_counts(read):
    told = [json_ld(offer(price=price, priceCurrency="EUR") | {"url": "https://a.org/1"}) for price in ("180", "90")]
    (one,) = works(read(page("", "".join(told))))
    assert (details(one).price, one.columns["price"]) == (None, "180 / 90")
    (one,) = works(read(page("", told[0] + told[0].replace('"180"', '"180.00"'))))
    assert details(one).price == 18000


def test_of_several_offers_those_that_hold_count(read):
    offers = [
        {"price": 100, "priceCurrency": "EUR", "availability": "https://schema.org/SoldOut"},
        {"price": 90, "priceCurrency": "EUR", "availability": "https://schema.org/InStock"},
    ]
    (one,) = works(read(page("", json_ld(offer() | {"offers": offers}))))
    assert (details(one).price, details(one).availability) == (9000, "for sale")


def test_sizes_are_read_from_properties_of_json_ld(read):
    properties = [
        {"@type": "PropertyValue", "name": "Package dimensions", "value": "90 x 70 cm"},
        {"@type": "PropertyValue", "name": "Width", "value": 24, "unitCode": "INH"},
        {"@type": "PropertyValue", "name": "Height", "value": "36 in"},
        {"name": None, "value": {"a": []}}, 7,
    ]  # fmt: skip
    (one,) = works(read(page("", json_ld(offer(price=5) | {"additionalProperty": properties}))))
    assert (details(one).width_mm, details(one).height_mm) == (609.6, 914.4)


def test_addresses_in_json_ld_that_were_written_for_html_are_mended(read):
    told = offer(price=5) | {"url": "https://a.org/1?a=1&amp;copy=2", "image": "https://a.org/1.jpg?w=1&amp;h=2"}
    (one,) = works(read(page("", json_ld(told))))
    assert details(one).link == "https://a.org/1?a=1&copy=2"
    assert one.locator.text == "https://a.org/1.jpg?w=1&h=2"


def test_a_sale_price_is_the_price(read):
    marks = {
        **{"og:type": "product", "og:title": "Sea", "og:image": "https://a.org/1.jpg"},
        **{"product:price:amount": "1200", "product:sale_price:amount": "900", "product:price:currency": "EUR"},
    }
    head = "".join(f'<meta property="{name}" content="{told}">' for name, told in marks.items())
    (one,) = works(read(page("", head)))
    assert details(one).price == 90000


@pytest.mark.parametrize(
    "image",
    [
        "https://a.org/1.jpg", ["https://a.org/1.jpg", "https://a.org/2.jpg"],
        {"@type": "ImageObject", "url": "https://a.org/1.jpg"},
        [{"@type": "ImageObject", "contentURL": "https://a.org/1.jpg"}], {"@id": "#main"}, "//a.org/1.jpg",
        {"@type": "ImageObject", "url": ["https://a.org/1.jpg", "https://a.org/2.jpg"]},
    ],
)  # fmt: skip
def test_pictures_of_json_ld_are_found_however_they_are_written(read, image):
    told = {
        "@graph": [offer() | {"image": image}, {"@id": "#main", "@type": "ImageObject", "url": "https://a.org/1.jpg"}]
    }
    (one,) = works(read(page("", json_ld(told), saved_from="https://a.org/page")))
    assert one.locator.text == "https://a.org/1.jpg"


@pytest.mark.parametrize(
    "text",
    [
        '/* comment */ {"@type":"Product","name":"Sea","image":"https://a.org/1.jpg"}',
        '{"@type":"Product", // comment\n"name":"Sea","image":"https://a.org/1.jpg",}',
        '<!-- {"@type":"Product","name":"Sea","image":"https://a.org/1.jpg"} -->',
        '//<![CDATA[\n{"@type":"Product","name":"Sea","image":["https://a.org/1.jpg",]}\n//]]>',
        '{"@type":"schema:Product","schema:name":"Sea","http://schema.org/image":"https://a.org/1.jpg"}',
        """{'@type': 'Product', 'name': 'Sea', 'description': 'the sea\\'s "blue"', 'image': 'https://a.org/1.jpg'}""",
        '{"@type": "Product", name: "Sea", image: "https://a.org/1.jpg", offers: {price: 5, sku: None, on: True}}',
        '{"@type": "Product", "name": "Sea", "image": "https://a.org/1.jpg", "offers": {"price": , "sku": "a: ,b"}}',
        "{&quot;@type&quot;:&quot;Product&quot;,&quot;name&quot;:&quot;Sea&quot;,&quot;image&quot;:&quot;https://a.org/1.jpg&quot;}",
        '{"@type": "Product", "name": "Sea", "image": "https://a.org/1.jpg", "offers": {"price": "5", "pri',
        '{"@type":"Product","description":"two\nlines\tand // no comment","name":"Sea","image":"https://a.org/1.jpg"};',
    ],
)
def test_broken_and_commented_json_is_read(read, text):
    (one,) = works(read(page("", f'<script type="application/LD+json; charset=utf-8">{text}</script>')))
    assert (one.columns["title"], one.locator.text) == ("Sea", "https://a.org/1.jpg")


def test_of_a_list_that_is_cut_off_what_is_complete_is_read(read):
    told = json.dumps([offer(price=n, priceCurrency="EUR") | {"name": f"Sea {n}"} for n in (1, 2, 3)])
    for left, prices in ((1, [100, 200, 300]), (3, [100, 200, None]), (40, [100, 200, None]), (110, [100, 200])):
        found = works(read(page("", f'<script type="application/ld+json">{told[:-left]}</script>')))
        assert [details(one).price for one in found] == prices


def test_opengraph_alone_is_enough(read):
    head = '<meta property="og:title" content="Harbour &amp;amp; sea">'
    head += '<meta property="og:image" content="https://a.org/1.jpg">'
    head += (
        '<meta property="product:price:amount" content="180.00"><meta property="product:price:currency" content="EUR">'
    )
    (one,) = works(read(page("", head)))
    assert (one.columns["title"], details(one).price, details(one).currency) == ("Harbour & sea", 18000, "EUR")


@pytest.mark.parametrize("other", ['amount" content="190.00', 'currency" content="USD'])
def test_of_two_prices_in_opengraph_none_counts(read, other):
    head = f"""<meta property="og:title" content="Sea"><meta property="og:image" content="https://a.org/1.jpg">
        <meta property="product:price:amount" content="180"><meta property="product:price:currency" content="EUR">
        <meta property="product:price:{other}">"""
    (one,) = works(read(page("", head)))
    assert details(one).price is None


@pytest.mark.parametrize(
    ("around", "offer"),
    [
        ('itemprop="item" itemscope itemtype="https://schema.org/Product"', "{}"),
        ('itemscope itemtype="https://schema.org/Product" itemref="the-offer"', "</div><div>{}"),
    ],
)
def test_microdata_is_read_where_it_stands_alone_or_is_referred_to(read, around, offer):
    money = """<p id="the-offer" itemprop="offers" itemscope itemtype="https://schema.org/Offer">
        <b itemprop="price">180</b> <b itemprop="priceCurrency">EUR</b></p>"""
    body = f'<div {around}><b itemprop="name">Sea</b><img itemprop="image" src="https://a.org/1.jpg">'
    (one,) = works(read(page(f"{body}{offer.format(money)}</div>")))
    assert (one.columns["title"], details(one).price) == ("Sea", 18000)


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/blank.gif"><noscript><img src="https://a.org/1.jpg"></noscript>',
        '<picture><source data-srcset="https://a.org/1.jpg 2x"><img src="data:image/svg+xml,x"></picture>',
        '<img data-original-src="https://a.org/1.jpg">',
    ],
)
def test_a_picture_that_is_loaded_late_is_found(read, image):
    told = offer(price="180", priceCurrency="EUR") | {"image": None}
    (one,) = works(read(page(image, json_ld(told), saved_from="https://a.org/page")))
    assert one.locator.text == "https://a.org/1.jpg"


def test_a_script_of_brackets_takes_no_time(read):
    body = "".join(f"<script>{part * 300_000}</script>" for part in ("=[[", '={"a":'))
    (one,) = works(read(page(body, json_ld(offer(price="180", priceCurrency="EUR")))))
    assert details(one).price == 18000


def test_prices_in_each_other_take_no_time(read):
    body = '<div class="price">' * 2000 + "word " * 20_000 + "</div>" * 2000
    (one,) = works(read(page(body + '<img src="https://a.org/1.jpg" alt="Sea">')))
    assert one.columns["title"] == "Sea"


def test_a_range_is_settled_by_a_reader_that_knows_the_price(read):
    head = '<meta property="og:title" content="Sea"><meta property="product:price:amount" content="180.00">'
    head += '<meta property="product:price:currency" content="EUR">'
    (one,) = works(read(page("", head + json_ld(offer(lowPrice="180", highPrice="240", priceCurrency="EUR")))))
    assert (details(one).price, one.columns["price (json-ld)"]) == (18000, "from 180 to 240")


def test_a_card_of_an_unknown_site_is_found_by_its_shape(read):
    sizes = "https://a.se/{0}-s.jpg 240w, https://a.se/{0}-l.jpg 960w"
    card = f'<div class="tile"><a href="/{{0}}"><img src="https://a.se/{{0}}.jpg" srcset="{sizes}"></a>'
    card += '<div><a href="/{0}">Hav nr {0}</a><p class="price"><s>900 kr</s><b>{0}00 kr</b></p></div></div>'
    menu = '<nav><a href="/about"><img src="/logo.png">About</a></nav><footer><a href="/terms">Terms</a></footer>'
    body = menu + "<section>" + "".join(card.format(n) for n in (1, 2, 3)) + "</section>"
    found = works(read(page(body, saved_from="https://www.a.se/search")))
    assert [one.columns["link"] for one in found] == [f"https://www.a.se/{n}" for n in (1, 2, 3)]
    assert [one.columns["title"] for one in found] == [f"Hav nr {n}" for n in (1, 2, 3)]
    assert [one.locator.text for one in found] == [f"https://a.se/{n}-l.jpg" for n in (1, 2, 3)]
    assert [(details(one).price, details(one).currency) for one in found] == [(n * 10000, "SEK") for n in (1, 2, 3)]


def test_two_prices_in_a_card_are_none(read):
    card = '<article><a href="/1"><img src="https://a.dk/1.jpg"><h3>Hav</h3></a><p>900 kr</p><p>600 kr</p></article>'
    (one,) = works(read(page(card + card.replace("/1", "/2").replace("600", "900"), saved_from="https://a.dk/x")))[:1]
    assert (one.columns["price"], details(one).price) == ("900 kr / 600 kr", None)


@pytest.mark.parametrize("site", ["", "http://127.0.0.1:8000", "http://gallery.local"])
def test_a_card_whose_link_leads_to_no_public_page_is_read_without_it(read, site):
    card = f'<div><a href="{site}/w?to=https://a.dk&amp;n={{0}}"><img src="https://a.dk/{{0}}.jpg"></a>'
    cards = [card.format(n) + f"<h3>Hav {n}</h3><b>{n}00 €</b></div>" for n in (1, 2)]
    found = works(read(page(f"<section>{''.join(cards)}</section>")))
    assert [(one.columns["title"], details(one).price) for one in found] == [("Hav 1", 10000), ("Hav 2", 20000)]
    assert not any("link" in one.columns for one in found)


@pytest.mark.parametrize(
    ("words", "long_mm"),
    [
        ("<p>Olie på lærred, 50 x 60 cm</p>", 600),
        ("<div><p>Olie</p><span>50 x 60 cm</span> <b>900 kr.</b></div>", 600),
        ("<p>50 x 60 cm</p><p>50x60 cm</p>", 600),
        ("<p>50 x 60 cm</p><p>70 x 90 cm</p>", None),
        ("<p>Sendes i hele landet</p>", None),
    ],
)
def test_the_one_size_that_a_card_says_is_that_of_its_work(read, words, long_mm):
    found = works(read(page(in_card(words) + in_card("", 2), saved_from="https://www.a.dk/auktion")))
    assert [details(one).long_mm for one in found] == [long_mm, None]


def test_a_size_in_the_title_of_a_card_counts_before_its_other_words(read):
    card = in_card("<p>Pakke 90 x 90 cm</p>").replace("Hav 1", "Hav, 30 x 40 cm")
    (one, _) = works(read(page(card + in_card("", 2), saved_from="https://www.a.dk/auktion")))
    assert details(one).long_mm == 400


def in_card(words: str, n: int = 1) -> str:
    return f'<div class="lot"><a href="/{n}"><img src="https://a.dk/{n}.jpg"><h3>Hav {n}</h3></a>{words}</div>'


@pytest.mark.parametrize(
    ("words", "price", "terms"),
    [
        ("<div>900 kr.</div>", 90000, None),
        ("<div><b>900 kr.</b> <span>Vejle</span></div>", 90000, None),
        ("<div>Vejl. <b>900 kr.</b></div>", None, None),
        ("<p>Leje <b>900 kr.</b></p>", None, None),
        ("<p>Anzahlung <b>900 kr.</b></p>", None, None),
        ("<p>Résultat : <b>900 kr.</b></p>", None, None),
        ("<div><div>Bud</div><div>900 kr.</div></div>", None, None),
        ("<div><b>900 kr.</b> <span>eller bud</span></div>", 90000, "negotiable"),
        ("<p>Offre actuelle</p><p>900 kr.</p>", None, "bid"),
        ("<div>Køb nu <b>900 kr.</b></div>", 90000, None),
        ("<div>900 kr.</div><div>Fragt 50 kr.</div>", 90000, None),
        ("<div>Hammerslag <b>900 kr.</b></div>", None, None),
        ("<dl><dt>Vurdering</dt><dd>900 kr.</dd></dl>", None, "estimate"),
        ("<p>Fragt: <span>50 kr.</span></p>", None, None),
        ('<p class="price">900 kr.</p><p>3 bud</p>', None, "bid"),
        ('<p class="price"><s>900 kr.</s> 600 kr.</p>', 60000, None),
        ("<div>fra <b>900 kr.</b></div>", None, "from"),
        ("<p>Gives væk</p>", None, "free"),
        ("<p>900 kr.</p><p>Gratis levering</p>", 90000, None),
        ("<p>Plakat 90 kr.</p><p>Maleri 900 kr.</p>", None, None),
        ("<p>Plakat 90 kr.</p><p>Original: 900 kr.</p>", None, None),
        ("<p>Original 900 kr.</p><p class=price>90 kr.</p>", None, None),
        ("<p>Plakat 90 kr.</p>", 9000, None),
        ("<p>Maleri 900 kr.</p><p>900,00 kr.</p>", 90000, None),
    ],
)
def test_a_sum_in_a_card_is_its_price_where_no_word_says_otherwise(read, words, price, terms):
    found = works(read(page(in_card(words) + in_card("", 2), saved_from="https://www.a.dk/auktion")))
    assert (details(found[0]).price, details(found[0]).terms) == (price, terms)
    assert len(found) == 2


OTHERS = {  # site -> sum, words that say that it is no price asked
    "pl": ("900 zł", "Cena wywoławcza|Wysyłka|Kaucja|Wycena|Rama|Zaliczka|Cena regularna|Wynajem|Sprzedano za"),
    "cz": ("900 Kč", "Vyvolávací cena|Doprava|Záloha|Splátka|Odhad|Rám|Původní cena|Pronájem|Prodáno za|Sleva"),
    "com.br": ("R$ 900,00", "Lance inicial|Frete|Entrada|Parcela|Moldura|Preço original|Aluguel|Desconto|Avaliação"),
    "jp": ("9,000円", "開始価格|送料|頭金|額縁代|定価|落札価格|見積|レンタル料|最低入札|参考価格"),
    "hu": ("9 000 Ft", "Kikiáltási ár|Szállítás|Foglaló|Becsérték|Keret|Eredeti ár|Bérleti díj|Leütési ár"),
    "ru": ("9 000 ₽", "Стартовая цена|Доставка|Предоплата|Оценка|Рама|Старая цена|Аренда|Продано за"),
    "com.tr": ("900 TL", "Açılış fiyatı|Güncel teklif|Kargo|Kapora|Taksit|Çerçeve|Eski fiyat|Kira"),
    "ro": ("900 lei", "Preț de pornire|Ofertă curentă|Transport|Avans|Estimare|Ramă|Preț vechi|Chirie"),
    "gr": ("900 €", "Τιμή εκκίνησης|Τρέχουσα προσφορά|Μεταφορικά|Προκαταβολή|Κορνίζα|Αρχική τιμή"),
    "fi": ("900 €", "Lähtöhinta|Korkein tarjous|Toimitus|Käsiraha|Arvio|Kehys|Vuokra|Alkuperäinen hinta"),
}
ASKED = {"pl": "Cena", "cz": "Cena", "com.br": "Preço", "jp": "価格", "hu": "Ár", "ru": "Цена", "com.tr": "Fiyat"}
ASKED |= {"ro": "Preț", "gr": "Τιμή", "fi": "Hinta"}


@pytest.mark.parametrize("site", OTHERS)
def test_words_of_other_sums_are_known_in_many_languages(read, site):
    money, words = OTHERS[site]
    forms = ("<p>{} <b>{}</b></p>", "<dl><dt>{}</dt><dd>{}</dd></dl>", "<p>{}</p><p>{}</p>")
    labels = [(label, form) for label in words.split("|") for form in forms]
    cards = "".join(in_card(form.format(label, money), n) for n, (label, form) in enumerate(labels))
    wrong = amounts_of(works(read(page(cards, saved_from=f"https://www.a.{site}/x"))))
    assert wrong == [None] * len(labels)
    cards = "".join(in_card(form.format(ASKED[site], money), n) for n, form in enumerate(forms))
    assert None not in amounts_of(works(read(page(cards, saved_from=f"https://www.a.{site}/x"))))


def test_what_stands_behind_a_label_is_a_price_where_the_label_says_so(read):
    cards = in_card("<dl><dt>Wert</dt><dd>900 €</dd></dl>") + in_card("<dl><dt>Preis</dt><dd>900 €</dd></dl>", 2)
    assert amounts_of(works(read(page(cards, saved_from="https://www.a.de/x")))) == [None, 90000]


def amounts_of(found) -> list[int | None]:
    return [details(one).price for one in found]


@pytest.mark.parametrize(
    ("shown", "price"),
    [
        ("<del><b>1.500 €</b></del> <ins><b>1.200 €</b></ins>", 120000),
        ("<b>1.200 €</b> <small>zzgl. MwSt.</small>", None),
        ("<span><b>1.200 €</b></span> <small>zzgl. MwSt.</small>", None),
        ("1.200,<sup>50</sup> €", 120050),
        ("<b>1.200<i>,</i></b><i>50</i> €", 120050),
        ("<b>2</b><span>300 €</span>", 30000),
        ("1.200 €<i>Versand möglich</i>", 120000),
        ("<span>niedrigster Preis der letzten 30 Tage</span> <b>900 €</b> <b>1.200 €</b>", 120000),
        ('<b class="price-regular">900 €</b> <b class="price-sale">600 €</b>', 60000),
        ('<b data-hook="price-before-discount">900 €</b> <b data-hook="price-to-pay">600 €</b>', 60000),
    ],
)
@pytest.mark.parametrize("around", ["<div>{}</div>", '<div class="price">{}</div>'])
def test_the_parts_of_a_price_are_read_together(read, around, shown, price):
    found = works(read(page(in_card(around.format(shown)) + in_card("", 2), saved_from="https://www.a.de/list")))
    assert amounts_of(found) == [price, None]


def test_a_title_is_what_is_seen(read):
    title = '<h3>Hav <span class="is-hidden">Reserveret</span><span class="clipped">Opens in a new window</span></h3>'
    card = '<li class="s-card"><a href="/{0}"><img src="/{0}.jpg"></a>{1}</li>'
    body = card.format(1, "<h3>Shop on eBay</h3>") + card.format(2, title)
    assert [one.columns["title"] for one in works(read(page(body, saved_from="https://www.a.de/list")))] == ["Hav"]


def test_a_title_of_digits_is_not_taken_out_of_a_price(read):
    cards = "".join(f'<a href="/{n}"><img src="/{n}.jpg"><h3>{n}</h3><p class="price">{n}5 €</p></a>' for n in (12, 7))
    assert amounts_of(works(read(page(cards, saved_from="https://www.a.de/list")))) == [12500, 7500]


@pytest.mark.parametrize(
    ("badge", "state"),
    [
        ("<span>Sold out</span>", "sold"),
        ('<span class="is-hidden">Sold</span>', None),
        ('<div style="display:none"><span>Sold</span></div>', None),
        ('<div class="price"><span class="badge price__badge-sold-out">Sold out</span></div>', None),
        ('<div class="price price--sold-out"><span class="badge price__badge-sold-out">Sold out</span></div>', "sold"),
        ("<span>In stock</span>", None),
        ("<span>Sold Oct 2, 2026</span>", "sold"),
        ("<span>12 sold</span>", None),
    ],
)
def test_a_badge_counts_where_it_is_seen(read, badge, state):
    found = works(read(page(in_card(badge) + in_card("", 2), saved_from="https://www.a.de/list")))
    assert [details(one).availability for one in found] == [state, None]


def test_a_card_may_have_its_picture_behind_it(read):
    card = (
        '<a href="/{0}"><div style="background-image:url(https://a.de/{0}.jpg)"></div><p>Sea {0}</p><b>{0}00 €</b></a>'
    )
    found = works(read(page(card.format(1) + card.format(2), saved_from="https://www.a.de/list")))
    assert [(one.locator.text, details(one).price) for one in found] == [
        ("https://a.de/1.jpg", 10000),
        ("https://a.de/2.jpg", 20000),
    ]


def test_cards_under_similar_works_are_not_those_of_the_page(read):
    cards = "".join(f'<a href="/{n}"><img src="/{n}.jpg"><b>Sky {n}</b><b>{n}00 €</b></a>' for n in (2, 3))
    body = (
        f'<h1>Sea</h1><img src="https://a.de/1.jpg" alt=""><p>Enquire</p><section><h2>Other works</h2>{cards}</section>'
    )
    (one,) = works(read(page(body, saved_from="https://a.de/1")))
    assert (one.columns["title"], one.locator.text, details(one).price) == ("Sea", "https://a.de/1.jpg", None)


def test_the_data_of_a_page_completes_its_cards(read):
    told = {"ads": [{"subject": "Hav", "url": "https://www.a.dk/1", "body": "Olie, 50x70 cm", "image": "/1.jpg"}]}
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(told)}</script>'
    found = works(read(page(in_card("<b>900 kr.</b>") + in_card("", 2) + script, saved_from="https://www.a.dk/list")))
    assert [(details(one).price, details(one).long_mm) for one in found] == [(90000, 700), (None, None)]


def test_what_stands_around_pictures_without_links_is_said_of_them(read):
    words = "<h3>Hav {0}</h3><p>Olie, 50x70 cm</p><p>{0}00 kr.</p>"
    shown = "".join(f'<div><img src="/{n}.jpg" alt="IMG"><div>{words.format(n)}</div></div>' for n in (1, 2))
    found = works(read(page(shown, saved_from="https://anna.dk/billeder")))
    assert [(one.columns["title"], details(one).price, details(one).long_mm) for one in found] == [
        ("Hav 1", 10000, 700),
        ("Hav 2", 20000, 700),
    ]


@pytest.mark.parametrize(
    ("labels", "long_mm", "frame_mm"),
    [
        ("<dl><dt>Size</dt><dd>80 x 60 cm</dd><dt>Framed size</dt><dd>95 x 75 cm</dd></dl>", 800, 950),
        ("<dl><dt>Size</dt><dd>80 x 60 cm</dd><dt>Framed</dt><dd>Yes</dd></dl>", None, None),
        ("<dl><dt>Size</dt><dd>80 x 60 cm</dd><dt>Framed</dt><dd>No</dd></dl>", 800, None),
        ("<p><b>Size:</b> 80 x 60 cm</p>", 800, None),
        ("<ul><li>Size (H x W): 80 x 60 cm</li><li>Year: 1998</li></ul>", 800, None),
        ("<p>Size: 30x40 cm</p><ul><li>30x40 cm</li><li>50x70 cm</li></ul>", None, None),
        ("<p>Shipping size: 100 x 80 cm</p>", None, None),
        ("<p>Rozměry: 80 x 60 cm</p>", 800, None),
        ("<h2>Related</h2><p>Size: 80 x 60 cm</p>", None, None),
    ],
)
def test_a_size_behind_a_label_is_that_of_the_page_s_work(read, labels, long_mm, frame_mm):
    body = f'<h1>Hav</h1><img src="https://a.dk/1.jpg" alt="Hav">{labels}'
    told = details(works(read(page(body, saved_from="https://a.dk/1")))[0])
    assert (told.long_mm, told.frame_long_mm) == (long_mm, frame_mm)


@pytest.mark.parametrize(
    ("words", "availability"),
    [
        ("<nav><a href='/sold'><p>Sold</p></a></nav>", None),
        ("<div><a href='/sold'><span>Sold</span></a></div>", None),
        ("<button><span>Sold</span></button>", None),
        ("<label><input type=checkbox><span>Sold</span></label>", None),
        ("<footer><span>Reserved</span></footer>", None),
        ("<span>Sold</span>", "sold"),
        ("<button disabled><span>Sold out</span></button>", "sold"),
    ],
)
def test_a_menu_says_nothing_of_whether_the_work_of_a_page_is_sold(read, words, availability):
    (one, *_) = works(read(page(f'<h1>Hav</h1><img src="/1.jpg" alt="Hav">{words}', saved_from="https://a.dk/1")))
    assert details(one).availability == availability


@pytest.mark.parametrize("head", ["", json_ld(offer(price="900", priceCurrency="DKK"))])
@pytest.mark.parametrize(
    "said", ["<span>3</span> <span>bud</span>", "2 příhozy", "3 tarjousta", "入札 3件", "3 ставки"]
)
def test_the_sum_on_the_page_of_an_auction_is_a_bid(read, head, said):
    bids = f'<div><a href="/bids">{said}</a></div>'
    body = (
        '<h1>Hav</h1><img src="https://a.dk/1.jpg" alt="Hav"><p class="price">900 kr.</p>{}<h2>Lignende</h2><p>{}</p>'
    )
    for words, price, terms in (((bids, ""), None, "bid"), (("", bids), 90000, None)):
        (one,) = works(read(page(body.format(*words), head, saved_from="https://a.dk/1")))
        assert (details(one).price, details(one).terms) == (price, terms)


@pytest.mark.parametrize(
    ("shown", "price"),
    [
        ("<div><p>Current bid:</p><p>£900.00</p></div>", None),
        ("<p>Starting bid £900</p>", None),
        ("<div><p>Hammer price</p><p>£900</p></div>", None),
        ("<dl><dt>Erzielter Preis</dt><dd>£900</dd></dl>", None),
        ("<p>Starting bid £500</p><p>Buy it now £900</p>", 90000),
        ("<p>Estimate: £900</p>", None),
        ("<p>Estimate: £900 – £1,200</p>", None),
        ("<dl><dt>Estimate</dt><dd>£700 - 900</dd></dl>", None),
        ("<p>Estimate: £1,200</p>", 90000),
        ("<p>Estimate: £900</p><p>Buy it now: £900</p>", 90000),
        ("<p>Starting bid: £500, buy it now: £900</p>", 90000),
        ("<p>£900 per item</p>", 90000),
        ("<div><span>Regular price</span><span>£900</span></div>", 90000),
        ("<p>£900</p><p>Last sold for £900</p>", 90000),
        ("<p>£900</p><h2>Similar works</h2><div><p>Current bid:</p><p>£900.00</p></div>", 90000),
        ("<h2>Similar works</h2><div><p>Current bid:</p><p>£900.00</p></div>", 90000),
        ("", 90000),
    ],
)
def test_a_price_that_the_page_shows_as_a_bid_or_a_result_is_none(read, shown, price):
    body = f'<h1>Hav</h1><img src="https://a.uk/1.jpg" alt="Hav">{shown}'
    (one,) = works(read(page(body, json_ld(offer(price="900.00", priceCurrency="GBP")), saved_from="https://a.uk/1")))
    assert details(one).price == price


ESTIMATES = {  # site -> currency, sums as it shows them, words before an estimate
    "dk": ("DKK", "3.500 kr.", "4.000 kr.", "Vurdering|Vurderingspris|Anslået værdi"),
    "de": ("EUR", "3.500 €", "4.000 €", "Schätzpreis|Schätzwert|Taxe"),
    "uk": ("GBP", "£3,500", "£4,000", "Estimate|Estimated value|Est.|Guide price|Valuation"),
    "fr": ("EUR", "3 500 €", "4 000 €", "Estimation|Valeur estimée"),
    "it": ("EUR", "3.500 €", "4.000 €", "Stima|Valore stimato"),
    "es": ("EUR", "3.500 €", "4.000 €", "Estimación|Precio estimado|Tasación"),
    "nl": ("EUR", "€ 3.500", "€ 4.000", "Schatting|Taxatiewaarde|Richtprijs"),
    "se": ("SEK", "3 500 kr", "4 000 kr", "Värdering|Utropsvärde|Uppskattat värde"),
    "no": ("NOK", "3 500 kr", "4 000 kr", "Verdivurdering|Anslått verdi"),
    "fi": ("EUR", "3 500 €", "4 000 €", "Arvio|Arviohinta"),
    "pl": ("PLN", "3 500 zł", "4 000 zł", "Estymacja|Wycena"),
    "cz": ("CZK", "3 500 Kč", "4 000 Kč", "Odhad|Odhadní cena"),
    "pt": ("EUR", "3.500 €", "4.000 €", "Estimativa|Avaliação"),
    "hu": ("HUF", "3 500 Ft", "4 000 Ft", "Becsérték"),
    "ro": ("RON", "3.500 lei", "4.000 lei", "Estimare"),
    "ru": ("RUB", "3 500 ₽", "4 000 ₽", "Эстимейт|Оценка"),
    "jp": ("JPY", "3,500円", "4,000円", "評価額|見積価格"),
}


@pytest.mark.parametrize("site", ESTIMATES)
def test_a_sum_that_a_page_calls_an_estimate_is_one_whatever_its_data_call_it(read, site):
    currency, low, high, words = ESTIMATES[site]
    home = f"https://www.a.{site}"
    data = {"@type": "Product", "name": "Sea", "image": f"{home}/1.jpg", "url": f"{home}/1"}
    data["offers"] = {"@type": "Offer", "price": "3500", "priceCurrency": currency}
    meta = {"og:title": "Sea", "og:image": f"{home}/1.jpg", "og:url": f"{home}/1", "product:price:amount": "3500"}
    meta["product:price:currency"] = currency
    told = "".join(f'<meta property="{name}" content="{text}">' for name, text in meta.items())
    for word in words.split("|"):
        for form in ("<p>{}: {}</p>", "<dl><dt>{}</dt><dd>{}</dd></dl>", "<h3>{}</h3><p class=price>{}</p>"):
            for money in (low, f"{low} – {high}"):
                said = form.format(word, money)
                body = f'<h1>Sea</h1><img src="{home}/1.jpg" alt="Sea">{said}'
                for head in (json_ld(data), told):
                    (one,) = works(read(page(body, head, saved_from=f"{home}/1")))
                    assert (details(one).price, details(one).terms) == (None, "estimate")
                    assert word in one.columns["price"]


@pytest.mark.parametrize("site", ESTIMATES)
def test_in_a_list_each_card_says_whether_its_sum_is_an_estimate(read, site):
    currency, low, _, words = ESTIMATES[site]
    home, labels = f"https://www.a.{site}", words.split("|")
    offer = {"@type": "Offer", "price": "3500", "priceCurrency": currency}
    listed = [{"@type": "Product", "name": f"Hav {n}", "url": f"{home}/{n}", "offers": offer} for n in range(9)]
    listed = [one | {"image": f"https://a.dk/{n}.jpg"} for n, one in enumerate(listed)]
    cards = "".join(in_card(f"<p>{word}: <b>{low}</b></p>", n) for n, word in enumerate(labels))
    cards += "".join(in_card(f"<b>{low}</b>", n) for n in range(len(labels), 9))
    found = works(read(page(cards, json_ld({"@type": "ItemList", "itemListElement": listed}), saved_from=f"{home}/x")))
    assert [details(one).terms for one in found] == ["estimate"] * len(labels) + [None] * (9 - len(labels))
    assert [details(one).price is None for one in found] == [n < len(labels) for n in range(9)]


def test_marks_within_the_words_of_a_page_say_no_more_than_these(read):
    card = (
        '<article itemscope itemtype="https://schema.org/Product"><a itemprop=url href="/{0}"><h3 itemprop=name>Hav {0}'
    )
    card += '</h3><img itemprop=image src="/{0}.jpg"></a><div itemprop=offers itemscope itemtype="https://schema.org/Offer">'
    card += "{1} <b itemprop=price content=900>900 kr.</b><meta itemprop=priceCurrency content=DKK></div></article>"
    body = "".join(card.format(n, word) for n, word in enumerate(("Vurdering:", "Pris:", "", "Vurdering:")))
    found = works(read(page(body, saved_from="https://www.a.dk/list")))
    assert [details(one).terms for one in found] == ["estimate", None, None, "estimate"]
    assert amounts_of(found) == [None, 90000, 90000, None]


@pytest.mark.parametrize(
    ("record", "price", "terms"),
    [
        ({"price": 900, "estimate": 900}, None, "estimate"),
        ({"price": 900, "estimateLow": 900, "estimateHigh": 1200}, None, "estimate"),
        ({"price": 900, "currentBid": 900}, None, "bid"),
        ({"price": 900, "estimate": 1200}, 90000, None),
        ({"price": 900, "estimate": "high"}, 90000, None),
    ],
)
def test_a_record_may_call_its_price_an_estimate_too(read, record, price, terms):
    record = {"title": "Sea", "image": "https://a.dk/1.jpg", "currency": "DKK", **record}
    (one,) = works(read(json.dumps([record]), "export.json"))
    assert (details(one).price, details(one).terms) == (price, terms)


@pytest.mark.parametrize(
    ("data", "shown", "price", "terms"),
    [
        ("1.00", "POA", None, "on request"),
        ("9999999", "Price on request", None, "on request"),
        ("45000", "450,00 €", None, None),
        ("450", "450,00 €", 45000, None),
        ("450.00", "", 45000, None),
        ("450.00", "4.50 €", 45000, None),
    ],
)
def test_a_sum_in_the_data_that_the_page_belies_is_none(read, data, shown, price, terms):
    body = f'<h1>Sea</h1><img src="https://a.org/1.jpg" alt="Sea"><p class="price">{shown}</p>'
    head = json_ld(offer(price=data, priceCurrency="EUR"))
    (one,) = works(read(page(body, head, saved_from="https://a.org/1")))
    assert (details(one).price, details(one).terms) == (price, terms)


def test_a_badge_on_a_picture_is_not_its_title(read):
    body = "<h1>Hav</h1><figure><a href='/1.jpg'><img src='/1.jpg' alt='Hav'><span>Sold</span></a></figure>"
    (one,) = works(read(page(body, saved_from="https://a.dk/1")))
    assert (one.columns["title"], details(one).availability) == ("Hav", "sold")


def test_a_card_may_say_the_sizes_of_work_and_frame_apart(read):
    words = "<p>80 x 60 cm</p><p>Ramme 95 x 75 cm</p>"
    told = details(works(read(page(in_card(words) + in_card("", 2), saved_from="https://a.dk/list")))[0])
    assert (told.long_mm, told.frame_long_mm) == (800, 950)


def test_a_link_to_the_seller_in_a_card_does_not_part_it(read):
    card = '<div class="item"><div><a href="/item/{0}"><img src="https://a.se/{0}.jpg" alt=""></a></div><div>'
    card += '<a href="/item/{0}">Tavla {0}</a><b>{0}00 kr</b><a href="/profile/{0}">Anna Andersson</a></div></div>'
    found = works(read(page("".join(card.format(n) for n in (1, 2)), saved_from="https://www.a.se/sok")))
    assert [(one.columns["title"], details(one).price) for one in found] == [("Tavla 1", 10000), ("Tavla 2", 20000)]
    assert "Anna" not in str(found)


def test_a_list_with_one_work_in_json_ld_shows_its_other_cards_too(read):
    work = offer(price="900", priceCurrency="DKK") | {"url": "https://www.a.dk/1"}
    head = json_ld({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": work}]})
    found = works(read(page(in_card("") + in_card("<p>600 kr.</p>", 2), head, saved_from="https://www.a.dk/list")))
    assert [details(one).price for one in found] == [90000, 60000]


def test_what_a_page_of_one_work_shows_completes_what_it_says(read):
    head = '<meta property="og:title" content="Ölbild"><meta property="og:image" content="https://a.de/1.jpg">'
    body = '<h1>Ölbild</h1><h2 class="main--price">80 € VB</h2><p class="description">60 x 80 cm. Tel 0171 1234567</p>'
    more = f"<section>{in_card('<p class=price>99 €</p>', 7)}</section>"
    (one,) = works(read(page(body + more, head, saved_from="https://www.a.de/5")))
    told = details(one)
    assert (told.price, told.terms, told.long_mm, told.link) == (8000, "negotiable", 800, "https://www.a.de/5")
    assert "0171" not in str(one)


@pytest.mark.parametrize(
    ("shown", "price"),
    [
        ('<p class="price">1.250 kr</p>', 125000),
        ('<p class="price">250 kr / måned</p>', None),
        ('<p class="price">250 kr</p><p>pr. måned</p>', None),
        ('<p>Startpris</p><p class="price">250 kr</p>', None),
        ('<p class="note">Fri fragt fra 50 kr</p><p class="price">250 kr</p><p>Gratis levering</p>', 25000),
        ('<p class="shipping-price">50 kr</p>', None),
        ('<p class="price">250 kr</p><p class="shipping-price">50 kr</p>', 25000),
        ('<nav><b class="price">75 kr</b></nav><p class="price">250 kr</p>', 25000),
        ('<div><span>Forsikringsværdi</span> <b class="price">250 kr</b></div>', None),
        ('<div><span>Ramme</span> <b class="price">250 kr</b></div>', None),
        ('<div><span>Levering og montering:</span> <b class="price">250 kr</b></div>', None),
        ('<div><span>Vores pris:</span> <b class="price">250 kr</b></div>', 25000),
        ('<div><span>Med ramme:</span> <b class="price">250 kr</b></div>', 25000),
        ('<div><b class="price">250 kr</b> <small>ekskl. moms</small></div>', None),
        ('<div><b class="price">250 kr</b> <small>+ 25 % moms</small></div>', None),
        ('<div><b class="price">250 kr</b> <small>inkl. moms</small></div>', 25000),
        ('<p class="price">Tryk 250 kr</p><p class="price">Original 900 kr</p>', None),
        ('<p class="price">250 kr</p><p class="price">Original 250 kr</p>', 25000),
    ],
)
def test_a_page_with_one_picture_is_of_that_work(read, shown, price):
    body = f'<h1>Hav ved Skagen</h1><img src="{data_uri(jpeg(1))}" alt="IMG_1">{shown}'
    (one,) = works(read(page(body, saved_from="https://kunst.dk/hav")))
    assert one.columns["title"] == "Hav ved Skagen"
    assert (details(one).link, details(one).price) == ("https://kunst.dk/hav", price)


def test_another_work_that_a_page_shows_is_not_called_by_its_title(read):
    head = '<meta property="og:title" content="Hav"><meta property="og:image" content="https://a.dk/1.jpg">'
    card = '<a href="/2"><img src="https://a.dk/2.jpg"><b>Skov</b><span class="price">250 kr</span></a>'
    (one,) = works(read(page(f"<h1>Hav</h1><p>Solgt</p>{card}", head, saved_from="https://a.dk/1")))
    assert (one.columns["title"], details(one).price, details(one).availability) == ("Hav", None, "sold")


@pytest.mark.parametrize("marked", ["", '<meta property="og:title" content="Hav">'])
@pytest.mark.parametrize("price", ["", '<p class="price">900 kr</p>'])
def test_a_page_whose_only_card_is_of_another_work_is_of_its_own(read, marked, price):
    card = '<a href="/2"><img src="https://a.dk/2.jpg"><b>Skov</b><span class="price">250 kr</span></a>'
    marked += '<meta property="og:image" content="https://a.dk/1.jpg">' if marked else ""
    body = f'<h1>Hav</h1><img src="https://a.dk/1.jpg" alt="Hav">{price}{card}'
    (one,) = works(read(page(body, marked, saved_from="https://a.dk/1")))
    assert (one.columns["title"], one.locator.text) == ("Hav", "https://a.dk/1.jpg")
    assert details(one).price == (90000 if price else None)


def test_what_stands_under_similar_works_is_not_of_the_work(read):
    more = '<div><h2>Ähnliche Werke</h2></div><div><img src="https://a.de/2.jpg"><p class="price">70 €</p>'
    more += "<p>Verkauft</p></div>"
    body = f'<h1>Meer</h1><img src="https://a.de/1.jpg" alt="Meer"><section>{more}</section>'
    (one,) = works(read(page(body, saved_from="https://a.de/1")))
    assert (one.columns["title"], details(one).price, details(one).availability) == ("Meer", None, None)
    assert "2.jpg" not in str(one)


def test_a_page_of_pictures_alone_gives_them_with_their_words(read):
    body = '<figure><img src="a.jpg"><figcaption>The sea</figcaption></figure><img src="b.jpg" alt="The harbour">'
    found = works(read(page(body), **{"a.jpg": jpeg(1), "b.jpg": jpeg(2)}))
    assert [(one.columns["title"], one.locator.name) for one in found] == [
        ("The sea", "a.jpg"),
        ("The harbour", "b.jpg"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15", "cp1250"])
def test_a_page_is_read_in_its_encoding(read, encoding):
    told = page("", json_ld(offer() | {"name": "Höhe – é"})).replace("utf-8", encoding)
    (one,) = works(read(told.encode(encoding, "xmlcharrefreplace")))
    assert one.columns["title"] == "Höhe – é"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_a_page_that_says_another_encoding_is_read_in_its_own(read, encoding):
    told = page("", json_ld(offer() | {"name": "Höhe – é"}))
    (one,) = works(read(told.encode(encoding)))
    assert one.columns["title"] == "Höhe – é"


# What a page must not do


HOSTILE = (
    "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/a.jpg",
    "http://2130706433/a.jpg", "//localhost:8000/a.jpg", "data:image/svg+xml,<svg onload=alert(1)>",
    "/etc/passwd",
    "../../secret.jpg", "\\\\server\\share\\a.jpg", "http://user:secret@a.org/1.jpg", "http://0x7f000001/1.jpg",
    "ftp://a.org/1.jpg", "blob:https://a.org/1", "http://[64:ff9b::7f00:1]/1.jpg", "http://127.1/a.jpg",
)  # fmt: skip


@pytest.mark.parametrize("image", HOSTILE)
def test_a_picture_inside_the_machine_or_its_network_is_not_taken(read, tmp_path, image):
    (tmp_path.parent / "secret.jpg").write_bytes(jpeg(1))
    found = read(page(f'<img src="{escaped_(image)}">', json_ld(offer() | {"image": [image]})))
    assert not works(found)
    assert reasons(found) == ["there is no picture of it that can be taken"]


def escaped_(text: str) -> str:
    return pages.escaped(text)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,<script>", "http://10.0.0.1/", "http://localhost/", "vbscript:x"]
)
def test_a_dangerous_link_is_not_kept(read, link):
    (one,) = works(read(page(f'<a href="{link}">x</a>', json_ld(offer() | {"url": link}))))
    assert "link" not in one.columns
    assert not [text for text in one.columns.values() if link in text]


def test_a_link_in_the_folder_that_leads_out_of_it_is_not_followed(read, tmp_path):
    (tmp_path.parent / "secret.jpg").write_bytes(jpeg(1))
    (tmp_path / "in.jpg").symlink_to(tmp_path.parent / "secret.jpg")
    assert not works(read(page("", json_ld(offer() | {"image": "in.jpg"}))))


def test_the_seller_and_how_to_reach_them_are_left_out(read):
    told = offer(
        price=100, priceCurrency="DKK", seller={"@type": "Person", "name": "Anna Andersen", "telephone": "12345678"}
    )
    told |= {"name": "Maleri, ring 12 34 56 78", "brand": "Anna Andersen", "author": {"name": "Anna Andersen"},
             "description": "Et smukt maleri. Kontakt Anna på tlf. 22334455, a@post.dk. Måler 40 x 50 cm."}  # fmt: skip
    (one,) = works(read(page("", json_ld(told))))
    kept = " ".join(one.columns.values())
    assert not [word for word in ("Anna", "12 34", "2233", "a@", "12345678") if word in kept]
    assert one.columns["description"] == "Et smukt maleri. Måler 40 x 50 cm."
    assert details(one).long_mm == 500


@pytest.mark.parametrize(
    "text",
    [
        "70 x 100 cm, 1.250.000 kr",
        "Olie fra 1890-1950",
        "24 x 30 x 2 cm",
        "1 200 000 kr",
        "nr. 12 af 150, 2019",
        "12½ x 9¾ in.",
    ],
)
def test_sizes_years_and_prices_are_no_telephone_numbers(text):
    assert tidy(text) == tidy(text, by_sentence=True) == text


@pytest.mark.parametrize(
    "text",
    [
        "<" * 100_000, "<div>" * 4000, '<script type="application/ld+json">' + "[" * 100_000,
        "<p itemscope itemtype=Product>" * 20_000,
        '<script type="application/ld+json">{"@type":"Product","name":' + "9" * 400 + "}</script>", "\0" * 1000,
        "",
        '<script>x = {"a":' * 5000, "<a href=x>" * 20_000,
        '<script type="application/ld+json">/*' + '"' * 50_000 + "</script>",
    ],
)  # fmt: skip
def test_a_hostile_page_gives_a_sentence(read, text):
    found = read(text)
    assert not works(found)
    assert reasons(found)


def test_a_page_nested_without_end_is_refused(read):
    with pytest.raises(BadInput, match="nested more than"):
        read("<div>" * 50_000)


def test_titles_are_text_whatever_they_hold(read):
    for title in ("<img src=x onerror=alert(1)>", "=HYPERLINK(1)", "@SUM(1)", "a\u202eb", "a\x00b\x1b[31m"):
        (one,) = works(read(page("", json_ld(offer() | {"name": title}))))
        assert one.columns["title"].isprintable()


# Exports

S, L = "https://a.fr/small.jpg", "https://a.fr/large.jpg"


def test_the_answer_of_a_shop_is_read(read):
    found = works(read(json.dumps(pages.dba_export()), "export.json"))
    assert [one.columns["title"] for one in found] == [title for _, title, *_ in ADS]
    assert [details(one).price for one in found] == [125000, 40000, None]
    assert [details(one).link for one in found] == [f"{SITE}/item/{number}" for number, *_ in ADS]
    assert [one.locator.text for one in found] == [photo(number) for number, *_ in ADS]
    assert "Anna" not in str(found)


@pytest.mark.parametrize(
    ("record", "price"),
    [
        ({"title": "Hav", "price": {"amount": "35", "currency": "EUR"}, "photo": {"url": S, "full_size": L}}, 3500),
        ({"name": "Hav", "price": 1250, "currency": "DKK", "images": [{"small": S, "large": L}]}, 125000),
        ({"Titel": "Hav", "Preis": "1.250,00 €", "Bild": L}, 125000),
        ({"heading": "Hav", "price": {"value": 225, "text": "225 €"}, "thumbnail": L}, 22500),
        ({"title": "Hav", "price": {"minor": 22500, "currencyCode": "EUR"}, "imageUrl": L}, None),
        ({"title": "Hav", "priceCents": 22500, "imageUrl": L}, None),
        ({"title": "Hav", "price": 225, "currency": "EUR", "tax_included": False, "imageUrl": L}, None),
        ({"title": "Hav", "price": 22500, "currency": "EUR", "currency_minor_unit": 2, "imageUrl": L}, None),
        ({"title": "Hav", "price": {"value": 225, "suffix": "€"}, "imageUrl": L}, 22500),
        ({"title": "Hav", "price": {"value": 225, "suffix": "€/md."}, "imageUrl": L}, None),
    ],
)  # fmt: skip
def test_records_of_any_make_are_read(read, record, price):
    for told in ([record], {"data": {"items": [{"node": record}]}}, record):
        (one,) = works(read(json.dumps(told), "export.json"))
        assert (one.columns["title"], details(one).price, one.locator.text) == ("Hav", price, L)


@pytest.mark.parametrize(("framed", "long_mm"), [(True, None), (False, 800)])
def test_the_size_of_a_framed_record_may_be_that_of_its_frame(read, framed, long_mm):
    (one,) = works(read(json.dumps({"title": "Hav", "size": "80x60 cm", "framed": framed, "image": L}), "export.json"))
    assert (details(one).long_mm, details(one).frame_long_mm) == (long_mm, None)


def test_what_a_record_asks_for_its_work_is_read_and_no_other_sum(read):
    about = {"title": "Sea", "image": "https://a.dk/1.jpg"}
    told = {
        "on sale": {"price": 200, "salePrice": 150, "currency": "EUR"},
        "not on sale": {"price": 200, "salePrice": "", "currency": "EUR"},
        "for rent": {"price": {"amount": 50, "currency": "EUR", "period": "month"}},
        "divided": {"price": {"amount": 12000, "divisor": 100, "currency_code": "USD"}},
        "divided by none": {"price": {"amount": 12000, "divisor": 0, "currency_code": "USD", "minor": True}},
        "for a month": {"price": {"amount": 50, "currency": "EUR", "unit": "month"}},
        "bidden for": {"price": 200, "currency": "EUR", "bidCount": 3},
        "no bids": {"price": 200, "currency": "EUR", "bidCount": 0},
        "auction": {"price": 200, "currency": "EUR", "listingType": "Auction"},
        "both": {"price": 200, "currency": "EUR", "buyingOptions": ["FIXED_PRICE", "AUCTION"]},
        "where it begins": {"price": 200, "currency": "EUR", "priceType": "from"},
        "bid": {"currentBidPrice": {"value": "100.00", "currency": "USD"}, "url": "https://a.dk/1"},
    }
    found = works(read(json.dumps([{**about, "title": name, **one} for name, one in told.items()]), "a.json"))
    assert {details(one).title: details(one).price for one in found} == {
        **{"on sale": 15000, "not on sale": 20000, "for rent": None, "divided": 12000, "divided by none": None},
        **{"for a month": None, "bidden for": None, "no bids": 20000, "auction": None, "both": 20000},
        **{"where it begins": None, "bid": None},
    }


def test_a_value_on_each_line_and_a_script_are_read(read):
    lines = "\n".join(json.dumps({"title": f"Hav {n}", "image": f"https://a.fr/{n}.jpg"}) for n in range(3))
    assert len(works(read(lines, "export.jsonl"))) == len(works(read(lines, "export.json"))) == 3
    script = "var initialProps = {};\ninitialProps['card'] = " + json.dumps(
        {"title": "Oliemaleri", "price": {"text": "225 kr."}, "images": [{"large": "https://a.dk/1.jpg"}],
         "matrixData": [{"label": "Bredde", "value": "60 cm"}]}
    ) + ";"  # fmt: skip
    (one,) = works(read(script, "props.js"))
    assert (one.columns["title"], one.columns["price"], details(one).width_mm) == ("Oliemaleri", "225 kr.", 600)


def test_a_json_feed_is_read(read):
    more = {"attachments": [{"url": "https://a.dk/2.jpg", "mime_type": "image/jpeg"}], "content_text": "50x40 cm"}
    items = [
        {"title": "Hav", "image": "https://a.dk/1.jpg", "content_html": "<p>50x40 cm</p>"},
        {"title": "Sø", **more},
    ]
    found = works(read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}), "feed.json"))
    assert [(one.columns["title"], details(one).long_mm) for one in found] == [("Hav", 500), ("Sø", 500)]


def test_pictures_beside_an_export_are_taken(read, tmp_path):
    told = [
        {"title": "Hav", "image": "photos/a.jpg"},
        {"title": "Skov", "image": "https://a.dk/x/forest-large.jpg?w=900"},
    ]
    found = works(
        read(json.dumps(told), "export.json", **{"photos/a.jpg": jpeg(1), "export_files/forest-large.jpg": jpeg(2)})
    )
    assert [one.locator.path for one in found] == [
        tmp_path / "photos/a.jpg",
        tmp_path / "export_files/forest-large.jpg",
    ]


@pytest.mark.parametrize("text", ["", "{", "[1, 2, 3]", '{"a": ' * 100, "null", '[{"title": 3, "image": 4}]', "\0\0\0"])
def test_what_is_no_export_is_told(read, text):
    with pytest.raises(BadInput, match=r"cannot be read as JSON|lists no work"):
        read(text, "export.json")


def test_what_is_said_first_counts_and_price_and_currency_go_together():
    listing = Listing()
    listing.say("card", title="Sea ", price="300 €")
    listing.say("json-ld", title="The sea", **money_said("0", "USD"))
    columns = listing.columns()
    assert (columns["title"], columns["price"], "currency" in columns) == ("The sea", "300 €", False)
    assert (columns["title (card)"], columns["price (json-ld)"]) == ("Sea", "0")
