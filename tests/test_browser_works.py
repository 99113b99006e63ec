"""A buyer in a real Chromium: limits typed into the filter, what is apart, and two pictures said to show one work."""

import pytest

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import PHONE, no_wider
from helpers.shop import ADS, open_shop

pytest_plugins = "helpers.webwall"


@pytest.fixture(scope="module")
def hung(tmp_path_factory):
    """In place of the wall, a shop, which Ada has rated."""
    home = tmp_path_factory.mktemp("hung")
    library = Library(home, config=Settings(home=home, threads=1))
    open_shop(library, home / "pages", ("Ada",))
    library.close()
    return home


def results(open_page, server, **device):
    page = open_page(**device)
    page.goto(f"{server.url}/people")
    page.locator("button:has-text('Ada')").first.click()
    page.wait_for_url(f"{server.url}/")
    page.goto(f"{server.url}/results/shop")
    return page


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
def test_limits_typed_into_the_filter_leave_what_fits_and_put_the_rest_apart(open_page, server, device):
    page = results(open_page, server, **device)
    page.click(".filter-box summary")
    page.fill("input[name=max_price]", "2000")
    page.fill("input[name=max_width]", "90")
    page.keyboard.press("Enter")
    page.wait_for_url("**max_price=2000*")
    assert "min_price" not in page.url, "fields that say nothing stay out of the address"
    fits = page.locator("#wall .title").all_inner_texts()
    assert sorted(fits) == ["Havet igen, 60x80 cm", "Skov, 60x80 cm"]
    headings = [text.rsplit(" ", 1)[0] for text in page.locator(".apart > h2").all_inner_texts()]
    assert headings == ["Price or size not known", "Sold, reserved or no longer listed"]
    no_wider(page)
    page.locator(".apart a.plate").first.click()
    page.wait_for_selector("dialog.zoom[open]")
    page.keyboard.press("Escape")
    page.click(".filter-box summary")
    page.check("input[name=hide_sold]")
    page.click(".panel-end button")
    page.wait_for_url("**hide_sold=1*")
    assert page.locator(".apart > h2").count() == 1


def test_a_person_says_that_two_pictures_show_one_work_and_takes_it_back(open_page, server):
    page = results(open_page, server)
    assert page.locator("#wall figure").count() == len(ADS) - 1
    page.click(".same-card button:has-text('The same work')")
    page.wait_for_selector(".same-card", state="detached")
    page.wait_for_function("n => document.querySelectorAll('#wall figure').length === n", arg=len(ADS) - 2)
    page.goto(f"{server.url}/same/shop")
    assert page.locator(".same-work").count() == 2
    page.locator(".same-work:has-text('Skov') button, .same-work:has-text('Sne') button").first.click()
    page.wait_for_function("() => document.querySelectorAll('.same-work').length === 1")
    page.goto(f"{server.url}/results/shop")
    assert page.locator("#wall figure").count() == len(ADS) - 1
