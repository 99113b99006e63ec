"""Views of Results in a real Chromium: groups, on a desk and on a phone, light and dark."""

import pytest

from beholder.collection import Library
from beholder.config import Settings
from helpers.browser import PHONE, album, answered, hung, kinds, no_wider, saved, shut

pytest_plugins = "helpers.webwall"

DESK = {"viewport": {"width": 1280, "height": 800}}
both = pytest.mark.parametrize("options", [DESK, PHONE | {"color_scheme": "dark"}], ids=["desk", "dark phone"])


@both
def test_kinds_are_rows_of_pictures_that_lead_to_all_of_a_kind(open_page, server, options):
    page = open_page(**options)
    name = answered(page, server, "/results/wall")
    page.click(".view-switch summary")
    page.click(".view-switch a:has-text('Kinds')")
    page.wait_for_url(f"{server.url}/kinds/wall")
    assert page.locator(".group img").first.bounding_box()["y"] < 300
    no_wider(page)
    page.locator(".group a[data-zoom]").first.click()
    page.locator("dialog.zoom[open] .zoom-score", has_text="place").wait_for()
    assert "Painter" in page.locator("dialog.zoom .zoom-words").inner_text()
    assert page.locator("dialog.zoom .facts").inner_text() in ("medium oil", "medium ink")
    named = page.locator("dialog.zoom [data-do=compare] span").bounding_box()["width"] > 30
    assert named == (options is DESK), "buttons bear words where there is room"
    page.keyboard.press("f")
    page.locator("dialog.zoom [data-do=favourite][aria-pressed=true]").wait_for()
    page.keyboard.press("s")
    page.locator("dialog.keep[open] h2").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    saved(page)
    assert kinds(server, name)[-1] == "favourite"
    shut(page)
    page.locator(".group h2 a").first.click()
    name = page.inner_text(".group-name > a")
    hung(page)
    assert page.locator("#wall figure").first.bounding_box()["y"] < 200
    assert page.locator("#wall figure").count() >= 1
    page.go_back()
    assert page.locator(".group h2").first.inner_text() == name


@pytest.fixture(scope="module")
def photographs(server, tmp_path_factory):
    """The same server, with "album" beside the wall: forty photographs, of which all but two tell their date."""
    library = Library(server.home, config=Settings(home=server.home, threads=1))
    library.import_source(album(tmp_path_factory.mktemp("album") / "pictures"), "album")
    library.close()
    return server


@both
def test_dates_are_months_and_a_picture_says_when_it_was_taken(open_page, photographs, options):
    page, server = open_page(**options), photographs
    answered(page, server, "/results/album")
    page.click(".view-switch summary")
    page.click(".view-switch a:has-text('Dates')")
    page.wait_for_url(f"{server.url}/dates/album")
    assert page.locator(".group h2").all_inner_texts() == ["October 2021", "August 2019", "July 2019", "Date not known"]
    assert page.locator(".group img").first.bounding_box()["y"] < 300
    no_wider(page)
    page.locator(".group a[data-zoom]").first.click()
    page.locator("dialog.zoom[open] .zoom-score", has_text="place").wait_for()
    assert page.locator("dialog.zoom .zoom-words").inner_text().endswith(" October 2021")
    page.keyboard.press("Escape")
    shut(page)
    page.click(".group h2 a:has-text('August 2019')")
    hung(page)
    assert page.inner_text(".group-name > a") == "August 2019"
    assert page.locator("select[name=sort]").input_value() == "date"
    days = page.locator("#wall figure .byline > .taken").all_inner_texts()
    days = [int(text.split()[0]) for text in days]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) > 3
    no_wider(page)


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


@pytest.mark.parametrize("path", ["/kinds/wall", "/map/wall"])
def test_no_view_is_wider_than_the_screen(open_page, server, path):
    page = open_page(**DESK)
    answered(page, server, path)
    if path.startswith("/map"):
        page.wait_for_selector("#map[data-ready]", timeout=90_000)
    for width in (320, 390, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        no_wider(page)


# The map

COLOURS = """() => { const c = document.getElementById('plane');
  const seen = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
  const wall = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  const empty = ((255 << 24) | (wall[2] << 16) | (wall[1] << 8) | wall[0]) >>> 0;
  return [new Set(seen).size, seen.reduce((n, p) => n + (p !== empty), 0) / seen.length]; }"""
PLACES = """async () => { const buffer = await (await fetch('/map/wall/points')).arrayBuffer();
  const n = new Uint32Array(buffer, 0, 1)[0];
  const column = (at) => new Int32Array(buffer, 4 + 4 * n * at, n);
  const [ids, xs, ys] = [0, 1, 2].map(column);
  return [...ids].map((id, i) => [id, xs[i], ys[i]]); }"""
SCORES = """async () => { const buffer = await (await fetch('/map/wall/points')).arrayBuffer();
  const n = new Uint32Array(buffer, 0, 1)[0];
  return [...new Float32Array(buffer, 4 + 16 * n, n)]; }"""
PLACE, MOVED = "location.hash", "old => location.hash !== old"


def view(page):
    """(x, y, CSS pixels a cell) of the map, once it rests."""
    page.wait_for_function('() => location.hash.length > 1 && !("moving" in document.getElementById("map").dataset)')
    return [float(part) for part in page.evaluate("location.hash.slice(1)").split(",")]


def lies(page, places):
    """Whether the map lies on its side: one that is wide does in an upright window, one that is high in a wide one."""
    box = page.locator("#plane").bounding_box()
    wide, high = (max(one[k] for one in places) - min(one[k] for one in places) for k in (1, 2))
    long, short = sorted((box["width"], box["height"]), reverse=True)
    assert view(page)[2] == pytest.approx(min(long / (max(wide, high) + 4), short / (min(wide, high) + 4)), rel=0.02)
    return (box["width"] - box["height"]) * (wide - high) < 0


def on_screen(page, x, y, on_side):
    """Where a cell of the map is seen."""
    middle_x, middle_y, scale = view(page)
    if on_side:
        x, y, middle_x, middle_y = y, x, middle_y, middle_x
    box = page.locator("#plane").bounding_box()
    return box["x"] + box["width"] / 2 + (x - middle_x) * scale, box["y"] + box["height"] / 2 + (y - middle_y) * scale


def mapped(page, server):
    answered(page, server, "/map/wall")
    page.wait_for_selector("#map[data-ready]", timeout=90_000)
    page.wait_for_function("() => document.querySelectorAll('#near li').length === 8")


@both
def test_the_map_is_drawn_and_opens_the_picture_that_is_pressed(open_page, server, options):
    page = open_page(**options)
    mapped(page, server)
    no_wider(page)
    colours, filled = page.evaluate(COLOURS)
    assert colours > 20
    lowest, highest = (float(page.inner_text(one)) for one in ("#lowest", "#highest"))
    scores = page.evaluate(SCORES)
    assert [lowest, highest] == pytest.approx([min(scores), max(scores)], abs=0.051)
    assert 0.02 < filled < 0.98
    press_ = page.touchscreen.tap if "is_mobile" in options else page.mouse.click
    places = page.evaluate(PLACES)
    on_side, before = lies(page, places), view(page)
    size = page.viewport_size
    page.set_viewport_size({"width": size["height"], "height": size["width"]})  # as a phone that is turned
    page.wait_for_function("old => location.hash !== old", arg=page.url[page.url.index("#") :])
    assert lies(page, places) != on_side
    page.set_viewport_size(size)
    page.wait_for_function("old => location.hash !== old", arg=page.url[page.url.index("#") :])
    assert view(page) == pytest.approx(before, rel=0.01)
    id, x, y = max(places, key=lambda one: one[0])
    page.focus("#plane")
    for _ in range(6):
        page.keyboard.press("+")
    while True:  # until the picture is well inside
        across, down = on_screen(page, x, y, on_side)
        box = page.locator("#plane").bounding_box()
        if (
            box["x"] + 70 < across < box["x"] + box["width"] - 70
            and box["y"] + 70 < down < box["y"] + box["height"] - 70
        ):
            break
        far_x, far_y = across - box["x"] - box["width"] / 2, down - box["y"] - box["height"] / 2
        key = (
            ("ArrowRight" if far_x > 0 else "ArrowLeft")
            if abs(far_x) > abs(far_y)
            else ("ArrowDown" if far_y > 0 else "ArrowUp")
        )
        before = page.evaluate(PLACE)
        page.keyboard.press(key)
        page.wait_for_function(MOVED, arg=before)
    press_(across, down)
    page.wait_for_selector(f"#map-open figure[data-item='{id}']")
    no_wider(page)
    heart = page.locator("#map-open figcaption [data-do=favourite]")
    heart.click()
    saved(page)
    assert heart.get_attribute("aria-pressed") == "true"
    page.click("#map-open button[aria-label=Close]")
    assert not page.locator("#map-open").is_visible()


def test_the_map_moves_by_mouse_wheel_and_keys_and_the_place_stays_in_the_address(open_page, server):
    page = open_page(**DESK)
    mapped(page, server)
    box = page.locator("#plane").bounding_box()
    across, down = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    x, _, scale = view(page)

    def changed(act):
        before = page.evaluate(PLACE)
        act()
        page.wait_for_function(MOVED, arg=before)
        return view(page)

    page.mouse.move(across, down)
    nearer = changed(lambda: page.mouse.wheel(0, -400))
    assert nearer[2] > 1.5 * scale
    held = (across - box["x"] - box["width"] / 2) / scale + x  # what was under the mouse still is
    assert (across - box["x"] - box["width"] / 2) / nearer[2] + nearer[0] == pytest.approx(held, abs=0.3)

    def drag():
        page.mouse.down()
        page.mouse.move(across + 90, down + 30, steps=4)
        page.mouse.up()

    dragged = changed(drag)
    assert dragged[0] == pytest.approx(nearer[0] - 90 / nearer[2], abs=0.2)
    assert not page.locator("#map-open").is_visible()
    page.reload()
    page.wait_for_selector("#map[data-ready]")
    assert view(page) == pytest.approx(dragged, abs=0.2)
    page.focus("#plane")
    assert changed(lambda: page.keyboard.press("ArrowRight"))[0] > dragged[0]
    assert changed(lambda: page.keyboard.press("Home"))[2] == pytest.approx(scale, rel=0.01)
    page.keyboard.press("Enter")
    page.wait_for_selector("#map-open figure")
    page.keyboard.press("Escape")
    assert not page.locator("#map-open").is_visible()
    assert page.evaluate("document.activeElement.id") == "plane"


def test_fingers_pinch_the_map(open_page, server):
    page = open_page(**PHONE)
    mapped(page, server)
    *_, scale = view(page)
    box = page.locator("#plane").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def fingers(kind, apart):
        touches = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    fingers("touchStart", 40)
    for apart in (60, 80, 100, 120):
        fingers("touchMove", apart)
    fingers("touchEnd", 0)
    near = "most => Number(location.hash.split(',')[2]) > most"
    page.wait_for_function(near, arg=2.7 * scale)  # it may rest in between, on a busy machine
    assert view(page)[2] == pytest.approx(3 * scale, rel=0.1)


def test_who_cannot_see_the_map_opens_the_pictures_of_its_middle_from_a_list(open_page, server):
    page = open_page(**DESK)
    mapped(page, server)
    names = page.locator("#near button").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert all(name.startswith("Open Study ") for name in names)
    page.locator("#near button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#map-open figure")
    assert page.inner_text("#map-open .title") == names[0].removeprefix("Open ")
    assert page.evaluate("document.activeElement.id") == "map-open"


def test_without_a_script_the_map_and_choosing_say_where_to_look(engine, server, open_page):
    named = open_page()
    answered(named, server, "/map/wall")
    context = engine.new_context(java_script_enabled=False, storage_state=named.context.storage_state())
    page = context.new_page()
    page.goto(f"{server.url}/map/wall")
    assert page.get_by_role("link", name="Kinds").first.get_attribute("href") == "/kinds/wall"
    page.goto(f"{server.url}/label/wall")
    told = page.locator("noscript p").bounding_box()
    assert told["y"] + told["height"] < page.viewport_size["height"]
    context.close()
