"""The wall of Results in a real browser: thousands of pictures, few of them in the page, all acts by key and finger."""

import re
from itertools import pairwise

import pytest

from helpers.browser import (
    LISTENING,
    PHONE,
    Server,
    act,
    answered,
    event,
    hung,
    kinds,
    laid_out,
    no_wider,
    said,
    saved,
    say,
    shut,
    swipe,
    told,
)
from helpers.many import many

pytest_plugins = "helpers.webwall"

PICTURES = 3000
DESK = {"viewport": {"width": 1280, "height": 900}}
NODES = "document.getElementsByTagName('*').length"
HERE = "document.activeElement.closest('figure')?.dataset.item"
DARK = {"color_scheme": "dark"}
both = pytest.mark.parametrize("device", [DESK, PHONE | DARK], ids=["desk", "dark phone"])


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A server with a wall of three thousand pictures."""
    server = Server(many(tmp_path_factory.mktemp("large"), PICTURES)).start()
    yield server
    server.kill()


@pytest.fixture
def results(open_page, large):
    """Opens Results of somebody who has answered; no error of the page's may be in the console. returns: page, name"""
    faults = []

    def results(expected="", **device):
        page = open_page(**device)
        page.add_init_script(LISTENING)
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" and m.text != expected else None)
        name = answered(page, large, "/results/wall")
        hung(page)
        filled(page)
        return page, name

    yield results
    assert faults == []


def here(page):
    """The id of the picture with the focus."""
    return page.evaluate(HERE)


def filled(page):
    """The tiles of the place the page stands at are in it, and every one is there."""
    page.wait_for_function(
        """() => !document.querySelector('#wall .bare') && [...document.querySelectorAll('#wall figure')].some(f => {
           const {top, bottom} = f.getBoundingClientRect();
           return bottom > 0 && top < innerHeight;
        })"""
    )


def marked(large, name, kind):
    return [(j.items[0], j.value) for j in said(large, name)[0] if j.kind == kind]


@both
def test_thousands_of_pictures_are_walked_by_keys_and_few_are_in_the_page(results, device):
    page, _ = results(**device)
    page.keyboard.press("ArrowDown")
    most = page.evaluate(NODES)
    for key in ("ArrowRight", "PageDown", "PageDown", "ArrowDown", "End"):
        before = here(page)
        page.keyboard.press(key)
        assert here(page) != before, key
        most = max(most, page.evaluate(NODES))
    assert page.locator(":focus").get_attribute("aria-label").endswith(f"place {PICTURES}") or here(page)
    filled(page)
    page.locator(".wall .rank", has_text="3,000").wait_for()
    assert page.evaluate("innerHeight + scrollY >= document.body.scrollHeight - 250")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    assert page.evaluate("scrollY") == 0
    most = max(most, page.evaluate(NODES))
    assert most < 2000
    no_wider(page)


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_the_scrollbars_thumb_leads_anywhere_and_a_place_has_its_colour_at_once(results, width):
    page, _ = results(viewport={"width": width, "height": 1440 if width == 2560 else 800})
    no_wider(page)
    for share in (0.5, 0.9, 0.2):
        page.evaluate("share => scrollTo(0, share * document.body.scrollHeight)", share)
        laid_out(page)
        seen = page.evaluate(
            """[...document.querySelectorAll('#wall figure')].map(f => [f.getBoundingClientRect(),
               getComputedStyle(f.querySelector('.plate')).backgroundColor])
               .filter(([b]) => b.top < innerHeight && b.bottom > 0).map(([b, colour]) => [b.left, b.right, colour])"""
        )
        assert seen
        assert len({colour for *_, colour in seen}) > 1
        assert all(left >= 0 and right <= width for left, right, _ in seen)
        filled(page)
        assert page.evaluate(NODES) < 2000
        no_wider(page)


def test_pictures_hang_whole_in_rows_that_fill_the_wall(results):
    page, _ = results(**DESK)
    page.evaluate("scrollTo(0, 9000)")
    filled(page)
    boxes = page.wait_for_function(
        """() => !document.querySelector('#wall .bare') && [...document.querySelectorAll('#wall figure')].map(f => {
           const i = f.querySelector('img'), [b, p] = [f, i].map(e => e.getBoundingClientRect());
           return {top: b.top, left: b.left, right: b.right, picture: p.width / p.height,
                   whole: i.getAttribute('width') / i.getAttribute('height'),
                   words: f.querySelector('figcaption').getBoundingClientRect().bottom}
        })"""
    ).json_value()
    assert all(one["picture"] == pytest.approx(one["whole"], rel=0.01) for one in boxes)
    rows = {top: [one for one in boxes if one["top"] == top] for top in {one["top"] for one in boxes}}
    tops = sorted(rows)
    for top, after in pairwise(tops):
        assert max(one["words"] for one in rows[top]) < after
        assert max(one["right"] for one in rows[top]) == pytest.approx(
            1280 - min(one["left"] for one in rows[top]), abs=1.5
        )


@both
def test_keys_do_everything_and_the_database_has_it(results, large, device):
    page, name = results(**device)
    page.keyboard.press("ArrowRight")
    first = here(page)
    page.keyboard.press("f")
    page.keyboard.press("ArrowRight")
    second = here(page)
    page.keyboard.press("x")
    assert here(page) == second, "the focus stays"
    page.locator(f"figure.is-hidden[data-item='{second}']").wait_for()
    page.locator("#said button", has_text="Undo").click()
    assert here(page) == second, "the focus stays"
    saved(page)
    assert page.locator(".is-hidden").count() == 0
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("x")
    saved(page)
    assert marked(large, name, "favourite") == [(int(first), 1)]
    assert marked(large, name, "hide") == [(int(first), 1)]
    for _ in range(2):
        page.keyboard.press("u")
    saved(page)
    assert kinds(large, name) == ["rating"] * 11
    page.keyboard.press("u")
    told(page, "Nothing left to undo")
    page.keyboard.press("s")
    page.locator("dialog.keep[open] h2").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help[open]").is_visible()
    page.keyboard.press("Escape")
    assert here(page) == first
    page.keyboard.press("m")
    page.wait_for_url(f"**like={first}")


def test_a_closer_look_turns_by_keys_through_the_whole_wall_and_acts_there(results, large):
    page, name = results(**DESK, **DARK)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    filled(page)
    last = here(page)
    page.keyboard.press("z")
    words = page.locator("dialog.zoom .zoom-words p")
    assert re.match(r"\d\.\d\d, likely \d\.\d to \d\.\d · place 3,000", words.nth(1).inner_text())
    assert "EUR" in words.nth(2).inner_text()
    assert words.nth(0).locator("a").get_attribute("href").startswith("https://example.org/")
    page.keyboard.press("ArrowRight")
    words.filter(has_text="place 1").wait_for()
    page.keyboard.press("f")
    page.locator("dialog.zoom [data-do=favourite][aria-pressed=true]").wait_for()
    toast = page.locator("#said.shown")
    assert toast.bounding_box()["x"] < 20  # beside the picture, whose middle is free
    page.keyboard.press("ArrowLeft")
    words.filter(has_text="place 3,000").wait_for()
    assert toast.count() == 0  # it was said of the other picture
    page.locator("dialog.zoom [data-do=favourite][aria-pressed=false]").wait_for()
    page.wait_for_timeout(500)  # until a click is no longer taken for the one that opened it
    page.locator("dialog.zoom [data-do=hide]").click()
    page.locator("#said button", has_text="Undo").click()
    page.locator("dialog.zoom [data-do=hide][aria-pressed=false]").wait_for()
    assert page.locator("dialog.zoom[open]").is_visible()
    page.locator("dialog.zoom [data-do=hide]").click()
    for key, place in (("ArrowRight", "1"), ("ArrowLeft", "3,000")):  # the button that was pressed keeps the keys
        page.keyboard.press(key)
        words.filter(has_text=f"place {place}").wait_for()
    page.keyboard.press("Escape")
    saved(page)
    assert here(page) == last
    assert page.locator(f"figure.is-hidden[data-item='{last}']").count() == 1
    assert [value for _, value in marked(large, name, "favourite")] == [1]
    assert marked(large, name, "hide") == [(int(last), 1)]  # the first was taken back


def test_a_press_on_a_picture_that_comes_in_its_midst_opens_it(results):
    page, _ = results(**DESK)
    held = []
    page.route("**/tiles?*", lambda route: route.continue_() if held else held.append(route))
    page.evaluate("scrollTo(0, 9000)")
    while not held:
        page.wait_for_timeout(10)
    x, y, pressed = page.evaluate(
        """[...document.querySelectorAll('#wall .bare a.plate')]
           .map(a => [a.getBoundingClientRect(), a.closest('figure').dataset.item])
           .filter(([box]) => box.top > 0 && box.bottom < innerHeight)
           .map(([box, id]) => [box.right - 20, box.y + 20, id])[0]"""
    )
    page.mouse.move(x, y)
    page.mouse.down()
    held[0].continue_()
    page.locator(f"figure[data-item='{pressed}'] .over button").last.wait_for()  # where the mouse is
    page.mouse.up()
    page.locator(f"dialog.zoom img[src*='/pictures/{pressed}/']").wait_for()


def test_a_finger_opens_turns_and_leaves_a_closer_look(results):
    page, _ = results(**PHONE)
    filled(page)
    menus = page.locator("#wall .dots").evaluate_all(
        """(all) => all.map(one => {
           const figure = one.closest('figure');
           figure.style.width = '112px';  // as narrow as one may get
           return one.getBoundingClientRect().right - figure.getBoundingClientRect().right;
        })"""
    )
    assert menus
    assert max(menus) < 19  # of its button: its dots end 13 pixels before, a caption 6 after
    page.locator("#wall a.plate").nth(1).tap()
    words = page.locator("dialog.zoom .zoom-words p")
    words.filter(has_text="place 2").wait_for()
    swipe(page, "dialog.zoom img", -140, 6)
    words.filter(has_text="place 3").wait_for()
    swipe(page, "dialog.zoom img", 140, -6)
    words.filter(has_text="place 2").wait_for()
    page.wait_for_timeout(500)  # until a tap is no longer taken for the one that opened it
    page.locator("dialog.zoom img").tap()
    page.locator("dialog.zoom.full").wait_for()
    page.locator("dialog.zoom img").tap()
    page.locator("dialog.zoom:not(.full)").wait_for()
    swipe(page, "dialog.zoom img", 5, 160)
    page.locator("dialog.zoom[open]").wait_for(state="detached")
    no_wider(page)


def test_a_wall_that_waits_says_so_until_the_first_pictures_are_there(open_page, large):
    page, held = open_page(**DESK), []
    page.route("**/static/wall.js", lambda route: held.append(route))
    answered(page, large, "/people")
    page.goto(f"{large.url}/results/wall", wait_until="commit")
    sign = page.locator("#on-way", has_text="The pictures are on their way.").locator("span")
    sign.wait_for(timeout=10_000)
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    hung(page)
    assert page.locator("#on-way").count() == 0


@both
def test_two_to_four_pictures_are_chosen_and_seen_side_by_side(results, device):
    page, _ = results(**device)
    titles = [page.locator("#wall .title").nth(at).inner_text() for at in (0, 1, 2)]
    act(page, 0, "compare")
    page.locator(".tray", has_text="Compare another one").wait_for()
    page.locator("#spoken", has_text="1 of 4 to compare.").wait_for(state="attached")
    assert page.locator("#said.shown").count() == 0  # the tray says it, and covers enough
    number_out_of_view = """one => { one.textContent = 'Pierre-Auguste '.repeat(9);
        return one.parentNode.scrollWidth - one.parentNode.clientWidth }"""
    assert page.locator("#wall .title .cut").last.evaluate(number_out_of_view) < 2
    heart, caption = page.locator("#wall [data-do=favourite]").first, page.locator("#wall figcaption").first
    heart.focus()
    assert caption.evaluate("one => one.scrollLeft") == 0  # in line with its picture
    assert all(
        key.endswith(".wall") for key in page.evaluate("Object.keys(sessionStorage).filter(k => k.includes('compare'))")
    )
    act(page, 2, "compare")
    act(page, 1, "compare")
    page.locator(f".tray [title='Take away {titles[1]}']").click()
    page.locator(".tray a", has_text="Compare").click()
    page.wait_for_url("**/beside?*")
    assert page.locator(".same-height .title").all_inner_texts() == [titles[0], titles[2]]
    no_wider(page)
    page.go_back()
    hung(page)
    assert page.locator("#wall .is-chosen").count() == 2
    page.goto(page.url)
    hung(page)
    assert page.locator(".is-chosen, .tray").count() == 0, "they were compared"
    act(page, 0, "hide")
    saved(page)
    page.reload()
    hung(page)
    counted = page.locator("#hidden-count")
    assert counted.inner_text() == "1"
    act(page, 0, "hide")
    assert counted.inner_text() == "2"


def test_a_heart_says_whether_the_ranking_learns_from_it_and_covers_next_to_nothing(results, large):
    page, name = results(**PHONE)
    first, *others = page.locator("#wall figure").evaluate_all("all => all.slice(0, 9).map(one => +one.dataset.item)")
    say(page, large, [event("grid", [first, *others], picked=[first])])
    page.reload()
    hung(page)
    filled(page)
    page.locator("#wall figure[data-picked] [data-do=favourite]").tap()
    told(page, "Your ranking knows: you picked it.")
    assert page.locator("#said").bounding_box()["height"] < 32
    page.locator("#wall figure:not([data-picked]) [data-do=favourite]").first.tap()
    told(page, "Your ranking learns from it.")
    saved(page)
    assert len(marked(large, name, "favourite")) == 2
    page.evaluate("scrollTo(0, 900)")
    page.locator("#wall figure:not([data-picked]) [aria-pressed=false][data-do=favourite] >> visible=true").nth(1).tap()
    with page.expect_navigation():
        page.get_by_role("button", name="Show the new order").tap()
    hung(page)
    assert page.evaluate("scrollY") == 0
    assert len(marked(large, name, "favourite")) == 3
    assert page.locator("#wall figure .verdict").first.is_visible()
    figures = page.locator("#wall .rank, #wall .verdict b")
    assert all(one.is_visible() and one.inner_text() for one in figures.all()[:8]), "place and score, also on a phone"


def test_the_way_back_leads_to_the_same_place(results):
    page, _ = results(**DESK)
    page.evaluate("scrollTo(0, 60_000)")
    filled(page)
    there = page.wait_for_function(
        """() => { const {id, off} = history.state?.wall ?? {};
           const one = document.querySelector(`#wall [data-item='${id}']`);
           return one && Math.abs(one.getBoundingClientRect().top + off) < 1 && [id, Math.round(off)]; }"""
    ).json_value()  # this place is remembered
    page.goto(page.url.replace("/results", "/taste"))
    page.go_back()
    hung(page)
    filled(page)
    page.wait_for_function("() => scrollY > 50_000")
    top = page.evaluate("id => document.querySelector(`[data-item='${id}']`).getBoundingClientRect().top", there[0])
    assert top == pytest.approx(-there[1], abs=2)
    page.set_viewport_size({"width": 900, "height": 900})
    page.wait_for_function("() => document.querySelector('#wall').clientWidth < 900")
    page.locator(f"#wall [data-item='{there[0]}']").wait_for()
    page.goto(page.url + "?page=20")
    hung(page)
    page.wait_for_function("() => scrollY > 5000")


@both
def test_back_closes_an_open_picture_and_takes_nobody_off_the_page(results, large, device):
    page, _ = results(**device)
    page.goto(f"{large.url}/taste/wall")
    page.goto(f"{large.url}/results/wall")
    hung(page)
    page.evaluate("scrollTo(0, 9000)")
    filled(page)
    step, place = page.evaluate("history.length"), page.evaluate("scrollY")
    where = """[...document.querySelectorAll('#wall figure')].find(f => f.getBoundingClientRect().top > 100)"""
    open_it, closed = f"{where}.querySelector('a.plate').click()", page.locator("dialog.zoom:not([open])")
    picture = page.locator("dialog.zoom[open] img[src*='/pictures/']")
    for leave in (page.go_back, lambda: page.keyboard.press("Escape"), page.locator("dialog.zoom .zoom-back").click):
        page.evaluate(open_it)
        picture.wait_for()
        page.wait_for_timeout(500 if leave is not page.go_back else 0)  # until a click is another
        if leave is page.go_back:
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowLeft")
        leave()
        closed.wait_for(state="attached")
        shut(page)
        assert page.evaluate("scrollY") == place
        assert page.evaluate("history.length") == step + 1  # one step, however often
    page.go_forward()
    shut(page)
    page.evaluate(open_it)
    picture.wait_for()
    page.keyboard.press("?")
    page.locator("dialog#help[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    told(page, "1 of 4 to compare. Press Compare at another picture.")  # the tray lies below the closer look
    page.reload()
    hung(page)
    shut(page)
    filled(page)
    page.evaluate(open_it)
    picture.wait_for()
    page.keyboard.press("m")
    page.wait_for_url("**/results/wall?like=*")
    page.go_back()
    page.wait_for_url("**/results/wall")
    hung(page)
    shut(page)
    page.go_back()
    page.wait_for_url("**/taste/wall")


def test_what_the_server_does_not_take_is_said_and_kept(results, large):
    page, name = results("Failed to load resource: net::ERR_INTERNET_DISCONNECTED", **DESK)
    page.keyboard.press("ArrowRight")
    page.context.set_offline(True)
    page.keyboard.press("f")
    assert page.locator("figcaption [data-do=favourite][aria-pressed=true]").count() == 1
    told(page, "kept here, and saved when it is back")
    page.context.set_offline(False)
    saved(page)
    assert len(marked(large, name, "favourite")) == 1


def test_a_mark_that_is_refused_is_taken_back(results, large):
    page, name = results("Failed to load resource: the server responded with a status of 404 (Not Found)", **DESK)
    page.route("**/answers", lambda route: route.fulfill(status=404, json={"error": "There is no such picture."}))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    told(page, "Not saved: There is no such picture.")
    assert page.locator(".is-hidden").count() == 0
    assert marked(large, name, "hide") == []


def test_what_no_browser_can_draw_on_one_page_goes_on_on_another(results, large):
    page, _ = results(**DESK)
    page.route(
        "**/wall.js",
        lambda route: route.fulfill(body=route.fetch().text().replace("17e6", "17e4"), content_type="text/javascript"),
    )
    page.goto(page.url)
    page.wait_for_function("() => /1 to \\d,\\d+ of 3,000/.test(document.getElementById('upto').textContent)")
    last = int(re.search(r"1 to (\d,\d+) of 3,000", page.inner_text("#upto"))[1].replace(",", ""))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.locator("figure:not(.bare) .rank", has_text=f"{last:,}").wait_for()
    page.click("#more")
    page.wait_for_url(f"**page={last // 60 + 1}")
    page.locator("figure:not(.bare) .rank", has_text=re.compile(f"^{last // 60 * 60 + 1:,}$")).wait_for()
    page.wait_for_function("() => /of 3,000/.test(document.getElementById('upto').textContent)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.locator("figure:not(.bare) .rank", has_text="3,000").wait_for()
    assert page.locator("#more >> visible=true").count() == 0


def test_reasons_are_within_their_cards_and_paper_takes_what_hangs_on_the_screen(results):
    page, _ = results(**DESK)
    filled(page)
    within = "(e) => e.getBoundingClientRect().right <= e.closest('figure').getBoundingClientRect().right + 8"
    assert page.locator("#wall .why").evaluate_all(f"(all) => all.length > 0 && all.every({within})")
    high = "document.getElementById('wall').offsetHeight"
    on_screen = page.evaluate(high)
    page.emulate_media(media="print")
    assert page.evaluate(high) < on_screen / 10
    assert not page.locator(".bar").is_visible()


@pytest.mark.parametrize("width", [360, 820])
def test_a_place_of_four_digits_is_whole_and_on_one_line(open_page, server, width):
    page = open_page(**PHONE | {"viewport": {"width": width, "height": 844}})
    answered(page, server, "/results/wall?sort=surprise")
    page.locator("#wall.hung figure:not(.bare) .rank").first.wait_for()
    cut = page.locator("#wall figure:not(.bare) .rank").evaluate_all("""all => all.filter((rank) => {
      rank.textContent = "1,749";
      const tile = rank.closest("figure").getBoundingClientRect();
      const beyond = [...rank.parentNode.children].some((one) => one.getBoundingClientRect().right > tile.right + 12);
      return beyond || rank.scrollWidth > rank.clientWidth || rank.getClientRects()[0].height > 26;
    }).length""")
    assert cut == 0
