"""The filter in a real Chromium: several values, bars, counts at once, wide and on a phone, light and dark."""

import pytest

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import PHONE, answered, hang, no_wider

pytest_plugins = "helpers.webwall"


@pytest.fixture(scope="module")
def hung(tmp_path_factory):
    """A wall of which more is known: of three in four a year, of two in three a size."""
    home = tmp_path_factory.mktemp("hung")
    folder = hang(home / "pictures", 60)
    lines = ["item,file,title,artist,style,price,year,size"]
    for i in range(60):
        year = 1800 + 2 * i if i % 4 else ""
        size = f"w {30 + i} x h {90 - i} cm" if i % 3 else ""
        style = ("Baroque", "Cubism", "")[i % 3]
        lines.append(f"p{i},{i:03}.png,Study {i},Painter {i % 30:02},{style},{100 + 20 * i} DKK,{year},{size}")
    (folder / "items.csv").write_text("\n".join(lines) + "\n")
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(folder, "wall")
    library.close()
    return home


@pytest.mark.parametrize(("sought", "most"), [("study", 225), ("study zeppelin submarine balloon", 275)])
def test_on_a_phone_pictures_begin_soon_below_what_is_said_of_a_search(open_page, server, sought, most):
    page = open_page(**PHONE)
    answered(page, server, f"/results/wall?q={sought}")
    page.wait_for_selector("#wall.hung figure")
    assert page.locator("#wall figure").first.bounding_box()["y"] < most
    last = page.locator(".slim details").last.bounding_box()
    assert last["x"] + last["width"] <= page.locator(".only-new").bounding_box()["x"] or sought == "study"
    no_wider(page)


@pytest.mark.parametrize(
    "device", [{}, PHONE, PHONE | {"viewport": {"width": 360, "height": 740}}], ids=["wide", "phone", "small"]
)
def test_price_and_size_are_read_whole_in_every_tile_and_its_reason_stays(open_page, server, device):
    page = open_page(**device)
    answered(page, server, "/results/wall")
    page.wait_for_selector("#wall.hung .size", state="attached")  # on a phone there is room for the price alone
    cut = page.evaluate("""() => [...document.querySelectorAll("#wall figure:has(.size)")].flatMap((figure) => {
        const [caption, byline, reason] = ["figcaption", ".byline", ".why, .found"].map((s) => figure.querySelector(s));
        figure.querySelector(".artist").textContent = "Henri de Toulouse-Lautrec";
        figure.querySelector(".price").lastChild.textContent = "112.000,00 kr.";
        const said = reason?.querySelector("span") ?? reason;
        if (said) said.textContent = "blue and quiet, as many of those that you liked, and far from all of the rest";
        const box = (one) => one.getBoundingClientRect();
        const cut = [...figure.querySelectorAll(".price, .size")].filter((one) =>
          one.scrollWidth > one.clientWidth || box(one).bottom > box(byline).bottom + 1);
        if (reason && box(reason).left > box(caption).right) cut.push(reason);
        return cut.map((one) => [one.className, one.innerText, box(caption).width]);
    })""")
    assert cut == []
    no_wider(page)


@pytest.mark.parametrize("device", [{}, PHONE | {"color_scheme": "dark"}], ids=["wide", "dark phone"])
def test_values_and_ranges_are_chosen_and_counted_at_once(open_page, server, device):
    page = open_page(**device)
    answered(page, server, "/results/wall")
    search = page.get_by_role("searchbox", name="Search")
    search.fill("study of a quiet room")
    assert search.evaluate("e => e.scrollWidth <= e.clientWidth"), "all that was typed is read"
    no_wider(page)
    search.fill("")
    page.click(".filter-box summary")
    assert page.locator("svg.bars").count() == 4
    assert page.locator(".range", has_text="Year").locator(".ends").inner_text().split("\n")[1] == "15 not known"
    box = page.locator("svg.bars").first.bounding_box()
    assert box["width"] > 150
    no_wider(page)
    artist = page.locator(".facet", has_text="Artist")
    assert artist.locator(".choices").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert artist.locator(".choices label").count() == 12
    below = artist.locator(".choices").bounding_box()
    more = artist.get_by_role("button", name="Show all 30")
    assert more.bounding_box()["y"] >= below["y"] + below["height"]
    ends = artist.locator(".choices label").evaluate_all("a => a.map((e) => e.getBoundingClientRect().bottom)")
    assert max(ends) <= below["y"] + below["height"] + 1, "no value is cut"
    more.click()
    artist.locator(".choices label").nth(29).wait_for()
    artist.get_by_role("button", name="Show fewer").click()
    artist.locator(".choices label").nth(12).wait_for(state="detached")
    artist.locator(".find").fill("PÁINTER 29")
    artist.locator("label").nth(1).wait_for(state="detached")
    assert artist.locator("label:visible").all_inner_texts() == ["Painter 29\n2"]
    artist.locator("input[type=checkbox]:visible").check()
    page.wait_for_selector(".panel-end button:has-text('Show 2 pictures')")
    assert artist.locator(".find").input_value() == "PÁINTER 29", "what was typed stays, and the list as it was"
    artist.locator(".find").fill("")
    artist.locator("label").nth(1).wait_for()
    page.get_by_label("Painter 02 ", exact=False).first.check()
    page.wait_for_selector(".panel-end button:has-text('Show 4 pictures')")
    style = page.locator(".facet", has_text="Style")
    style.locator("summary").click()
    with page.expect_response("**part=filter*"):  # the count stays as it was
        style.get_by_text("not known").click()
    page.wait_for_selector(".panel-end button:has-text('Show 4 pictures')")
    assert style.get_attribute("open") is not None
    page.fill("input[name=max_price]", "7")
    page.wait_for_selector(".panel-end button:has-text('Show 0 pictures')")
    page.locator("input[name=max_price]").press_sequentially("00")
    page.wait_for_selector(".panel-end button:has-text('Show 2 pictures')")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.wait_for_selector(".panel-end button:has-text('Show 2 pictures')")
    assert page.evaluate("document.activeElement.name + document.activeElement.value") == "min_width2", (
        "what is typed stays"
    )
    page.keyboard.press("Backspace")
    page.click(".panel-end button")
    page.wait_for_url("**max_price=700*")
    assert page.locator("#wall figure").count() == 2
    assert "2 pictures of 60 · up to 700 DKK" in page.inner_text(".lines")
    page.select_option("select[name=sort]", "price-high")
    page.wait_for_url("**sort=price-high*")
    assert "max_price=700" in page.url
    no_wider(page)
    page.click(".filter-box summary")
    page.click(".panel-end a:has-text('Clear')")
    page.wait_for_url("**/results/wall?sort=price-high")
    assert page.locator("#wall .title").first.inner_text() == "Study 59"
    page.get_by_label("Only new to you 49").check()
    page.wait_for_url("**new=1*")
    page.wait_for_selector("#wall.hung")
    assert page.locator(".filter-box .used").count() == 0
    assert "Study 1" not in page.locator("#wall .title").all_inner_texts(), "it was rated"
    no_wider(page)


def test_a_press_and_what_is_typed_are_kept_when_the_count_arrives_in_their_midst(open_page, server):
    page = open_page()
    answered(page, server, "/results/wall")
    page.click(".filter-box summary")
    held = []
    page.route("**part=filter*", lambda route: held.append(route))

    def arrives(shown):
        while held or not page.locator(f".panel-end button:text-is('Show {shown}')").is_visible():
            if held:
                held.pop(0).continue_()
            page.wait_for_timeout(10)

    def press_down(place):
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
        page.mouse.down()

    page.get_by_label("Painter 02 ", exact=False).check()
    press_down(page.locator(".choices label:has-text('Painter 03')"))
    arrives("2 pictures")
    page.mouse.up()
    assert page.get_by_label("Painter 03 ", exact=False).is_checked()
    arrives("4 pictures")
    page.fill("input[name=max_price]", "700")
    for key in ("Tab", "Tab", "4", "ArrowLeft"):
        page.keyboard.press(key)
    arrives("0 pictures")
    page.keyboard.press("3")
    assert page.evaluate("document.activeElement.name + document.activeElement.value") == "max_width34"
    press_down(page.locator(".panel-end button"))
    arrives("1 picture")
    page.mouse.up()
    page.wait_for_url("**max_price=700*")
    assert "1 picture of 60" in page.inner_text(".lines")


@pytest.mark.parametrize("device", [{}, PHONE | {"color_scheme": "dark"}], ids=["wide", "dark phone"])
def test_what_is_not_understood_is_said_at_its_field_and_enter_stays_on_the_page(open_page, server, device):
    page = open_page(**device)
    answered(page, server, "/results/wall")
    page.click(".filter-box summary")
    page.fill("input[name=max_width]", "40")
    page.wait_for_selector(".panel-end button:has-text('Show 7 pictures')")
    page.fill("input[name=max_price]", "cheap")
    page.keyboard.press("Enter")  # sooner than it is counted
    fault = page.locator("#fault-price")
    fault.filter(has_text="Price to “cheap” is not understood: a price is a number of DKK, as 2000.").wait_for()
    assert page.locator(".panel-end button").inner_text() == "Show pictures"
    page.wait_for_function("document.activeElement.name === 'max_price'")
    page.keyboard.press("Enter")
    page.fill("input[name=min_price]", "-5")
    fault.filter(has_text="Price from “-5” is not understood").wait_for()
    page.fill("input[name=min_price]", "3,000")
    page.fill("input[name=max_price]", "500")
    fault.filter(has_text="Price from “3,000” to “500”: from is more than to.").wait_for()
    assert page.locator("[aria-invalid]").count() == 2
    no_wider(page)
    page.locator(".panel-end button").click()
    assert page.locator("input[name=max_width]").input_value() == "40"
    assert page.url == f"{server.url}/results/wall"
    page.fill("input[name=min_price]", "")
    page.keyboard.press("Enter")
    page.wait_for_url("**max_price=500*")
    assert "up to 500 DKK, at most 40 cm wide" in page.inner_text(".lines")


def test_without_a_script_what_is_not_understood_is_left_out_and_stays_in_its_field(open_page, engine, server):
    page = open_page()
    answered(page, server, "/results/wall")
    plain = engine.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(f"{server.url}/results/wall")
    plain.click(".filter-box summary")
    plain.fill("input[name=max_price]", "cheap")
    plain.fill("input[name=max_width]", "40")
    with plain.expect_navigation():
        plain.click(".panel-end button")
    assert "Price to “cheap” is not understood" in plain.inner_text(".noted")
    assert "at most 40 cm wide" in plain.inner_text(".lines")
    assert plain.locator("#wall figure").count() == 7
    assert plain.locator("input[name=max_price]").input_value() == "cheap"
    plain.context.close()


def test_a_filter_works_without_a_script(open_page, engine, server):
    page = open_page()
    answered(page, server, "/results/wall")
    plain = engine.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(f"{server.url}/results/wall")
    plain.click(".filter-box summary")
    assert plain.get_by_label("Painter 28").count() == 0
    plain.get_by_label("Find in artist").fill("painter 28")
    with plain.expect_navigation():
        plain.click(".panel-end button")
    plain.click(".filter-box summary")
    plain.get_by_label("Painter 28").check()
    plain.fill("input[name=min_year]", "1850")
    plain.select_option("select[name=sort]", "newest")
    with plain.expect_navigation():
        plain.click(".panel-end button")
    assert plain.locator("#wall .title").all_inner_texts() == ["Study 58"]
    assert plain.locator(".apart h2").inner_text().startswith("Year not known")
    plain.context.close()
