"""What is seen in a real Chromium: whole pictures, large targets, names, contrast; results, and pictures coming in."""

import re

import pytest

from helpers.browser import PHONE, act, answered, asked, enter, hang, hung, laid_out, no_wider, press, start

pytest_plugins = "helpers.webwall"


def inside(box, width, height):
    return min(box["x"], box["y"]) >= -1 and box["x"] + box["width"] <= width + 1 and box["y"] + box["height"] <= height


@pytest.mark.parametrize("mode", ["grid", "pairs", "rating"])
def test_every_target_on_a_phone_is_large_and_on_the_screen(open_page, server, mode):
    page = open_page(**PHONE)
    start(page, server, to=f"/label/wall?mode={mode}")
    for target in page.locator("#label button:visible, #label .tabs a:visible, nav a:visible").all():
        box = target.bounding_box()
        assert box["height"] >= 43.5, target.inner_text()
        assert box["width"] >= 36, target.inner_text()
        assert inside(box, 390, 844), target.inner_text()
    assert page.locator("kbd:visible").count() == 0


@pytest.mark.parametrize("mode", ["grid", "pairs", "rating"])
def test_pictures_are_whole_and_large_at_every_width(open_page, server, mode):
    page = open_page(viewport={"width": 1440, "height": 900})
    start(page, server, to=f"/label/wall?mode={mode}")
    for width, height in ((1440, 900), (1024, 700), (390, 844), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        laid_out(page)
        for image in page.locator("#wall img").all():
            box = image.bounding_box()
            assert inside(box, width, height), (width, height)
            ratio = image.evaluate("i => i.naturalWidth / i.naturalHeight")
            assert box["width"] / box["height"] == pytest.approx(ratio, rel=0.03), "cropped or distorted"
            assert min(box["width"], box["height"]) >= (40 if mode == "grid" else 100), (width, height)


@pytest.mark.parametrize("size", [(320, 640), (390, 844), (768, 1024), (1280, 900), (2560, 1440)])
def test_the_grid_fills_its_rows_from_edge_to_edge_or_from_top_to_bottom(open_page, server, size):
    page = open_page(viewport={"width": size[0], "height": size[1]})
    start(page, server, to="/label/wall?mode=grid")
    wall = page.locator("#wall .grid").bounding_box()
    rows = {}
    for tile in page.locator(".tile").all():
        box = tile.bounding_box()
        rows.setdefault(round(box["y"] + box["height"] / 2), []).append(box)
    wide = [max(b["x"] + b["width"] for b in row) - min(b["x"] for b in row) for row in rows.values()]
    tall = sum(row[0]["height"] for row in rows.values())
    assert sum(map(len, rows.values())) == 9
    assert min(wide) > 0.5 * wall["width"], "a row stands half empty"
    assert max(wide) > 0.98 * wall["width"] or tall > 0.85 * wall["height"]
    page.click("[data-do=details]")
    page.wait_for_function("() => [...document.querySelectorAll('.grid .known')].every(p => p.textContent)")
    laid_out(page)
    last = page.locator(".grid .known").last.bounding_box()
    assert last["y"] + last["height"] <= wall["y"] + wall["height"] + 1


@pytest.mark.parametrize(
    ("width", "height", "counts"), [(371, 551, [3, 3, 3]), (341, 448, [3, 3, 3]), (1240, 640, [4, 5])]
)
def test_a_grid_that_is_higher_than_wide_has_as_many_pictures_in_every_row(open_page, server, width, height, counts):
    page = open_page()
    page.goto(server.url)
    tops = page.evaluate(
        """([width, height]) => import("/static/rows.js").then(({rows}) =>
           rows(Array(9).fill(1), width, height, {gap: 6, edge: 3, words: 0}).map((box) => Math.round(box.y)))""",
        [width, height],
    )
    assert [tops.count(top) for top in dict.fromkeys(tops)] == counts


def test_a_last_row_is_as_high_as_the_others(open_page, server):
    page = open_page()
    page.goto(server.url)
    heights = page.evaluate(
        """import("/static/justified.js").then(({rows}) =>
           rows(Array(9).fill(1), {width: 1200, high: 270, gap: 20, least: 190, room: 100}).heights)"""
    )
    assert heights == pytest.approx([heights[0]] * 3)


@pytest.mark.parametrize("mode", ["grid", "pairs"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_the_foot_is_one_line_and_none_of_these_is_never_the_loudest_button(open_page, server, width, mode):
    page = open_page(viewport={"width": width, "height": 844})
    start(page, server, to=f"/label/wall?mode={mode}")
    boxes = [page.locator(one).bounding_box() for one in (".gain", ".quiet-controls")]
    assert max(box["height"] for box in boxes) <= 46
    assert abs(boxes[0]["y"] + boxes[0]["height"] / 2 - boxes[1]["y"] - boxes[1]["height"] / 2) < 4
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    if width >= 1280:
        assert page.locator(".foot").bounding_box()["height"] < 80
    assert page.locator("#label button.main").count() == 0
    if mode == "grid":
        page.click(".tile >> nth=3")
        assert page.inner_text("#label button.main").endswith("Done, 1 picked")


def test_everything_has_a_name_for_a_screen_reader(open_page, server):
    page = open_page()
    start(page, server, to="/label/wall?mode=pairs")
    for mode in ("grid", "pairs", "rating"):
        page.goto(f"{server.url}/label/wall?mode={mode}")
        asked(page)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, a, input, [role=img]')].filter(e => e.checkVisibility()
                && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"""
        )
        assert nameless == []
    assert page.locator("[aria-live]").count() >= 2
    press(page, "7")
    assert page.inner_text("#spoken").startswith("7 of 10.")


def test_results_grow_as_one_scrolls(open_page, server):
    page = open_page()
    answered(page, server, "/results/wall")
    hung(page)
    page.mouse.wheel(0, 30_000)
    page.locator(".wall figure:not(.bare) .rank", has_text=re.compile("^70$")).wait_for()
    ratio = page.evaluate("[...document.querySelectorAll('.wall .plate img')].at(-1).getBoundingClientRect().toJSON()")
    assert ratio["width"] > 100
    assert not page.locator("#more").is_visible()


@pytest.mark.parametrize("size", [(320, 640), (390, 844), (768, 1024), (1280, 900), (2560, 1440)])
def test_results_begin_with_pictures_below_one_slim_bar(open_page, server, size):
    page = open_page(viewport={"width": size[0], "height": size[1]})
    answered(page, server, "/results/wall")
    assert page.evaluate("document.querySelector('#wall figure').getBoundingClientRect().top") < 200
    for panel in ("Filter", "About"):
        page.click(f"summary:has-text('{panel}')")
        box = page.locator(".drop-down[open] .panel").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
        no_wider(page)
    assert page.locator(".drop-down[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".drop-down[open]").count() == 0


def test_results_can_be_read_without_a_script(open_page, engine, server):
    page = open_page()
    answered(page, server, "/results/wall")
    plain = engine.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(f"{server.url}/results/wall")
    with plain.expect_navigation():
        plain.click("#more")
    assert plain.locator(".wall figure").count() == 10
    plain.fill("input[name=q]", "Study 33")
    with plain.expect_navigation():
        plain.click(".filter button")
    assert plain.locator(".wall figure").count() == 1
    plain.context.close()


def test_pictures_come_in_by_the_form_and_broken_ones_are_listed(open_page, server, tmp_path):
    folder = tmp_path / "easel"
    hang(folder, 5)
    (folder / "items.csv").unlink()
    (folder / "torn.jpg").write_bytes(b"\xff\xd8 torn")
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    page.fill("input[name=path]", "/no/such/folder")
    page.keyboard.press("Enter")
    page.wait_for_function("() => /no folder or file/.test(document.getElementById('import-fault').textContent)")
    page.fill("input[name=path]", str(folder))
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('easel')")
    page.locator(".job-line", has_text="5 new pictures").wait_for()
    assert page.inner_text(".broken summary") == "1 picture could not be opened, and why"
    page.click(".broken summary")
    assert "torn.jpg" in page.inner_text(".broken ul")
    hang(tmp_path / "wing", 3)
    held = []
    page.route("**/api/imports/*", lambda route: held.append(route))
    page.fill("input[name=path]", str(tmp_path / "wing"))
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(10)
    page.fill("input[name=path]", "~/next")
    page.unroute_all(behavior="ignoreErrors")
    page.locator(".job .button").wait_for(timeout=60_000)
    assert page.input_value("input[name=path]") == "~/next"
    page.click(".job .button")
    page.wait_for_selector("h2:has-text('wing')")


def test_who_waits_for_pictures_is_led_to_choose_among_those_that_are_in(open_page, server):
    page = open_page()
    enter(page, server)
    page.goto(server.url)
    job = {
        "id": "first",
        "collection": "a b",
        "state": "running",
        "stage": "reading pictures",
        "done": 128,
        "total": 200,
    }
    job |= {"seconds_left": None, "report": {}}
    show = "job => import('/static/collections.js').then(({show}) => show(job))"
    page.evaluate(show, job)
    assert page.get_by_role("link", name="Choose while they come in").get_attribute("href") == "/label/a%20b"
    page.evaluate(show, job | {"state": "failed", "error": "Lost."})
    assert not page.locator(".begin").is_visible()
    page.evaluate(show, job | {"state": "cancelled"})
    assert page.get_by_role("button", name="Go on importing").is_visible()
    assert page.get_by_role("button", name="Not now").is_visible()
    assert not page.get_by_role("button", name="Stop").is_visible()
    begins = "left => import('/static/importing.js').then(({begins}) => begins(left))"
    assert page.evaluate(begins, 40).startswith("You can begin to choose when 40 more pictures are here")
    assert page.evaluate(begins, 0).startswith("You can begin to choose now")


@pytest.mark.parametrize("screen", [PHONE, {}], ids=["phone", "desk"])
def test_each_import_has_its_own_line_and_its_own_stop(open_page, server, screen):
    page = open_page(**screen)
    enter(page, server)
    page.goto(server.url)
    stopped = []
    page.route("**/api/imports/*/cancel", lambda route: (stopped.append(route.request.url), route.fulfill(json={})))
    first = {"id": "first", "collection": "sample", "state": "running", "stage": "reading pictures"}
    first |= {"done": 128, "total": 200, "seconds_left": None, "report": {}}
    waits = first | {
        "id": "second",
        "collection": "Family album",
        "state": "waiting",
        "stage": "",
        "done": 0,
        "total": 0,
    }
    for job in (first, waits, first):
        page.evaluate("job => import('/static/collections.js').then(({show}) => void show(job))", job)
    assert [line.partition(" · ")[0] for line in page.locator(".job-line").all_inner_texts()] == [
        "sample: reading pictures", "Family album: waiting for another import",
    ]  # fmt: skip
    assert page.locator(".job progress:visible").count() == 1
    no_wider(page)
    page.get_by_role("button", name="Stop importing sample").click()
    assert stopped == [f"{server.url}/api/imports/first/cancel"]
    assert page.get_by_role("button", name="Stop importing sample").is_disabled()
    assert page.get_by_role("button", name="Stop importing Family album").is_enabled()


@pytest.mark.parametrize("ranked", [True, False])
@pytest.mark.parametrize("looking", [False, True])
def test_results_show_all_pictures_once_they_are_in_but_not_under_the_hand(open_page, server, looking, ranked):
    page = open_page()
    answered(page, server, "/people") if ranked else enter(page, server)
    wall, ended, grown = '<div class="wall', [], []

    def first(route):
        html = page.request.get(f"{server.url}/results/wall").text()
        html = html.replace(
            wall,
            f'<p><span id="coming" data-job="some" data-size="8"></span> <a href="" hidden>Show them</a></p>{wall}',
            1,
        )
        route.fulfill(body=html, content_type="text/html")

    def told(route):
        state = "done" if ended else "running"
        size = 120 if grown else 8
        route.fulfill(json={"state": state, "done": 9, "total": 9, "size": size, "collection": "wall", "report": {}})

    page.route("**/results/wall", first, times=1)
    page.route("**/api/imports/some", told)
    page.goto(f"{server.url}/results/wall")
    page.locator("#coming", has_text="9 of 9 pictures are in").wait_for()
    assert not page.get_by_role("link", name="Show them").is_visible()
    top = page.locator(".wall figure").first.bounding_box()["y"]
    grown.append(True)
    page.locator("#coming", has_text="112 more pictures are in.").wait_for()
    assert page.get_by_role("link", name="Show them").is_visible()
    assert page.locator(".wall figure").first.bounding_box()["y"] == pytest.approx(top, abs=1), "nothing moves"
    if looking:
        page.locator(".wall figure").first.hover()
    ended.append(True)
    if looking:
        page.get_by_role("link", name="Show them").click()
    page.locator("#coming").wait_for(state="detached")
    page.locator(".wall img").first.wait_for()


def luminance(colour):
    parts = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_wall_in_light_and_dark(open_page, server, scheme):
    page = open_page(color_scheme=scheme)
    start(page, server, to="/label/wall?mode=pairs")
    wall = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for selector in ("#ask", "#reason", "nav a", ".tabs a", "#gain", ".quiet-controls button", "#saved"):
        ink = luminance(page.evaluate("s => getComputedStyle(document.querySelector(s)).color", selector))
        contrast = (max(ink, wall) + 0.05) / (min(ink, wall) + 0.05)
        assert contrast >= 4.5, (selector, contrast)


def test_a_closer_look_at_results_says_what_the_picture_is_and_turns_by_keys_and_touch(open_page, server):
    page = open_page()
    answered(page, server, "/results/wall")
    hung(page)
    titles = page.locator(".wall .title").all_inner_texts()
    page.click(".wall a.plate >> nth=0")
    page.wait_for_selector("dialog.zoom .zoom-words p")
    said = page.locator("dialog.zoom .zoom-words p").all_inner_texts()
    assert said[0] == titles[0]
    assert ", likely " in said[1]
    assert "EUR" in said[2]
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".zoom-words p >> nth=0") == titles[1]
    page.wait_for_timeout(500)  # until a click is no longer taken for the one that opened it
    page.click("dialog.zoom [aria-label='Previous picture']")
    assert page.inner_text(".zoom-words p >> nth=0") == titles[0]
    image, words = (page.locator(s).bounding_box() for s in ("dialog.zoom img", ".zoom-words"))
    assert image["y"] + image["height"] <= words["y"] + 1


def test_more_like_this_is_a_step_from_a_tile_and_from_the_closer_look(open_page, server):
    page = open_page(**PHONE)
    answered(page, server, "/results/wall")
    hung(page)
    for target in page.locator(".seek button, .wall .dots, .wall [data-do=favourite]").all()[:5]:
        assert min(target.bounding_box()[side] for side in ("width", "height")) >= 43.5
    title = page.inner_text(".wall .title >> nth=0")
    act(page, 0, "alike")
    page.wait_for_url("**?like=*")
    assert page.inner_text("h1") == f"Like {title}"
    assert title not in page.locator(".wall .title").all_inner_texts()
    page.locator("input[name=mixed]").click()  # `check` would look at a box of a page that is left
    page.wait_for_url("**mixed=1*")
    hung(page)
    other = page.inner_text(".wall .title >> nth=0")
    page.locator(".wall a.plate").first.click()
    page.wait_for_timeout(500)  # until a tap is no longer taken for the one that opened it
    page.locator("dialog.zoom [data-do=alike]").click()
    page.get_by_role("heading", name=f"Like {other}", exact=True).wait_for()


def test_a_search_and_more_like_this_fit_on_a_phone_and_go_together(open_page, server):
    page = open_page(**PHONE)
    answered(page, server, "/results/wall")
    page.fill("input[name=q]", "paintr 3, zeppelin")
    page.keyboard.press("Enter")
    page.wait_for_selector(".noted:has-text('zeppelin')")
    assert page.inner_text("h1") == "14 pictures found"
    no_wider(page)
    page.wait_for_selector(".filter-fields", state="hidden")
    act(page, 0, "alike")
    page.wait_for_url("**like=*")
    page.fill("input[name=q]", "oil")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=oil*")
    assert "like=" in page.url
    assert page.locator(".wall figure").count() > 1


@pytest.mark.parametrize("screen", [PHONE, {"viewport": {"width": 1280, "height": 900}}], ids=["phone", "desk"])
def test_a_person_and_a_collection_are_renamed_and_removed(open_page, mortal, screen):
    page = open_page(**screen)
    enter(page, mortal, "Ada")
    for here, before, after in (("/", "wall", "Hall"), ("/people", "Ada", "Ida")):
        page.goto(mortal.url + here)
        page.get_by_label(f"Rename or remove {before}").click()
        page.get_by_label("Name", exact=True).fill(after)
        page.keyboard.press("Enter")
        page.get_by_label(f"Rename or remove {after}").click()
        page.get_by_text("Remove this").last.click()
        page.wait_for_url(f"{mortal.url}{here}?removed=1")
    page.wait_for_selector("text=Your name")
    page.get_by_label("Your name").fill("Bea")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=No pictures yet")


@pytest.mark.parametrize("here", ["/", "/label/wall", "/results/wall", "/taste/wall", "/shortlists", "/people"])
def test_the_bar_of_a_phone_leads_to_create(open_page, server, here):
    page = open_page(**PHONE)
    start(page, server)
    page.goto(server.url + here)
    bar = page.locator(".bar nav")
    assert bar.evaluate("nav => nav.scrollWidth <= nav.clientWidth"), "nothing of it is cut off"
    bar.get_by_text("Create").tap()
    page.wait_for_url("**/create/wall")
