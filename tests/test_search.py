"""Search: words as people type them, several as an order, any text where an encoder reads it, and pictures alike."""

from dataclasses import replace

import numpy as np
import pytest

from beholder.concepts import Tags, bank
from beholder.errors import UserError
from beholder.features.encoder_row import EncoderRow
from beholder.locator import Locator
from beholder.search import Finder, Looks, text_fits
from beholder.search.folding import stem, words_of
from beholder.search.near import near_words
from beholder.table import Layout, PictureTable
from beholder.types import Item

ARTISTS = ("Claude Monet", "Vincent van Gogh", "Jan van Eyck", "Albrecht Dürer", "Henri de Toulouse-Lautrec")
STYLES = (
    "Impressionism",
    "Post-Impressionism",
    "Northern Renaissance",
    "Northern Renaissance",
    "Symbolism,Art Nouveau",
)
TITLES = ("The Kiss", "Moonlight on the Seine", "Study 33", "Study 4", "Winterlandschaft", "Sunflowers")
N = 30  # picture i is of artist i % 5, has title i % 6 and says word i % 3


def items(**more):
    """Thirty pictures; more : by column, what each says there"""
    return [
        Item(
            i + 1, f"walls/IMG_{i:04}.jpg", Locator.of("x.png"), f"{i:064}", 1, 1,
            {"artist": ARTISTS[i % 5], "style": STYLES[i % 5], "title": TITLES[i % 6], "link": "https://example.org/a"}
            | {column: texts[i] for column, texts in more.items()},
        )
        for i in range(N)
    ]  # fmt: skip


def tags(names=("boats", "evening", "pale blue")):
    """Word k is said of every third picture from k on, ever more surely."""
    said = np.arange(N)[:, None] % 3 == np.arange(len(names))
    said |= (np.arange(N)[:, None] % 10 == 0) & (np.arange(len(names)) < 2)  # boats and evening too
    return Tags(names, ["concept"] * len(names), np.where(said, np.arange(N)[:, None] / N, 0.9), said)


def finder(words=None, also=None, **more):
    words, also = tags() if words is None else words, {} if also is None else also
    return Finder(items(**more), words, lambda: pytest.fail("not asked for"), also)


def artists_of(found):
    return {ARTISTS[row % 5] for row in found.best()}


def titles_of(found, top=None):
    return [TITLES[row % 6] for row in found.best(top)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dürers", "durer"), ("BOATS", "boat"), ("Houses", "house"), ("boxes", "box"), ("Ladies", "lady"),
        ("women", "Woman"), ("Impressionists", "impressionism"), ("Expressionistic", "expressionist"),
        ("Størk", "stork"), ("STRASSE", "straße"), ("Du\u0308rer", "Dürer"), ("d'Orsay", "d’Orsay"),
    ],
)  # fmt: skip
def test_words_that_mean_the_same_are_compared_as_one(one, other):
    assert [stem(word) for word in words_of(one)] == [stem(word) for word in words_of(other)]


def test_words_that_mean_something_else_are_not():
    assert len({stem(word) for word in ("monet", "manet", "venus", "vein", "paris", "pari", "glass", "33", "133")}) == 9


@pytest.mark.parametrize(
    ("typed", "artist"),
    [
        ("monet", "Claude Monet"), ("Claude Monet", "Claude Monet"), ("MONET paintings", "Claude Monet"),
        ("paintings by claude monnet", "Claude Monet"), ("van gogh", "Vincent van Gogh"),
        ("vangogh", "Vincent van Gogh"), ("durer", "Albrecht Dürer"), ("Duerer", "Albrecht Dürer"),
        ("lautrec", "Henri de Toulouse-Lautrec"), ("toulouse lautrek", "Henri de Toulouse-Lautrec"),
        ("gogh, vincent", "Vincent van Gogh"), ("eyck", "Jan van Eyck"),
    ],
)  # fmt: skip
def test_an_artist_is_found_as_people_type_the_name(typed, artist):
    assert artists_of(finder().find(typed)) == {artist}


def test_what_a_column_says_alone_comes_before_what_holds_it_among_other_words():
    best = finder().find("impressionist").best()
    assert [STYLES[row % 5] for row in best] == ["Impressionism"] * 6 + ["Post-Impressionism"] * 6


def test_a_cell_that_says_several_things_is_found_by_each():
    found = finder().find("art nouveau")
    assert artists_of(found) == {ARTISTS[4]}
    assert found.fits.max() == 1


def test_a_word_that_was_taken_for_another_is_told_and_an_accent_is_not():
    assert finder().find("impresionism").notes == (
        "Searched for 'Impressionism', as nothing is known of 'impresionism'.",
    )
    assert finder().find("dürer").notes == finder().find("durer").notes == ()


def test_of_several_words_pictures_that_all_hold_of_come_first_then_those_that_most_do():
    thirds = np.array([[row % 3 == k or row == 0 for k in range(3)] for row in range(N)])
    thirds[1::3][:3], thirds[5:] = [True, True, False], thirds[5:] & (np.arange(5, N) < 24)[:, None]
    names = ("boats", "evening", "pale blue")
    rows = finder(Tags(names, ["concept"] * 3, thirds * 0.9, thirds)).find("boats, evening, pale blue").best()
    words = thirds[rows].sum(axis=1)
    assert words.tolist() == sorted(words.tolist(), reverse=True)
    assert set(words.tolist()) == {1, 2, 3}


def test_what_a_picture_shows_counts_for_more_than_how_it_looks_and_sure_words_for_more_than_guesses():
    names, groups = ("boats", "evening"), ("subject", "light")
    probabilities = np.full((N, 2), 0.1)
    for row, (boats, evening) in enumerate([(0.9, 0.1), (0.1, 1.0), (0.9, 0.6), (0.4, 0.6)]):
        probabilities[row] = boats, evening
    said = np.column_stack([np.zeros(N, bool), probabilities[:, 1] > 0.5])  # of boats nothing is certain
    found = finder(Tags(names, groups, probabilities, said)).find("boats, evening")
    assert found.best().tolist() == [2, 3, 0], "an evening without a boat is not what was asked for"
    assert len(found.notes) == 1


def seen(**words):
    """What is seen of pictures, each word of them in its group: word=(group, rows)"""
    said = np.array([[row in rows for _, rows in words.values()] for row in range(N)])
    return Tags([word.replace("_", " ") for word in words], [group for group, _ in words.values()], said * 1.0, said)


def test_how_many_have_all_of_several_things_is_told():
    words = seen(boats=("subject", {1, 2, 3}), bridges=("subject", {2, 3, 4}), night=("light", {2}))
    (told,) = finder(words).find("boats, bridges").notes
    assert told == "Those with all that you ask for come first: 2. The others have a part of it."
    assert finder(words).find("boats").notes == ()
    assert finder(words).find("boats, night").notes == ()  # a look orders what is found


def test_looks_alone_find_nothing_where_a_thing_is_named():
    words = seen(flowers=("subject", {1, 2}), red_tones=("palette", {2, 3, 4}))
    also = {"flowers": ["poppy"], "red tones": ["red"]}
    assert finder(words, also).find("red poppies").best().tolist() == [2, 1]
    assert finder(words, also).find("red").best().tolist() == [2, 3, 4]
    assert finder(words, also).find("red zeppelins").best().tolist() == [2, 3, 4], "what this is nobody knows"


def test_looks_alone_find_nothing_where_the_thing_that_is_named_is_seen_nowhere():
    words = seen(candles=("subject", set()), light_colours=("palette", {2, 3}))
    found = finder(words, {"candles": ["candle"], "light colours": ["light"]}).find("candle light")
    assert not len(found.best())
    assert found.notes == ("Nothing is known of 'candle'.",)


def test_without_people_leaves_out_all_others_and_finds_nothing_else_beside_a_thing():
    words = seen(beach=("place", {1, 2, 3}), no_people=("figure", {2, 5, 6}))
    also = {"no people": ["without people"]}
    assert finder(words, also).find("beach without people").best().tolist() == [2]
    assert finder(words, also).find("without people").best().tolist() == [2, 5, 6]


@pytest.mark.parametrize("typed", ["vase of flowers", "flowers in a vase", "Flower vase"])
def test_flowers_in_a_vase_are_looked_for_as_vases(typed):
    words = seen(flowers=("subject", {1, 2}), vases=("subject", {3, 4}))
    assert Finder(items(), words, lambda: None).find(typed).best().tolist() == [3, 4]


def test_a_lighthouse_is_not_taken_for_any_tower():
    words = seen(towers=("subject", {1, 2}), night=("light", {3}))
    found = Finder(items(), words, lambda: None).find("lighthouse at night")
    assert not len(found.best())
    assert found.notes == ("Nothing is known of 'lighthouse'.",)


def test_what_is_near_in_meaning_is_offered_where_it_finds_pictures():
    found = finder(seen(boats=("subject", {1, 2}), flowers=("subject", {3})))
    assert found.near("old harbours") == found.near("port") == ["boats"]
    assert found.near("zeppelin") == []


@pytest.mark.parametrize(
    "typed", ["mother", "ballerina", "embrace", "bride", "muse", "bathers", "Queen", "nuns", "sewing"]
)
def test_words_for_people_have_something_near(typed):
    found = Finder(items(), seen(people=("figure", {1, 2}), pale=("palette", {3})), lambda: None)
    assert not len(found.find(typed).best())
    assert found.find(typed).notes == (f"Nothing is known of '{typed}'.",), "it is taken for no other word"
    assert "people" in found.near(typed)


def test_words_that_are_near_are_in_the_bank():
    assert {word for near in near_words().values() for word in near} <= set(bank())


def test_it_is_told_that_women_are_not_told_from_men():
    found = Finder(items(), seen(people=("figure", {1, 2})), lambda: None).find
    assert found("a woman").notes == (
        "Looked for 'people' in place of 'woman'.",
        "Women and men cannot be told apart here.",
    )
    assert found("somebody").notes == ("Looked for 'people' in place of 'somebody'.",)


def test_a_picture_that_comes_closest_perhaps_shows_what_was_looked_for():
    words = Tags(["boats"], ["subject"], np.eye(N, 1) / 2, np.zeros((N, 1), bool))
    found = finder(words, {"boats": ["ship"]}).find("ship")
    assert found.why(np.array([0])) == [("perhaps boats",)]
    assert found.notes == (
        "Looked for 'boats' in place of 'ship'.",
        "We guess which pictures show 'boats'.",
    )


def guessed(**words):
    """What is only guessed of pictures: word={row: probability}, 0.05 of all others"""
    probabilities = np.full((N, len(words)), 0.05)
    for k, rows in enumerate(words.values()):
        probabilities[list(rows), k] = list(rows.values())
    return Tags([*words], ["subject"] * len(words), probabilities, np.zeros((N, len(words)), bool))


def test_what_is_written_comes_before_others_guesses_and_in_the_order_of_what_is_guessed():
    found = finder(guessed(horses={6: 0.3, 11: 0.2, 3: 0.9, 4: 0.6})).find("van gogh horses")
    assert found.best()[:2].tolist() == [6, 11]
    assert {row % 5 for row in found.best(6).tolist()} == {1}, "all pictures of the artist"
    assert found.best()[6:].tolist() == [3, 4]
    assert found.fits[6].round(1) > found.fits[1].round(1) > found.fits[3].round(1), "by tenths"


def test_a_guess_ends_where_it_is_no_better_than_of_any_picture():
    often = dict.fromkeys(range(N), 0.4) | {3: 0.9, 4: 0.8}
    assert finder(guessed(books=often)).find("books").best().tolist() == [3, 4]
    assert finder(guessed(dogs=dict.fromkeys((5, 6), 0.4))).find("dogs").best().tolist() == [5, 6]


def test_what_many_pictures_show_finds_none_beside_something_rarer():
    words = seen(people=("subject", set(range(3, N))), boats=("subject", {1, 2, 3}))
    assert set(finder(words).find("people in boats").best().tolist()) == {1, 2, 3}
    assert finder(words).find("people in boats").best(1).tolist() == [3]
    assert len(finder(words).find("people").best()) == N - 3


def test_a_look_that_none_of_the_found_has_is_told():
    words = seen(horses=("subject", {1, 2}), much_white=("palette", {3, 4}))
    found = finder(words, {"much white": ["white"]}).find("white horses")
    assert found.best().tolist() == [1, 2]
    assert found.notes == ("None of these is known to be 'white'.",)


def test_a_guess_is_no_find_and_two_words_that_are_guessed_are_told_once():
    probabilities = np.full((N, 3), 0.1)
    probabilities[[0, 1, 2], [0, 1, 2]] = 0.5, 0.5, 1.0
    probabilities[3] = 0.5, 0.1, 1.0
    words = Tags(["dogs", "hats", "people"], ["subject"] * 3, probabilities, probabilities == 1)
    found = finder(words).find("dogs, hats, people")
    assert found.notes == ("We guess which pictures show 'dogs' and 'hats'.",)
    assert found.guessed[:5].tolist() == [True, True, False, True, False], "the third surely shows people"
    assert found.best()[:2].tolist() == [3, 2]


def test_another_word_that_was_searched_for_is_told_and_the_word_itself_is_not():
    words = seen(
        flowers=("subject", {1, 2}), red_tones=("palette", {2, 3}), no_people=("figure", {1, 2}), sunset=("light", {4})
    )
    also = {"flowers": ["poppy"], "red tones": ["red"], "no people": ["without people"], "sunset": ["evening"]}
    find = finder(words, also).find
    assert find("red poppies without people").notes == ("Looked for 'flowers' in place of 'poppies'.",)
    assert find("a flower").notes == find("red").notes == ()
    assert find("evening").notes == ("Looked for 'sunset' in place of 'evening'.",)


def test_words_without_commas_are_asked_for_together_too():
    assert finder().find("pale blue boats").best().tolist() == finder().find("pale blue, boats").best().tolist()


def test_a_word_is_ordered_by_how_strongly_and_holds_only_where_it_is_said():
    rows = finder().find("pale blue").best()
    assert rows.tolist() == list(range(29, 0, -3))


def test_a_synonym_finds_what_the_word_finds():
    also = {"boats": ["ship", "sailing boat"], "evening": ["dusk"]}
    ships, boats = finder(also=also).find("ships at dusk"), finder().find("boats, evening")
    assert ships.fits.tolist() == boats.fits.tolist()
    assert ships.why(np.array([0])) == [("boats", "evening")]
    assert finder(also=also).find("sailing boat").best().tolist() == finder().find("boats").best().tolist()


@pytest.mark.parametrize("typed", ["black & white", "black&white", "B & W"])
def test_an_ampersand_is_and(typed):
    words = seen(black_and_white=("palette", {1, 2}), much_black=("palette", {3}))
    assert Finder(items(), words, lambda: None).find(typed).best().tolist() == [1, 2]
    assert artists_of(finder().find("monet & durer")) == {"Claude Monet", "Albrecht Dürer"}
    assert artists_of(finder().find("no monet & durer")) == {*ARTISTS[1:3], ARTISTS[4]}


@pytest.mark.parametrize("typed", ["boats --", "boats - -", "boats -'"])
def test_a_minus_before_nothing_leaves_nothing_out(typed):
    found = finder().find(typed)
    assert found.best().tolist() == finder().find("boats").best().tolist()
    assert found.notes == ()


@pytest.mark.parametrize(
    "typed", ["show me monet, boats", "boats over monet", "monet but boats", "boats near the monet"]
)
def test_words_that_ask_for_nothing_are_not_said_to_be_unknown(typed):
    assert set(finder().find(typed).best()) == set(finder().find("monet, boats").best())
    assert not any("Nothing is known" in note for note in finder().find(typed).notes)


def test_words_and_columns_are_one_order():
    found = finder().find("monet, boats")
    first = [row for row in range(N) if row % 5 == 0 and tags().said[row, 0]]
    assert set(found.best(len(first)).tolist()) == set(first)
    assert found.why(found.best(1)) == [("Claude Monet", "boats")]


def test_a_word_of_which_nothing_is_known_is_told_and_finds_nothing():
    found = finder().find("zeppelin")
    assert not len(found.best())
    assert found.notes == ("Nothing is known of 'zeppelin'.",)
    both = finder().find("zeppelin over the submarine, monet")
    assert artists_of(both) == {"Claude Monet"}
    assert both.notes == ("Nothing is known of 'zeppelin' and 'submarine'.",)
    (told,) = finder().find("z" * 5000).notes
    assert len(told) < 120


def test_a_word_that_was_meant_and_is_said_of_nothing_either_is_told_as_it_was_typed():
    assert finder(also={"castle": ["fortress"]}).find("fortres").notes == ("Nothing is known of 'fortres'.",)


@pytest.mark.parametrize("typed", ["monet no boats", "monet Without any boats", "not the boats, monet", "-boats monet"])
def test_what_stands_behind_a_word_as_without_is_left_out_and_that_is_told(typed):
    found = finder().find(typed)
    assert found.notes == ("Without 'boats': 4 left out.",)
    assert found.best().tolist() == [5, 25], "of the artist, those of which boats are not said"


def test_all_others_are_found_where_only_something_is_left_out_and_no_other_school_goes_with_it():
    assert artists_of(finder().find("no monet")) == {*ARTISTS[1:]}
    found = finder().find("paintings without impressionism")
    assert found.notes == ("Without 'impressionism': 6 left out.",)
    assert artists_of(found) == {*ARTISTS[1:]}


def test_leaving_out_goes_on_behind_or_ends_at_a_preposition_and_words_beside_each_other_are_one_thing():
    words = seen(hats=("subject", {1, 2}), dogs=("subject", {3}), trees=("place", {4, 5}), pale=("palette", {1, 5}))
    find = finder(words).find
    assert not {1, 2, 3} & set(find("no hats or dogs").best().tolist())
    assert find("without a hat and with trees").best().tolist() == [4, 5]
    assert find("trees without hats at pale").best().tolist() == [5, 4], "pale is asked for"
    assert find("trees, no pale trees").best().tolist() == [4]
    assert find("trees, no pale hats").notes == ("Without 'pale' and 'hats': nothing to leave out.",)


def test_what_is_left_out_by_guess_or_in_place_of_another_word_is_told_and_what_is_unknown_stays():
    find = finder(guessed(people={1: 0.9}), {"people": ["woman"]}).find
    assert find("van gogh, no women").notes == (
        "Without 'people', looked for in place of 'women': 1 left out, as far as we can guess.",
    )
    found = find("van gogh, no zeppelin")
    assert found.notes == ("'zeppelin' could not be left out: nothing is known of it.",)
    assert found.best().tolist() == find("van gogh").best().tolist()
    assert not len(find("no zeppelin").best())


def test_a_number_behind_no_is_no_thing_to_leave_out():
    assert set(titles_of(finder().find("study no. 33"), 1)) == {"Study 33"}


@pytest.mark.parametrize("text", ["", "  ", ",;", "☃", "that which", "paintings of"])
def test_a_search_for_nothing_finds_nothing(text):
    assert not len(finder().find(text).best())


def test_a_word_that_is_said_of_no_picture_here_is_not_taken_for_another():
    words = Tags(["boats", "castle"], ["concept"] * 2, np.zeros((N, 2)), np.zeros((N, 2), bool))
    found = finder(words, title=["Cattle"] * N).find("castle")
    assert not len(found.best())
    assert found.notes == ("Nothing is known of 'castle'.",)


def test_a_word_of_the_bank_is_well_spelt_and_its_synonyms_are_known():
    found = finder(also={"castle": ["fortress"]}, title=["Cattle"] * N).find("castle")
    assert not len(found.best())
    words = Tags(["boats"], ["subject"], np.ones((N, 1)), np.ones((N, 1), bool))
    assert len(Finder(items(), words, lambda: None).find("sailing ship").best()) == N


def test_a_word_that_is_sure_of_no_picture_finds_those_that_come_closest_and_says_so():
    p = np.where(np.arange(N) < 8, 0.9 - np.arange(N) / 100, 0.3)[:, None]
    words = Tags(["night"], ["light"], p, np.zeros((N, 1), bool))
    found = finder(words).find("night")
    assert found.best().tolist() == list(range(8))
    assert found.notes == ("We guess which pictures show 'night'.",)
    assert found.why(np.array([0])) == [("perhaps night",)]


def test_a_word_goes_before_others_that_are_also_called_so():
    said = np.arange(N)[:, None] % 2 == [0, 1]
    words = Tags(["houses", "buildings"], ["subject"] * 2, said.astype(float), said)
    also = {"buildings": ["house", "palace"]}
    assert finder(words, also).find("house").best().tolist() == list(range(0, N, 2))
    assert finder(words, also).find("palaces").best().tolist() == list(range(1, N, 2))


def test_what_is_written_goes_before_what_comes_closest():
    p = np.where(np.arange(N) % 6 == 0, 0.9, 0.0)[:, None]
    titles = ["Night watch" if row == 1 else "" for row in range(N)]
    found = finder(Tags(["night"], ["light"], p, np.zeros((N, 1), bool)), title=titles).find("night")
    assert found.best().tolist() == [1, *range(0, N, 6)]
    assert found.notes[0].startswith("Where 'night' is not written")


def test_what_a_folder_is_called_finds_what_shows_it_first_and_leaves_nothing_out_that_does_not():
    pictures = [replace(item, name=f"Dogs and cats/IMG_{item.id}.jpg") if item.id <= 6 else item for item in items()]
    dogs, cats = {1: 0.5, 2: 0.2, 3: 0.9, 5: 0.6}, {0: 0.9, 2: 0.8, 4: 0.7}
    find = Finder(pictures, guessed(dogs=dogs, cats=cats), lambda: None).find
    assert find("dog").best().tolist() == [3, 5, 1, 2, 0, 4]
    assert find("dog no cat").best().tolist() == [3, 5, 1]
    assert not len(Finder(pictures, tags(()), lambda: None).find("dog no cat").best()), "where names are all there is"


def test_titles_and_names_of_files_are_found_by_a_word_and_by_a_part_of_one():
    assert set(titles_of(finder().find("the kiss"))) == {"The Kiss"}
    assert set(titles_of(finder().find("study 33"))) == {"Study 33"}
    assert set(titles_of(finder().find("landschaft"))) == {"Winterlandschaft"}
    assert set(titles_of(finder().find("sunfl"))) == {"Sunflowers"}
    assert finder().find("IMG_0007.jpg").best(1).tolist() == [7]
    assert len(finder().find("walls").best()) == N
    assert not len(finder().find("example").best()), "an address says nothing of a picture"


def test_a_long_text_is_found_by_its_words_anywhere():
    texts = [
        "",
        *["A view of the old harbour with fishermen who mend their nets"] * 3,
        *[""] * (N - 4),
    ]
    found = finder(description=texts).find("fishermen mending nets")
    assert found.best().tolist()[:3] == [1, 2, 3]
    assert found.why(np.array([1])) == [("in its description",)]


def test_a_text_of_more_words_than_are_looked_for_says_so():
    said = "Only the first 32 words were looked for."
    assert said not in finder().find(" ".join(["boats"] * 32)).notes
    assert said in finder().find(" ".join(["boats"] * 33)).notes
    assert said in finder().find("boats, " * 40).notes


class Reads:
    """An encoder whose text tower knows that cats are up and dogs are down, and says where each text went."""

    row = EncoderRow("reads", 2, "", 0, "", "1", {}, words=True)
    asked: list[str]

    def __init__(self, fault=None):
        self.asked, self.fault = [], fault

    def encode(self, pictures):
        raise NotImplementedError

    def encode_text(self, words):
        if self.fault:
            raise self.fault
        self.asked += words
        places = {"cat": (0, 1), "dog": (0, -1)}
        return np.array([next((at for w, at in places.items() if w in text), (1, 0)) for text in words], np.float32)


def reading(tower):
    """Pictures 0 to 3 show cats, 4 to 7 dogs."""
    X = np.random.default_rng(0).normal(0, 0.05, (N, 12)).astype(np.float32)
    X[:4, 1] += 1
    X[4:8, 1] -= 1
    return Finder(items(), tags(), lambda: None, reads=text_fits([tower], X))


def test_any_text_is_found_where_an_encoder_reads_text():
    cats = reading(tower := Reads()).find("a sleeping cat on the sofa, pale blue")
    assert tower.asked[:2] == ["sleeping cat sofa", "a picture of sleeping cat sofa"]
    assert cats.notes == ("Those with all that you ask for come first: 1. The others have a part of it.",)
    assert cats.best(1).tolist() == [2], "the one cat of which pale blue is said too"
    assert cats.why(np.array([0])) == [("looks like 'sleeping cat sofa'",)]
    assert set(reading(Reads()).find("dog").best(4).tolist()) == {4, 5, 6, 7}


def test_a_name_is_no_text_to_an_encoder_that_reads_text():
    found = reading(tower := Reads()).find("vangogh, durerr")
    assert artists_of(found) == {"Vincent van Gogh", "Albrecht Dürer"}
    assert tower.asked == []


def test_a_text_tower_that_cannot_be_had_is_told_and_the_rest_is_found():
    found = reading(Reads(UserError("cannot fetch it"))).find("monet, sleeping cat")
    assert artists_of(found) == {"Claude Monet"}
    assert found.notes == ("Nothing is known of 'sleeping' and 'cat'.", "cannot fetch it")


def test_no_encoder_that_reads_text_is_none():
    assert text_fits([], np.zeros((3, 2), np.float32)) is None


def alike(words=None, **more):
    """Pictures in a circle: those next to each other look alike."""
    angle = 2 * np.pi * np.arange(N) / N
    X = np.column_stack([np.cos(angle), np.sin(angle), np.random.default_rng(0).normal(size=(N, 2))]).astype(np.float32)
    table = PictureTable.of_array(X, Layout((("eye", 2), ("attributes", 2))))
    return Finder(items(**more), words or tags(()), lambda: Looks.of(table.X, table.layout))


def test_pictures_that_look_alike_come_first_and_the_picture_itself_does_not_come():
    plain = dict.fromkeys(("artist", "style", "title"), [""] * N)
    found = alike(**plain).like(10)
    assert found.best(4).tolist() in ([9, 11, 8, 12], [11, 9, 12, 8], [9, 11, 12, 8], [11, 9, 8, 12])
    assert 10 not in found.best()
    assert found.why(np.array([9])) == [()]
    assert 0 < found.fits.max() <= 1


def test_what_is_said_of_both_and_what_few_share_brings_a_picture_forward():
    artist = ["Rare" if row in (10, 12) else "Common" for row in range(N)]
    plain = {"style": [""] * N, "title": [str(i) for i in range(N)]}
    found = alike(artist=artist, **plain).like(10)
    assert found.best(1).tolist() == [12]
    assert found.why(np.array([12, 9])) == [(), ()], "a column need not say what one sees"


def test_of_two_pictures_that_are_alike_it_is_told_what_one_sees_in_both():
    words = seen(
        Claude_Monet=("artist", {10, 12}), boats=("subject", {10, 11, 12}), blue_tones=("palette", {9, 10}),
        water=("subject", set(range(N))), no_people=("figure", {9, 10}),
    )  # fmt: skip
    found = alike(words, nationality=["British"] * N).like(10)
    assert found.why(np.array([12, 9, 8])) == [("Claude Monet", "boats"), ("blue tones",), ()]


def test_every_encoder_counts_the_same_in_how_alike_pictures_look():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(200, 8)), 1000 * rng.normal(size=(200, 8))
    places = [
        Looks.of(np.hstack(parts).astype(np.float32), Layout((("a", 8), ("b", 8)))).places
        for parts in ([first, second], [1000 * first, second])
    ]
    np.testing.assert_allclose(places[0] @ places[0].T, places[1] @ places[1].T, atol=1e-4)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_pictures_are_searched_too(n):
    table = PictureTable.of_array(np.eye(3, 5, dtype=np.float32)[:n], Layout((("eye", 3), ("attributes", 2))))
    few = Finder(items()[:n], Tags.nothing(n), lambda: Looks.of(table.X, table.layout))
    assert len(few.find("monet, zeppelin").best()) == min(n, 1)
    assert [row for row in range(n) if row in few.like(row).best()] == []


@pytest.mark.parametrize("n", [2, 3, 10])
def test_all_others_are_more_or_less_like_a_picture(n):
    X = np.vstack([np.linspace(0, 1, n), np.ones(n)]).T.astype(np.float32)
    found = Finder(items()[:n], Tags.nothing(n), lambda: Looks.of(X, Layout((("eye", 2),)))).like(0)
    assert sorted(found.best().tolist()) == list(range(1, n))
