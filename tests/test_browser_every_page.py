"""Every page of the app: axe finds nothing, nothing is wider than the screen, no error is in the console."""

import importlib
import pkgutil
import re

import pytest

from beholder.collection import Library
from beholder.config import Settings
from beholder.create import Created, Kept
from beholder.session import Session
from beholder.types import Judgement
from beholder.web import pages
from helpers.browser import Server, album, brighter, hang, laid_out, no_wider
from helpers.flows import tone

axe = pytest.importorskip("axe_playwright_python.base", reason="needs axe: pip install 'beholder[test]'")
pytest_plugins = "helpers.webwall"
WIDTHS = (320, 390, 640, 768, 1024, 1280, 1920, 2560)
SCREENS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
NO_PAGES = re.compile(r"^/api/|/export\.|\.jpg$|\.png$|\.csv$|\.json$|\.html$|\.zip$|^/(map|wall)/.*/\w+$")

# Where a page is, and what is opened on it before it is looked at. {…} is filled in from what the fixture made.
PAGES = [
    "/",
    "/label/wall?mode=grid",
    "/label/wall?mode=pairs",
    "/label/wall?mode=rating",
    "/label/wall?mode=pairs [data-do=help]",
    "/results/wall",
    "/results/wall summary:has-text('Filter')",
    "/results/wall?q=nowhere",
    "/results/wall?like={item}",
    "/beside?item={item}&item={next}",
    "/kinds/wall",
    "/years/wall",
    "/dates/album",
    "/folders/wall",
    "/map/wall",
    "/taste/wall",
    "/taste/wall summary:has-text('Save')",
    "/taste/wall summary:has-text('Figures')",
    "/taste/wall .hung a",
    "/create/wall",
    "/create/wall summary:has-text('How')",
    "/create/wall/sheet",
    "/answers/wall",
    "/crops/wall",
    "/crop/{item}/wall",
    "/same/wall",
    "/shortlists",
    "/shortlists/{list}",
    "/shortlists/{list} summary:has-text('Share')",
    "/shortlists/{list}/beside",
    "/shortlists/{list}/decide",
    "/shared/{key}",
    "/shared/{closed}",
    "/people",
    "/people/{ben}",
    "/edit/wall",
    "/together?one={ada}&other={ben}&collection=wall",
    "/together?one={ada}&other={cleo}&collection=wall",
    "/code",
    "/nowhere",
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A server whose people have answered, kept shortlists and shared them; what its addresses are made of."""
    home = tmp_path_factory.mktemp("every") / "data"
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(hang(home / "pictures"), "wall")
    library.import_source(album(home / "album"), "album")
    said, made = [one["items"] for one in brighter(library)], {}
    for name in ("Ada", "Ben", "Cleo"):
        made[name.lower()] = library.store.add_person(name).id
        if name != "Cleo":
            session = Session(library, "wall", name)
            session.record([Judgement("choice", tuple(ids), f"{name}{n}") for n, ids in enumerate(said)])
            session.settle()
            session.close()
    items, kept = library.collection("wall").items, library.store.shortlists
    made |= {"item": items[3].id, "next": items[4].id}
    for which, pin in (("key", ""), ("closed", "2468")):
        one = kept.add(made["ada"], f"For the {'hall' if which == 'key' else 'stairs'}")
        for item in items[:3]:
            kept.put(one, item.id)
        kept.share(one, pin)
        one = kept.get(one.id, made["ada"])
        made |= {which: one.key, "list": one.id}
    ada = Kept(library, library.store.person("Ada"), library.store.collection("wall"))
    for seed in (1, 2):
        recipe = {"engine": "flow", "seed": seed, "strength": 0.4, "style": "oil", "made_of": {"like": ["p003"]}}
        ada.add(Created(tone(seed), tone(9), recipe, 8.4, 5.2, 7.9, 5.0, 0.3, True), round="1")
    library.close()
    server = Server(home).start()
    yield server, made
    server.kill()


@pytest.fixture(scope="module")
def ada(gallery, engine):
    """What a browser keeps of its being Ada's."""
    context = engine.new_context()
    page = context.new_page()
    page.goto(f"{gallery[0].url}/people")
    page.click("button.person:has-text('Ada')")
    page.wait_for_url(f"{gallery[0].url}/")
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture
def look(gallery, ada, open_page):
    """Opens one of PAGES as Ada, with what is to be opened on it; fails where the console has an error."""
    server, made = gallery
    errors = []

    def look(entry):
        address, _, opened = entry.partition(" ")
        page = open_page(viewport=SCREENS["desk"], storage_state=ada)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(server.url + address.format(**made))
        page.wait_for_function("() => !document.querySelector('#label') || document.querySelector('#wall img')")
        if opened:
            page.locator(opened).first.click()
        return page

    yield look
    assert [one for one in errors if "404" not in one] == []


def wrong(page):
    """What axe finds on a page: light and dark, on a desk and on a phone."""
    found = []
    page.evaluate(axe.AXE_SCRIPT)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for screen, size in SCREENS.items():
            page.set_viewport_size(size)
            laid_out(page)
            for one in page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)"):
                found += [f"{scheme} {screen} {one['id']}: {node['html'][:200]}" for node in one["nodes"]]
    return found


@pytest.mark.parametrize("entry", PAGES)
def test_a_page_fits_every_screen_and_axe_finds_nothing_light_and_dark(look, entry):
    page = look(entry)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        no_wider(page)
    assert wrong(page) == []


@pytest.mark.parametrize("width", [641, 700, 768, 900, 1001, 1280])
def test_the_menu_is_one_line_and_covers_nothing(look, width):
    page = look("/people")
    page.set_viewport_size({"width": width, "height": 800})
    laid_out(page)
    name, nav, signs = (page.locator(one).bounding_box() for one in (".bar .name", ".bar nav", ".bar .signs"))
    assert name["x"] + name["width"] <= nav["x"]
    assert nav["x"] + nav["width"] <= signs["x"]
    assert page.locator(".bar").bounding_box()["height"] < 70
    ends = page.locator(".bar nav a >> visible=true").last.bounding_box()
    assert ends["x"] + ends["width"] <= nav["x"] + nav["width"] + 1


def test_the_welcome_does_so_too(open_page, tmp_path):
    home = tmp_path / "data"
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(hang(tmp_path / "pictures", 12), "wall")
    library.close()
    server, page = Server(home).start(), open_page()
    try:
        page.goto(server.url)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            no_wider(page)
        assert wrong(page) == []
    finally:
        server.kill()


def test_every_page_of_the_app_is_looked_at():
    addresses = [one.partition(" ")[0].partition("?")[0] for one in PAGES]
    names = [f"{pages.__name__}.{one.name}" for one in pkgutil.iter_modules(pages.__path__)]
    routers = [getattr(importlib.import_module(name), "router", None) for name in names]
    routes = [route for router in routers if router for route in router.routes]
    paths = {route.path for route in routes if "GET" in route.methods and not NO_PAGES.search(route.path)}
    seen = {path for path in paths if any(re.fullmatch(re.sub("{[^}]*}", "[^/]+", path), one) for one in addresses)}
    assert paths - seen == {"/label", "/results", "/taste", "/create"}
