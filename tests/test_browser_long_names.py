"""Long names and unusual words typed: nothing runs out of the page, nothing is covered, no price is cut."""

import uuid

import pytest

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import Server, answered, hang, hung, no_wider

pytest_plugins = "helpers.webwall"
LONG = "w" * 80  # the longest name that is taken


@pytest.fixture(scope="module")
def long_names(tmp_path_factory):
    home = tmp_path_factory.mktemp("long")
    table = hang(home / "pictures", 12) / "items.csv"
    rows = [f"p{i:03},{i:03}.png,{'A long title ' * 9},{'Johannes Wolkenstein ' * 4},19{i:02},98000 DKK,60 x 80 cm"
            for i in range(12)]  # fmt: skip
    table.write_text("\n".join(["item,file,title,artist,year,price,size", *rows]) + "\n")
    library = Library(home, config=Settings(home=home, threads=1))
    for name in ("wall", LONG):
        library.import_source(table.parent, name)
    library.close()
    server = Server(home).start()
    yield server
    server.kill()


@pytest.fixture
def page(open_page, long_names):
    """Of somebody with a long name who has answered eleven questions."""
    page = open_page(viewport={"width": 1280, "height": 800})
    answered(page, long_names, "/label/wall?mode=rating", uuid.uuid4().hex + LONG[:48])
    return page


def test_long_names_run_out_of_no_page_and_cover_nothing(page, long_names):
    for path in ("/", "/people", "/results/nowhere", f"/results/wall?q={'a' * 190}"):
        page.goto(f"{long_names.url}{path}")
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            no_wider(page)
            name, signs = (page.locator(one).bounding_box() for one in (".bar .name", ".bar .signs"))
            assert name["x"] + name["width"] <= signs["x"] or width == 320, (path, width)
            assert page.locator(".bar .me").bounding_box()["x"] + 30 < width


def test_the_dots_of_a_person_are_in_their_card_beside_a_long_name(page, long_names):
    page.goto(f"{long_names.url}/people")
    page.fill("label:has-text('Name') input", f"Ada {uuid.uuid4().hex[:6]}")
    page.get_by_role("button", name="Add").click()
    page.goto(f"{long_names.url}/people")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        cards = [
            [one.locator(part).bounding_box() for part in (".person", ".round")]
            for one in page.locator(".people li").all()
        ]
        assert len(cards) > 1
        for card, dots in cards:
            assert card["y"] <= dots["y"]
            assert dots["y"] + dots["height"] <= card["y"] + card["height"]
            assert dots["x"] + dots["width"] <= card["x"] + card["width"]


def test_a_notice_in_the_bar_covers_no_menu(page):
    page.evaluate(
        """said => {
        const sign = document.getElementById("saved");
        sign.textContent = said;
        sign.dataset.state = "refused";
    }""",
        "This browser answers as somebody else now. Open the page again.",
    )
    nav, saved = (page.locator(one).bounding_box() for one in (".bar nav", "#saved"))
    assert nav["x"] + nav["width"] <= saved["x"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_price_under_a_picture_is_whole(page, long_names, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{long_names.url}/results/wall")
    hung(page)
    price = page.locator(".wall.hung .price").first
    assert price.inner_text() == "98000 DKK"
    box, words = price.bounding_box(), page.locator(".wall.hung .byline").first.bounding_box()
    assert box["x"] + box["width"] <= words["x"] + words["width"]
    assert box["y"] + box["height"] <= words["y"] + words["height"] + 1


def test_a_name_of_blanks_is_not_sent(page, long_names):
    for path, button in (("/people", "Add"), ("/shortlists", "Begin")):
        page.goto(f"{long_names.url}{path}")
        field = page.locator("main input[name=name]")
        field.fill("   ")
        page.get_by_role("button", name=button, exact=True).click()
        assert page.url == f"{long_names.url}{path}"
        assert field.evaluate("(e) => e.validity.patternMismatch")


def test_the_map_has_no_black_field_while_it_is_drawn(page, long_names):
    page.route("**/points", lambda route: route.fulfill(status=202))
    page.goto(f"{long_names.url}/map/wall")
    page.wait_for_selector("text=Drawing the map")
    assert not page.locator("#plane").is_visible()
