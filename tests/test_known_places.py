"""Places of the painter that were looked at beforehand: the file is true of them, and a taste begins there."""

import numpy as np
import pytest

from beholder.create import known
from beholder.create.evolution import PainterEngine
from beholder.create.guide import TasteGuide
from beholder.features.registry import load_encoder
from beholder.painter import FAMILIES, paint

pytest_plugins = "helpers.made"


@pytest.fixture(scope="module")
def guide(session):
    return TasteGuide(session.reading())


def test_the_file_says_what_the_encoders_see_in_the_painters_places():
    rows, key = known._read()
    encoders = [load_encoder("builtin"), load_encoder("attributes")]
    assert key == encoders[0].row.key, "another encoder: run runs/known_places.py"
    assert len(rows) == len(FAMILIES)
    for at, family in enumerate(FAMILIES[::4]):
        seen = known.seen(family, [0, 99], encoders)
        assert np.abs(seen - rows[4 * at, [0, 99]]).max() < 0.02, f"{family} is another: run runs/known_places.py"


def test_a_taste_knows_its_best_places_without_looking(guide):
    bounds = known.bounds(guide)
    assert bounds.shape == (len(FAMILIES), 100)
    best, worst = (np.unravel_index(find(bounds), bounds.shape) for find in (np.argmax, np.argmin))
    pictures = []
    for family, at in (best, worst):
        numbers, texture = known.numbers(FAMILIES[family], int(at))
        pictures.append(paint(numbers, FAMILIES[family], 96, texture))
    light, dark = guide.bound(pictures)
    assert light > dark + 1


def test_a_weak_taste_begins_at_children_of_known_places(guide):
    weak = PainterEngine().guided([3, 4], guide, 0.01)
    plain = guide.bound([PainterEngine().plain(seed).at(128) for seed in (3, 4)]).mean()
    assert guide.bound([some[0].at(128) for some in weak]).mean() > plain
    again = PainterEngine().guided([3, 4], guide, 0.01)
    assert [some[0].recipe for some in weak] == [some[0].recipe for some in again]
    other = PainterEngine().guided([5, 6], guide, 0.01)
    assert weak[0][0].recipe != other[0][0].recipe


def test_a_taste_that_is_told_by_other_rows_knows_none(guide, monkeypatch):
    monkeypatch.setattr(guide, "encoder", "another")
    assert known.bounds(guide) is None
