"""New pictures in a real browser: pressed for, seen coming, loved, chosen between, and what a killed server keeps."""

from pathlib import Path

import pytest

from helpers.browser import PHONE, Server, answered, copied, no_wider, shut

pytest_plugins = "helpers.webwall"
QUICK = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from helpers.quick import make_quick
make_quick()
"""
DESK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
SLOW = 120_000  # ms that a round may take on a busy machine


@pytest.fixture
def quick(hung, tmp_path):
    server = Server(copied(hung, tmp_path / "data"), QUICK).start()
    yield server
    server.kill()


def ordered(page, count="2", engine="flow"):
    """Press the button, with a quick brush; `flow` waits while it is held."""
    page.locator("summary", has_text="How").click()
    page.select_option("[name=engine]", engine)
    page.select_option("[name=style]", "pointillism")
    page.select_option("[name=count]", count)
    assert page.locator(".order-fields").bounding_box()["x"] >= 0
    no_wider(page)
    page.keyboard.press("Escape")
    page.locator("#order > .main").click()


def done(page, count=2):
    page.wait_for_selector("#live:not([data-active])", timeout=SLOW, state="attached")
    assert page.locator("#round .made figure[id]").count() == count


@pytest.mark.parametrize("device", [DESK, PHONE | {"color_scheme": "dark"}], ids=["desk", "phone"])
def test_pictures_come_are_loved_and_lead_the_next_round(open_page, quick, device):
    page, said = open_page(**device), []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    answered(page, quick, "/create/wall")
    page.locator(".first").wait_for()
    (quick.home / "hold").touch()
    ordered(page)
    page.locator(".to-come img:not([hidden])").first.wait_for(timeout=SLOW)
    assert "of 2" in page.locator("#said").inner_text()
    assert page.locator("#order > .main").is_disabled()
    (quick.home / "hold").unlink()
    done(page)
    no_wider(page)
    assert page.locator("#order > .main").is_enabled()
    one = page.locator("#round figure").first
    assert one.locator("a[download]:visible").count() == 0, "what is seldom wanted is folded"
    one.locator(".made-details > summary").click()
    assert [link.bounding_box()["height"] >= 44 for link in one.locator("a[download]").all()] == [True, True]
    assert page.locator(".of-scores").is_visible()
    mine = one.locator(".plate:not(.twin)")
    assert "your taste" in one.locator(".scores").first.inner_text()
    one.locator("[data-twin]").check()
    one.locator(".plate.twin img").wait_for()
    assert mine.is_hidden()
    assert "without your taste" in one.locator(".scores.of-twin").inner_text()
    one.locator("[data-twin]").uncheck()
    assert mine.is_visible()
    mine.click()
    page.locator("dialog.zoom img").wait_for()
    assert "your taste" in page.locator(".zoom-words").inner_text()
    page.keyboard.press("Escape")
    shut(page)
    love, no = (one.locator(f"[data-said={what}]") for what in ("love", "no"))
    love.click()
    one.locator("[data-said=love][aria-pressed=true]").wait_for()
    no.click()
    one.locator("[data-said=no][aria-pressed=true]").wait_for()
    assert love.get_attribute("aria-pressed") == "false"
    love.click()
    one.locator("[data-said=love][aria-pressed=true]").wait_for()
    page.locator("#which button").first.click()
    page.locator("#which").wait_for(state="detached")
    one.locator("[data-keep]").click()
    page.locator("dialog.keep input[maxlength]").fill("Hall")
    page.keyboard.press("Enter")
    page.locator("dialog.keep li a").wait_for()
    page.keyboard.press("Escape")
    page.reload()
    assert page.locator("#round [data-said=love][aria-pressed=true]").count() == 1
    for figure in page.locator("#round figure").all():
        figure.locator(".made-details > summary").click()
        figure.locator("[name=between]").check()
    page.locator("button", has_text="Mix the two ticked").click()
    page.locator("#round h2", has_text="Round 2").wait_for()
    done(page)
    assert page.locator(".earlier figure").count() == 2
    no_wider(page)
    page.locator("a", has_text="Print what you love").click()
    page.locator("#print").wait_for()
    assert page.locator(".sheets figure").count() == 1
    no_wider(page)
    assert not said


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_done_with_words_is_said_while_they_are_typed(open_page, quick, device):
    page = open_page(**device)
    answered(page, quick, "/create/wall")
    page.locator("summary", has_text="How").click()
    page.select_option("[name=engine]", "painter")
    page.fill("[name=more]", "woman, sea")
    page.locator("#of-words", has_text="“woman” can be drawn only as simple heads").wait_for()
    no_wider(page)
    assert page.input_value("[name=more]") == "woman, sea"
    page.fill("[name=more]", "sea")
    page.locator("#of-words").wait_for(state="hidden")


def test_a_round_is_stopped_while_the_page_is_renewed_and_a_killed_server_keeps_what_is_finished(open_page, quick):
    page = open_page(**DESK)
    answered(page, quick, "/create/wall")
    (quick.home / "hold").touch()
    ordered(page, "4")
    page.locator(".to-come img:not([hidden])").first.wait_for(timeout=SLOW)
    held = []
    page.route("**/create/wall", lambda route: held.append(route))
    page.route("**/wall/round", lambda route: route.fulfill(json=route.fetch().json() | {"done": 9}))  # the page is old
    with page.expect_navigation():
        for act in (page.mouse.down, page.mouse.up):
            while not held:
                page.wait_for_timeout(10)
            page.locator("button", has_text="Stop").hover(force=True)
            act()
            held.pop().continue_()
    page.unroute_all(behavior="ignoreErrors")
    (quick.home / "hold").unlink()
    page.wait_for_selector("#live:not([data-active])", timeout=SLOW, state="attached")
    assert "Stopped" in page.locator("#said").inner_text()
    ordered(page, "4")
    page.locator("#round figure[id]").first.wait_for(timeout=SLOW)
    kept = page.locator("#round figure[id]").count()
    quick.kill()
    quick.start()
    page.goto(f"{quick.url}/create/wall")
    assert "Beholder was ended before this round was." in page.locator(".note").inner_text()
    assert page.locator("#round figure[id]").count() >= kept
    ordered(page, "1", "painter")
    done(page, 1)
    assert page.locator(".earlier figure").count() >= kept


def test_the_page_works_without_a_script(open_page, quick):
    page = open_page(viewport={"width": 390, "height": 844})
    name = answered(page, quick, "/create/wall")
    plain = open_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    plain.goto(f"{quick.url}/people?next=/create/wall")
    plain.locator("button.person", has_text=name).click()
    plain.locator("summary", has_text="How").click()
    plain.select_option("[name=style]", "pointillism")
    plain.select_option("[name=count]", "1")
    plain.locator("#order > .main").click()
    plain.locator("#round figure[id]").wait_for(timeout=SLOW)  # the page asks again by itself
    plain.locator("[data-said=love]").click()
    plain.locator("[data-said=love][aria-pressed=true]").wait_for()
    plain.locator(".made-details > summary").click()
    plain.locator("[data-twin]").check()
    plain.locator(".plate.twin img").wait_for()
