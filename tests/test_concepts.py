"""Words of pictures: the bank, what columns and pixels say, and how several sources become one."""

from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from beholder.collection import Library
from beholder.concepts import GROUPS, Tags, bank, find_words, words_of, words_of_columns, words_of_text
from beholder.concepts.bank import BankWord
from beholder.features.encoder_row import EncoderRow
from beholder.features.measures import NAMES, MeasuresRuntime
from beholder.locator import Locator
from beholder.types import Details, Item


def item(number, year=None, artist=None, **columns):
    where = Locator.parse(f"file:/{number}.jpg")
    details = Details(year=year, artist=artist)
    return Item(number, f"{number}.jpg", where, f"{number:064}", 8, 8, columns, details=details)


def tags(**columns):
    """Tags of subjects, from probabilities; said from a half on, nan where it is not known."""
    p = np.array(list(columns.values()), np.float32).T
    return Tags(list(columns), ["subject"] * len(columns), p, p >= 0.5)


def said(found, row):
    return {word for word, yes in zip(found.names, found.said[row], strict=True) if yes}


# the bank


def test_the_bank_has_some_300_words_each_in_a_group():
    words = list(bank().values())
    assert len(words) > 300
    assert {word.group for word in words} == set(GROUPS) - {"artist"}
    assert all(set(word.measures) <= set(NAMES) for word in words)
    assert all(0 <= number < 1000 for word in words for number in word.classes)
    assert [GROUPS.index(word.group) for word in words] == sorted(GROUPS.index(word.group) for word in words)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("Ocean", "sea"),
        ("ship", "boats"),
        (" sailing  boat", "boats"),
        ("impressionism", "Impressionist"),
        ("bw", "black and white"),
    ],
)
def test_a_word_is_found_as_people_type_it(typed, word):
    assert word in [found.word for found in find_words(typed)]


def test_the_word_itself_comes_before_what_it_is_a_synonym_of():
    assert find_words("sea")[0].word == "sea"
    assert find_words("abstract", ("style",))[0].word == "abstract"
    assert find_words("no such word") == ()


# the collection's columns


def test_words_to_try_are_of_several_groups_and_not_of_most_pictures():
    said = np.zeros((30, 5), bool)
    for k, count in enumerate((25, 8, 6, 9, 3)):
        said[:count, k] = True
    names, groups = ("sky", "boats", "trees", "night", "gold"), ("subject", "subject", "subject", "light", "palette")
    assert Tags(names, groups, said.astype(np.float32), said).examples() == ["boats", "night"]


def test_columns_say_artist_style_medium_and_century():
    columns = {"style": "Realism, Impressionism", "medium": "Oil on poplar panel"}
    found = words_of_columns([item(0, 1642, "Claude Monet", **columns), item(1, 1701, "Claude Monet", style="baroque")])
    assert said(found, 0) == {
        "Realist", "Impressionist", "oil painting", "painting", "Claude Monet", "17th century",
    }  # fmt: skip
    assert said(found, 1) == {"Baroque", "old masters", "Claude Monet", "18th century"}
    assert dict(zip(found.names, found.groups, strict=True))["Claude Monet"] == "artist"


def test_a_name_that_only_one_picture_has_is_no_word():
    found = words_of_columns([item(0, artist="A"), item(1, artist="B"), item(2, artist="B")])
    assert list(found.names) == ["B"]


@pytest.mark.parametrize("nothing", ["Unknown", "unknown artist", "-", "?", "N/A", "(anonymous)", "Unbekannt", "other"])
def test_a_cell_that_says_nothing_is_no_word(nothing):
    found = words_of_columns([item(n, artist=nothing, style=nothing) for n in range(3)])
    assert list(found.names) == []


def test_artists_are_named_as_they_are_spoken_where_most_are_written_last_name_first():
    names = ["Monet, Claude", "Gogh, Vincent van", "Toulouse-Lautrec, Henri de", "Rembrandt", "Claude Monet"]
    found = words_of_columns([item(n, artist=name) for n, name in enumerate(2 * names)])
    assert set(found.names) == {"Claude Monet", "Vincent van Gogh", "Henri de Toulouse-Lautrec", "Rembrandt"}
    assert found.said[:, list(found.names).index("Claude Monet")].sum() == 4
    names = ["Peter Paul Rubens", "Frans Snyders", "Rubens, Snyders", "Brueghel, Jan, the Elder"]
    found = words_of_columns([item(n, artist=name) for n, name in enumerate(2 * names)])
    assert set(found.names) == set(names)


def test_what_a_style_says_that_is_none_is_a_word_of_what_is_shown():
    items = [item(0, style="Landscape"), item(1, style="Portraits / Impressionism"), item(2, style="Photography")]
    found = words_of_columns(items)
    groups = dict(zip(found.names, found.groups, strict=True))
    assert groups == {"landscape": "place", "portrait": "figure", "photograph": "medium", "Impressionist": "style"}
    snow = Tags(["snow", "landscape"], ["place"] * 2, np.full((3, 2), 0.9, np.float32), np.eye(3, 2) < 1)
    assert said(words_of(found, [snow]), 0) == {"landscape"}
    assert said(words_of(found, [snow]), 1) >= {"portrait", "snow", "Impressionist"}, "which a style does not deny"
    assert said(words_of(found, [snow]), 2) == {"photograph", "snow", "landscape"}


def test_of_many_names_the_same_are_words_whatever_their_order():
    items = [item(n, artist=f"A{n % 250:03}") for n in range(500)]
    assert list(words_of_columns(items).names) == list(words_of_columns(items[::-1]).names)


@pytest.mark.parametrize(
    ("year", "century"), [(1500, "15th"), (1501, "16th"), (2001, "21st"), (1112, "12th"), (1200, "12th")]
)
def test_a_year_is_of_a_century(year, century):
    assert said(words_of_columns([item(0, year)]), 0) == {f"{century} century"}


# one set of words of several sources


def test_a_word_is_said_where_any_source_says_it():
    silent, first, second = tags(boats=[0.2, 0.1, 0.4]), tags(boats=[0.1, 0.9, 0.1]), tags(boats=[0.9, 0.1, 0.1])
    found = words_of(Tags.nothing(3), [silent, first, second])
    assert found.said[:, 0].tolist() == [True, True, False]
    assert found.probabilities[:, 0].tolist() == pytest.approx([0.9, 0.9, 0.4])


def test_a_few_photographs_among_paintings_are_taken_for_mistakes():
    def seen(photographs):
        said = np.arange(20)[:, None] < (photographs, 3)
        words = Tags(["photograph", "drawing"], ["medium"] * 2, np.where(said, 0.9, 0.1).astype(np.float32), said)
        return words_of(Tags.nothing(20), [words]).said.sum(axis=0).tolist()

    assert seen(4) == [0, 3]
    assert seen(5) == [5, 3]


def test_what_columns_say_goes_before_what_is_guessed():
    columns = words_of_columns([item(0, style="Baroque"), item(1)])
    guessed = Tags(["Cubist", "Baroque"], ["style"] * 2, np.full((2, 2), 0.9, np.float32), np.ones((2, 2), bool))
    found = words_of(columns, [guessed])
    assert said(found, 0) == {"Baroque", "old masters"}
    assert said(found, 1) == {"Cubist", "Baroque"}, "of which nothing is written"


def test_of_a_picture_that_no_source_knows_nothing_is_said():
    found = words_of(Tags.nothing(2), [tags(boats=[0.9, 0.9]).where(np.array([True, False]))])
    assert said(found, 1) == set()
    assert found.probabilities[1, 0] == 0


# what is measured


def of_measures(picture):
    runtime = MeasuresRuntime()
    return said(Tags.of(runtime.vocabulary, runtime.encode([picture])), 0)


@pytest.mark.parametrize(
    ("colour", "word"),
    [
        ((200, 20, 25), "red tones"),
        ((40, 150, 40), "green tones"),
        ((40, 70, 190), "blue tones"),
        ((10, 10, 12), "dark colours"),
    ],
)
def test_a_plain_colour_is_named(colour, word):
    assert word in of_measures(Image.new("RGB", (90, 60), colour))
    other = {"red tones", "green tones", "blue tones"} - {word}
    assert not other & of_measures(Image.new("RGB", (90, 60), colour))


def test_turning_a_picture_changes_none_of_its_colours():
    rng = np.random.default_rng(0)
    picture = Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).resize((128, 128), Image.Resampling.BICUBIC)
    colours = [NAMES.index(name) for name in ("red", "blue", "warm", "chroma", "light", "hues", "contrast")]
    there, back = MeasuresRuntime().encode([picture, picture.transpose(Image.Transpose.ROTATE_90)])[:, colours]
    np.testing.assert_allclose(there, back, atol=1e-3)


# a collection's words


def test_a_collection_has_words_of_every_source(tmp_path):
    for n, colour in enumerate([(200, 20, 25), (40, 70, 190)] * 3):
        Image.new("RGB", (64, 48), colour).save(tmp_path / f"{n}.png")
    lines = [f"{n}.png,Rembrandt" for n in range(6)]
    (tmp_path / "pictures.csv").write_text("file,artist\n" + "\n".join(lines))
    library = Library()
    library.import_source(tmp_path / "pictures.csv", "art")
    collection = library.collection("art")
    words = collection.words
    by_name = {item.name: said(words, row) for row, item in enumerate(collection.items)}
    assert {"red tones", "Rembrandt"} <= by_name["0.png"]
    assert {"blue tones", "Rembrandt"} <= by_name["1.png"]
    assert collection.words is words, "made once"
    library.close()


def test_words_that_an_import_brings_are_said_while_somebody_has_the_collection_open(painted):
    with closing(Library()) as library:
        library.import_source(painted, "wall")
        for shard in library.shards("measures").folder.iterdir():
            shard.unlink()
    with closing(Library()) as library:
        before = library.shared("wall")
        assert "palette" not in {group for k, group in enumerate(before.words.groups) if before.words.said[:, k].any()}
        library.import_source(painted, "wall")
        words = library.shared("wall").words
        assert "palette" in {group for k, group in enumerate(words.groups) if words.said[:, k].any()}


def test_a_collection_from_before_is_measured_at_the_next_import_and_not_encoded_again(painted, monkeypatch):
    library = Library()
    library.import_source(painted, "art")
    for shard in library.shards("measures").folder.iterdir():
        shard.unlink()
    library.close()
    later, asked = Library(), []
    assert later.collection("art").words.said[:, :].sum() >= 0, "it opens all the same"
    encoder = later.runtime(later.settings.encoder)
    encode = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda pictures: asked.extend(pictures) or encode(pictures))
    later.import_source(painted, "art")
    hashes = [item.key for item in later.collection("art").items]
    assert not later.shards("measures").missing(hashes)
    assert asked == []
    later.close()


# a text tower


class Tower:
    """Ten colours on ten axes: a picture's row holds how much of each it has, a text's the colours that it names."""

    colours = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink", "brown", "grey")
    row = EncoderRow("tower", 11, "none", 0, "test", "1", {}, words=True)

    def encode(self, pictures):
        raise NotImplementedError

    def encode_text(self, words):
        rows = [[float(colour in text) for colour in self.colours] + [0.3] for text in words]
        return np.array(rows, np.float32) / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def seen():
    """400 pictures of one or two colours, as the tower sees them, and which colours each has."""
    rng = np.random.default_rng(0)
    has = rng.random((400, 10)) < 0.12
    rows = np.hstack([has + rng.normal(0, 0.15, has.shape), np.ones((400, 1))])
    return rows.astype(np.float32), has


def test_a_tower_says_words_that_nobody_taught_where_it_was_shown_to_be_right(seen):
    rows, has = seen
    taught = [f"{colour} tones" for colour in Tower.colours[:4]]
    known = Tags(taught, ["palette"] * 4, has[:, :4].astype(np.float32), has[:, :4])
    found = words_of_text(Tower(), rows, known)
    for k, colour in list(enumerate(Tower.colours))[4:]:
        own = found.said[:, list(found.names).index(f"{colour} tones")]
        assert has[own, k].mean() >= 0.7, colour
        assert own[has[:, k]].mean() >= 0.3, colour


def test_a_tower_is_silent_in_a_group_where_nothing_shows_it_to_be_right(seen):
    rows, has = seen
    guessed = np.random.default_rng(1).random((400, 4)) < 0.1
    taught = [f"{colour} tones" for colour in Tower.colours[:4]]
    found = words_of_text(Tower(), rows, Tags(taught, ["palette"] * 4, guessed.astype(np.float32), guessed))
    assert not found.said.any()
    purple = found.probabilities[:, list(found.names).index("purple tones")]
    assert purple[has[:, 6]].mean() > purple[~has[:, 6]].mean() + 0.3, "it orders all the same"


def test_a_word_has_its_spellings():
    assert BankWord("sea", "place", ("ocean",)).spellings == ("sea", "ocean")
