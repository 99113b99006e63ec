"""Corners dragged in a real Chromium: by mouse, by finger, by the arrow keys."""

import pytest

from beholder.collection import Library
from beholder.config import Settings
from beholder.features.artworks import photos
from helpers.browser import PHONE, Server, no_wider
from helpers.walls import BARE, ONE, TWO, Finder, crop, hang

pytest_plugins = "helpers.webwall"

WALLS = {"mouse": ONE, "finger": ONE, "keys": ONE, "cross": ONE, "bare": BARE, "two": TWO}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all, with a collection of one photo for each test."""
    home = tmp_path_factory.mktemp("crops")
    library = Library(home, config=Settings(home=home, threads=1, encoder="classic"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photos, "find_artworks", Finder())
        for name, wall in (
            ("mouse", ONE),
            ("finger", ONE),
            ("keys", ONE),
            ("cross", ONE),
            ("bare", BARE),
            ("two", TWO),
        ):
            library.import_source(hang(home / "pictures" / name, wall), name, artworks=True)
    library.close()
    server = Server(home).start()
    yield server
    server.kill()


def kept(server, name):
    library = Library(server.home, config=Settings(home=server.home, threads=1))
    try:
        return library.store.items(library.store.collection(name).id)
    finally:
        library.close()


def opened(page, server, name):
    """The editor of a collection's first picture, by way of the page of all."""
    page.goto(f"{server.url}/people?next=/crops/{name}")
    page.locator("input[name=name]").last.fill(f"Ada of {name}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/crops/{name}")
    page.locator(".crops a.plate").first.click()
    page.wait_for_selector(".corner >> nth=3")
    return page


def middle(page, at):
    box = page.locator(f"[data-corner='{at}']").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def scale(page):
    """Pixels of the screen for one of the photo."""
    return page.locator("#photo").bounding_box()["width"] / 320


def saved(page):
    page.locator("#save button").click()
    page.wait_for_url("**saved=1")
    page.wait_for_selector(".corner >> nth=3")


def test_a_corner_is_dragged_with_the_mouse_and_saved(open_page, server):
    page = opened(open_page(viewport={"width": 1280, "height": 900}), server, "mouse")
    assert page.locator("#save button").is_disabled()
    x, y = middle(page, 0)
    page.mouse.move(x + 4, y + 3)  # not in its very middle: the corner does not jump
    page.mouse.down()
    page.mouse.move(x + 4 + 30 * scale(page), y + 3 - 20 * scale(page), steps=5)
    page.mouse.up()
    page.mouse.move(10, 10)  # let go: it stays
    assert middle(page, 0) == pytest.approx((x + 30 * scale(page), y - 20 * scale(page)), abs=1.5)
    saved(page)
    corner, *others = kept(server, "mouse")[0].crop.split()
    assert [int(n) for n in corner.split(",")] == pytest.approx([110, 20], abs=1)
    assert others == crop(ONE).split()[1:]
    shown = page.locator(".straight img")
    shown.evaluate("i => i.decode()")
    item = kept(server, "mouse")[0]
    assert f"?v={item.key[:8]}" in shown.get_attribute("src")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => !document.querySelector('button[value=found]')")
    assert kept(server, "mouse")[0].crop == crop(ONE)


def test_a_corner_is_dragged_with_a_finger_and_the_page_stays(open_page, server):
    page = opened(open_page(**PHONE), server, "finger")
    no_wider(page)
    for at in range(4):
        box = page.locator(f"[data-corner='{at}']").bounding_box()
        assert min(box["width"], box["height"]) >= 43.5
    x, y = middle(page, 2)
    down = 25 * scale(page)
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", (x, y))
    for part in (0.3, 0.6, 1.0):
        send("touchMove", (x, y + part * down))
    send("touchEnd")
    assert page.evaluate("scrollY") == 0
    saved(page)
    corner = kept(server, "finger")[0].crop.split()[2]
    assert [int(n) for n in corner.split(",")] == pytest.approx([240, 225], abs=2)


def test_a_corner_is_moved_with_the_arrow_keys(open_page, server):
    page = opened(open_page(), server, "keys")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input')].filter(e => e.checkVisibility()
            && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"""
    )
    assert nameless == []
    page.locator("[data-corner='1']").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    assert "Upper right corner: 76 % from the left" in page.locator("[data-corner='1']").get_attribute("aria-label")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.corner") == "2"
    saved(page)
    assert kept(server, "keys")[0].crop.split()[1] == "243,39"


def test_crossed_corners_cannot_be_saved_and_nothing_leaves_the_photo(open_page, server):
    page = opened(open_page(viewport={"width": 1280, "height": 900}), server, "cross")
    x, y = middle(page, 0)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 250 * scale(page), y + 100 * scale(page))
    assert "cross" in page.inner_text("#crop-fault")
    assert page.locator("#save button").is_disabled()
    page.mouse.move(5, 5)
    assert page.inner_text("#crop-fault") == ""
    page.mouse.up()
    assert page.locator("#save input[name=crop]").input_value().split()[0] == "0,0"


def test_a_whole_picture_is_cut_by_hand(open_page, server):
    page = opened(open_page(viewport={"width": 1280, "height": 900}), server, "bare")
    x, y = middle(page, 0)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60 * scale(page), y + 50 * scale(page))
    page.mouse.up()
    saved(page)
    assert kept(server, "bare")[0].crop.split()[1:] == ["320,0", "320,240", "0,240"]
    page.get_by_role("button", name="Whole picture").click()
    page.wait_for_function("() => !document.querySelector('button[value=whole]')")
    assert kept(server, "bare")[0].crop == "whole"


def test_without_a_script_it_is_the_whole_picture_or_not(open_page, server):
    page = open_page(java_script_enabled=False)
    page.goto(f"{server.url}/people?next=/crops/two")
    page.locator("input[name=name]").last.fill("Ada without")
    page.keyboard.press("Enter")
    page.locator(".crops a.plate").first.click()
    assert page.get_by_role("button", name="Save").count() == 0
    page.get_by_role("button", name="Whole picture").click()
    assert "Saved" in page.inner_text("main")
    assert kept(server, "two")[0].crop == "whole"
    page.get_by_role("button", name="Undo").click()
    assert kept(server, "two")[0].crop == crop(TWO)
