"""A buyer's whole way in a real Chromium: a saved page, its crops, choosing, a shortlist under a price, a file."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import Server, act, asked, press, saved
from helpers.pages import SITE
from helpers.shop import painting, save_page

pytest_plugins = "helpers.webwall"

SIZE, BOX, FRAME = (720, 560), (190, 110, 530, 365), 22  # of a photo; of the canvas in it: left, top, right, bottom
ADS = tuple(
    (f"250200{n:02}", f"Maleri {n}, 60x80 cm", f"{400 * n}", f"{400 * n}", place)
    for n, place in enumerate(("Aarhus", "Ribe", "Vejle", "Odense", "Skive", "Varde", "Ebeltoft", "Holbæk"), 1)
)


def photo(seed):
    """A painting in a dark frame on a wall above a floor, as a seller photographs it."""
    light = np.linspace(205, 170, SIZE[0])[None, :, None] + np.array([4, 0, -10])
    grain = np.random.default_rng(seed).normal(0, 2, (SIZE[1], SIZE[0], 1))
    made = Image.fromarray((light + grain).clip(0, 255).astype(np.uint8))
    left, top, right, bottom = BOX
    made.paste((30, 22, 14), (left - FRAME, top - FRAME, right + FRAME, bottom + FRAME))
    made.paste(painting(seed).resize((right - left, bottom - top)), (left, top))
    made.paste((120, 90, 60), (0, 470, *SIZE))
    return made.filter(ImageFilter.GaussianBlur(0.7))


@pytest.fixture
def shop(tmp_path):
    """A page that was saved from a marketplace, its photos beside it; and a server that knows nothing of it."""
    page = save_page(tmp_path / "saved", ADS)
    for number, *_ in ADS:
        photo(int(number) % 100).save(page.parent / "maleri_files" / f"{number}.jpg", quality=90)
    server = Server(tmp_path / "home").start()
    yield page, server
    server.kill()


def test_from_a_saved_page_to_a_shortlist_with_links(open_page, shop, tmp_path):
    file, server = shop
    page = open_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page.set_default_timeout(120_000)  # of a busy machine
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))

    page.goto(f"{server.url}/people?next=/")
    page.locator("input[name=name]").last.fill("Ada")
    page.keyboard.press("Enter")
    page.fill("#import input[name=path]", str(file))
    page.keyboard.press("Enter")

    page.locator("a", has_text="artworks found in photos").click()
    page.locator(".crops figure").nth(len(ADS) - 1).wait_for()
    page.locator(".crops a.plate").first.click()
    page.locator(".corner").nth(3).wait_for()
    at = page.locator("[data-corner='0']").bounding_box()
    whole = page.locator("#photo").bounding_box()
    by = whole["width"] / SIZE[0]
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.mouse.down()
    page.mouse.move(whole["x"] + BOX[0] * by, whole["y"] + BOX[1] * by, steps=5)
    page.mouse.up()
    page.locator("#save button").click()
    page.wait_for_url("**saved=1")

    page.goto(f"{server.url}/label/maleri?mode=pairs")
    asked(page)
    press(page, *["ArrowLeft", "ArrowRight", "ArrowLeft"] * 4)
    saved(page)

    page.goto(f"{server.url}/results/maleri?max_price=2000&currency=DKK")
    page.locator("#wall figure").first.wait_for()
    fits = page.locator("#wall .title").all_inner_texts()
    assert sorted(fits) == [title for _, title, price, *_ in ADS if int(price) <= 2000]
    act(page, 0, "keep")
    page.fill("dialog.keep input[maxlength]", "Over the sofa")
    page.keyboard.press("Enter")
    page.locator("dialog.keep li a").wait_for()
    page.keyboard.press("Escape")
    with page.expect_response("**/api/shortlists"):
        act(page, 1, "keep")  # on the one used last

    page.goto(f"{server.url}/shortlists")
    page.locator(".lists a").click()
    page.locator("#list > li").nth(1).wait_for()
    with page.expect_download() as download:
        page.evaluate("document.querySelector('a[href$=\"sheet.html\"]').click()")
    sheet = tmp_path / "sheet.html"
    download.value.save_as(sheet)
    offline = open_page(offline=True)
    offline.goto(sheet.as_uri())
    numbers = {title: number for number, title, *_ in ADS}
    links = [one.get_attribute("href") for one in offline.locator(f"a[href^='{SITE}/item/']").all()]
    assert set(links) == {f"{SITE}/item/{numbers[title]}" for title in fits[:2]}
    text = offline.inner_text("body")
    assert all(title in text for title in fits[:2])
    assert offline.evaluate("[...document.images].filter(i => i.naturalWidth > 100).length") == 2
    assert not faults

    library = Library(server.home, config=Settings(home=server.home, threads=1))
    items = library.store.items(library.store.collection("maleri").id)
    library.close()
    assert [item.crop == "whole" for item in items] == [False] * len(ADS)
    corrected = [item for item in items if item.crop != item.found]
    (x, y) = map(int, corrected[0].crop.split()[0].split(","))
    assert (len(corrected), abs(x - BOX[0]) <= 2, abs(y - BOX[1]) <= 2) == (1, True, True)
