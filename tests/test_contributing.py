"""The worked examples of CONTRIBUTING.md and of the tutorials run as they stand there."""

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from fastapi.testclient import TestClient
from jinja2 import ChoiceLoader, DictLoader
from scipy.stats import spearmanr
from sklearn.exceptions import NotFittedError

from beholder import ask, collection, taste
from beholder.collection import Library
from beholder.taste.simulate import simulate_people
from beholder.types import Answers
from beholder.web import app, render
from helpers.browser import HERE, SAFE

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r'^```(\w+)(?: title="(\S+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
FILES = {path: code for _, path, code in FENCE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8")) if path}
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))


@pytest.fixture
def example(monkeypatch):
    """Imports a file of CONTRIBUTING.md as if it stood in the package."""

    def example(path: str) -> ModuleType:
        module = ModuleType(path.removeprefix("src/").removesuffix(".py").replace("/", "."))
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(FILES[path], path, "exec"), vars(module))
        return module

    return example


def test_an_example_of_each_kind_takes_under_forty_lines():
    assert {path.split("/")[2] for path in FILES} == {"taste", "features", "sources", "ask", "web"}
    assert all(code.count("\n") < 40 for code in FILES.values())
    assert not [path for path in FILES if (ROOT / path).exists()], "an example is a file that is not there yet"


def test_the_taste_model_learns_and_is_kept(example, gallery, monkeypatch, tmp_path):
    model = example("src/beholder/taste/neighbours.py").Neighbours
    monkeypatch.setitem(taste.MODELS, model.name, model)
    pictures, rng = gallery.collection("sample"), np.random.default_rng(0)
    with pytest.raises(NotFittedError):
        model().predict(pictures.X)
    person = simulate_people(pictures.attributes, 1, seed=1)[0]
    asked = rng.choice(len(pictures), 60, replace=False)
    fitted = taste.make_model("neighbours").fit(pictures.X, [person.rate(row, rng) for row in asked], rows=asked)
    score = fitted.predict(pictures.X)
    unseen = np.setdiff1d(np.arange(len(pictures)), asked)
    assert spearmanr(score[unseen], person.utility[unseen]).statistic > 0.3
    fitted.save(tmp_path)
    np.testing.assert_array_equal(taste.load_model(tmp_path).predict(pictures.X), score)


def test_the_encoder_imports_pictures(example, painted, monkeypatch, home):
    runtime = example("src/beholder/features/thumbnail.py").ThumbnailRuntime()
    load = collection.load_encoder
    monkeypatch.setattr(
        collection, "load_encoder", lambda name, **how: runtime if name == "thumbnail" else load(name, **how)
    )
    library = Library(home)
    assert library.import_source(painted, "art", encoder="thumbnail").new == 12
    pictures = library.collection("art")
    assert pictures.row.encoders == ("thumbnail", "builtin"), "what people like in general is known for the latter"
    assert pictures.X.shape == (12, 192 + 384 + pictures.layout.attributes)
    assert pictures.X[:, :192].std(0).min() > 0
    library.close()


def test_the_source_finds_what_its_list_names(example, painted, monkeypatch, home):
    source = example("src/beholder/sources/playlist.py").PlaylistSource
    (painted / "best.txt").write_text("# mine\n03.png\nlost.png\n01.png\n03.png\n")
    monkeypatch.setattr(collection, "open_source", lambda spec, *rest, **more: source(Path(spec)))
    library = Library(home)
    report = library.import_source(painted / "best.txt", "best")
    assert {item.name for item in library.collection("best").items} == {"01.png", "03.png"}
    assert [one.name for one in report.broken] == ["lost.png", "03.png"]
    library.close()


def test_the_strategy_asks_for_what_is_liked(example, monkeypatch):
    best = example("src/beholder/ask/best.py").BEST
    monkeypatch.setitem(ask.STRATEGIES, best.name, best)
    X, rng = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32), np.random.default_rng(1)
    model = taste.make_model("ridge").fit(X, X[:, 0] * 2)
    asked = ask.strategy("best")(model, X, Answers(), np.arange(30), 5, rng)
    assert set(asked) == set(np.argsort(-X[:, 0])[:5])
    assert len(set(ask.strategy("best")(None, X, Answers(), np.arange(30), 5, rng))) == 5


def test_the_page_shows_what_its_template_says(example, painted, monkeypatch, home):
    page, library = example("src/beholder/web/pages/origins.py"), Library(home)
    library.import_source(painted, "art")
    web = app.create_app(library, library.settings)
    web.include_router(page.router)
    template = {"origins.html": FILES["src/beholder/web/templates/origins.html"]}
    env = render.environment()
    monkeypatch.setattr(env, "loader", ChoiceLoader([DictLoader(template), env.loader]))
    shown = TestClient(web, base_url=HERE, headers=SAFE).get("/origins")
    assert shown.status_code == 200
    assert f"<li>art: {painted.resolve()}</li>" in shown.text
    web.state.beholder.close()
    library.close()


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs_from_top_to_bottom(tutorial, gallery, monkeypatch):
    monkeypatch.setenv("BEHOLDER_HOME", str(gallery.home))
    blocks = [code for language, _, code in FENCE.findall(tutorial.read_text("utf-8")) if language == "python"]
    assert len(blocks) > 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, tutorial.name, "exec"), names)
