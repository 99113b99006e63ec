"""Views of Results in a real Chromium: groups, on a desk and on a phone, light and dark."""

import pytest

from helpers.browser import PHONE, no_wider, press, saved, start

pytest_plugins = "helpers.webwall"

DESK = {"viewport": {"width": 1280, "height": 800}}


def answered(page, server, to):
    """Somebody who has answered ten questions comes to this page."""
    start(page, server, to="/label/wall?mode=rating")
    press(page, *"9182736455")
    saved(page)
    page.goto(f"{server.url}{to}")


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_kinds_are_rows_of_pictures_that_lead_to_all_of_a_kind(open_page, server, options, scheme):
    page = open_page(**options, color_scheme=scheme)
    answered(page, server, "/results/wall")
    page.click(".view-switch summary")
    page.click(".view-switch a:has-text('Kinds')")
    page.wait_for_url(f"{server.url}/kinds/wall")
    assert page.locator(".group img").first.bounding_box()["y"] < 300
    no_wider(page)
    page.locator(".group a[data-zoom]").first.click()
    page.wait_for_selector("dialog.zoom[open] .zoom-words p")
    page.keyboard.press("Escape")
    page.locator(".group h2 a").first.click()
    name = page.inner_text(".group-name")
    assert page.locator("#wall figure").count() >= 1
    page.go_back()
    assert page.locator(".group h2").first.inner_text() == name


def test_the_bar_holds_the_switch_at_every_width(open_page, server):
    page = open_page(viewport={"width": 1280, "height": 800})
    answered(page, server, "/results/wall")
    for width in (320, 390, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        no_wider(page)
        for one in page.locator(".slim > * >> visible=true").all():
            box = one.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.locator(".seek").bounding_box()["width"] >= 60, width
