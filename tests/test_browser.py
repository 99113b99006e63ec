"""A person in a real Chromium: every key, all three ways to answer, a phone, an undo, and a server that dies."""

import re

import pytest
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import PHONE, asked, kinds, no_wider, press, ready, said, saved, shut, start, swipe, tab_to

pytest_plugins = "helpers.webwall"


def test_thirty_questions_in_all_three_ways_and_the_results_with_the_keyboard_alone(open_page, server):
    page = open_page(viewport={"width": 1440, "height": 900})
    page.goto(server.url)
    me = "Ada by keys"
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(me)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/")
    tab_to(page, "a[aria-label='Choose in wall']")
    page.keyboard.press("Enter")
    asked(page)

    page.keyboard.press("1")
    page.keyboard.press("5")
    page.keyboard.press("5")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")  # on a picture it picks that one
    assert page.locator(".tile[aria-pressed=true]").count() == 2
    press(page, *["Enter"] * 3)  # two fifths of the pictures in grids, and pairs follow by themselves
    assert page.get_attribute("#label", "data-mode") == "pairs"
    press(page, *["ArrowLeft", "ArrowRight", "ArrowDown", " "] * 4)

    tab_to(page, ".tabs a[data-mode=rating]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#label[data-mode=rating] .one img")
    press(page, *"1234567890", " ", "7", "3")
    saved(page)
    answers = kinds(server, me)
    assert [answers.count(k) for k in ("grid", "choice", "tie", "skip", "rating")] == [3, 8, 4, 5, 12]
    assert [j.value for j in said(server, me)[0] if j.kind == "rating"] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 7, 3]

    page.wait_for_selector("#see")  # the server tells a little later that there is enough
    tab_to(page, "#see")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wall figure")
    page.wait_for_load_state()  # the script is there that opens a closer look
    assert "70 pictures, yours first" in page.inner_text("h1")
    tab_to(page, ".wall a.plate")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.zoom[open]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    shut(page)  # and the focus is at the picture that was seen last
    tab_to(page, "[data-do=favourite]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-do=favourite][aria-pressed=true]")
    saved(page)
    assert kinds(server, me)[-1] == "favourite"
    tab_to(page, "nav a[href='/taste/wall']", most=400)
    page.keyboard.press("Enter")
    page.wait_for_selector(".said")


def test_favourite_hide_zoom_details_and_help_have_their_keys(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=pairs")
    left, right = page.evaluate("[...document.querySelectorAll('.pair img')].map(i => +i.src.split('/')[4])")
    page.keyboard.press("f")
    page.keyboard.press("Shift+F")
    page.keyboard.press("f")
    saved(page)
    marks = [(j.kind, j.items[0], j.value) for j in said(server, me)[0]]
    assert marks == [("favourite", left, 1), ("favourite", right, 1), ("favourite", left, 0)]
    page.keyboard.press("z")
    assert f"/pictures/{left}/2048.jpg" in page.get_attribute("dialog.zoom img", "src")
    page.keyboard.press("z")
    page.keyboard.press("?")
    assert page.locator("#help[open]").is_visible()
    page.keyboard.press("ArrowLeft")  # answers nothing while the help is open
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.wait_for_function("() => /Study \\d+ · Painter/.test(document.querySelector('.known').textContent)")
    press(page, "Shift+X")
    saved(page)
    assert [(j.kind, j.items[0]) for j in said(server, me)[0]][-1] == ("hide", right)
    page.keyboard.press("u")
    page.wait_for_selector(f".pair img[src^='/pictures/{right}/']")
    saved(page)
    assert "hide" not in kinds(server, me)


def test_in_a_grid_the_mouse_says_which_picture_is_meant_and_a_click_leaves_the_keys_alone(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=grid")
    asked(page)
    shown = page.evaluate("[...document.querySelectorAll('.tile img')].map(i => +i.src.split('/')[4])")
    page.keyboard.press("2")
    page.hover(".tile >> nth=4")
    page.keyboard.press("f")
    page.wait_for_selector(".slot:nth-child(5).is-favourite")
    page.click(".foot [data-tool=favourite]")  # of the one picked last, which is shown beside the heart
    assert f"/pictures/{shown[1]}/" in page.get_attribute(".foot [data-tool=zoom] img", "src")
    page.wait_for_selector(".slot:nth-child(2).is-favourite")
    page.route("**/questions?kind=choice*", lambda route: None)  # held until it is let go
    page.click(".tabs a[data-mode=pairs]")  # the words are the new ones at once, and it is said that pictures come
    assert page.inner_text("#ask") == "Which do you like more?"
    page.wait_for_selector("#wait:has-text('on its way')")
    page.unroute("**/questions?kind=choice*")
    asked(page)
    assert page.locator("#wait:visible").count() == 0
    page.click(".tabs a[data-mode=grid]")
    page.wait_for_selector(".tile[aria-pressed=true] >> nth=0")  # what was picked is still picked
    before = asked(page)
    page.click(".foot [data-tool=favourite]")
    page.keyboard.press("Enter")
    asked(page, before)
    saved(page)
    marks = [(j.kind, j.items[0]) for j in said(server, me)[0] if j.kind == "favourite"]
    assert marks[:2] == [("favourite", shown[4]), ("favourite", shown[1])]
    assert kinds(server, me)[-1] == "grid"


def test_after_a_click_in_a_pair_no_picture_of_the_next_looks_chosen(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=pairs")
    before = asked(page)
    page.click(".pair .plate >> nth=1")
    before = asked(page, before)
    page.keyboard.press("ArrowLeft")
    asked(page, before)
    assert not page.locator(".pair :focus").count()
    saved(page)
    assert kinds(server, me) == ["choice", "choice"]


def test_who_likes_nothing_in_the_grids_is_shown_another_way(open_page, server):
    page = open_page()
    start(page, server, to="/label/wall?mode=grid")
    before = None
    for _ in range(4):  # until there are results to search
        before = asked(page, before)
        assert not page.locator("#reason a").count()
        page.keyboard.press("Enter")
    asked(page, before)
    assert page.get_attribute("#reason a", "href") == "/results/wall"
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('#reason a')")


def test_a_held_key_is_one_answer(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=pairs")
    before = asked(page)
    page.keyboard.down("ArrowLeft")
    for _ in range(5):
        page.keyboard.down("ArrowLeft")  # what a held key sends
    page.keyboard.up("ArrowLeft")
    asked(page, before)
    saved(page)
    assert kinds(server, me) == ["choice"]


def test_the_next_question_hangs_before_the_key_press_returns(open_page, server):
    page = open_page()
    start(page, server, to="/label/wall?mode=pairs")
    ready(page, 8)  # three pairs more than the one that hangs
    swapped = page.evaluate(
        """() => [1, 2, 3].map(() => {
            const label = document.getElementById('label'), old = label.dataset.question
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }))
            return label.dataset.question !== old && [...document.querySelectorAll('.pair img')].every(i => i.complete)
        })"""
    )
    assert swapped == [True, True, True]


def test_undo_goes_on_after_a_reload_and_the_question_is_answered_again(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=pairs")
    shown = []
    for key in ("ArrowLeft", "ArrowRight", "ArrowDown", " "):
        shown.append(page.evaluate("[...document.querySelectorAll('.pair img')].map(i => i.src)"))
        press(page, key)
    press(page, "u")
    saved(page)
    page.reload()
    asked(page)
    for before in (shown[2], shown[1], shown[0]):
        press(page, "Backspace")
        assert page.evaluate("[...document.querySelectorAll('.pair img')].map(i => i.src)") == before
    saved(page)
    assert kinds(server, me) == []
    press(page, "ArrowRight")
    saved(page)
    ((again,), events) = said(server, me)
    assert (again.side, len(events)) == ("right", 9)
    page.keyboard.press("u")
    page.keyboard.press("u")
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('Nothing left to undo')")


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed_and_what_waits_is_sent_later(open_page, mortal):
    page = open_page()
    me = start(page, mortal, to="/label/wall?mode=pairs")
    replies = []
    page.on("response", lambda r: replies.append(r) if r.url.endswith("/answers") and r.ok else None)
    press(page, *["ArrowLeft"] * 5)
    saved(page)
    ready(page, 16)  # five pairs, and three that are answered while the server is away
    mortal.kill()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(".saved[data-state=away] >> visible=true")
    assert page.inner_text("#saved") == "server offline, 3 answers kept here"
    here = page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('beholder.beholder_')).length")
    assert here == 3
    acknowledged = [one for reply in replies for one in reply.json()["saved"]]
    assert len(acknowledged) == 5
    assert {j.client_id for j in said(mortal, me)[1]} == set(acknowledged)  # what the dead server left on the disk
    mortal.start()
    saved(page)
    assert [j.side for j in said(mortal, me)[0]] == ["left"] * 5 + ["right"] * 3
    asked(page)
    press(page, "ArrowLeft")
    saved(page)
    assert len(kinds(mortal, me)) == 9


def test_answers_that_wait_survive_the_closing_of_the_page(open_page, mortal):
    page = open_page()
    me = start(page, mortal, to="/label/wall?mode=pairs")
    mortal.kill()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".saved[data-state=away] >> visible=true")
    page.goto("about:blank")
    mortal.start()
    page.goto(f"{mortal.url}/people")  # any page sends what waits
    page.wait_for_selector(".saved[data-state=saved] >> visible=true")
    page.wait_for_function("() => Object.keys(localStorage).every(k => !k.startsWith('beholder.beholder_'))")
    assert kinds(mortal, me) == ["choice"]


def test_answers_that_wait_are_never_given_to_another_person(open_page, server):
    page = open_page()
    start(page, server, "Ada Waits", to="/label/wall?mode=pairs")
    other = page.context.new_page()
    start(other, server, "Bob Comes", to="/label/wall?mode=pairs")
    page.keyboard.press("ArrowLeft")  # this tab still shows Ada's page
    page.wait_for_selector(".saved[data-state=stopped]")
    assert "answers as Bob Comes now" in page.inner_text("#saved")
    press(other, "ArrowRight")
    saved(other)
    assert (kinds(server, "Ada Waits"), kinds(server, "Bob Comes")) == ([], ["choice"])
    other.goto(f"{server.url}/people")
    other.click("button.person:has-text('Ada Waits')")
    other.wait_for_function("() => Object.keys(localStorage).every(k => !k.startsWith('beholder.beholder_'))")
    assert kinds(server, "Ada Waits") == ["choice"]


@pytest.mark.parametrize("back", ["menu", "history", "another way"])
def test_what_was_ticked_is_still_ticked_after_a_look_elsewhere(open_page, server, back):
    page = open_page()
    me = start(page, server)
    before = asked(page)
    for n in (1, 4):
        page.click(f".tile >> nth={n}")
    page.click("nav a:has-text('My taste')")
    page.wait_for_load_state()
    if back == "menu":
        page.click("nav a:has-text('Choose')")
    elif back == "history":
        page.go_back()
    else:  # the way that is asked for comes first
        page.goto(f"{server.url}/label/wall?mode=pairs")
        page.wait_for_selector(".pair img")
        page.click(".tabs a[data-mode=grid]")
    page.wait_for_selector(".controls button:has-text('Done, 2 picked')")
    assert asked(page) == before
    assert page.locator(".tile[aria-pressed=true]").count() == 2
    page.click(".controls button:has-text('Done, 2 picked')")
    asked(page, before)
    saved(page)
    assert [len(j.picked) for j in said(server, me)[0]] == [2]
    page.reload()
    asked(page)
    assert page.locator(".tile[aria-pressed=true]").count() == 0


def test_thirty_questions_and_the_results_on_a_phone_by_touch(open_page, server):
    page = open_page(**PHONE)
    me = start(page, server)

    def answer(act):
        before = asked(page)
        act()
        asked(page, before)

    assert page.inner_text("#count") == "No answers yet, 4 until your first results"  # four grids
    assert page.locator("#label kbd:visible").count() == 0
    small = "all => all.map(e => e.getBoundingClientRect()).filter(b => b.width < 44 || b.height < 44).length"
    assert page.locator(":is(nav, main) :is(a, button):visible").evaluate_all(small) == 0
    people, tabs = (page.locator(one).bounding_box() for one in (".bar .to-people", ".tabs"))
    assert page.locator(".bar .me").bounding_box()["height"] >= 44
    assert tabs["x"] + tabs["width"] < people["x"], "People is beside the ways to answer"
    squares = "import('/static/rows.js').then(m => m.rows(Array(9).fill(1), 370, 540, { gap: 6, edge: 6, words: 0 }))"
    assert min(box["x"] for box in page.evaluate(squares)) < 1  # on a high screen they fill the width
    page.tap(".tile >> nth=2")
    page.tap(".tile >> nth=6")
    for _ in range(3):
        answer(lambda: page.tap(".controls button >> nth=0"))
    for _ in range(3):
        answer(lambda: page.tap(".pair .plate >> nth=0"))
        answer(lambda: page.tap(".pair .plate >> nth=1"))
        answer(lambda: swipe(page, ".pair .plate", 4, -130))  # one above the other: towards the upper one
        answer(lambda: swipe(page, ".pair .plate", 4, 130))
        answer(lambda: swipe(page, ".pair .plate", -120, 5))
        answer(lambda: swipe(page, ".pair .plate", 120, -5))
    page.tap(".tabs a[data-mode=rating]")
    page.wait_for_selector("#label[data-mode=rating] .one img")
    for n in range(10):
        answer(lambda n=n: page.tap(f".scale button >> nth={n}"))
    saved(page)
    answers = kinds(server, me)
    assert [answers.count(k) for k in ("grid", "choice", "tie", "skip", "rating")] == [3, 12, 3, 3, 10]
    sides = [j.side for j in said(server, me)[0] if j.kind == "choice"]
    assert sides == ["left", "right"] * 6
    menu = page.locator("nav a:visible").all_inner_texts()
    assert page.locator("#see").bounding_box()["height"] >= 44
    page.tap("#see")
    page.locator(".wall figure .verdict").first.wait_for()  # a reason stands only where one is known
    page.wait_for_load_state()
    assert page.locator("nav a:visible").all_inner_texts() == menu
    no_wider(page)
    page.tap(".bar .me >> text=People")
    page.locator(".people").wait_for()


def test_a_swipe_goes_towards_the_picture_however_the_phone_is_held(open_page, server):
    page = open_page(**PHONE | {"viewport": {"width": 844, "height": 390}})
    me = start(page, server, to="/label/wall?mode=pairs")
    assert "swipe towards it" in page.inner_text("#said")  # where there is no line for it
    for dx, dy in ((-120, 5), (120, -5), (4, 90), (4, -90)):
        before = asked(page)
        swipe(page, ".pair .plate", dx, dy)
        asked(page, before)
    assert page.locator(".pair .plate").first.get_attribute("aria-label") == "Choose the left picture"
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_selector("[aria-label='Choose the upper picture']")
    before = asked(page)
    swipe(page, ".pair .plate", 4, 130)
    asked(page, before)
    saved(page)
    assert kinds(server, me) == ["choice", "choice", "tie", "skip", "choice"]
    assert [j.side for j in said(server, me)[0] if j.kind == "choice"] == ["left", "right", "right"]


def test_a_small_collection_comes_to_an_end_and_undo_still_works(open_page, server, tmp_path):
    folder = tmp_path / "three"
    folder.mkdir()
    for n in range(3):
        Image.new("RGB", (40, 30), (80 * n, 60, 90)).save(folder / f"{n}.png")
    library = Library(server.home, config=Settings(home=server.home, threads=1))
    library.import_source(folder, "three")
    library.close()
    page = open_page()
    start(page, server)
    page.goto(f"{server.url}/label/three?mode=rating")
    keys, ways, before = {"rating": "5", "grid": "Enter", "pairs": "ArrowLeft"}, [], ""
    while True:
        other = "before => label.matches('.over') || (label.dataset.question ?? before) !== before"
        page.wait_for_function(other, arg=before)
        if page.locator("#label.over").count():
            break
        before, mode = (page.get_attribute("#label", name) for name in ("data-question", "data-mode"))
        ways.append(mode)
        page.keyboard.press(keys[mode])
    assert ways == ["rating"] * 3 + ["pairs"] * 3  # one way leads on to another
    assert page.get_attribute("#reason a", "href") == "/results/three"
    page.keyboard.press("u")
    asked(page)
    assert page.locator("#label.over").count() == 0


def test_when_the_files_are_gone_the_page_stops_asking_and_tries_again_when_told(open_page, mortal, hung):
    page = open_page(**PHONE)
    page.goto(f"{mortal.url}/people")
    page.fill("input[name=name]", "Ada")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{mortal.url}/")
    asks = []
    page.on("request", lambda r: asks.append(r.url) if "/questions?" in r.url else None)
    away = (hung / "pictures").rename(hung / "away")
    try:
        page.goto(f"{mortal.url}/label/wall?mode=pairs")
        page.wait_for_selector("#label.over")
        assert page.inner_text("#ask") == "The pictures' files are not there"
        assert "Is the folder or drive connected?" in page.inner_text("#reason")
        page.wait_for_timeout(1000)
        assert len(asks) < 12
    finally:
        away.rename(hung / "pictures")
    page.tap("#reason button")
    asked(page)
    assert page.locator("#label.over").count() == 0


def test_a_closer_look_by_touch_opens_fitted_and_enlarges_with_one_more_tap(open_page, server):
    page = open_page(**PHONE)
    start(page, server, to="/label/wall?mode=rating")
    for mode in ("rating", "pairs"):
        page.goto(f"{server.url}/label/wall?mode={mode}")
        asked(page)
        page.tap(".tools [data-tool=zoom] >> nth=0")
        page.wait_for_selector("dialog.zoom[open] img")
        page.wait_for_timeout(600)  # until a tap is no longer taken for the one that opened it
        box = page.locator("dialog.zoom img").bounding_box()
        assert (box["x"] >= 0, box["x"] + box["width"] <= 391, box["y"] + box["height"] <= 845) == (True, True, True)
        page.tap("dialog.zoom img")
        page.wait_for_selector("dialog.zoom.full")
        assert page.locator("dialog.zoom img").bounding_box()["width"] > 1000
        page.tap("dialog.zoom [aria-label=Back]")
        shut(page)


def test_where_results_rank_from_the_start_none_are_promised_for_later(open_page, server):
    page = open_page()

    def rank(route):
        reply = route.fetch()
        text = reply.text().replace('id="label"', 'id="label" data-ranked')
        route.fulfill(response=reply, body=re.sub('(<a id="see" [^>]*) hidden', r"\1", text))

    page.route("**/label/wall?*", rank)
    start(page, server, to="/label/wall?mode=rating")
    for n in range(1, 11):
        before = asked(page)
        press(page, "5")
        asked(page, before)
        assert page.inner_text("#count") == f"{n} answer{'s' * (n > 1)}"
        assert page.locator("#see").is_visible()


def test_the_count_never_falls_back_while_answers_are_given_fast(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=rating")
    page.evaluate(
        """() => { window.counts = []; const count = document.getElementById('count')
            const look = () => window.counts.push(parseInt(count.textContent))
            new MutationObserver(look).observe(count, {childList: true}) }"""
    )
    for n in range(24):
        press(page, str(n % 9 + 1))
        if n == 2:
            assert page.inner_text("#count") == "3 answers, 7 more until your first results"
        page.wait_for_timeout(60)
    saved(page)
    page.wait_for_timeout(1500)
    counts = page.evaluate("window.counts")
    assert counts == sorted(counts)
    assert page.inner_text("#count") == "24 answers"
    assert not page.inner_text("#gain").startswith(("2", "1"))
    assert len(kinds(server, me)) == 24


def test_the_page_that_a_link_leads_to_counts_the_answer_that_was_on_its_way(open_page, server):
    page = open_page()
    start(page, server, to="/label/wall?mode=rating")
    press(page, "3", "4")
    saved(page)
    page.evaluate(
        """() => { const before = window.fetch; window.fetch = async (to, how) => {
            if (String(to).endsWith('/answers')) await new Promise((late) => setTimeout(late, 600))
            return before(to, how) } }"""
    )  # a slow network
    press(page, "u", "7", "8")
    assert page.inner_text("#count").startswith("3 answers")
    page.click("nav a[href='/']")
    page.wait_for_url(f"{server.url}/")
    assert "3 answers" in page.inner_text("main")


PRESSED = """([key, code, more]) => document.body.dispatchEvent(
    new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }))"""
RATED = {  # what a key gives on this keyboard, its place, and the rating that is meant
    "French": [
        ("&", "Digit1", 1),
        ("\u00e9", "Digit2", 2),
        ('"', "Digit3", 3),
        ("(", "Digit5", 5),
        ("\u00e0", "Digit0", 10),
    ],
    "French with Shift": [("7", "Digit7", 7)],
    "Czech": [("+", "Digit1", 1), ("\u011b", "Digit2", 2), ("\u00e9", "Digit0", 10)],
    "Arabic": [("\u0662", "Digit2", 2), ("\u0660", "Digit0", 10)],
    "Persian": [("\u06f9", "Digit9", 9)],
    "a block of digits": [("4", "Numpad4", 4)],
    "unmade": [("Dead", "Digit6", 6), ("Process", "Digit8", 8)],
}


@pytest.mark.parametrize("keyboard", RATED)
def test_digits_rate_by_their_place_where_a_keyboard_gives_none(open_page, server, keyboard):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=rating")
    for key, code, _ in RATED[keyboard]:
        before = asked(page)
        page.evaluate(PRESSED, [key, code, {}])
        asked(page, before)
    saved(page)
    assert [j.value for j in said(server, me)[0]] == [value for *_, value in RATED[keyboard]]


LETTERS = {  # what F, U, X, Z and D are there
    "Cyrillic": "\u0430\u0433\u0447\u044f\u0432",
    "Arabic": "\u0628\u0639\u0621\u0626\u064a",
    "Greek": "\u03c6\u03b8\u03c7\u03b6\u03b4",
    "Korean": "\u3139\u3155\u314c\u314b\u3147",
}


@pytest.mark.parametrize("letters", LETTERS.values(), ids=LETTERS)
def test_letters_of_other_scripts_act_by_their_place(open_page, server, letters):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=pairs")
    f, u, x, z, d = letters
    left, right = page.evaluate("[...document.querySelectorAll('.pair img')].map(i => +i.src.split('/')[4])")
    page.evaluate(PRESSED, [f, "KeyF", {}])
    page.evaluate(PRESSED, [f.upper(), "KeyF", {"shiftKey": True}])
    page.evaluate(PRESSED, [d, "KeyD", {}])
    assert page.get_attribute('[data-do="details"]', "aria-pressed") == "true"
    page.evaluate(PRESSED, [z, "KeyZ", {}])
    page.wait_for_selector("dialog.zoom[open]")
    page.evaluate(PRESSED.replace("body", "activeElement"), [z, "KeyZ", {}])
    page.wait_for_selector("dialog.zoom:not([open])", state="attached")
    page.evaluate(PRESSED, [x, "KeyX", {}])
    saved(page)
    assert [(j.kind, j.items[0]) for j in said(server, me)[0]] == [
        ("favourite", left),
        ("favourite", right),
        ("hide", left),
    ]
    page.evaluate(PRESSED, [u, "KeyU", {}])
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('Shown again')")
    saved(page)
    assert kinds(server, me) == ["favourite", "favourite"]


def test_a_key_of_its_own_meaning_is_never_read_by_its_place(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=rating")
    before = asked(page)
    for key, code, more in [
        ("!", "Digit1", {"shiftKey": True}),  # Shift on a keyboard that gives digits without it
        ("\u017a", "KeyX", {"modifierAltGraph": True}),  # a Polish letter, made with the right Alt
        ("u", "KeyF", {}),  # Dvorak: an undo, and no favourite
        ("Tab", "KeyX", {}),
        ("\u00f9", "Quote", {}),
    ]:
        page.evaluate(PRESSED, [key, code, more])
    page.wait_for_timeout(300)
    assert (asked(page), kinds(server, me)) == (before, [])
    for key, code in (("?", "KeyM"), ("?", "Digit7"), ("\u061f", "Slash")):  # French, Russian, Arabic
        page.evaluate(PRESSED, [key, code, {"shiftKey": True}])
        assert page.locator("#help[open]").is_visible()
        page.keyboard.press("Escape")
    assert (asked(page), kinds(server, me)) == (before, [])


def test_an_answer_to_a_question_left_open_for_two_days_is_kept(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=rating")
    page.evaluate(
        "() => { const now = performance.now.bind(performance); performance.now = () => now() + 2 * 86400e3 }"
    )
    press(page, "7", "3")
    saved(page)
    assert [(j.value, j.seconds is None) for j in said(server, me)[0]] == [(7, True), (3, False)]


SPOILT = [
    '{"segment": "wall", "ev',
    "",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    '{"segment": "wall"}',
    '{"segment": 1, "event": 2}',
]


def test_what_cannot_be_read_in_the_browsers_storage_is_set_aside_and_answering_goes_on(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=rating")
    page.evaluate(
        """texts => texts.forEach((text, n) => localStorage.setItem(
            `beholder.${document.body.dataset.home}.${document.body.dataset.person}.00000000${n}`, text))""", SPOILT
    )  # fmt: skip
    page.reload()
    press(page, "7", "3")
    saved(page)
    assert [j.value for j in said(server, me)[0]] == [7, 3]
    kept = page.evaluate("Object.entries(localStorage)")
    assert sorted(text for key, text in kept if key.startswith("beholder-aside.")) == sorted(SPOILT)
    assert not [key for key, _ in kept if key.startswith("beholder.beholder_")]


def test_when_the_data_folder_goes_the_page_keeps_what_is_answered_and_sends_it_when_it_is_back(open_page, mortal):
    page = open_page()
    me = start(page, mortal, to="/label/wall?mode=rating")
    ready(page, 2)  # the next picture too
    away = mortal.home.rename(mortal.home.with_name("away"))
    page.keyboard.press("7")
    page.keyboard.press("3")
    page.wait_for_selector(".saved[data-state=away] >> visible=true")
    said_there = "not saved yet, 2 answers kept here: the data folder was moved or deleted"
    page.wait_for_function("s => document.getElementById('saved').textContent.startsWith(s)", arg=said_there)
    assert not mortal.home.exists()
    away.rename(mortal.home)
    saved(page)
    assert [j.value for j in said(mortal, me)[0]] == [7, 3]


def test_an_answer_whose_id_stands_for_another_is_told_and_stops_no_other(open_page, server):
    page = open_page()
    me = start(page, server, to="/label/wall?mode=rating")
    press(page, "7")
    saved(page)
    (first,) = said(server, me)[0]
    page.evaluate(
        """([id, item]) => localStorage.setItem(
            `beholder.${document.body.dataset.home}.${document.body.dataset.person}.000000000.${id}`, JSON.stringify(
            { segment: 'wall', event: { id, kind: 'rating', items: [item], value: 2 } }))""",
        [first.client_id, first.items[0]],
    )  # fmt: skip
    press(page, "3")
    page.wait_for_selector(".saved[data-state=refused]")
    assert "kept before under the same id" in page.inner_text("#saved")
    assert [j.value for j in said(server, me)[0]] == [7, 3]
    press(page, "4")
    saved(page)
    assert [j.value for j in said(server, me)[0]] == [7, 3, 4]
