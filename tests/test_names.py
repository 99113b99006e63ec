"""Names as people write them: one person each, however it is typed, and nothing in them that nobody sees."""

import pytest

from beholder.errors import AlikeName, UserError
from beholder.store import Store, alike


@pytest.fixture
def store(home):
    store = Store(home)
    yield store
    store.close()


ALIKE = [
    ("Ada", "ADA"),
    ("Straße", "STRASSE"),
    ("İpek", "ipek"),
    ("Иван", "ИВАН"),
    ("ΣΟΦΟΣ", "σοφος"),
    ("Ada", "\u0410da"),  # Cyrillic А
    ("Ada", "\u0430d\u0430"),
    ("BOB", "\u0412\u041e\u0412"),  # Cyrillic throughout
    ("tom", "\u0422\u041e\u041c"),  # and in another case
    ("Ivan", "\u0399van"),  # Greek Ι
    ("MAPIA", "\u039c\u0391\u03a1\u0399\u0391"),
    ("ada", "\u13aada"),  # Cherokee Ꭺ
    ("cocoa", "\u03f2\u03bf\u0441\u043e\u0430"),  # three scripts at once
    ("Ada", "\uff21\uff44\uff41"),  # full width
    ("Ada", "\U0001d400\U0001d41d\U0001d41a"),  # letters of mathematics
    ("Adal", "Ada1"),
    ("Emma", "Ernma"),
    ("O'Neil", "O\u2019Neil"),
    ("Jean-Luc", "Jean\u2010Luc"),
    ("\u2764", "\u2764\ufe0f"),  # a heart, and the same as an emoji
    ("\u00c9lise", "e\u0301LISE"),
]
OTHERS = [("Maria", "María"), ("Élise", "Elise"), ("Ada", "Ada L"), ("Ada", "Ida"), ("李", "王"), ("Anna", "Anne")]


@pytest.mark.parametrize(("name", "other"), ALIKE, ids=ascii)
def test_a_name_that_looks_the_same_is_no_second_person_until_somebody_says_so(store, name, other):
    first = store.add_person(name)
    with pytest.raises(AlikeName, match="looks the same") as refused:
        store.add_person(other)
    assert refused.value.known == [first.name]
    assert [p.name for p in store.people()] == [first.name]
    assert store.add_person(other, another=True).id != first.id
    assert alike(other, [name]) == [name]


@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_names_that_are_told_apart_are_two_people(store, name, other):
    assert store.add_person(name).id != store.add_person(other).id


def test_a_name_is_kept_composed_and_found_however_it_is_typed(store):
    composed, parts = "Zo\u00eb \u00c5", "Zoe\u0308  A\u030a"
    assert store.add_person(parts).name == composed
    assert store.add_person(composed) == store.person(parts) == store.person(composed)
    assert store.add_collection(parts, "folder", "classic").name == composed
    assert store.collection(parts) == store.collection(composed)


def test_somebody_kept_uncomposed_by_an_older_version_is_the_same_person(store):
    old = store.add_person("Zoe")
    with store.engine.begin() as db:
        db.exec_driver_sql("UPDATE people SET name = 'Zoe\u0308'")
    assert store.add_person("Zo\u00eb").id == store.person("Zo\u00eb").id == old.id


UNSEEN = {
    "a bell": "a\x07b",
    "a line": "a\x00b",
    "a zero-width space": "a\u200bb",
    "a zero-width joiner": "a\u200db",
    "a right-to-left override": "a\u202eb",
    "a soft hyphen": "a\u00adb",
    "a word joiner": "a\u2060b",
    "a byte order mark": "\ufeffab",
    "a tag": "a\U000e0041",
    "a grapheme joiner": "a\u034fb",
    "a Hangul filler": "\u3164",
    "a Braille blank": "\u2800",
    "only a mark": "\u0301",
    "only a selector": "\ufe0f",
    "half a character": "a\ud800",
    "a private character": "a\ue000",
}


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("what", ["person", "collection"])
def test_what_nobody_can_see_is_in_no_name(store, what, name):
    with pytest.raises(UserError, match="printable characters"):
        store.add_person(name) if what == "person" else store.add_collection(name, "folder", "classic")


def test_a_collection_whose_name_looks_like_another_is_not_made(store):
    store.add_collection("Wall", "folder", "classic")
    with pytest.raises(AlikeName, match="there is a collection 'Wall' already"):
        store.add_collection("wall", "elsewhere", "classic")
    assert len(store.collections()) == 1


def test_a_folder_whose_name_looks_like_a_known_one_is_opened_under_a_number(painted, tmp_path, home):
    from beholder.collection import Library

    other = tmp_path / "other" / "PICTURES"
    other.parent.mkdir()
    library = Library(home)
    assert library.open(painted).name == "pictures"
    painted.rename(other)
    assert library.open(other).name == "PICTURES 2"
    library.close()
