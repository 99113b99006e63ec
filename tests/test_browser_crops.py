"""Corners dragged in a real Chromium: by mouse, by finger, by the arrow keys."""

from urllib.parse import quote

import numpy as np
import pytest

from beholder.collection import Library
from beholder.config import Settings
from beholder.features.artworks import photos
from helpers.browser import PHONE, Server, no_wider, tab_to
from helpers.walls import BARE, ONE, TWO, Finder, crop, hang

pytest_plugins = "helpers.webwall"


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
            *((f"draw {how}", ONE) for how in ("mouse", "finger", "keys")),
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
    page.goto(f"{server.url}/people?next=/crops/{quote(name)}")
    page.locator("input[name=name]").last.fill(f"Ada of {name}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/crops/{quote(name)}")
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
    acts = [page.get_by_role("button", name=name).bounding_box() for name in ("Whole picture", "Undo")]
    assert acts[1]["x"] - acts[0]["x"] - acts[0]["width"] > 5 or acts[1]["y"] > acts[0]["y"]
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


def adding(page):
    """The editor of a work that was missed."""
    page.locator("#add").click()
    page.wait_for_url("**add=1")
    page.wait_for_selector(".corner >> nth=3")
    assert page.locator("#save button").is_disabled()
    page.locator("#photo img").scroll_into_view_if_needed()


def on_photo(page, x, y):
    """Where these pixels of the photo are on the screen."""
    box = page.locator("#photo").bounding_box()
    return box["x"] + x * box["width"] / 320, box["y"] + y * box["width"] / 320


def added(page, server, name):
    """The picture that is new, and the corners in it."""
    page.locator("#save button").click()
    page.wait_for_url("**saved=added")
    page.wait_for_selector(".corner >> nth=3")
    *_, new = kept(server, name)
    assert new.is_added
    return new, [tuple(map(int, pair.split(","))) for pair in new.crop.split()]


def test_a_missed_work_is_drawn_with_the_mouse_and_removed_again(open_page, server):
    page = opened(open_page(viewport={"width": 1280, "height": 900}), server, "draw mouse")
    adding(page)
    page.mouse.move(*on_photo(page, 70, 90))  # drawn from its lower right corner
    page.mouse.down()
    page.mouse.move(*on_photo(page, 10, 20), steps=6)
    page.mouse.up()
    page.mouse.move(10, 10)
    x, y = middle(page, 2)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 6 * scale(page), y + 5 * scale(page), steps=4)
    page.mouse.up()
    new, corners = added(page, server, "draw mouse")
    assert np.abs(np.subtract(corners, [(10, 20), (70, 20), (64, 95), (10, 90)])).max() <= 1
    assert f"/crop/{new.id}/" in page.url
    page.get_by_role("button", name="Remove it").click()
    page.wait_for_url("**saved=removed")
    assert [item.removed for item in kept(server, "draw mouse")] == [False, True]
    assert page.locator(".corner").count() == 0
    page.get_by_role("button", name="Put it back").click()
    page.wait_for_url("**saved=back")
    assert [item.removed for item in kept(server, "draw mouse")] == [False, False]


def test_a_missed_work_is_drawn_with_a_finger_and_the_page_stays(open_page, server):
    page = opened(open_page(**PHONE), server, "draw finger")
    adding(page)
    no_wider(page)
    touch, before = page.context.new_cdp_session(page), page.evaluate("scrollY")

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", on_photo(page, 12, 20))
    for part in (0.3, 0.6, 1.0):
        send("touchMove", on_photo(page, 12 + part * 50, 20 + part * 190))
    send("touchEnd")
    assert page.evaluate("scrollY") == before
    _, corners = added(page, server, "draw finger")
    assert np.abs(np.subtract(corners, [(12, 20), (62, 20), (62, 210), (12, 210)])).max() <= 2


def test_a_missed_work_is_drawn_with_the_keys_alone(open_page, server):
    page = opened(open_page(), server, "draw keys")
    tab_to(page, "#add")
    page.keyboard.press("Enter")
    page.wait_for_url("**add=1")
    page.wait_for_selector(".corner >> nth=3")
    tab_to(page, "[data-corner='0']")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    tab_to(page, "#save button")
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=added")
    assert kept(server, "draw keys")[-1].crop == "88,72 224,72 224,168 96,168"


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
    page.wait_for_load_state()  # styles hide it
    assert page.get_by_role("button", name="Save").count() == 0
    with page.expect_navigation():
        page.get_by_role("button", name="Whole picture").click()
    assert "Saved" in page.inner_text("main")
    assert kept(server, "two")[0].crop == "whole"
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert kept(server, "two")[0].crop == crop(TWO)
