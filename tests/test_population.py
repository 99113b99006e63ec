"""What a population teaches a new person's taste, how it is kept, and where it is used."""

import numpy as np
import pytest

from beholder.collection import Library
from beholder.errors import BadInput, NotEnoughAnswers, UserError
from beholder.research.training import train_population
from beholder.taste import Population, PopulationProcess, TasteMixture, learn_population
from beholder.taste.feature_map import FeatureMap
from beholder.taste.priors import find_population
from beholder.types import Answers

N, D = 400, 3


def pictures(seed=0, n=N):
    return np.random.default_rng(seed).normal(size=(n, D)).astype(np.float32)


def crowd(X, people, each, private, noise, kind="ratings", seed=0):
    """Answers of people whose taste is a part that all share (sd 1 over the pictures) and one of their own.

    private, noise : standard deviations, of the own part over people and pictures, and of an impression
    """
    rng = np.random.default_rng(seed)
    Z = (X - X.mean(0)) / X.std(0)
    shared = Z @ np.array([0.8, -0.6, 0.0])
    shared /= shared.std()
    likings = rng.normal(size=(people, D))
    likings /= np.linalg.norm(likings, axis=1, keepdims=True)
    answers = []
    for liking in likings:
        taste = shared + private * Z @ liking
        if kind == "ratings":
            rows = rng.permutation(len(X))[:each]
            answers.append(Answers(rows=rows, ratings=5 + rng.normal() + taste[rows] + noise * rng.normal(size=each)))
        else:
            pairs = np.array([rng.choice(len(X), 2, replace=False) for _ in range(each)])
            seen = taste[pairs] + noise * rng.normal(size=pairs.shape)
            won = np.where((seen[:, 0] > seen[:, 1])[:, None], pairs, pairs[:, ::-1])
            answers.append(Answers(choices=won, weights=np.ones(each)))
    return answers, shared


@pytest.fixture(scope="module")
def taught():
    """Pictures, what forty raters taught of them, and what they share."""
    X = pictures()
    answers, shared = crowd(X, people=40, each=60, private=0.8, noise=0.6)
    return X, learn_population(X, answers), shared


@pytest.mark.parametrize("of", [PopulationProcess, TasteMixture])
def test_before_any_answer_a_person_likes_what_people_like(taught, of):
    X, population, shared = taught
    model = of(prior=population).fit(X)
    assert np.corrcoef(model.predict(X), shared)[0, 1] > 0.95
    assert model.shares(X) == pytest.approx((1, 0), abs=1e-6)
    assert model.everybodys(X) == pytest.approx(model.predict(X) - model.offset_)


@pytest.mark.parametrize("of", [PopulationProcess, TasteMixture])
def test_answers_bend_the_ranking_to_the_person(taught, of):
    X, population, shared = taught
    own = shared + 2 * X[:, 2] / X[:, 2].std()
    rows = np.arange(40)
    model = of(prior=population).fit(X, own[rows] + 5, rows=rows)
    unseen = slice(40, None)
    before = PopulationProcess(prior=population).fit(X).predict(X)[unseen]
    assert np.corrcoef(model.predict(X)[unseen], own[unseen])[0, 1] > np.corrcoef(before, own[unseen])[0, 1] + 0.2
    everybody, theirs = model.shares(X)
    assert everybody + theirs == pytest.approx(1)
    assert theirs > 0.3
    rest = (model.predict(X) - model.everybodys(X))[unseen]
    assert np.corrcoef(rest, (own - shared)[unseen])[0, 1] > 0.5, "what is left is the person's own"


def test_somebody_of_the_opposite_taste_is_believed_and_found_to_have_one():
    X = pictures()
    answers, shared = crowd(X, people=60, each=80, private=0.4, noise=2.0, kind="choices")
    prior, rng = learn_population(X, answers), np.random.default_rng(0)
    pairs = np.array([rng.choice(len(X), 2, replace=False) for _ in range(36)])
    won = np.where((shared[pairs[:, 0]] < shared[pairs[:, 1]])[:, None], pairs, pairs[:, ::-1])
    model = PopulationProcess(prior=prior).fit(X, choices=won)
    assert np.corrcoef(model.predict(X), shared)[0, 1] < -0.8
    assert model.log_evidence_ > model.null_log_evidence_ + 2.5
    usual = PopulationProcess(prior=prior).fit(X, choices=answers[0].choices[:36])
    assert usual.hyperparameters_ == prior.hyperparameters, "one of the crowd keeps to it"


def planted(private, noise, kind, people=120, each=100, seed=0):
    """Pictures of forty numbers, and answers of people: a part that all share (sd 1 over the pictures), a part of their
    own drawn from the process (its prior sd is `private`), and the noise of an impression.
    """
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(N, 40)) * np.arange(1, 41) ** -0.5).astype(np.float32)
    features = FeatureMap.learned(X)
    phi = features.transform(X).astype(np.float64) * np.sqrt(0.5)
    shared = phi[:, :3] @ rng.normal(size=3)
    shared = (shared - shared.mean()) / shared.std()
    answers = []
    for _ in range(people):
        taste = shared + private * phi @ rng.normal(size=features.width)
        if kind == "ratings":
            rows = rng.permutation(N)[:each]
            answers.append(Answers(rows=rows, ratings=5 + rng.normal() + taste[rows] + noise * rng.normal(size=each)))
        else:
            pairs = np.array([rng.choice(N, 2, replace=False) for _ in range(each)])
            seen = taste[pairs] + noise * rng.normal(size=pairs.shape)
            won = np.where((seen[:, 0] > seen[:, 1])[:, None], pairs, pairs[:, ::-1])
            answers.append(Answers(choices=won, weights=np.ones(each)))
    return X, answers


@pytest.mark.parametrize(("private", "noise"), [(0.5, 0.8), (0.8, 0.6), (1.2, 0.8)])
def test_private_share_and_noise_of_ratings_are_recovered(private, noise):
    population = learn_population(*planted(private, noise, "ratings"))
    found = population.hyperparameters
    assert 1 - population.shared_share == pytest.approx(private**2 / (1 + private**2), rel=0.1)
    assert found["rating_noise"] * population.spread == pytest.approx(noise, rel=0.1)
    assert found["rating_noise"] / found["rating_scale"] == pytest.approx(noise / private, rel=0.1)


@pytest.mark.parametrize(("private", "noise"), [(0.8, 1.2), (1.2, 0.8)])
def test_private_share_and_noise_of_choices_are_recovered(private, noise):
    """From more people than ratings need: a choice tells less."""
    population = learn_population(*planted(private, noise, "choices", people=300))
    found = 1 / (np.sqrt(2) * population.hyperparameters["choice_scale"])  # in units of the private part
    assert 1 - population.shared_share == pytest.approx(private**2 / (1 + private**2), rel=0.1)
    assert found == pytest.approx(noise / private, rel=0.1)


def test_raters_who_differ_more_are_found_more_private():
    X = pictures()
    found = [
        learn_population(X, crowd(X, people=40, each=60, private=p, noise=0.6)[0]).shared_share for p in (0.2, 0.8, 1.6)
    ]
    assert found == sorted(found, reverse=True)


def test_a_prior_comes_back_from_its_folder(taught, tmp_path):
    X, population, _ = taught
    population.save(tmp_path, encoder="some")
    again = PopulationProcess(prior=Population.load(tmp_path)).fit(X).predict(X)
    assert again == pytest.approx(PopulationProcess(prior=population).fit(X).predict(X), abs=1e-5)
    (tmp_path / "config.json").write_text('{"format": 1}')
    with pytest.raises(BadInput, match="no population's prior that can be read"):
        Population.load(tmp_path)


def test_pictures_unlike_those_that_were_judged_are_not_known(taught):
    X, population, _ = taught
    assert population.knows(X)
    assert not population.knows(X * 6)


def test_the_generic_score_moves_to_another_scale(taught):
    X, population, _ = taught
    low, high = population.scale
    moved = population.on_scale((low * 10 + 3, high * 10 + 3))
    assert moved.predict(X) == pytest.approx(population.generic.predict(X) * 10 + 3)


def test_what_cannot_be_learned_or_done_without_is_told(taught):
    X = taught[0]
    with pytest.raises(NotEnoughAnswers, match="there are no answers"):
        learn_population(X, [])
    with pytest.raises(UserError, match="needs what other people's answers say"):
        PopulationProcess().fit(X, choices=[(0, 1)])


def test_a_prior_ships_for_the_encoder_that_is_built_in(home):
    library = Library(home)
    population = find_population(library.key("classic"), home)
    assert population is not None
    assert find_population("another-encoder", home) is None


def test_training_makes_a_prior_that_the_app_finds(home, tmp_path, painted):
    (tmp_path / "set").mkdir()
    files = sorted(painted.glob("*.png"))
    lines = [f"{f.stem},../{painted.name}/{f.name}" for f in files]
    (tmp_path / "set" / "items.csv").write_text("item,file\n" + "\n".join(lines))
    ratings = [f"r{r},{f.stem},{(i + r) % 5 + 1}" for r in range(4) for i, f in enumerate(files)]
    (tmp_path / "set" / "ratings.csv").write_text("rater,item,score\n" + "\n".join(ratings))
    library = Library(home)
    trained = train_population([tmp_path / "set"], "classic", library=library)
    assert trained.card["raters"] + len(trained.left_out) == 4
    assert "ratings" in (trained.folder / "README.md").read_text()
    found = find_population(library.key("classic"), home)
    assert found.hyperparameters == pytest.approx(dict(trained.population.hyperparameters))
