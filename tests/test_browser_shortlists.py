"""Shortlists in a real browser: kept from Results, noted, moved, looked at side by side and decided."""

import re
from itertools import pairwise

import pytest

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import PHONE, act, answered, enter, kinds, no_wider, saved

pytest_plugins = "helpers.webwall"


def drag(page, grip, to, right=False):
    """With the mouse, from a grip to the left or the right half of an entry."""
    start, end = grip.bounding_box(), to.bounding_box()
    page.mouse.move(start["x"] + 9, start["y"] + 9)
    page.mouse.down()
    page.mouse.move(end["x"] + (end["width"] - 9 if right else 9), end["y"] + end["height"] / 2, steps=9)
    page.mouse.up()


def test_one_press_is_enough_in_another_browser_too_and_a_picture_on_no_shortlist_is_told(open_page, server):
    page = open_page(viewport={"width": 1280, "height": 900})
    answered(page, server, "/results/wall")
    act(page, 0, "keep")
    page.locator("dialog.keep .main", has_text="Create").wait_for()
    page.locator("dialog.keep button", has_text="Done").click()
    page.locator("#said.shown", has_text="This picture is on no shortlist.").wait_for()
    act(page, 0, "keep")
    page.fill("dialog.keep input[maxlength]", "Boats")
    page.locator("dialog.keep .main").click()
    page.locator(".wall figure[data-listed='On shortlist Boats']").wait_for()
    page.evaluate("localStorage.clear()")
    page.reload()
    act(page, 1, "keep")
    page.locator("#said.shown", has_text="On “Boats”.").wait_for()
    assert page.locator("dialog.keep[open]").count() == 0
    page.locator(".wall a.plate").nth(2).click()  # the same by its key in the closer look
    page.keyboard.press("s")
    page.locator("dialog.zoom #said.shown", has_text="On “Boats”.").wait_for()
    page.keyboard.press("s")
    page.locator("dialog.keep li input:checked").wait_for()


def reasons_of(page, figures):
    """Title -> the reason that stands under it, "" where there is none."""
    words = "all => all.map(one => ['.title', '.why'].map(part => one.querySelector(part)?.textContent.trim() ?? ''))"
    return dict(page.locator(figures).evaluate_all(words))


DARK_PHONE = PHONE | {"color_scheme": "dark"}


@pytest.mark.parametrize("device", [{"viewport": {"width": 1280, "height": 900}}, DARK_PHONE], ids=["desk", "phone"])
def test_pictures_are_kept_noted_moved_and_decided(open_page, server, device):
    page = open_page(**device)
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    name = answered(page, server, "/results/wall")
    page.locator(".wall figure").nth(2).wait_for()
    reasons = reasons_of(page, ".wall figure")
    act(page, 0, "keep")
    page.fill("dialog.keep input[maxlength]", "Hall")
    page.keyboard.press("Enter")
    page.locator("dialog.keep li a").wait_for()
    page.keyboard.press("Escape")
    listed = page.locator(".wall figure[data-listed='On shortlist Hall']")
    for at in (1, 2):  # one press each, on the one used last
        act(page, at, "keep")
        page.locator("#said.shown", has_text="On “Hall”.").wait_for()
        listed.nth(at).wait_for()
    assert page.locator("dialog.keep[open]").count() == 0
    held = []
    page.route("**/api/shortlists?item=*", lambda route: held.append(route))
    page.locator("#said button", has_text="Change").click()
    name_of_another = page.locator("dialog.keep input[maxlength]")
    name_of_another.fill("Stairs")
    while not held:
        page.wait_for_timeout(10)
    page.unroute_all(behavior="ignoreErrors")  # those that there are come while one types
    page.locator("dialog.keep li input:checked").wait_for()
    assert name_of_another.evaluate("one => one === document.activeElement")
    page.keyboard.press("Escape")
    act(page, 2, "keep")  # on one already: nothing is put anywhere
    page.locator("dialog.keep li input:checked").wait_for()
    page.keyboard.press("Escape")
    assert listed.count() == 3
    page.locator(".wall .dots").first.evaluate("one => one.click()")
    page.locator("dialog.sheet [data-do=keep]", has_text="On shortlist Hall").wait_for()
    if device is not DARK_PHONE:
        tile, sheet = page.locator(".wall figure").first.bounding_box(), page.locator("dialog.sheet").bounding_box()
        assert 0 < sheet["x"] - tile["x"] - tile["width"] < 20  # beside its picture
    page.keyboard.press("Escape")
    page.goto(f"{server.url}/shortlists")
    page.locator(".lists a").click()
    page.locator("#list > li").nth(2).wait_for()
    titles = [one.get_attribute("data-title") for one in page.locator("#list > li").all()]
    page.locator("[data-note]").first.fill("ask for the frame")
    page.locator("#said", has_text="Note saved").wait_for()
    page.locator("[data-grip]").last.press("ArrowUp")
    page.locator("#said", has_text="Order saved").wait_for()
    page.reload()
    moved = [one.get_attribute("data-title") for one in page.locator("#list > li").all()]
    assert moved == [titles[0], titles[2], titles[1]]
    assert page.locator("[data-note]").first.input_value() == "ask for the frame"
    no_wider(page)
    page.locator("summary", has_text="Sort").click()
    no_wider(page)
    page.get_by_role("button", name="Best first").click()
    page.locator("#said", has_text="sorted: best first").wait_for()
    by_taste = [float(score) for score in page.locator("#list .list-score").all_inner_texts()]
    assert by_taste == sorted(by_taste, reverse=True)
    page.locator("[data-back]", has_text="Undo").click()
    page.wait_for_url(re.compile(r"/shortlists/\d+$"))
    assert [one.get_attribute("data-title") for one in page.locator("#list > li").all()] == moved
    page.locator("#list a.plate").first.click()
    page.locator("dialog.zoom .zoom-words p", has_text="ask for the frame").wait_for()
    assert "medium" in page.locator("dialog.zoom .facts").inner_text()
    page.keyboard.press("Escape")
    page.locator("[data-off]").first.click()
    page.locator("#said", has_text=f"{titles[0]} is off").wait_for()
    no_wider(page)
    page.keyboard.press("u")
    page.locator("[data-back]").wait_for(state="detached")
    page.wait_for_load_state()
    assert [one.get_attribute("data-title") for one in page.locator("#list > li").all()] == moved
    assert page.locator("[data-note]").first.input_value() == "ask for the frame"
    page.set_viewport_size(device["viewport"] | {"height": 480})  # there is something to scroll
    for way in ("down", "up"):
        page.evaluate("document.getElementById('said').textContent = ''")
        arrow = page.locator(f"#list [data-title='{moved[0]}'] [data-{way}]")
        high = "one => { const at = () => one.getBoundingClientRect().top, was = at(); one.click(); return at() - was }"
        assert abs(arrow.evaluate(high)) < 2  # the page does not jump
        page.locator("#said", has_text="Order saved").wait_for()
    assert [one.get_attribute("data-title") for one in page.locator("#list > li").all()] == moved
    page.set_viewport_size(device["viewport"])
    if device is DARK_PHONE:
        rows = [one.bounding_box()["height"] for one in page.locator("#list > li").all()]
        assert max(rows) < 844 / 5  # several are in view
    page.evaluate("document.getElementById('said').textContent = ''")
    page.locator("[data-top]").last.click()
    page.locator("#said", has_text="Order saved").wait_for()
    moved = [moved[2], *moved[:2]]
    page.reload()
    assert [one.get_attribute("data-title") for one in page.locator("#list > li").all()] == moved
    if device is not DARK_PHONE:
        page.evaluate("document.getElementById('said').textContent = ''")
        drag(page, page.locator("[data-grip]").last, page.locator("#list > li").first)
        page.locator("#said", has_text="Order saved").wait_for()
        page.reload()
        assert page.locator("#list > li").first.get_attribute("data-title") == moved[2]
        drag(page, page.locator("[data-grip]").first, page.locator("#list > li").last, right=True)
        page.locator("#said", has_text="Order saved").wait_for()
        page.reload()
    page.locator("#beside").click()
    page.locator(".same-height figure").nth(2).wait_for()
    page.wait_for_load_state()  # styles included
    hung = page.locator(".same-height > figure > a img")
    high = hung.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    if device is DARK_PHONE:  # below each other, as large as two have room on one screen
        boxes = [one.bounding_box() for one in hung.all()]
        assert all(one["width"] > 0.85 * 390 or one["height"] > 0.37 * 844 for one in boxes)
        assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
        assert all(b["y"] + b["height"] - a["y"] < 844 for a, b in pairwise(boxes))
    else:
        assert max(high) - min(high) < 2
    assert [one.inner_text() for one in page.locator(".same-height .title").all()] == [
        one.get_attribute("alt") for one in hung.all()
    ]
    assert page.locator(".same-height .verdict").count() == 3
    assert reasons_of(page, ".same-height figure").items() <= reasons.items()
    page.locator("[data-keep]").last.click()
    assert page.locator("dialog.keep .soft").inner_text() == page.locator(".same-height .title").last.inner_text()
    page.locator("dialog.keep input[type=checkbox]:checked").wait_for()  # on the list that it was reached from
    page.keyboard.press("Escape")
    no_wider(page)
    page.go_back()
    page.locator("a", has_text="Decide").click()
    page.locator(".pair img").nth(1).wait_for()
    assert page.inner_text("#round") == "2 to go"
    assert page.get_by_label("My choices here also teach my ranking").is_checked()
    scores = page.locator("#all > li").evaluate_all("all => all.map(one => Number(one.dataset.score))")  # before it
    page.keyboard.press("ArrowRight")
    assert not page.get_by_label("My choices here").is_visible()
    assert page.locator(".bar .name").is_visible()
    page.reload()  # left half way, it goes on there
    page.locator("#round", has_text="the final").wait_for()
    page.keyboard.press("u")
    page.locator("#round", has_text="2 to go").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("#round", has_text="the final").wait_for()
    stood = page.locator("#all > li").evaluate_all("all => all.map(one => Number(one.dataset.item))")
    with page.expect_response("**/order"):
        page.keyboard.press("ArrowRight")
        page.locator(".chosen").wait_for()
    won = scores[-1]
    said = "Your ranking had it first, too." if won == max(scores) else "Your ranking had"
    outcome = page.locator(".outcome").inner_text()
    assert outcome.startswith("It stands first on the shortlist.")
    assert (said in outcome) == bool(won)
    name_of_it, others = page.locator(".chosen h2").inner_text(), page.locator(".also li > span").all_inner_texts()
    assert sorted([name_of_it, *others]) == sorted(moved), "the winner, and then the others in their order"
    assert page.locator(".also").get_attribute("start") == "2"
    if device is DARK_PHONE:  # the picture is large, and its name is in view below it
        best, words = page.locator(".chosen figure img").bounding_box(), page.locator(".chosen h2").bounding_box()
        assert best["width"] > 0.85 * 390 or best["height"] > 0.5 * 844
        assert best["y"] + best["height"] <= words["y"] < 844 - words["height"]
    no_wider(page)
    page.reload()
    page.locator(".chosen").wait_for()
    page.locator(".also small", has_text=re.compile(r"^\d\.\d\d( → \d\.\d\d)?$")).nth(1).wait_for()
    with page.expect_request("**/order") as put_back:
        page.keyboard.press("u")
    assert put_back.value.post_data_json == {"items": stood}  # as they stood before
    page.locator(".pair").wait_for()
    page.keyboard.press("ArrowRight")
    assert moved[2] in page.locator("#ask").inner_text()  # of three the last one met the winner of the others
    saved(page)
    assert kinds(server, name)[-2:] == ["choice", "choice"]
    page.locator("button", has_text="Put all in this order").click()
    page.locator("#list > li").nth(2).wait_for()
    assert page.locator("#list > li").first.get_attribute("data-title") == moved[2]
    assert not faults


@pytest.fixture
def listed(server):
    """Put a person's first pictures on a shared shortlist; returns its address, and the one for others."""

    def put(name, pictures):
        library = Library(server.home, config=Settings(home=server.home, threads=1))
        kept, person = library.store.shortlists, library.store.person(name).id
        own = kept.add(person, "Hall")
        for item in library.store.items(library.store.collection("wall").id)[:pictures]:
            kept.put(kept.get(own.id, person), item.id)
        kept.share(own, "")
        key = kept.get(own.id, person).key
        library.close()
        return f"{server.url}/shortlists/{own.id}", f"{server.url}/shared/{key}"

    return put


@pytest.mark.parametrize("device", [{"viewport": {"width": 1280, "height": 900}}, DARK_PHONE], ids=["desk", "phone"])
def test_two_can_decide_without_teaching_the_ranking_of_one(open_page, server, listed, device):
    page = open_page(**device)
    name = enter(page, server)
    page.goto(address := f"{listed(name, 3)[0]}/decide")
    page.locator(".pair img").nth(1).wait_for()
    teach = page.get_by_role("checkbox", name="My choices here also teach my ranking")
    teach.focus()
    page.keyboard.press("Space")
    no_wider(page)
    page.reload()
    page.locator(".pair img").nth(1).wait_for()
    assert not teach.is_checked(), "remembered for this shortlist"
    teach.focus()
    page.keyboard.press("ArrowRight")  # choices go on from there
    page.locator("#round", has_text="the final").wait_for()
    page.keyboard.press("u")
    page.locator("#round", has_text="2 to go").wait_for()
    page.locator(".pair .plate").last.focus()
    page.keyboard.press("Space")  # skips, as its button says
    page.locator("#round", has_text="the final").wait_for()
    page.keyboard.press("u")
    page.locator("#round", has_text="2 to go").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("#round", has_text="the final").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator(".chosen").wait_for()
    assert "not learned from it" in page.locator(".outcome").inner_text()
    order = [page.locator(".chosen h2").inner_text(), *page.locator(".also li > span").all_inner_texts()]
    page.locator("button", has_text="Put all in this order").click()
    page.locator("#list > li").nth(2).wait_for()
    assert [one.get_attribute("data-title") for one in page.locator("#list > li").all()] == order
    assert kinds(server, name) == []
    page.goto(address)
    page.locator(".pair img").nth(1).wait_for()
    teach.check()
    page.keyboard.press("ArrowLeft")
    page.locator("#round", has_text="the final").wait_for()
    saved(page)
    assert kinds(server, name) == ["choice"]


def test_of_those_that_lost_in_one_round_whoever_lost_to_a_better_one_comes_first(open_page, server, listed):
    page = open_page()
    page.goto(f"{listed(enter(page, server), 8)[0]}/decide")
    page.locator(".pair img").nth(1).wait_for()
    titles = page.locator("#all > li").evaluate_all("all => all.map(one => one.dataset.title)")
    for left in ("7 to go", "6 to go", "5 to go", "4 to go", "3 to go", "2 to go", "the final"):
        page.locator("#round", has_text=left).wait_for()
        page.keyboard.press("ArrowLeft")
    page.locator(".chosen").wait_for()
    page.reload()  # the same where it is found again
    page.locator(".chosen").wait_for()
    order = [page.locator(".chosen h2").inner_text(), *page.locator(".also li > span").all_inner_texts()]
    assert order == [titles[at] for at in (0, 4, 2, 6, 1, 5, 3, 7)]


def test_a_guest_is_asked_for_a_name_and_sees_the_heart_given(open_page, server, listed):
    page = open_page()
    _, address = listed(enter(page, server), 1)
    page.context.clear_cookies()
    page.goto(address)
    page.click(".heart")
    assert page.evaluate("document.getElementById('guest').validationMessage").startswith("Type your name")
    page.fill("#guest", "Ola")
    with page.expect_navigation():
        page.click(".heart")
    assert page.get_attribute(".heart", "aria-pressed") == "true"
    page.fill("#guest", "Eva")
    assert page.get_attribute(".heart", "aria-pressed") == "false"


def test_on_a_shared_shortlist_nothing_typed_is_lost(open_page, server, listed):
    page = open_page(**DARK_PHONE)
    name = enter(page, server)
    page.goto(address := listed(name, 2)[1])
    assert page.input_value("#guest") == name, "whose list it is has a name here, too"
    page.fill("#guest", "Ola ")  # at the same phone
    comments, send = page.locator(".say [name=text]"), page.locator(".say button:not(.heart)")
    comments.nth(0).fill("too grey, but")
    comments.nth(1).fill("yes")
    with page.expect_navigation():
        page.locator(".heart").nth(1).click()
    assert [one.input_value() for one in comments.all()] == ["too grey, but", "yes"]
    assert page.input_value("#guest") == "Ola "
    with page.expect_navigation():
        send.nth(1).click()
    assert page.locator(".remark-said").all_inner_texts() == ["Ola yes"]
    assert [one.input_value() for one in comments.all()] == ["too grey, but", ""]
    page.reload()
    assert [one.input_value() for one in comments.all()] == ["too grey, but", ""]
    assert "said" not in page.url
    valid = "one => one.validity.valid"
    for text in ("", "  ", "x" * 501):
        comments.nth(0).fill(text)
        assert not comments.nth(0).evaluate(valid)
        send.nth(0).click()
    assert page.locator(".remark-said").count() == 1
    comments.nth(0).fill("x" * 500)
    assert comments.nth(0).evaluate(valid)
    assert page.url.startswith(address)
    no_wider(page)
