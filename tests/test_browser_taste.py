"""My taste, and two people side by side, in a real Chromium: pictures first, and large."""

import re

import pytest

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import PHONE, brighter, enter, kinds, no_wider, say, shut

pytest_plugins = "helpers.webwall"
DEVICES = {"desk": {"viewport": {"width": 1280, "height": 900}}, "phone": PHONE | {"color_scheme": "dark"}}


@pytest.fixture(scope="module")
def bright(hung):
    """The answers of somebody who likes bright pictures."""
    library = Library(hung, config=Settings(home=hung, threads=1))
    yield brighter(library)
    library.close()


@pytest.mark.parametrize("device", DEVICES)
def test_my_taste_hangs_eighteen_pictures_large_and_shows_each_closer(open_page, server, bright, device):
    page = open_page(**DEVICES[device])
    enter(page, server)
    say(page, server, [one | {"id": f"{one['id']}{device}"} for one in bright])
    page.goto(f"{server.url}/taste/wall")
    no_wider(page)
    loved, against = page.locator(".hung").all()
    for hung in (loved, against):
        boxes = [image.bounding_box() for image in hung.locator("img").all()]
        assert len(boxes) == 9
        assert min(max(box["width"], box["height"]) for box in boxes) > 140
    assert loved.bounding_box()["y"] < 400
    assert not page.get_by_role("heading", name="Least certain").is_visible()
    page.click("summary:has-text('Save')")
    page.get_by_role("link", name="as one page to send").wait_for()
    no_wider(page)
    page.keyboard.press("Escape")
    first = loved.locator("a").first
    first.focus()
    page.keyboard.press("Enter")
    title = first.locator("img").get_attribute("alt")
    page.locator(f"dialog.zoom img[alt='{title}']").wait_for()
    page.locator("dialog.zoom [data-do=favourite]").wait_for()
    page.keyboard.press("ArrowRight")
    title = loved.locator("img").nth(1).get_attribute("alt")
    page.locator(f"dialog.zoom img[alt='{title}']").wait_for()
    page.keyboard.press("Escape")
    shut(page)
    page.click("summary:has-text('Figures')")
    assert page.get_by_role("heading", name="Least certain").is_visible()


@pytest.mark.parametrize("device", DEVICES)
def test_two_people_are_chosen_and_hang_side_by_side(open_page, server, bright, device):
    page = open_page(**DEVICES[device])
    names = []
    for who in ("one", "other"):
        names.append(enter(page, server))
        say(page, server, [one | {"id": f"{one['id'][:20]}{who}{device}"} for one in bright])
    page.goto(f"{server.url}/people")
    page.click("text=Two people side by side")
    if not page.locator("select[name=other]").is_visible():
        page.click("summary:text('Others')")
    page.locator("select[name=other]").select_option(names[0])
    page.get_by_role("button", name="Side by side").click()
    page.wait_for_url("**/together?*")
    assert page.inner_text("h1").startswith(f"{names[1]} and {names[0]} like much the same")
    no_wider(page)
    assert page.locator("section:has(h2:text('Both would love')) img").count() == 9
    assert page.locator(".hung img").first.bounding_box()["y"] < 320  # the figures are folded, below
    assert not page.get_by_text("Of two pictures").is_visible()
    heart = page.locator(".hung .heart").last
    heart.scroll_into_view_if_needed()
    stood = page.evaluate("scrollY")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        heart.click()
    page.wait_for_selector(f".toast.shown:has-text('One of your favourites, {names[1]}.')")
    assert heart.get_attribute("aria-pressed") == "true"
    assert heart.get_attribute("aria-label").startswith("Your favourite: ")
    assert page.evaluate("scrollY") == stood
    assert kinds(server, names[1]).count("favourite") == 1
    first = page.locator(".hung li").first
    assert re.fullmatch(rf"{names[1]}\s+\d\.\d\d · {names[0]}\s+\d\.\d\d", first.locator(".scores").inner_text())
    keeper = first.locator("[data-do=keep]")
    keeper.click()
    page.wait_for_selector("dialog.keep[open]")  # there is no shortlist yet
    page.fill("dialog.keep input[placeholder]", "Our hall")
    page.get_by_role("button", name="Done").click()
    page.wait_for_selector("dialog.keep", state="hidden")
    assert keeper.get_attribute("aria-label") == "On shortlist Our hall"
    page.locator(".hung li").nth(1).locator("[data-do=keep]").click()
    page.wait_for_selector(".toast.shown:has-text('On “Our hall”.')")
    page.click(".toast button:has-text('Change')")
    page.locator("dialog.keep .check input").click()
    page.get_by_role("button", name="Done").click()
    page.wait_for_selector(".toast.shown:has-text('This picture is on no shortlist.')")
    assert page.locator(".hung [data-listed]").count() == 1
    page.locator(".hung a").first.click()
    page.locator("dialog.zoom img").wait_for()
    page.locator("dialog.zoom [data-do=favourite]").wait_for()
    page.keyboard.press("f")  # the same heart
    page.locator("dialog.zoom [data-do=favourite][aria-pressed=true]").wait_for()
    page.keyboard.press("Escape")
    shut(page)
    assert first.locator(".heart").get_attribute("aria-pressed") == "true"
    assert first.locator(".heart").get_attribute("title") == f"Take from your favourites, {names[1]}"
