"""What a run leaves to be read says the same in Markdown, LaTeX, SVG and HTML, whatever names the set brings."""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from beholder.cli import run as command
from beholder.errors import BadInput
from beholder.research.bench import plots, run
from beholder.research.bench.curves import curves
from beholder.research.bench.latex import escape, tables
from beholder.research.bench.markdown import table
from beholder.research.bench.page import page
from beholder.research.bench.report import write_report
from beholder.research.bench.results import Results
from beholder.research.bench.statistics import Estimate
from beholder.research.bench.summary import Figure
from helpers.browser import chromium
from test_bench import fake_encoder, with_a_clicker, write_set

HOSTILE = r"""a<script>alert(1)</script> & 50% of_them #1 $x^2$ ~ {\input{x}} | "q"

b"""
CONFIG = {
    "data": "set", "where": None, "encoder": "classic", "data_revision": "d" * 64, "encoder_revision": "classic-1",
    "methods": ["generic", "someone-else", "gp"], "shots": [0, 10], "repeats": 10, "seed": 0, "code": "0+test",
    "begun": "2026-01-31", "hardware": "a machine",
}  # fmt: skip


def figure(method, shots, mean, versus=None, metric="spearman", group="all"):
    return Figure(method, versus, group, shots, metric, Estimate(mean, mean - 0.02, mean + 0.01, 12, 0.01), 10, 0.03)


def results(**more):
    figures = [
        *(figure("generic", k, 0.5) for k in (0, 10)),
        *(figure("someone-else", k, 0.1) for k in (0, 10)),
        *(figure("gp", k, mean) for k, mean in ((0, 0.0), (10, 0.55))),
        *(figure("gp", k, mean, versus="generic") for k, mean in ((0, -0.5), (10, 0.05))),
        *(figure("gp", k, mean, versus="someone-else") for k, mean in ((0, -0.1), (10, 0.45))),
        *(figure(name, 10, mean, metric="ece") for name, mean in (("generic", 0.04), ("gp", 0.02))),
        figure("gp", 10, -0.02, versus="generic", metric="ece"),
    ]
    made = Results(CONFIG, figures, ["r1: too few answers"], ["r2: clicks"], "CC BY", "Nobody. A set. 2026.")
    return replace(made, **more)


def hostile():
    config = CONFIG | {"data": HOSTILE, "where": HOSTILE, "encoder": HOSTILE}
    return results(config=config, left_out=[HOSTILE], look_at=[HOSTILE], licence=HOSTILE, citation=HOSTILE)


def test_the_gain_over_generic_has_a_table_of_its_own():
    text = table(results())
    assert "| gain over generic | 0 | 10 |\n|---|---|---|\n" in text
    assert "| gp | -0.500 [-0.520, -0.490] p 0.030 | +0.050 [+0.030, +0.060] p 0.030 |" in text
    assert "| gp - someone-else |" in text
    assert "| gp - generic |" not in text


def test_where_lower_is_better_a_difference_is_no_gain():
    assert table(results()).count("gain over generic") == 1
    assert "| change against generic | 10 |" in table(results())


def test_without_generic_there_is_no_gain():
    figures = [f for f in results().figures if "generic" not in (f.method, f.versus)]
    assert "over generic" not in table(results(figures=figures))
    assert "over generic" not in tables(results(figures=figures))


def test_the_best_of_each_column_is_bold_in_latex():
    text = tables(results())
    assert r"generic & $\mathbf{.500_{\pm .015}}$ & $.500_{\pm .015}$ \\" in text
    assert r"gp & $.000_{\pm .015}$ & $\mathbf{.550_{\pm .015}}$ \\" in text
    assert r"gp & $\mathbf{.020_{\pm .015}}$ \\" in text, "of ece the lowest"


def test_latex_has_one_table_a_metric_with_as_many_cells_as_columns():
    found = re.findall(r"\\begin{tabular}{l(r+)}(.*?)\\end{tabular}", tables(results()), re.S)
    assert [len(columns) for columns, _ in found] == [2, 1]
    for columns, body in found:
        rows = [line for line in body.splitlines() if "&" in line]
        assert {line.count("&") for line in rows} == {len(columns)}


@pytest.mark.parametrize("made", [results, hostile])
def test_latex_is_balanced_and_all_special_letters_are_escaped(made):
    text = "\n".join(line for line in tables(made()).splitlines() if not line.startswith("%"))
    bare = re.sub(r"\\[\\{}$&#_%]", "", text).replace(r"_{\pm", "{")
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert not set("#_%~") & set(bare)
    assert text.count(r"\begin{") == text.count(r"\end{") == 4
    assert "\n\n" not in text.split(r"\caption")[1].split(r"\begin{tabular}")[0], "a paragraph ends a caption"


def test_latex_escapes_what_it_would_otherwise_run():
    assert escape("\\input{x}\n\n50% a_b") == r"\textbackslash{}input\{x\} 50\% a\_b"


class Tags(HTMLParser):
    """Elements that are opened, and those that are left open."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("made", [results, hostile])
def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere(made):
    tags = Tags(page(made()))
    assert not tags.open
    assert not {tag for tag, _ in tags.seen} & {"script", "link", "img", "iframe"}
    assert not [a for _, attrs in tags.seen for a in attrs if a in ("src", "href") or a.startswith("on")]


def test_the_page_says_all_that_must_be_said():
    text = page(results())
    told = ["gain over generic", "r1: too few answers", "r2: clicks", "Nobody. A set. 2026.", "Licence: CC BY"]
    told += ["beholder bench DATA --methods generic,someone-else,gp", "2026-01-31", "a machine", "0.530 to 0.560"]
    assert [words for words in told if words not in text] == []
    assert "gp is better than generic at 10 answers: spearman +0.050 [+0.030, +0.060], p 0.030" in text


def test_a_gain_that_may_be_none_is_said_to_be_none():
    figures = [replace(f, estimate=replace(f.estimate, low=-0.01)) for f in results().figures]
    assert results(figures=figures).findings() == [
        "gp is not clearly different from generic at 10 answers: spearman +0.050 [-0.010, +0.060], p 0.030"
    ]


def test_attentive_raters_count_first_where_they_are_known():
    more = [replace(f, group="attentive") for f in results().figures]
    both = results(figures=[*results().figures, *more])
    assert both.groups == ["attentive", "all"]
    assert "spearman: attentive (12 raters)" in tables(both)
    assert ": all (" not in tables(both)


@pytest.mark.parametrize("made", [results, hostile])
def test_curves_are_well_formed_and_name_every_method(made):
    root = ElementTree.fromstring(curves(made()))
    words = {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"generic", "someone-else", "gp", "spearman", "ece (lower is better)", "answers"} <= words
    assert len([node for node in root.iter() if node.get("class") == "curve"]) == 5


@pytest.mark.parametrize("ends", [(0.51, 0.66), (0, 0), (-3.2, 1e-9), (120, 4711), (0.5, 0.5), (-0.0004, 0.0003)])
def test_marks_are_round_few_and_hold_all_values(ends):
    line = plots.Line("gp", [10, 20], ends, ends, ends, *plots.style_of(0))
    words = re.findall(r"<text[^>]*>([^<]*)</text>", plots.inline(plots.Panel("spearman", "answers", [line])))
    told = [word.replace("\N{MINUS SIGN}", "-") for word in words if word not in ("10", "20", "spearman", "answers")]
    marks = sorted(map(float, told))
    assert marks[0] <= ends[0] <= ends[1] <= marks[-1] + 1e-9
    assert 2 <= len(marks) <= 9
    steps = np.diff(marks)
    assert steps == pytest.approx(steps[0])
    assert f"{steps[0]:.0e}"[0] in "125"


def test_one_number_of_answers_can_be_drawn():
    line = plots.Line("gp", [10], [0.5], [0.5], [0.5], *plots.style_of(0))
    ElementTree.fromstring(plots.standalone([plots.Panel("spearman", "answers", [line])], "one"))


def test_every_colour_of_a_figure_has_one_for_dark_screens():
    drawn = curves(results())
    used = set(re.findall(r'style="[^"]*(?:fill|stroke): (#\w{6})', drawn))
    assert len(used) > 4
    assert [colour for colour in used if f'stroke: {colour}"] {{ stroke: #' not in drawn] == []


def test_without_matplotlib_the_tables_are_written_and_the_command_that_brings_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = []
    write_report(tmp_path, results(), lambda stage, done, total: told.append(stage))
    assert {path.name for path in tmp_path.iterdir()} == {"results.json", "table.md", "table.tex", "report.html"}
    assert [stage[:22] for stage in told] == ["left out: curves.svg; "]
    for sentence in (told[0], (tmp_path / "report.html").read_text()):
        assert "pip install &#39;beholder[bench]&#39;" in sentence or "pip install 'beholder[bench]'" in sentence


def test_more_lines_than_colours_are_told_apart_by_their_dashes():
    assert len({plots.style_of(number) for number in range(21)}) == 21
    assert all(colour != plots.QUIET for colour, _ in map(plots.style_of, range(21)))


def test_results_are_read_as_they_were_saved(tmp_path):
    figures = [*results().figures, replace(results().figures[0], shots=5, p_holm=float("nan"))]
    made = results(figures=figures)
    made.save(tmp_path)
    assert "NaN" not in (tmp_path / "results.json").read_text()
    assert table(Results.load(tmp_path)) == table(made)


def test_a_folder_without_a_finished_run_is_refused(tmp_path):
    with pytest.raises(BadInput, match="holds no finished run of the bench"):
        Results.load(tmp_path)
    (tmp_path / "results.json").write_text('{"figures": [{}]}')
    with pytest.raises(BadInput, match="holds no finished run of the bench"):
        Results.load(tmp_path)


def test_a_run_leaves_all_of_it_with_both_controls_and_returns_what_was_asked(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    out = tmp_path / "out"
    summary = run(with_a_clicker(write_set(tmp_path, "choices")), ["logistic"], shots=[0, 5, 1000], repeats=1, out=out)
    assert {f["method"] for f in summary} == {"logistic"}
    assert {path.name for path in out.iterdir()} == {
        "config.json", "rows.jsonl", "results.json", "table.md", "table.tex", "curves.svg", "report.html",
    }  # fmt: skip
    told = (out / "table.md").read_text()
    assert "## pair_accuracy: attentive (6 raters)" in told
    assert "| someone-else |" in told
    assert "- 1000 shots: 7 of 7 raters have fewer answers: r0 (" in told
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    assert {row["method"] for row in rows} == {"generic", "someone-else", "logistic"}


def test_the_same_figures_make_the_same_files(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    data, call = write_set(tmp_path, "ratings"), {"methods": ["ridge"], "shots": [5], "repeats": 1}
    run(data, **call, out=tmp_path / "out")
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    run(data, **call, out=tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first


def test_the_page_fits_a_phone(tmp_path):
    started, options = chromium()
    (tmp_path / "report.html").write_text(page(hostile()))
    with started as playwright:
        browser = playwright.chromium.launch(**options)
        tab = browser.new_page(viewport={"width": 390, "height": 844})
        tab.goto((tmp_path / "report.html").as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        browser.close()


# ------------------------------------------------------------------ one rater


def alone(figure):
    e = figure.estimate
    return replace(figure, estimate=Estimate(e.mean, np.nan, np.nan, 1), p_holm=np.nan)


def of_one():
    return results(figures=[alone(figure) for figure in results().figures])


def test_one_rater_has_no_interval_anywhere(tmp_path):
    for told in (table(of_one()), tables(of_one()), page(of_one())):
        assert "1 rater, so no interval" in told
        assert "A figure of one rater has no interval and no p." in told
        assert "nan" not in told
        assert not re.search(r"p 0\.\d|\[[+-]?0?\.\d|±|\\pm| to 0\.", told)
    assert "| gp | -0.500 | +0.050 |" in table(of_one())
    assert r"gp & $.000$ & $\mathbf{.550}$ \\" in tables(of_one())
    assert "gp against generic at 10 answers: spearman +0.050; 1 rater, so no interval" in of_one().findings()
    assert "nan" not in curves(of_one())
    of_one().save(tmp_path)
    assert '"low": null' in (tmp_path / "results.json").read_text()
    again = Results.load(tmp_path)
    assert (table(again), tables(again), page(again)) == (table(of_one()), tables(of_one()), page(of_one()))


def test_where_some_figures_are_of_one_rater_the_others_keep_their_intervals():
    first, *rest = results().figures
    told = table(results(figures=[alone(first), *rest]))
    assert "| generic | 0.500 | 0.500 [0.480, 0.510] |" in told
    assert "A figure of one rater has no interval and no p." in told
    assert "A figure of one rater" not in table(results())


def test_a_run_with_one_rater_prints_and_writes_no_interval(tmp_path, monkeypatch, capsys):
    fake_encoder(monkeypatch)
    (tmp_path / "set").mkdir()
    folder = write_set(tmp_path / "set", "ratings")
    lines = (folder / "ratings.csv").read_text().splitlines()
    first = lines[1].split(",")[0]
    (folder / "ratings.csv").write_text("\n".join([lines[0], *(x for x in lines if x.split(",")[0] == first)]) + "\n")
    call = ["bench", str(folder), "--methods", "generic,ridge", "--shots", "5", "--repeats", "2"]
    assert command(call) == 0
    out = capsys.readouterr().out
    assert "A figure of one rater has no interval." in out
    assert "±" not in out
    assert command([*call, "--json", "--out", str(tmp_path / "out")]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all((row["low"], row["high"], row["raters"]) == (None, None, 1) for row in rows)
    assert not [path.name for path in (tmp_path / "out").iterdir() if re.search(r"\bnan\b|NaN", path.read_text())]
