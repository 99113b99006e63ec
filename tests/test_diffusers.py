"""The engine `diffusers:ID`, on tiny random pipelines of each class that is known."""

import json

import numpy as np
import pytest

from beholder.cli import run
from beholder.errors import BadInput, UserError
from beholder.session import Session
from beholder.types import Judgement

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
diffusers = pytest.importorskip("diffusers", reason="needs the extra create: make test-all")

from beholder.create import loading, recipe_of  # noqa: E402
from beholder.create.diffusing import DiffusersEngine, _opened  # noqa: E402
from beholder.create.engine import Engine, Guide  # noqa: E402
from beholder.create.guide import TasteGuide  # noqa: E402
from beholder.create.models import INDEX, MODELS, Known  # noqa: E402
from beholder.create.pipelines import KNOWN  # noqa: E402
from beholder.create.steering import Steering  # noqa: E402
from beholder.doctor import doctor  # noqa: E402
from helpers.pipelines import (  # noqa: E402
    PIPELINES,
    Peak,
    flux2_klein,
    stable_diffusion,
    stable_diffusion_xl,
    tiny_decoder,
)

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn:DeprecationWarning")  # diffusers' own
WORDS = ("a calm sea", "dark, noisy")
SCHEDULERS = ["DDIMScheduler", "PNDMScheduler", "LCMScheduler", "EulerAncestralDiscreteScheduler",
              "DPMSolverMultistepScheduler", "UniPCMultistepScheduler", "HeunDiscreteScheduler"]  # fmt: skip


class Light:
    """Somebody who likes light pictures, and has words for them."""

    encoder = "a"

    def bound(self, pictures):
        return np.array([np.asarray(picture.convert("L"), float).mean() / 64 for picture in pictures])

    liked, wanted, unwanted, told = (), (), (), ()

    def bound_of(self, rows):
        return None

    def loved(self, rng, strength, parent=None):
        return None, []

    def prompts(self):
        return [WORDS]

    def slope(self, pixels):
        return np.ones_like(pixels)


def wrapped(pipe, steps=2, weight=3.0, decoder=None):
    return KNOWN[type(pipe).__name__](pipe, steps, weight, decoder)


def engine_of(pipe, steps=2, weight=3.0, decoder=None):
    return DiffusersEngine("tiny", wrapped(pipe, steps, weight, decoder))


def by_diffusers(pipe, words, seed, steps, weight):
    """The pipeline's own picture."""
    told = {} if type(pipe).__name__.startswith("Flux") else {"negative_prompt": words[1]}
    generator = torch.Generator().manual_seed(seed)
    return pipe(prompt=words[0], num_inference_steps=steps, guidance_scale=weight, generator=generator, **told).images[
        0
    ]


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize(("steps", "weight"), [(1, 0.0), (3, 6.0)])
def test_strength_0_is_the_plain_pipeline_to_the_bit(name, steps, weight):
    pipe = PIPELINES[name]()
    engine = engine_of(pipe, steps, weight)
    (unguided,) = engine.guided([3], Light(), 0.0)[0]
    assert unguided.at(64).tobytes() == by_diffusers(pipe, WORDS, 3, steps, weight).tobytes()
    assert engine.plain(4).at(64).tobytes() == by_diffusers(pipe, ("a painting", ""), 4, steps, weight).tobytes()


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_sampler_is_the_plain_pipelines_and_can_be_pushed(scheduler):
    told = {"skip_prk_steps": True} if scheduler == "PNDMScheduler" else {}
    made = getattr(diffusers, scheduler).from_config(stable_diffusion().scheduler.config, clip_sample=False, **told)
    pipe = stable_diffusion(scheduler=made)
    engine = engine_of(pipe, 4)
    assert engine.guided([3], Light(), 0.0)[0][0].at(64).tobytes() == by_diffusers(pipe, WORDS, 3, 4, 3.0).tobytes()
    unmoved = engine.pipeline.picture(*WORDS, 3, lambda estimate, share, moves: torch.zeros_like(estimate))
    plain, pushed = (engine.guided([3], Light(), strength)[0][0].at(64) for strength in (0.0, 1.0))
    assert np.abs(np.asarray(unmoved, int) - np.asarray(plain, int)).max() <= 1
    assert Light().bound([pushed]) > Light().bound([plain])


def test_a_flow_that_is_not_distilled_and_half_precision_are_the_plain_pipelines_too():
    base = flux2_klein(distilled=False)
    made = wrapped(base, 2, 3.0).picture(WORDS[0], "", 3)
    assert made.tobytes() == by_diffusers(base, WORDS, 3, 2, 3.0).tobytes()
    for pipe in (stable_diffusion(), stable_diffusion_xl(), flux2_klein()):
        half = pipe.to(torch.bfloat16)
        made = wrapped(half).picture(*WORDS, 3)
        assert made.tobytes() == by_diffusers(half, WORDS, 3, 2, 3.0).tobytes()


@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("name", [*PIPELINES, "small decoder"])
def test_what_the_taste_gains_rises_with_the_strength(name, steps):
    decoder = tiny_decoder() if name == "small decoder" else None
    engine: Engine = engine_of(PIPELINES.get(name, stable_diffusion)(), steps, 1.0, decoder)
    guide: Guide = Light()
    bound = [guide.bound([engine.guided([3], guide, s)[0][0].at(64)])[0] for s in (0, 0.25, 0.5, 0.75, 1)]
    assert np.all(np.diff(bound) > 0), bound


@pytest.mark.parametrize("name", PIPELINES)
def test_a_guided_run_needs_less_than_twice_the_memory_of_the_plain_one(name):
    pipe = PIPELINES[name]()
    engine = engine_of(pipe)
    with Peak() as plain:
        by_diffusers(pipe, WORDS, 3, 2, 3.0)
    with Peak() as guided:
        engine.guided([3], Light(), 0.5)[0][0].at(64)
    assert 1e6 < plain.bytes < guided.bytes < 2 * plain.bytes


@pytest.mark.parametrize(("side", "channels", "kind"), [(64, 4, "AutoencoderKL"), (128, 32, "AutoencoderKLFlux2")])
def test_the_same_holds_of_decoders_as_large_as_real_ones(side, channels, kind):
    """Shapes alone, no numbers: the networks of SD-Turbo at 512 pixels and of FLUX.2 klein at 1024."""
    with torch.device("meta"):
        vae = getattr(diffusers, kind)(
            block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=channels,
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        )  # fmt: skip
        latents = torch.zeros(1, channels, side, side)
    with Peak() as plain, torch.no_grad():
        vae.decode(latents)
    vae.enable_gradient_checkpointing()
    with Peak() as guided:
        small = torch.nn.functional.adaptive_avg_pool2d(latents, side // 2 if side == 64 else 32).requires_grad_()
        picture = vae.decode(small, return_dict=False)[0]
        torch.autograd.grad(picture, small, torch.ones_like(picture))
    assert guided.bytes < 1.2 * plain.bytes


def test_a_push_keeps_to_its_size_and_is_coarse():
    pipeline = wrapped(stable_diffusion())
    torch.manual_seed(0)
    estimate = torch.randn(1, 4, 32, 32)
    push = Steering(pipeline, Light(), 1.0)
    one, four = (push(estimate, 1.0, moves) for moves in (1, 4))
    half = Steering(pipeline, Light(), 0.5)(estimate, 1.0, 1)
    assert float(one.square().mean().sqrt()) == pytest.approx(0.8 * float(estimate.std()), rel=1e-3)
    assert float(four.square().mean().sqrt()) <= float(one.square().mean().sqrt()) * 1.001
    torch.testing.assert_close(half, one / 2)
    fine = one - torch.nn.functional.avg_pool2d(one, 3, 1, 1, count_include_pad=False)
    assert float(fine.square().mean()) < 0.02 * float(one.square().mean())


def test_where_no_way_leads_back_the_words_alone_guide():
    guide = Light()
    guide.slope = lambda pixels: None
    engine = engine_of(stable_diffusion())
    words, plain = (engine.guided([3], guide, strength)[0][0].at(64).tobytes() for strength in (0.5, 0.0))
    assert words == plain != engine.plain(3).at(64).tobytes()


# Loaded, and by a real taste


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A pipeline as it lies on a disk."""
    path = tmp_path_factory.mktemp("model")
    stable_diffusion().save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def session(gallery):
    """Of somebody who chose the lighter of two pictures forty times."""
    gallery.store.add_person("Ada")
    made = Session(gallery, "sample", "Ada")
    from beholder.images import open_image

    items, rng = made.collection.items, np.random.default_rng(0)
    light = [np.asarray(open_image(item.locator, max_side=64), float).mean() for item in items[:120]]
    for k in range(40):
        a, b = sorted(rng.choice(len(light), 2, replace=False).tolist(), key=light.__getitem__)
        made.record([Judgement("choice", (items[b].id, items[a].id), f"d{k}")])
    made.settle()
    return made


def test_the_command_makes_pictures_by_the_words_and_the_slope_of_a_taste(
    folder, session, tmp_path, monkeypatch, capsys
):
    _opened.cache_clear()
    monkeypatch.setenv("BEHOLDER_HOME", str(session.library.home))
    command = ["create", "sample", "--person", "Ada", "-n", "1", "--engine", f"diffusers:{folder}", "--seed", "2"]
    monkeypatch.setitem(MODELS, str(folder), Known(steps=2, weight=0.0))
    assert run([*command, "--strength", "0.8", "--out", str(tmp_path / "out"), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    made = told["recipe"]["made_of"]
    prompts = TasteGuide(session.reading()).prompts()
    assert (made["positive"], made["negative"]) in prompts
    assert made["positive"]
    assert (made["seed"], made["steps"], made["strength"]) == (2, 2, 0.8)
    assert told["change"] > 0
    assert recipe_of(next((tmp_path / "out").glob("*-2.png"))) == told["recipe"]
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_real_taste_gains_with_the_strength(session):
    guide = TasteGuide(session.reading())
    assert isinstance(guide, Guide)
    engine, seeds = engine_of(stable_diffusion(), 2, 1.0), range(3)
    made = [[some[0].at(64) for some in engine.guided(seeds, guide, strength)] for strength in (0, 0.5, 1)]
    bound = [guide.bound(pictures).mean() for pictures in made]
    assert bound[0] < bound[1] < bound[2]


def test_what_cannot_be_loaded_is_said(folder, tmp_path, monkeypatch):
    for change, said, kind in [
        ({"_class_name": "FluxPipeline"}, "is a FluxPipeline, which cannot be guided here", UserError),
        ({"unet": ["diffusers", "NoSuchNetwork"]}, "cannot be loaded", BadInput),
    ]:
        told = json.loads((folder / INDEX).read_text()) | change
        broken = tmp_path / change.get("_class_name", "other")
        broken.mkdir()
        for part in folder.iterdir():
            (broken / part.name).symlink_to(part)
        (broken / INDEX).unlink()
        (broken / INDEX).write_text(json.dumps(told))
        with pytest.raises(kind, match=said):
            loading.open_pipeline("x", broken)
    monkeypatch.setattr(loading, "_free", lambda device: 1e8)
    with pytest.raises(UserError, match=r"needs about 1\.\d GB of .*memory, 0\.1 are free; take a smaller model"):
        loading.open_pipeline("x", folder)
    monkeypatch.setattr(loading, "best_device", lambda: "cpu")
    monkeypatch.setattr(loading, "_count", lambda files: 8_000_000_000)
    with pytest.raises(UserError, match=r"needs a GPU with about \d+ GB, and torch finds none here; take a smaller"):
        loading.open_pipeline("x", folder)


@pytest.mark.parametrize("fault", [torch.OutOfMemoryError("no"), MemoryError(), RuntimeError("can't allocate memory")])
def test_memory_that_runs_out_is_a_sentence(fault, monkeypatch):
    engine = engine_of(stable_diffusion())
    monkeypatch.setattr(engine.pipeline, "_predicted", lambda x, t: (_ for _ in ()).throw(fault))
    with pytest.raises(UserError, match="the memory is too small for 'tiny'; take a smaller model"):
        engine.plain(0).at(64)


def test_the_doctor_says_whether_larger_models_can_be_used(gallery):
    (told,) = [check for check in doctor(gallery) if check.name == "larger models"]
    assert told.ok is None
    assert "GB" in told.said
    assert "here:" in told.said
