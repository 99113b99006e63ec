"""Maps: the same pictures lie the same, those that look alike lie together, and new ones move no other."""

import time
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sklearn.manifold import trustworthiness

from beholder.views import Group, layout
from beholder.views.maps import map_of
from beholder.web.pages.map import names_on
from helpers.browser import HERE, SAFE, as_person, choose, event

pytest_plugins = "helpers.webwall"

kinds, PER_KIND = 12, 25


@pytest.fixture(scope="module")
def places():
    """Pictures of twelve kinds that are well apart, in chance order."""
    rng = np.random.default_rng(0)
    made = np.repeat(rng.standard_normal((kinds, 24)), PER_KIND, axis=0) + 0.35 * rng.standard_normal(
        (kinds * PER_KIND, 24)
    )
    made = made[rng.permutation(len(made))]
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def cells(places):
    return layout.lay_out(places)


def keys(n, first=0):
    return [f"{(7919 * k) % 10_007:064x}" for k in range(first, first + n)]


# The layout


def test_no_two_pictures_have_the_same_cell(cells):
    assert len(np.unique(cells, axis=0)) == len(cells)


def test_neighbours_stay_neighbours_better_than_by_principal_components(places, cells):
    centred = places - places.mean(axis=0)
    flat = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -2:]
    kept, plain = (trustworthiness(places, xy, n_neighbors=10) for xy in (cells, flat))
    assert kept > 0.95
    assert 1 - kept < (1 - plain) / 2


def test_pictures_that_are_no_landmarks_lie_with_their_like(places, monkeypatch):
    monkeypatch.setattr(layout, "_LANDMARKS", 100)
    cells = layout.lay_out(places)
    assert len(np.unique(cells, axis=0)) == len(cells)
    assert trustworthiness(places, cells, n_neighbors=10) > 0.9


@pytest.mark.parametrize("n", [0, 1, 2, 7, 9])
def test_a_few_pictures_have_a_map_too(places, n):
    assert len(np.unique(layout.lay_out(places[:n]), axis=0)) == n


def test_pictures_that_all_look_the_same_have_a_map_too(places):
    assert len(np.unique(layout.lay_out(np.repeat(places[:1], 40, axis=0)), axis=0)) == 40


def test_a_spot_takes_the_nearest_free_cell():
    spots = np.array([[0.2, 0.1], [0.3, 0.0], [4.0, 4.0]])
    cells = layout.settled(spots, np.array([[0, 0]]))
    assert cells[2].tolist() == [4, 4]
    assert [0, 0] not in cells.tolist()
    assert np.abs(cells[:2]).sum(axis=1).tolist() == [1, 1]


# The map that is kept


def test_the_same_pictures_make_the_same_map_in_whatever_order_they_came(tmp_path, places, cells):
    names = keys(len(places))
    one = map_of(tmp_path / "one.npz", "e", names, places)
    turned = np.random.default_rng(5).permutation(len(places))
    other = map_of(tmp_path / "other.npz", "e", [names[k] for k in turned], places[turned])
    assert (other == one[turned]).all()


def test_new_pictures_come_to_their_like_and_move_no_other(tmp_path, places):
    file, names = tmp_path / "map.npz", keys(len(places))
    before = map_of(file, "e", names[:250], places[:250])
    after = map_of(file, "e", names, places)
    assert (after[:250] == before).all()
    assert len(np.unique(after, axis=0)) == len(after)
    alike = (places[250:] @ places[:250].T).argmax(axis=1)
    far = np.hypot(*(after[250:] - after[alike]).T)
    assert np.median(far) <= 0.15 * np.ptp(after, axis=0).max()
    assert (map_of(file, "e", names, places) == after).all()


def test_a_picture_that_was_away_has_its_cell_again(tmp_path, places):
    file, names = tmp_path / "map.npz", keys(len(places))
    whole = map_of(file, "e", names, places)
    assert (map_of(file, "e", names[40:], places[40:]) == whole[40:]).all()
    new = [*names[40:], *keys(1, first=9_000)]
    map_of(file, "e", new, places[[*range(40, len(places)), 0]])
    assert (map_of(file, "e", names, places) == whole).all()


def test_the_map_is_drawn_anew_for_another_encoder_and_where_most_is_new(tmp_path, places, cells):
    file, names = tmp_path / "map.npz", keys(len(places))
    before = map_of(file, "e", names[:140], places[:140])
    whole = map_of(file, "e", names, places)
    assert not (whole[:140] == before).all()
    again = map_of(file, "another", names, places[:, ::-1].copy())
    assert np.load(file)["of"] == "another"
    assert len(again) == len(whole)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 but not more", b"\x93NUMPY"])
def test_a_damaged_file_costs_only_time(tmp_path, places, damage):
    file, names = tmp_path / "map.npz", keys(100)
    whole = map_of(file, "e", names, places[:100])
    file.write_bytes(damage)
    assert (map_of(file, "e", names, places[:100]) == whole).all()
    assert np.load(file)["drawn"] == 100


def test_where_nothing_can_be_written_there_is_a_map_all_the_same(tmp_path, places):
    (tmp_path / "file").write_text("")
    assert len(map_of(tmp_path / "file" / "map.npz", "e", keys(60), places[:60])) == 60


# Pages


@pytest.fixture
def client(visitor):
    client = as_person(visitor)
    choose(client, 12)
    return client


def points(client):
    """(ids, cells, keys, scores) of the map, once it is drawn."""
    for _ in range(1200):
        answer = client.get("/map/wall/points")
        if answer.status_code != 202:
            break
        time.sleep(0.05)
    assert answer.status_code == 200
    n = int(np.frombuffer(answer.content, "<u4", 1)[0])
    columns = np.frombuffer(answer.content, "<u4", offset=4).reshape(5, n)
    return columns[0], columns[1:3].view("<i4").T, columns[3], columns[4].view("<f4")


def test_the_page_is_there_at_once_and_the_map_once_it_is_drawn(client, app):
    maps = app.state.beholder.maps
    with maps._one:  # nothing is drawn meanwhile
        assert client.get("/map/wall").status_code == 200
        assert client.get("/map/wall/points").status_code == 202
        assert client.get("/map/wall/names").json() == []
    ids, cells, *_ = points(client)
    assert len(np.unique(cells, axis=0)) == len(ids) == 70
    assert list(maps.folder.iterdir()) == [maps.folder / "1.npz"]


def test_the_kind_liked_best_is_named_before_larger_ones():
    class Art:
        def __len__(self):
            return 9

        def groups(self, by):
            return [Group(by, name, name, np.array(rows)) for name, rows in kinds.items()]

    kinds = {"many": [0, 1, 2, 3], "some": [4, 5, 6], "few": [7, 8]}
    ranking = SimpleNamespace(rows=np.arange(9)[::-1], scores=np.array([2, 2, 2, 2, 3, 3, 3, 9, 9.0]))
    cells = np.array([[0, n] for n in range(4)] + [[20, n] for n in range(3)] + [[40, n] for n in range(2)])
    assert [one["name"] for one in names_on(cells, ranking, Art())] == ["few", "many", "some"]


def test_points_tell_the_ranking_best_first(client, wall):
    ids, _, short, scores = points(client)
    rows = client.get("/results/wall/export.json").json()
    art = wall.collection("wall")
    assert [art.items[art.row_of[int(id)]].name for id in ids] == [row["item"] for row in rows]
    assert scores == pytest.approx([row["score"] for row in rows], abs=1e-4)
    assert [f"{key:08x}" for key in short] == [art.items[art.row_of[int(id)]].key[:8] for id in ids]


def test_two_people_have_one_map_in_their_own_colours(app, client):
    ids, cells, _, scores = points(client)
    other = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    last, *others = sorted(ids.tolist(), reverse=True)[:13]
    said = [event("choice", (last, other), asked_by="random", side="left") for other in others]
    assert other.post("/api/label/wall/answers", json={"events": said}).status_code == 200
    ids_of, cells_of, _, scores_of = points(other)
    at, at_of = np.argsort(ids), np.argsort(ids_of)
    assert (cells[at] == cells_of[at_of]).all()
    assert not np.allclose(scores[at], scores_of[at_of])


def test_a_hidden_picture_is_not_on_the_map_and_no_other_moves(client):
    ids, cells, *_ = points(client)
    assert client.post("/api/label/wall/answers", json={"events": [event("hide", [int(ids[0])], value=1)]}).is_success
    left, cells_left, *_ = points(client)
    assert set(left) == set(ids) - {ids[0]}
    before = dict(zip(ids.tolist(), cells.tolist(), strict=True))
    assert all(before[id] == cell for id, cell in zip(left.tolist(), cells_left.tolist(), strict=True))
    assert client.get(f"/map/wall/picture?item={ids[0]}").status_code == 404


def test_a_picture_of_the_map_has_what_it_has_in_results(client):
    ids, *_ = points(client)
    text = client.get(f"/map/wall/picture?item={ids[4]}").text
    assert f'data-item="{ids[4]}"' in text
    for part in ('class="rank">5<', 'data-do="favourite"', 'data-do="menu"', 'class="title"'):
        assert part in text
    assert client.get("/map/wall/picture?item=x").status_code == 422
    assert client.get("/map/wall/picture?item=99999").status_code == 404


def test_titles_come_in_the_order_they_are_asked_for(client):
    ids, *_ = points(client)
    told = client.get("/map/wall/titles", params={"items": f"{ids[3]},99999,{ids[1]}"}).json()
    assert [one["id"] for one in told] == [ids[3], ids[1]]
    assert all(one["title"].startswith("Study ") for one in told)


def test_a_map_that_could_not_be_drawn_says_so_and_is_tried_again(client, app, wall, monkeypatch):
    maps = app.state.beholder.maps
    points(client)
    known = type(wall.shared("wall").table).known
    monkeypatch.setattr(
        type(wall.shared("wall").table), "known", lambda table, key: None if key == "map" else known(table, key)
    )
    maps._failed.add(wall.shared("wall").table.key)
    answer = client.get("/map/wall/points")
    assert (answer.status_code, "could not be drawn" in answer.text) == (503, True)
    assert client.get("/map/wall/points").status_code == 202


def test_before_there_are_answers_the_map_says_how_many_are_missing(app, wall, monkeypatch):
    monkeypatch.setattr(wall.settings, "model", "gp")
    fresh = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    assert "Answer 10 questions" in fresh.get("/map/wall").text
