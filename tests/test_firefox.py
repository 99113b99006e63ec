"""Every page of the app in Firefox: no error in its console, no wider than the window, its pictures there."""

import pytest

from helpers.firefox import firefox  # noqa: F401
from test_browser_every_page import PAGES, gallery  # noqa: F401

pytest_plugins = "helpers.webwall"
WIDTHS = (1280, 500)  # a window of Firefox cannot be narrower


@pytest.fixture
def visit(firefox, gallery):  # noqa: F811
    """Opens an address as Ada; fails where the console has an error afterwards."""
    server, made = gallery
    firefox.goto(f"{server.url}/people")
    firefox.run("[...document.querySelectorAll('button.person')].find(b => b.textContent.includes('Ada')).click()")
    firefox.until("location.pathname === '/'")
    firefox.errors(server.url)

    def visit(address):
        firefox.goto(server.url + address.format(**made))
        return firefox

    yield visit
    assert firefox.errors(server.url) == []


@pytest.mark.parametrize("address", [one for one in PAGES if " " not in one])
def test_a_page_is_whole_in_firefox(visit, address):
    browser = visit(address)
    browser.until("!document.querySelector('#label') || document.querySelector('#wall img')")
    assert browser.run("return document.querySelector('main').innerText.trim().length") > 10
    for width in WIDTHS:
        browser.wide(width)
        browser.until("document.documentElement.scrollWidth <= innerWidth")
        browser.until(
            """[...document.images].filter(i => i.checkVisibility() && i.getBoundingClientRect().top < innerHeight &&
               i.getBoundingClientRect().bottom > 0 && i.getBoundingClientRect().left < innerWidth)
               .every(i => i.complete && i.naturalWidth)"""
        )


@pytest.mark.parametrize("width", WIDTHS)
def test_questions_are_answered_with_keys_and_kept(visit, width):
    browser = visit("/label/wall?mode=pairs")
    browser.wide(width)
    asked = "document.getElementById('label').dataset.question"
    for key in ("\ue012", "\ue014", "\ue015"):  # the left, the right, both the same
        browser.until(f"{asked} && document.querySelector('#wall img')")
        before = browser.run(f"return {asked}")
        browser.press(key)
        browser.until(f"{asked} !== arguments[0]", before)
    browser.until("document.querySelector('.saved[data-state=saved]')")


def test_the_wall_is_walked_with_keys_and_a_heart_is_kept(visit):
    browser = visit("/results/wall")
    browser.wide(1280)
    browser.until("document.querySelector('#wall.hung figure')")
    browser.press("\ue014")
    browser.until("document.activeElement.closest('#wall figure')")
    browser.press("f")
    browser.until("document.activeElement.closest('figure').querySelector('[data-do=favourite][aria-pressed=true]')")
    browser.until("document.querySelector('.saved[data-state=saved]')")
