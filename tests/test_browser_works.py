"""A buyer in a real Chromium: limits typed into the filter, what is apart, and two pictures said to show one work."""

import pytest

from beholder.collection import Library
from beholder.config import Settings
from beholder.types import Judgement
from helpers.browser import PHONE, no_wider
from helpers.shop import ADS, open_shop, painting

pytest_plugins = "helpers.webwall"


@pytest.fixture(scope="module")
def hung(tmp_path_factory):
    """In place of the wall, a shop and a folder with three files of one painting, which Ada has rated."""
    home = tmp_path_factory.mktemp("hung")
    library = Library(home, config=Settings(home=home, threads=1))
    open_shop(library, home / "pages", ("Ada",))
    folder = home / "pictures"
    folder.mkdir()
    for seed in range(6):
        painting(seed).save(folder / f"{seed}.png")
    for name, quality in (("again", 92), ("once more", 80)):
        painting(0).save(folder / f"{name}.jpg", quality=quality)
    library.import_source(folder, "art")
    art, ada = library.collection("art"), library.store.person("Ada")
    said = [
        Judgement("rating", (item.id,), f"told-{time}-{item.id}", value=1.0 + item.id % 9)
        for item in art.items
        for time in (1, 2)
    ]
    library.store.record(ada.id, art.row.id, said)
    library.close()
    return home


def results(open_page, server, collection="shop", **device):
    page = open_page(**device)
    page.goto(f"{server.url}/people")
    page.locator("button:has-text('Ada')").first.click()
    page.wait_for_url(f"{server.url}/")
    page.goto(f"{server.url}/results/{collection}")
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
    assert headings == ["Price or width not known", "Sold, reserved or no longer listed"]
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


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
def test_who_hides_a_picture_is_asked_about_its_other_files_and_takes_either_back(open_page, server, device):
    page = results(open_page, server, "art", **device)

    def hidden() -> list[str]:
        return sorted(page.locator("#wall figure.is-hidden .title").all_inner_texts())

    def hide(title: str) -> None:
        figure = page.locator("#wall figure", has=page.locator(f".title:text-is('{title}')"))
        if device:
            figure.locator("[data-do=menu]").tap()
            page.locator("dialog.sheet [data-do=hide]").tap()
        else:
            figure.locator("a.plate").focus()
            page.keyboard.press("x")

    page.wait_for_selector("#wall.hung")
    hide("1")
    page.wait_for_selector(".toast.shown:has-text('Hidden.')")
    page.locator(".toast button", has_text="Undo").click()
    hide("again")
    others = page.locator(".toast button", has_text="Hide its 2 other files too")
    others.wait_for()
    no_wider(page)
    assert hidden() == ["again"], "nothing is hidden unasked"
    others.click()
    page.wait_for_selector(".toast.shown:has-text('All its files are hidden.')")
    assert hidden() == ["0", "again", "once more"]
    page.locator(".toast button", has_text="Undo").click()
    assert hidden() == ["again"]
    page.keyboard.press("u")
    assert hidden() == []
    page.wait_for_function("() => document.querySelector('.saved').dataset.state === 'saved'")
    page.reload()
    page.wait_for_selector("#wall.hung")
    assert page.locator("#wall figure").count() == 8
