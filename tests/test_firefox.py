"""The app in Firefox: every page is whole; people add, choose, filter, keep, decide, export and see their taste."""

import pytest

from helpers.firefox import firefox  # noqa: F401
from test_browser_every_page import PAGES, gallery  # noqa: F401

pytest_plugins = "helpers.webwall"
WIDTHS = (1280, 500)  # a window of Firefox cannot be narrower
LOOKS = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (500, "dark")])

SEEN = """(image) => {
    let [left, top, right, bottom] = [0, 0, innerWidth, innerHeight];
    for (let part = image; part; part = part.parentElement) {
        if (part !== image && getComputedStyle(part).overflowX === 'visible') continue;
        const box = part.getBoundingClientRect();
        [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
        [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    return image.checkVisibility() && left < right && top < bottom;
}"""  # of an image: no part that it lies in cuts all of it off


@pytest.fixture(scope="module")
def ada(firefox, gallery):  # noqa: F811
    """Firefox, which Ada has opened. returns: it, the server's address, what addresses are made of"""
    server, made = gallery
    firefox.goto(f"{server.url}/people")
    firefox.run("[...document.querySelectorAll('button.person')].find(b => b.textContent.includes('Ada')).click()")
    firefox.until("location.pathname === '/'")
    return firefox, server.url, made


@pytest.fixture
def visit(ada):
    """Opens an address as Ada; fails where the console has an error afterwards."""
    browser, url, made = ada
    browser.errors(url)

    def visit(address):
        browser.goto(url + address.format(**made))
        return browser

    yield visit
    assert browser.errors(url) == []


@pytest.mark.parametrize("address", [one for one in PAGES if " " not in one])
def test_a_page_is_whole_in_firefox(visit, address):
    browser = visit(address)
    browser.until("!document.querySelector('#label') || document.querySelector('#wall img')")
    assert browser.run("return document.querySelector('main').innerText.trim().length") > 10
    for width in WIDTHS:
        browser.wide(width)
        browser.until("document.documentElement.scrollWidth <= innerWidth")
        browser.until(f"[...document.images].filter({SEEN}).every(i => i.complete && i.naturalWidth)")


def test_the_wall_is_walked_with_keys_and_a_heart_is_kept(visit):
    browser = visit("/results/wall")
    browser.wide(1280)
    browser.until("document.querySelector('#wall.hung figure')")
    browser.press("\ue014")
    browser.until("document.activeElement.closest('#wall figure')")
    browser.press("f")
    browser.until("document.activeElement.closest('figure').querySelector('[data-do=favourite][aria-pressed=true]')")
    browser.until("document.querySelector('.saved[data-state=saved]')")


def opened(visit, address, width, scheme):
    """A page in a window of this width and scheme."""
    browser = visit(address)
    browser.wide(width)
    browser.scheme(scheme)
    browser.until("matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches", scheme)
    browser.until("document.documentElement.scrollWidth <= innerWidth")
    return browser


@LOOKS
@pytest.mark.parametrize(
    ("mode", "answers"),
    [
        ("grid", [("#wall .slot:nth-child(2) .tile", "3", "#controls button")]),
        ("pairs", [("#wall .slot:nth-child(2) .plate",), ("\ue012",)]),
        ("rating", [("#controls [aria-label='7 of 10']",), ("8",)]),
    ],
)
def test_questions_are_answered_with_the_mouse_and_with_keys_and_kept(visit, mode, answers, width, scheme):
    browser = opened(visit, f"/label/wall?mode={mode}", width, scheme)
    asked = "document.getElementById('label').dataset.question"
    for answer in answers:
        browser.until(f"{asked} && document.querySelector('#wall img')?.naturalWidth")
        before = browser.run(f"return {asked}")
        for one in answer:
            (browser.click if one[0] == "#" else browser.press)(one)
        browser.until(f"{asked} && {asked} !== arguments[0]", before)
    browser.until("document.querySelector('.saved[data-state=saved]')")


@LOOKS
def test_a_picture_of_the_wall_is_looked_at_hidden_and_others_like_it_found(visit, width, scheme):
    browser = opened(visit, "/results/wall", width, scheme)
    browser.until("document.querySelector('#wall.hung figure .verdict')")
    browser.press("\ue014")
    browser.until("document.activeElement.closest('#wall figure')")
    browser.press("z")
    browser.until("document.querySelector('dialog.zoom[open] img')?.naturalWidth")
    browser.press("\ue00c")
    browser.until("!document.querySelector('dialog.zoom[open]')")
    browser.press("x")
    browser.until("document.querySelector('#wall figure.is-hidden')")
    browser.press("u")
    browser.until("!document.querySelector('#wall figure.is-hidden')")
    browser.until("document.querySelector('.saved[data-state=saved]')")
    browser.press("m")
    browser.until("location.search.includes('like=') && document.querySelector('#wall.hung figure .verdict')")


@LOOKS
def test_a_filter_counts_at_once_and_keeps_what_is_chosen(visit, width, scheme):
    browser = opened(visit, "/results/wall", width, scheme)
    browser.until("document.querySelector('#wall.hung figure')")
    browser.run("document.querySelector('.filter-box summary').click()")
    show = "document.querySelector('.panel-end button')"
    before = browser.run(f"return {show}.textContent")
    browser.run("document.querySelector('.facet input[type=checkbox]').click()")
    browser.until(f"{show}.textContent !== arguments[0]", before)
    count = int(browser.run(f"return {show}.textContent.match(/\\d+/)[0]"))
    browser.run(f"{show}.click()")
    browser.until("location.search && document.querySelector('#wall.hung')")
    browser.until("document.querySelector('#wall figure .verdict')")
    order = "fetch('/wall/wall/order' + location.search).then(all => all.arrayBuffer())"
    assert browser.run(f"return {order}.then(all => all.byteLength / 8)") == count


@LOOKS
def test_a_shortlist_is_noted_ordered_seen_side_by_side_and_decided(visit, width, scheme):
    browser = opened(visit, "/shortlists/{list}", width, scheme)
    browser.until("document.querySelectorAll('#list > li [data-grip]').length === 3")
    said = "document.getElementById('said').textContent.includes(arguments[0])"
    browser.run(
        """const note = document.querySelector('[data-note]');
           note.value = arguments[0];
           for (const kind of ['input', 'change']) note.dispatchEvent(new Event(kind, {bubbles: true}));""",
        f"in {scheme}, {width} wide",
    )
    browser.until(said, "Note saved")
    order = "[...document.querySelectorAll('#list > li')].map(one => one.dataset.item).join()"
    before = browser.run(f"return {order}")
    browser.run("[...document.querySelectorAll('[data-grip]')].at(-1).focus()")
    browser.press("\ue013")
    browser.until(said, "Order saved")
    assert browser.run(f"return {order}") != before
    for address, shown in (("beside", ".same-height img"), ("decide", ".pair img")):
        browser.goto(
            browser.run("return location.origin + '/shortlists/' + location.pathname.split('/')[2]") + f"/{address}"
        )
        browser.until("document.querySelectorAll(arguments[0]).length > 1 || document.querySelector('.chosen')", shown)
        browser.run("document.querySelector('.chosen') && document.querySelectorAll('#controls button')[1].click()")
        browser.until("document.querySelectorAll(arguments[0]).length > 1", shown)  # decided anew, if it was before
        browser.until("document.documentElement.scrollWidth <= innerWidth")
    for _ in range(2):  # two pairs decide between three
        browser.until("document.querySelector('.pair') || !document.querySelector('#controls button')")
        before = browser.run("return document.getElementById('wall').innerHTML")
        browser.press("\ue012")
        browser.until("document.getElementById('wall').innerHTML !== arguments[0]", before)


@LOOKS
def test_a_shortlist_is_exported_as_a_page_a_table_and_a_pdf(visit, width, scheme):
    browser = opened(visit, "/shortlists/{list}", width, scheme)
    assert browser.pdf()[:5] == b"%PDF-"
    titles = browser.run("return [...document.querySelectorAll('#list > li')].map(one => one.dataset.title)")
    browser.click(".list-bar summary")
    for kind in ("html", "csv"):
        browser.click(f"a[download][href$='.{kind}']")
    page, table = (browser.downloaded(f"For_the_stairs.{kind}") for kind in ("html", "csv"))
    assert all(title in table.read_text("utf-8") for title in titles)
    table.unlink()
    browser.goto(page.as_uri())
    browser.until("document.images.length === 3 && [...document.images].every(one => one.naturalWidth)")
    page.unlink()


@LOOKS
def test_a_taste_is_seen_asked_about_and_saved(visit, width, scheme):
    browser = opened(visit, "/taste/wall", width, scheme)
    sentence = browser.run("return document.querySelector('h1').innerText")
    assert len(sentence) > 10
    browser.click(".hung a")
    browser.until("document.querySelector('dialog.zoom[open] img')?.naturalWidth")
    browser.press("\ue00c")
    browser.until("!document.querySelector('dialog.zoom[open]')")
    browser.click(".figures summary")
    browser.until("document.querySelector('.figures[open] h2').checkVisibility()")
    asked = "[...document.querySelectorAll('.prefer [name=item]')].map(one => one.value).join()"
    before = browser.run(f"return {asked}")
    browser.click(".prefer button")
    browser.until(f"document.querySelector('h1.said') && {asked} !== arguments[0]", before)


@LOOKS
def test_what_two_would_love_is_shown_side_by_side(visit, width, scheme):
    browser = opened(visit, "/together?one={ada}&other={ben}&collection=wall", width, scheme)
    browser.until("document.querySelector('main img')?.naturalWidth")
    assert "Ben" in browser.run("return document.querySelector('main').innerText")


@LOOKS
def test_pictures_are_added_in_the_browser_and_asked_about(visit, width, scheme):
    browser = opened(visit, "/", width, scheme)
    name = f"{scheme} {width}"
    browser.until("document.getElementById('drop').checkVisibility()")
    browser.run(
        """const draw = Array.from({length: 20}, (_, n) => {
             const canvas = Object.assign(document.createElement('canvas'), {width: 90 + 4 * (n % 5), height: 80});
             const brush = canvas.getContext('2d');
             for (let at = 0; at < 12; at++) {
               brush.fillStyle = `hsl(${(n * 71 + at * 29 + arguments[1]) % 360} 70% ${20 + 5 * at}%)`;
               brush.fillRect((at * 37 + n * 11) % 90, (at * 23 + n * 17) % 70, 40, 30);
             }
             return new Promise(done => canvas.toBlob(blob => done(new File([blob], `${n}.png`, {type: 'image/png'}))));
           });
           return Promise.all(draw).then(drawn => {
           document.querySelector('#drop [name=name]').value = arguments[0];
           const [input, chosen] = [document.querySelector('[data-input=files]'), new DataTransfer()];
           for (const file of drawn) chosen.items.add(file);
           input.files = chosen.files;
           input.dispatchEvent(new Event('change'));
           });""",
        name,
        width,
    )
    browser.until("document.querySelector('main')?.innerText.includes(`${arguments[0]}: 20 new pictures`)", name)
    visit(f"/label/{name.replace(' ', '%20')}?mode=pairs")
    asked = "document.getElementById('label')?.dataset.question"
    browser.until(f"{asked} && document.querySelector('#wall img')?.naturalWidth")
    before = browser.run(f"return {asked}")
    browser.press("\ue012")
    browser.until(f"{asked} && {asked} !== arguments[0]", before)
    browser.until("document.querySelector('.saved[data-state=saved]')")
