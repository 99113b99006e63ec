"""Shortlists: what a person keeps on them, what others may see and say, and that nobody else's is touched."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from beholder.errors import UnknownName, UserError
from beholder.locator import Locator
from beholder.offers import wall_size
from beholder.types import Details, Item
from beholder.web.pages import shortlists
from beholder.web.zipping import zipped
from helpers.browser import SAFE, as_person, choose, event, form, send, shown_to

pytest_plugins = "helpers.webwall"


@pytest.fixture
def mine(wall, request):
    person = wall.store.add_person(f"Ida {request.node.name}"[:60], another=True)
    made = wall.store.shortlists.add(person.id, "For the hall")
    return wall.store.shortlists, made, [item.id for item in wall.store.items(wall.store.collection("wall").id)[:5]]


def again(kept, one):
    return kept.get(one.id, one.person_id)


def test_pictures_stand_in_the_order_of_the_person(mine):
    kept, one, ids = mine
    for id in ids:
        kept.put(again(kept, one), id)
    assert again(kept, one).items == tuple(ids)
    kept.order(again(kept, one), [ids[3], ids[0], 10**9])
    assert again(kept, one).items == (ids[3], ids[0], ids[1], ids[2], ids[4])


def test_a_note_comes_back_with_a_picture_that_was_taken_off(mine):
    kept, one, ids = mine
    kept.put(one, ids[0])
    kept.note(one, ids[0], "too blue?\n\x00 ask for the frame  ")
    kept.take_off(one, ids[0])
    assert again(kept, one).items == ()
    kept.put(again(kept, one), ids[0])
    assert kept.notes(one) == {ids[0]: "too blue?\n ask for the frame"}


def test_what_is_too_much_is_refused_with_a_sentence(mine):
    kept, one, ids = mine
    with pytest.raises(UserError, match="at most 2,000"):
        kept.note(one, ids[0], "x" * 2001)
    with pytest.raises(UserError, match="4 to 12 digits"):
        kept.share(one, "12a4")


def test_a_pin_is_not_kept_and_opens_only_with_itself(mine):
    kept, one, _ = mine
    pin = "246813579024"  # too long to stand in a hash by chance
    kept.share(one, pin)
    shared = again(kept, one)
    assert pin not in shared.pin
    assert shared.opens_with(pin)
    assert not shared.opens_with(pin[:-1] + "5")
    kept.share(shared, "")
    assert again(kept, one).pin is None
    assert again(kept, one).key == shared.key
    kept.unshare(shared)
    with pytest.raises(UnknownName, match="not shared any more"):
        kept.shared(shared.key)


def test_a_second_heart_takes_the_first_back_and_comments_stay(mine):
    kept, one, ids = mine
    for text in ("", "lovely", "", "lovely"):
        kept.say(one, ids[0], "Ola", text)
    assert [remark.text for remark in kept.remarks(one)] == ["lovely", "lovely"]
    kept.delete(one)
    assert kept.remarks(one) == []
    assert kept.of(one.person_id) == []


@pytest.mark.parametrize(
    ("told", "ratio", "size"),
    [
        (Details(width_mm=500, height_mm=400), 1.25, (500, 400)),
        (Details(width_mm=500, height_mm=400, frame_width_mm=560, frame_height_mm=460), 1.25, (560, 460)),
        (Details(long_mm=500, short_mm=400), 0.8, (400, 500)),  # the picture says which side is which
        (Details(long_mm=500, short_mm=400), 1.25, (500, 400)),
        (Details(width_mm=500), 1.25, None),
    ],
)
def test_the_size_on_a_wall(told, ratio, size):
    assert wall_size(told, ratio) == size


@pytest.fixture
def listed(client, wall):
    """A client with a shortlist of four pictures; returns (client, its number, the ids)."""
    as_person(client)
    ids = [item.id for item in wall.store.items(wall.store.collection("wall").id)[:4]]
    headers = SAFE | {"X-Beholder-Person": shown_to(client)}
    first = client.post("/api/shortlists", json={"item": ids[0], "on": True, "name": "Hall"}, headers=headers).json()
    for id in ids[1:]:
        said = {"item": id, "on": True, "shortlist": first["id"]}
        assert client.post("/api/shortlists", json=said, headers=headers).json()["on"]
    return client, first["id"], ids


def test_a_shortlist_is_one_persons_own(listed, wall):
    client, number, ids = listed
    as_person(client)
    assert client.get(f"/shortlists/{number}").status_code == 404
    assert form(client, f"/shortlists/{number}/delete").status_code == 404
    assert form(client, f"/shortlists/{number}/put", item=ids[0], on="0").status_code == 404
    text = client.get("/shortlists").text
    assert "No shortlist yet" in text
    assert "has 1 shortlist that is not shared. It comes here as soon as" in text
    assert "Hall" not in text


def test_who_shares_what_only_this_machine_can_open_is_given_the_command_that_lets_others_in(listed, monkeypatch):
    client, number, _ = listed
    form(client, f"/shortlists/{number}/share", pin="")
    command = "<code>beholder serve --host 0.0.0.0 --port 8765</code>"
    assert command in client.get(f"/shortlists/{number}").text
    monkeypatch.setattr("sys.argv", ["/opt/my env/beholder"])
    assert "&#39;/opt/my env/beholder&#39; serve --host" in client.get(f"/shortlists/{number}").text
    form(client, f"/shortlists/{number}/unshare")


def test_results_marks_what_is_on_a_shortlist(listed, wall):
    client, _, ids = listed
    other = wall.store.items(wall.store.collection("wall").id)[4].id
    choose(client, 12)
    text = client.get(f"/wall/wall/tiles?items={ids[0]},{other}").text
    assert re.findall(r'data-item="(\d+)" data-listed="(.*?)"', text) == [(str(ids[0]), "On shortlist Hall")]


def test_its_pictures_are_saved_as_they_are_in_its_order(listed, wall):
    client, number, ids = listed
    reply = client.get(f"/shortlists/{number}/pictures.zip")
    assert reply.headers["content-type"] == "application/zip"
    assert 'filename="Hall.zip"' in reply.headers["content-disposition"]
    book, items = zipfile.ZipFile(io.BytesIO(reply.content)), wall.store.some_items(ids)
    assert book.testzip() is None
    assert book.namelist() == [f"{at} {item.locator.name}" for at, item in enumerate(items, 1)]
    assert [book.read(name) for name in book.namelist()] == [item.locator.path.read_bytes() for item in items]
    made = [datetime.fromtimestamp(item.locator.path.stat().st_mtime) for item in items]
    assert all(abs(datetime(*one.date_time) - at).seconds < 3 for one, at in zip(book.infolist(), made, strict=True))
    as_person(client)
    assert client.get(f"/shortlists/{number}/pictures.zip").status_code == 404


def test_a_picture_that_cannot_be_saved_is_named_and_a_part_of_a_photo_is_that_part(wall, tmp_path):
    whole, part, lost, other = wall.store.items(wall.store.collection("wall").id)[:4]
    items = [
        replace(whole, columns={"date taken": "2019-08-14 15:32:08"}), replace(part, crop="0 0 1 0 1 1 0 1"),
        replace(lost, locator=Locator.of(tmp_path / "lost.png")),
        replace(other, gone=True),
    ]  # fmt: skip
    book = zipfile.ZipFile(io.BytesIO(b"".join(zipped(items, lambda item: b"part"))))
    assert book.testzip() is None
    stem = Path(part.locator.name).stem
    assert book.namelist() == [f"1 {whole.locator.name}", f"2 {stem} part.jpg", "not there.txt"]
    assert book.read(f"2 {stem} part.jpg") == b"part"
    assert book.infolist()[0].date_time == (2019, 8, 14, 15, 32, 8)
    told = book.read("not there.txt").decode()
    assert f"{tmp_path / 'lost.png'}" in told
    assert str(other.locator) in told


def test_a_tournament_says_what_is_known_of_its_pictures(listed, wall):
    client, number, ids = listed
    page = client.get(f"/shortlists/{number}/decide").text
    said = re.findall(r'data-said="([^"]*)"', page)
    assert len(said) == len(ids)
    assert said == [f"Painter {n} · {100 + n} EUR" for n in range(4)]


def test_it_works_without_a_script(listed):
    client, number, ids = listed
    assert form(client, f"/shortlists/{number}/up", item=ids[1]).status_code == 303
    shown = [int(id) for id in re.findall(r'<li id="p(\d+)"', client.get(f"/shortlists/{number}").text)]
    assert shown == [ids[1], ids[0], *ids[2:]]
    assert form(client, f"/shortlists/{number}/down", item=ids[1]).headers["location"].endswith(f"#p{ids[1]}")
    form(client, f"/shortlists/{number}/down", item=ids[-1])
    form(client, f"/shortlists/{number}/top", item=ids[-1])
    shown = [int(id) for id in re.findall(r'<li id="p(\d+)"', client.get(f"/shortlists/{number}").text)]
    assert shown == [ids[-1], *ids[:-1]]
    for _ in ids:
        form(client, f"/shortlists/{number}/down", item=ids[-1])
    shown = [int(id) for id in re.findall(r'<li id="p(\d+)"', client.get(f"/shortlists/{number}").text)]
    assert shown == ids
    form(client, f"/shortlists/{number}/put", item=ids[1], on="0")
    form(client, f"/shortlists/{number}/rename", name="Kitchen")
    text = client.get(f"/shortlists/{number}").text
    assert "Kitchen" in text
    assert f'id="p{ids[1]}"' not in text


def test_what_is_taken_off_comes_back_to_its_place_with_its_note(listed):
    client, number, ids = listed
    client.post(f"/shortlists/{number}/note", json={"item": ids[1], "text": "ask"}, headers=SAFE)
    reply = form(client, f"/shortlists/{number}/put", item=ids[1], on="0")
    assert reply.headers["location"] == f"/shortlists/{number}?off={ids[1]}&at=1"
    assert "is off." in (text := client.get(reply.headers["location"]).text)
    assert f'name="item" value="{ids[1]}"><input type="hidden" name="at" value="1">' in text
    assert form(client, f"/shortlists/{number}/put", item=ids[1], at="1").headers["location"] == f"/shortlists/{number}"
    text = client.get(f"/shortlists/{number}?off={ids[1]}&at=1").text
    assert [int(id) for id in re.findall(r'<li id="p(\d+)"', text)] == ids
    assert ("data-note>ask<" in text, "is off." in text) == (True, False)
    assert client.get(f"/shortlists/{number}?off=no").status_code == 422


def shown(client, address):
    return [int(id) for id in re.findall(r'<li id="p(\d+)"', client.get(address).text)]


def test_it_is_sorted_in_one_press_and_back(listed):
    client, number, ids = listed
    assert 'value="score"' not in client.get(f"/shortlists/{number}").text, "nothing is known of a taste"
    assert form(client, f"/shortlists/{number}/sort", by="score").status_code == 422
    choose(client, 12)
    scores = {id: score(client, number, id) for id in ids}
    reply = form(client, f"/shortlists/{number}/sort", by="score")
    address = reply.headers["location"]
    assert address == f"/shortlists/{number}?sorted_by=score&before={'-'.join(map(str, ids))}"
    assert shown(client, address) == sorted(ids, key=lambda id: -scores[id]) == shown(client, f"/shortlists/{number}")
    assert "4 pictures, sorted: best first, by your taste." in client.get(address).text
    assert form(client, f"/shortlists/{number}/sort", before="-".join(map(str, ids))).status_code == 303
    assert shown(client, f"/shortlists/{number}") == ids
    assert form(client, f"/shortlists/{number}/sort", before="1-x").status_code == 422
    assert form(client, f"/shortlists/{number}/sort", by="size").status_code == 422
    assert shown(client, f"/shortlists/{number}?sorted_by=nothing&before=x") == ids


def score(client, number, id):
    text = client.get(f"/shortlists/{number}").text
    return float(re.search(rf'<li id="p{id}".*?<b class="list-score"[^>]*>([\d.]+)<', text, re.DOTALL)[1])


def entry(id, price=None, currency="EUR", taken="", terms=None):
    columns = {"date taken": taken} if taken else {}
    details = Details(price=price, currency=currency, terms=terms)
    item = Item(id, str(id), Locator.of("x.png"), "0" * 64, 4, 3, columns, details=details)
    return shortlists._Entry(item, "wall", "", "", [], [])


def test_an_order_is_offered_where_two_pictures_have_it_and_what_has_none_comes_last():
    priced = [entry(1), entry(2, 900), entry(3, 80)]
    assert [shortlists._can_sort(priced[:n], "price") for n in (2, 3)] == [False, True]
    assert shortlists._can_sort([entry(1, 80), entry(2, currency=None, terms="free")], "price")
    assert shortlists._value(entry(1, terms="free"), "price") == 0
    assert not shortlists._can_sort([entry(1, 5), entry(2, 6, "DKK")], "price"), "two currencies have no order"
    dated = [entry(1, taken="2019-08-14 10:00:00"), entry(2, taken="2018-01-02"), entry(3)]
    assert shortlists._can_sort(dated, "date")
    values = [shortlists._value(one, "date") for one in dated]
    assert values[1] < values[0]
    assert np.isnan(values[2])


def test_others_need_the_pin_and_cannot_try_them_all(listed, app):
    client, number, ids = listed
    form(client, f"/shortlists/{number}/share", pin="4711")
    address = re.search(r'readonly value="([^"]+)"', client.get(f"/shortlists/{number}").text)[1]
    path = address.partition("/shared/")[1] + address.partition("/shared/")[2]
    as_person(client)
    text = client.get("/shortlists").text
    assert (f'href="{path}"' in text, "A shortlist with a PIN" in text, "Hall" in text) == (True, True, False)
    client.post(f"{path}/pin", data={"pin": "4711"}, follow_redirects=False)
    assert '<a href="/shortlists">All shortlists</a>' in client.get(path).text
    client.cookies.clear()
    assert "PIN" in client.get(path).text
    assert f'id="p{ids[0]}"' not in client.get(path).text
    assert client.post(f"{path}/say", data={"item": ids[0], "name": "Ola", "heart": "1"}).status_code == 403
    assert client.post(f"{path}/pin", data={"pin": "4712"}).status_code == 403
    assert client.post(f"{path}/pin", data={"pin": "4711"}, follow_redirects=False).status_code == 303
    client.post(f"{path}/say", data={"item": ids[0], "name": "Ola", "heart": "1"})
    client.post(f"{path}/say", data={"item": ids[0], "name": "Ola", "text": "<b>yes</b>"})
    text = client.get(path).text
    assert "All shortlists" not in text, "a guest is led nowhere else"
    assert "&lt;b&gt;yes" in text
    assert 'data-by="[&#34;Ola&#34;]"' in text
    assert "<b>yes" not in text
    for text in ("", "  ", "\u200b"):  # nothing is said, and it is no heart
        said = {"item": ids[0], "name": "Ola", "text": text}
        reply = client.post(f"{path}/say", data=said, follow_redirects=False)
        assert reply.headers["location"] == f"{path}#p{ids[0]}"
    assert 'data-by="[&#34;Ola&#34;]"' in client.get(path).text
    refused = client.post(f"{path}/say", data={"item": ids[0], "name": "Ola", "text": "x" * 501})
    assert (refused.status_code, "501 characters long; at most 500 are kept" in refused.text) == (400, True)
    for _ in range(9):
        client.post(f"{path}/pin", data={"pin": "0000"})
    assert client.post(f"{path}/pin", data={"pin": "4711"}).status_code == 429


def test_the_table_and_the_sheet_have_it_all(listed):
    client, number, ids = listed
    headers = SAFE | {"X-Beholder-Person": shown_to(client)}
    note = {"item": ids[1], "text": "=ask Ida"}
    assert client.post(f"/shortlists/{number}/note", json=note, headers=headers).json() == {"saved": ids[1]}
    rows = list(csv.DictReader(io.StringIO(client.get(f"/shortlists/{number}/list.csv").text)))
    assert [row["title"] for row in rows] == ["Study 0", "Study 1", "Study 2", "Study 3"]
    assert rows[1]["note"] == "'=ask Ida"
    assert rows[1]["price"] == "101.0"
    assert rows[1]["currency"] == "EUR"
    assert (rows[1]["medium"], rows[1]["source_price"]) == ("oil", "101 EUR")
    assert "source_artist" not in rows[1], "it would say the same again"
    sheet = client.get(f"/shortlists/{number}/sheet.html")
    assert sheet.text.count("data:image/jpeg") == 4
    assert "=ask Ida" in sheet.text
    assert sheet.text.count("medium oil") == 2
    assert "nan" not in sheet.text
    assert "attachment" in sheet.headers["content-disposition"]


def test_the_table_tells_whose_hearts_it_counts(listed):
    client, number, ids = listed
    send(client, event("favourite", [ids[2]], value=1, asked_by="person"))

    def rows():
        return list(csv.DictReader(io.StringIO(client.get(f"/shortlists/{number}/list.csv").text)))

    assert [row["favourite"] for row in rows()] == ["False", "False", "True", "False"]
    assert not {"hearts", "hearts_of_others", "said_by_others"} & set(rows()[0])
    form(client, f"/shortlists/{number}/share")
    key = re.search(r'/shared/([^"]+)"', client.get(f"/shortlists/{number}").text).group(1)
    for said in ({"heart": "1"}, {"text": "Mine"}):
        client.post(f"/shared/{key}/say", data={"item": ids[1], "name": "Ola"} | said)
    form(client, f"/shortlists/{number}/unshare")
    assert [row["hearts_of_others"] for row in rows()] == ["0", "1", "0", "0"]
    assert rows()[1]["said_by_others"] == "Ola: Mine"
    assert [row["favourite"] for row in rows()] == ["False", "False", "True", "False"]


def test_side_by_side_takes_two_to_four(listed):
    client, number, ids = listed
    path = f"/shortlists/{number}/beside"
    assert client.get(path, params={"item": ids[:1]}).status_code == 422
    text = client.get(path, params={"item": ids[:3]}).text
    assert text.count("<figure") == 3
    assert "size of none of these is known" in text
    assert "Show others" not in text


def test_a_longer_shortlist_says_that_four_are_side_by_side_and_leads_to_the_others(listed, wall):
    client, number, ids = listed
    fifth = wall.store.items(wall.store.collection("wall").id)[4].id
    headers = SAFE | {"X-Beholder-Person": shown_to(client)}
    client.post("/api/shortlists", json={"item": fifth, "on": True, "shortlist": number}, headers=headers)
    text = client.get(f"/shortlists/{number}/beside").text
    assert "4 of 5 pictures, at most four at a time" in text
    others = re.search(r'href="(\?item[^"]+)">Show others', text).group(1).replace("&amp;", "&")
    text = client.get(f"/shortlists/{number}/beside{others}").text
    assert [int(id) for id in re.findall(r'<figure id="p(\d+)"', text)] == [*ids[1:], fifth]
    assert f"?item={ids[0]}&amp;item={ids[1]}" in text  # and round to the first


def test_side_by_side_a_picture_is_loved_or_put_away(listed):
    client, _, ids = listed
    path = f"/beside?item={ids[0]}&item={ids[1]}"
    for kind in ("favourite", "hide"):
        said = form(client, "/mark/wall", item=ids[1], kind=kind, value="1", next=path)
        assert said.headers["location"] == path
    pressed = re.findall(r'aria-pressed="(\w+)" aria-label="([\w ]+): (Study \d+)', client.get(path).text)
    assert pressed == [
        ("false", "Favourite", "Study 0"), ("false", "Hide", "Study 0"),
        ("true", "Favourite", "Study 1"), ("true", "Hide", "Study 1"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/shortlists/0", "/shortlists/x", "/shortlists/999999", "/shared/none"])
def test_what_is_not_there_is_said(client, path):
    as_person(client)
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert "<h1>" in answer.text


def test_a_strange_origin_changes_nothing(listed):
    client, number, _ids = listed
    answer = client.post(
        f"/shortlists/{number}/delete", data={"shown_to": shown_to(client)}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403
    assert client.get(f"/shortlists/{number}").status_code == 200


def test_side_by_side_each_picture_has_its_score_and_reason_of_results(client, wall):
    ids = [item.id for item in wall.collection("wall").items][:2]
    path = f"/beside?item={ids[0]}&item={ids[1]}"
    told = '<p class="why">.*?</p>|<b>[0-9.]+</b>|class="doubt"[^>]+'
    assert not re.findall(told, client.get(path).text)  # nothing is known yet
    choose(client, 12)
    tiles = client.get(f"/wall/wall/tiles?items={ids[0]},{ids[1]}").text
    found = re.findall(told, client.get(path).text)
    assert len(found) >= 4
    assert sorted(found) == sorted(re.findall(told, tiles))
    form(client, "/mark/wall", item=ids[1], kind="hide", value="1", next=path)
    assert client.get(path).text.count('class="verdict"') == 1


def test_a_guest_at_a_dead_address_is_led_nowhere(client):
    as_person(client)
    page = client.get("/shared/none").text.partition("<body")[2]
    assert '<a class="name"' not in page
    assert "Go to the collections" not in page
    assert '<nav aria-label="Pages" hidden>' in page
    assert "Go to the collections" in client.get("/shortlists/999999").text
