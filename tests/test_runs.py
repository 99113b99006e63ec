"""The scripts of the paper's tables and figures: planted truth is found, published figures stand beside it."""

import csv
import json
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import BadInput, UserError
from beholder.locator import Locator
from beholder.research.bench import analysis, runner
from beholder.table import Layout
from beholder.types import Item, silent
from test_bench import N, fake_encoder, planted_rows, write_set

ROOT = Path(__file__).resolve().parents[1]
SPLIT = ["test", "train", "train"] * (N // 3)


@pytest.fixture(autouse=True)
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "runs")
    fake_encoder(monkeypatch)
    monkeypatch.setattr(analysis, "embed_set", runner.embed_set)


@pytest.fixture
def rated(tmp_path):
    """Twelve people who all like the same, three of them test raters; a third of the pictures are test pictures."""
    data = folder(tmp_path / "rated", "ratings", shared=True, raters=12)
    add_columns(data, split=SPLIT)
    lines = [f"r{i},{'test' if i < 3 else 'train'}\n" for i in range(12)]
    Path(data, "raters.csv").write_text("".join(["rater,split\n", *lines]))
    return data


def folder(path, kind, **more):
    path.mkdir()
    return str(write_set(path, kind, **more))


def add_columns(data, **columns):
    with Path(data, "items.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    rows[0] += [name.replace("_", " ") for name in columns]
    for i, row in enumerate(rows[1:]):
        row += [values[i] for values in columns.values()]
    with Path(data, "items.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)


def call(monkeypatch, script, *arguments):
    import paper

    monkeypatch.setattr(sys, "argv", [script.__name__, *arguments])
    paper.main(script.__doc__, script.figures, script.table)


def test_raters_who_agree_hardly_spread(rated):
    import table_1

    whole, *bins = table_1.figures(rated)
    assert whole["pictures"] == sum(row["pictures"] for row in bins) == N
    assert whole["deviation"] < 0.5


def test_attributes_that_people_judged_are_foretold_and_others_left_out(rated):
    import table_3

    X = planted_rows()
    add_columns(rated, vivid_colour=X[:, 0], symmetry=["", *X[1:, 1]])
    found = {(row["what"], row["by"]): row for row in table_3.figures(rated)}
    assert set(found) == {("vivid colour", "learned"), ("vivid colour", "measured"), ("symmetry", "learned"),
                          ("symmetry", "measured"), ("score", "learned")}  # fmt: skip
    assert all(found[name, "learned"]["spearman"] > 0.5 for name in ("vivid colour", "symmetry", "score"))
    assert abs(found["vivid colour", "measured"]["spearman"]) < 0.5, "the measured ones are noise here"


def test_a_set_of_means_has_its_score_foretold(rated):
    import table_3

    Path(rated, "ratings.csv").unlink()
    Path(rated, "raters.csv").unlink()
    with pytest.raises(BadInput, match="neither ratings, nor scores"):
        table_3.figures(rated)
    add_columns(rated, score=planted_rows()[:, 0])
    (row,) = table_3.figures(rated)
    assert (row["what"], row["pictures"]) == ("score", N // 3)
    assert row["spearman"] > 0.5


def test_published_figures_stand_as_in_the_paper(rated):
    import table_3
    import table_4

    table = table_3.table(table_3.figures(rated))
    assert "| Ren et al. 2017 | 0.6938 | 0.4963 | 0.5641 | 0.2558 | 0.5476 | 0.6718 | 0.3104 " in table
    rows = table_4.figures(rated, shots=(5, 15, 99), repeats=1)
    assert {row["shots"] for row in rows} == {5, 15}
    table = table_4.table(rows)
    assert "| 10, published | -0.352 ± 0.050 | -0.001 ± 0.003 | +0.006 ± 0.003 | – | – |" in table
    assert "| 15, here | " in table


def test_the_top_of_an_album_holds_unseen_pictures_and_what_was_given(tmp_path):
    import figure_3

    data = folder(tmp_path / "private", "ratings")
    rows = figure_3.figures(data, method="gp", shots=15, raters=2, out=str(tmp_path / "out"))
    with Path(data, "ratings.csv").open() as stream:
        given = {(row["rater"], row["item"], float(row["score"])) for row in csv.DictReader(stream)}
    assert [row["by"] for row in rows] == ["generic", "gp"] * 6
    for row in rows:
        assert len(set(row["items"])) == figure_3.TOP
        assert {(row["rater"], *told) for told in zip(row["items"], row["ratings"], strict=True)} <= given
    own, generic = (np.mean([row["ratings"] for row in rows if row["by"] == by]) for by in ("gp", "generic"))
    assert own > generic + 0.5, "each has a taste of their own"
    assert f"| gp - generic | {own - generic:.3f} [" in figure_3.table(rows)
    page = Path(tmp_path, "out/figure_3.html").read_text()
    assert page.count("<img") == page.count("data:image/jpeg;base64,") == 2 * 2 * figure_3.TOP
    with pytest.raises(BadInput, match=r"no ratings\.csv"):
        figure_3.figures(folder(tmp_path / "choices", "choices"))


def test_pam_on_half_the_features_sees_that_half(tmp_path, rated):
    import figure_5a

    X = np.random.default_rng(0).normal(size=(40, 16))
    layout, kinds = Layout.of(16, 4), (figure_5a.Traits, figure_5a.Attributes, figure_5a.Contents)
    both, attributes, contents = (kind.fit(X, layout).transform(X) for kind in kinds)
    assert attributes.shape[1] == 4
    np.testing.assert_array_equal(np.hstack([attributes, contents]), both)
    rows = figure_5a.figures(rated, shots=(5, 15), repeats=1, out=str(tmp_path / "out"))
    assert [(row["features"], row["shots"]) for row in rows] == [
        (name, k) for k in (5, 15) for name in figure_5a.METHODS.values()
    ]
    assert "| attributes and content | " in figure_5a.table(rows)
    assert (tmp_path / "out/figure_5a.svg").read_text().count('class="curve"') == 4


def test_a_model_of_ratings_is_not_asked_about_choices(tmp_path):
    import figure_5a

    with pytest.raises(UserError, match="cannot learn from choices"):
        figure_5a.figures(folder(tmp_path / "choices", "choices"))


def test_a_script_prints_a_table_json_or_a_sentence(rated, monkeypatch, capsys):
    import figure_4
    import table_4

    call(monkeypatch, figure_4, rated, "--repeats", "2")
    assert "## Fakes on scale" in capsys.readouterr().out
    call(monkeypatch, table_4, rated, "--shots", "5,10", "--repeats", "1", "--json")
    assert {row["shots"] for row in json.loads(capsys.readouterr().out)} == {5, 10}
    with pytest.raises(SystemExit, match=r"has no items\.csv"):
        call(monkeypatch, table_4, str(ROOT))


def test_the_page_of_results_names_no_path(rated, tmp_path, monkeypatch):
    import figure_6
    import results

    monkeypatch.setattr(results, "SHOTS_OF_RATINGS", (0, 10))
    monkeypatch.setattr(results, "SHOTS_OF_CHOICES", (10,))
    monkeypatch.setattr(results, "OF_RATINGS", ["generic", "someone-else", "pam"])
    monkeypatch.setattr(results, "OF_CHOICES", ["generic", "logistic"])
    monkeypatch.setattr(figure_6, "STRATEGIES", ("random", "ours"))
    encoder = f"onnx:{tmp_path}/some_net/model.onnx"
    page = results.page(rated, folder(tmp_path / "chosen", "choices"), None, encoder, 1, tmp_path / "work")
    assert str(tmp_path) not in page
    assert "python runs/results.py rated chosen --work FOLDER --encoder onnx:some_net/model.onnx --repeats 1" in page
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Ratings: rated",
        "## Choices: chosen",
        "## Table 1: how far raters differ",
        "## Table 3: attributes and score",
        "## Table 4: gain over the generic score",
        "## Figure 3: the top of an album",
        "## Figure 4: real raters against fake ones",
        "## Figure 5a: features for PAM",
        "## Figure 6: ways of asking",
    ]
    assert "| pam - someone-else |" in page


def test_a_section_of_the_page_is_replaced_and_the_others_stay(tmp_path):
    import results

    page = tmp_path / "results.md"
    page.write_text("# Results\n\nAll.\n\n## One\n\nfirst\n\n## Two\n\nsecond\n")
    results.replace_section(page, "One", "### Part\n\nanother first")
    results.replace_section(page, "Three", "third")
    assert page.read_text() == (
        "# Results\n\nAll.\n\n## One\n\n### Part\n\nanother first\n\n## Two\n\nsecond\n\n## Three\n\nthird\n"
    )
    assert results.section_of(page, "Two") == "second"
    assert results.section_of(page, "Four") == ""


def test_runs_of_the_exact_method_are_compared_on_its_own_people(tmp_path):
    pytest.importorskip("torch", reason="needs the extra torch: make test-all")
    import task_vectors_tables as tables

    def row(method, rater, draw, value):
        return {
            "method": method,
            "rater": rater,
            "draw": draw,
            "shots": 10,
            "metric": "spearman",
            "value": value,
            "ask": None,
        }

    few = [row("tvc", f"p{i}", 0, 0.5 + 0.01 * i) for i in range(4)]
    many = [row("uniform-mix", f"p{i}", draw, 0.4 + 0.1 * draw) for i in range(9) for draw in range(2)]
    for name, rows in (("few", few), ("many", many)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    figures = tables.figures_of([tmp_path / "few", tmp_path / "many"], ("tvc", "uniform-mix"), draws=1)
    told = tables.differences_table(figures, "spearman", [("tvc", "uniform-mix")])
    assert "4 people, 1 draw" in tables.means_table(figures, "spearman")[0]
    assert "| tvc − uniform-mix | +0.115 [" in told[2]


def test_each_of_the_forty_queries_has_its_answer():
    import search

    queries, labels = search.read("search_queries.csv"), search.read("search_labels.csv")
    assert len({row["query"] for row in queries}) == len(queries) == 41
    judged = {(row["query"], row["item"]): row["fits"] for row in labels}
    assert len(judged) == len(labels)
    assert set(judged.values()) == {"0", "1"}
    seen = {row["query"] for row in queries if row["answer"] == "seen"}
    assert seen == {query for query, _ in judged}
    item = Item(1, "a", Locator.of("a.png"), "", 1, 1, {"style": "Symbolism,Art Nouveau"})
    assert search.says(item, "style=Art Nouveau")
    assert not search.says(item, "style=Nouveau")


def test_words_are_true_of_what_people_like_and_reasons_of_their_pictures(tmp_path):
    import taste_words
    from helpers.browser import hang

    data = hang(tmp_path / "hung", 60)
    lines = (data / "items.csv").read_text().splitlines()
    kinds = ["style", *(f"school {n % 10}" for n in range(len(lines) - 1))]
    (data / "items.csv").write_text("".join(f"{line},{kind}\n" for line, kind in zip(lines, kinds, strict=True)))
    whole, *people = taste_words.figures(str(data), seconds=30, clickers=2)
    assert whole["people"] == len(people) >= 10
    assert whole["named"] >= 0.5
    assert whole["false"] <= 0.2
    assert (whole["common"], whole["equal"], whole["untrue"]) == (0, 0, 0)
    assert whole["clickers"] == 2
    assert f"{whole['named']}" in taste_words.table([whole, *people])


def test_pictures_alone_are_judged_by_what_their_own_columns_say(tmp_path, monkeypatch):
    import taste_words
    from helpers.browser import hang

    monkeypatch.setattr("beholder.importer._MANY", 10)  # each import of many has an order of its own
    data = hang(tmp_path / "hung", 40)
    with closing(Library(tmp_path / "home", config=Settings(home=tmp_path / "home"))) as library:
        bare, items = taste_words.rooms(library, str(data), columns=False, progress=silent)
        assert not any(item.columns for item in bare.items)
        for seen, judged in zip(bare.items, items, strict=True):
            with seen.locator.open() as one, judged.locator.open() as other:
                assert one.read() == other.read()


def test_favourites_bring_more_of_their_kind(tmp_path):
    import favourites
    from helpers.browser import hang

    data = hang(tmp_path / "hung", 40)
    lines = (data / "items.csv").read_text().splitlines()
    kinds = ["style", *("dark" if n < 4 else f"school {n % 7}" for n in range(len(lines) - 1))]
    (data / "items.csv").write_text("".join(f"{line},{kind}\n" for line, kind in zip(lines, kinds, strict=True)))
    rows = favourites.figures(str(data), favourites=2, grids=(1,), repeats=1)
    assert [row["grids"] for row in rows] == [1]
    assert all(0 <= row[name] <= 1 for row in rows for name in ("before", "after", "worst_after"))
    assert f"{rows[0]['after']:.2f}" in favourites.table(rows)


def test_who_likes_a_content_is_asked_and_the_app_is_told_of_none(rated, tmp_path, monkeypatch, capsys):
    import contents

    bright = np.flatnonzero(planted_rows()[:, 0] > 1)
    lines = [f'i{row},"bright, {"even" if row % 2 == 0 else "odd"}"' for row in bright]
    monkeypatch.setattr(contents, "LABELS", tmp_path / "labels.csv")
    contents.LABELS.write_text("\n".join(["item,contents", *lines]))
    call(monkeypatch, contents, rated, "--seconds", "12,6", "--repeats", "1", "--json")
    whole, *people = json.loads(capsys.readouterr().out)
    assert people[0]["person"] == "content: bright"
    assert people[0]["base"] == pytest.approx(len(bright) / N, abs=1e-4)
    assert (whole["people"], whole["seconds"], whole["plan"]) == (3, [6, 12], "grids")
    assert min(people, key=lambda person: person["found"][1])["person"] == whole["worst_person"][1]
    printed = contents.table([whole, *people])
    assert f"| bright | {len(bright) / N:.1%} |" in printed
    assert "| served worst |" in printed
    contents.LABELS.write_text("item,contents\nelsewhere,bright\ni1,bright\n")
    with pytest.raises(BadInput, match="1 of its 2 pictures are not here"):
        contents.figures(rated)
    with pytest.raises(UserError, match="are 1 or more"):
        contents.figures(rated, repeats=0)


def test_what_is_said_of_an_accuracy_is_held_against_what_was_held_out(rated, tmp_path, monkeypatch, capsys):
    import stated_accuracy

    call(monkeypatch, stated_accuracy, rated, "--shots", "20,5", "--json")
    early, late = json.loads(capsys.readouterr().out)
    assert (early["shots"], late["shots"], early["raters"]) == (5, 20, 3)
    assert late["true"] > 0.75
    assert late["margin"] < early["margin"]
    assert early["stated"] < late["stated"] < late["true"] + late["margin"]
    assert early["holds"] <= early["holds_with_doubt"] <= 1
    assert "| 20 |" in stated_accuracy.table([early, late])
    with pytest.raises(UserError, match=r"nobody in .* has 900 ratings and 20 others to judge by"):
        stated_accuracy.figures(rated, shots=(900,))
    with pytest.raises(UserError, match="has no ratings"):
        stated_accuracy.figures(folder(tmp_path / "pairs", "choices", raters=3))


def test_the_contents_of_paintings_are_common_enough_to_be_asked_about():
    import contents

    with contents.LABELS.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = [name for row in rows for name in row["contents"].split(", ")]
    assert len({row["item"] for row in rows}) == len(rows)
    counts = {name: told.count(name) / 2922 for name in told}
    assert sum(share >= 0.012 for share in counts.values()) >= 8
    assert min(counts.values()) >= 0.01
