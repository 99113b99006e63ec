"""Each measured attribute obeys its law, and none minds the size or the packing of a picture."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from beholder.features.attributes import ATTRIBUTES, AttributesRuntime
from beholder.sources.sample import gallery_picture

NAMES = [attribute.name for attribute in ATTRIBUTES]
RUNTIME = AttributesRuntime()


def measure(name, pictures):
    return RUNTIME.encode(pictures)[:, NAMES.index(name)]


@pytest.fixture(scope="module")
def pictures():
    """One sample picture of every family."""
    return [gallery_picture(index) for index in range(20, 40)]


def rises(name, before, after, by=0.08):
    """On the mean by so much, and on hardly any picture does it fall."""
    low, high = measure(name, before), measure(name, after)
    assert (high - low).mean() > by, (high - low).round(2)
    assert (high >= low - 0.02).mean() >= 0.9, (high - low).round(2)


def spots(*places, size=(320, 240), r=22, ground=(205, 200, 190), colour=(40, 60, 110)):
    """Round spots at shares of width and height on a plain ground."""
    picture = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(picture)
    for x, y in places:
        x, y = x * size[0], y * size[1]
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return picture


def textured(seed, size=(320, 240)):
    """A picture that is equally rough everywhere."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (size[1] // 3, size[0] // 3, 3), np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)


def turn_hues(picture, change):
    hue, saturation, value = picture.convert("HSV").split()
    turned = Image.fromarray(change(np.asarray(hue, np.float64)).astype(np.uint8))
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


# Ten laws


def test_scribbles_make_interesting_content_rise(pictures):
    def scribbled(picture, seed):
        rng = np.random.default_rng(seed)
        picture = picture.copy()
        draw = ImageDraw.Draw(picture)
        for _ in range(60):
            (x, y), tone = rng.random(2) * picture.size, tuple(rng.integers(0, 256, 3).tolist())
            draw.rectangle((x, y, x + 40, y + 30), fill=tone)
        return picture

    rises("interesting content", pictures, [scribbled(p, k) for k, p in enumerate(pictures)], by=0.2)


def test_emptying_a_picture_makes_interesting_content_fall(pictures):
    busy = [textured(k).filter(ImageFilter.GaussianBlur(2)) for k in range(4)]
    rises("interesting content", [p.filter(ImageFilter.GaussianBlur(25)) for p in busy], busy, by=0.3)


def test_one_subject_instead_of_many_makes_object_emphasis_rise():
    rng = np.random.default_rng(0)
    for x, y in [(0.5, 0.5), (0.3, 0.4), (0.7, 0.6)]:
        many = spots((x, y), *rng.uniform(0.1, 0.9, (14, 2)))
        rises("object emphasis", [many], [spots((x, y))], by=0.1)


def test_fading_the_surroundings_makes_object_emphasis_rise():
    for seed in range(4):
        rough, mask = textured(seed), spots((0.45, 0.55), r=45, ground=0, colour=255).convert("L")
        faded = Image.composite(rough, Image.new("RGB", rough.size, (128, 128, 128)), mask)
        rises("object emphasis", [rough], [faded], by=0.3)


def test_stretching_the_tones_makes_good_lighting_rise(pictures):
    flat = [ImageEnhance.Contrast(p).enhance(0.5) for p in pictures]
    rises("good lighting", flat, pictures, by=0.15)
    rises("good lighting", pictures, [ImageOps.autocontrast(p, cutoff=1) for p in pictures])


def test_drawing_the_hues_together_makes_colour_harmony_rise(pictures):
    colourful = [turn_hues(p, lambda hue: np.arange(hue.size).reshape(hue.shape) * 5 % 256) for p in pictures]
    one_hue = [turn_hues(p, lambda hue: np.full_like(hue, 30)) for p in pictures]
    rises("colour harmony", colourful, one_hue, by=0.3)


def test_turning_all_hues_together_leaves_colour_harmony_nearly_as_it_is():
    opposite = Image.new("RGB", (200, 200), (200, 90, 60))
    opposite.paste((60, 140, 170), (100, 0, 200, 200))
    third = opposite.copy()
    third.paste((120, 170, 40), (0, 130, 200, 200))
    turned = turn_hues(opposite, lambda hue: (hue + 80) % 256)
    whole, clashing, other = measure("colour harmony", [opposite, third, turned])
    assert clashing < whole - 0.15
    assert other == pytest.approx(whole, abs=0.25)


def test_turning_the_saturation_up_makes_vivid_colour_rise(pictures):
    levels = [measure("vivid colour", [ImageEnhance.Color(p).enhance(k) for p in pictures]) for k in (0, 0.5, 1, 1.7)]
    assert (np.diff(levels, axis=0) >= -0.005).all()
    assert (levels[3] - levels[1]).mean() > 0.2


def test_blurring_the_surroundings_makes_shallow_depth_of_field_rise():
    sharp = [textured(k) for k in range(6)]
    mask = spots((0.5, 0.55), r=60, ground=0, colour=255).convert("L").filter(ImageFilter.GaussianBlur(8))
    soft = [Image.composite(p, p.filter(ImageFilter.GaussianBlur(4)), mask) for p in sharp]
    rises("shallow depth of field", sharp, soft, by=0.4)


@pytest.mark.parametrize("third", [(1 / 3, 1 / 3), (2 / 3, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 2 / 3)])
def test_moving_the_subject_to_a_third_point_makes_rule_of_thirds_rise(third):
    halfway = tuple((0.5 + t) / 2 for t in third)
    centred, between, off = measure("rule of thirds", [spots((0.5, 0.5)), spots(halfway), spots(third)])
    assert centred < between < off
    assert off - centred > 0.5


@pytest.mark.parametrize("place", [(0.2, 0.5), (0.15, 0.3), (0.5, 0.85)])
def test_a_counterweight_makes_balancing_element_rise(place):
    opposite = (1 - place[0], 1 - place[1])
    rises("balancing element", [spots(place)], [spots(place, opposite)], by=0.4)


def test_tiling_a_picture_makes_repetition_rise(pictures):
    def tiled(picture):
        small = picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.BOX)
        out = Image.new("RGB", (small.width * 3, small.height * 3))
        for k in range(9):
            out.paste(small, (k % 3 * small.width, k // 3 * small.height))
        return out

    rises("repetition", pictures, [tiled(p) for p in pictures], by=0.2)


def test_mirroring_a_picture_into_itself_makes_symmetry_rise(pictures):
    def mirrored(picture):
        half = picture.crop((0, 0, picture.width // 2, picture.height))
        out = picture.copy()
        out.paste(ImageOps.mirror(half), (picture.width - half.width, 0))
        return out

    after = [mirrored(p) for p in pictures]
    rises("symmetry", pictures, after, by=0.2)
    assert measure("symmetry", after).min() > 0.9


# What changes nothing


def test_half_the_size_leaves_every_attribute_nearly_as_it_is(pictures):
    half = [p.resize((p.width // 2, p.height // 2), Image.Resampling.LANCZOS) for p in pictures]
    apart = np.abs(RUNTIME.encode(pictures) - RUNTIME.encode(half))
    assert apart.mean(axis=0).max() < 0.05, dict(zip(NAMES, apart.mean(axis=0).round(3), strict=True))


def test_a_jpeg_leaves_every_attribute_nearly_as_it_is(pictures):
    def packed(picture):
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        return Image.open(file).convert("RGB")

    apart = np.abs(RUNTIME.encode(pictures) - RUNTIME.encode([packed(p) for p in pictures]))
    assert apart.mean(axis=0).max() < 0.05, dict(zip(NAMES, apart.mean(axis=0).round(3), strict=True))


def test_turning_a_picture_round_left_to_right_changes_nothing(pictures):
    apart = np.abs(RUNTIME.encode(pictures) - RUNTIME.encode([ImageOps.mirror(p) for p in pictures]))
    assert apart.mean() < 0.02
    assert apart.max() < 0.2


ODD = {
    "white": Image.new("RGB", (90, 70), "white"),
    "black": Image.new("RGB", (90, 70), "black"),
    "red": Image.new("RGB", (400, 300), "red"),
    "one pixel": Image.new("RGB", (1, 1), (10, 200, 30)),
    "a line": Image.effect_noise((1, 2000), 80).convert("RGB"),
    "a row": Image.effect_noise((2000, 1), 80).convert("RGB"),
    "grey": Image.effect_noise((64, 48), 80),
    "transparent": Image.new("RGBA", (20, 20), (1, 2, 3, 0)),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_pictures_give_finite_numbers_between_0_and_1(odd):
    row = RUNTIME.encode([ODD[odd]])
    assert row.shape == (1, 10)
    assert row.dtype == np.float32
    assert np.isfinite(row).all()
    assert ((row >= 0) & (row <= 1)).all()


@pytest.mark.parametrize("tone", ["white", "black", "red"])
def test_an_empty_canvas_is_plain_flat_balanced_and_symmetric(tone):
    row = dict(zip(NAMES, RUNTIME.encode([ODD[tone]])[0], strict=True))
    assert max(row["interesting content"], row["good lighting"], row["object emphasis"], row["repetition"]) < 0.05
    assert min(row["balancing element"], row["symmetry"], row["colour harmony"]) > 0.85


# The runtime and its words


def test_a_picture_measures_the_same_alone_as_in_a_batch(pictures):
    together = RUNTIME.encode(pictures[:4])
    alone = np.vstack([RUNTIME.encode([p]) for p in pictures[:4]])
    assert np.array_equal(together, alone)
    assert RUNTIME.encode([]).shape == (0, 10)


def test_ten_attributes_each_with_a_source_and_a_word_for_both_ends():
    assert len(set(NAMES)) == 10 == RUNTIME.row.dimension
    assert len({word for a in ATTRIBUTES for word in (a.low, a.high)}) == 20
    assert all(a.doc.endswith(".") and any(c.isdigit() for c in a.source) for a in ATTRIBUTES)


def test_on_paintings_every_attribute_uses_its_whole_range(shared):
    files = sorted((shared / "data" / "best_art" / "images").glob("*.jpg"))[::20]
    measured = RUNTIME.encode([Image.open(file) for file in files])
    low, high = np.quantile(measured, [0.05, 0.95], axis=0)
    assert (low < 0.2).all()
    assert (high > 0.8).all()
    apart = np.corrcoef(measured, rowvar=False) - np.eye(10)
    assert np.abs(apart).max() < 0.65
