"""The engine `diffusers:ID`: a model like Stable Diffusion, told in words and pushed towards a taste on the way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from PIL import Image

from beholder.create.engine import Guide, Sketch
from beholder.create.models import PREFIX, decoder_of, folder_of
from beholder.errors import MissingExtra

if TYPE_CHECKING:
    from beholder.create.pipelines import Pipeline

_PLAIN = "a painting"  # what is asked for where no taste is known
_AT_WORK = threading.Lock()  # a pipeline makes one picture at a time


class DiffusersEngine:
    """Pictures of a model of the Hugging Face hub, or of a pipeline's folder.

    Raises
    ------
    MissingExtra
    UserError
        where the model is not here, not known, or too large for this machine
    """

    painted = True
    apart = True

    def __init__(self, id: str, pipeline: Pipeline | None = None) -> None:
        self.id, self.name = id, f"{PREFIX}{id}"
        self._given = pipeline

    @cached_property
    def pipeline(self) -> Pipeline:
        return self._given or _opened(self.id)

    def plain(self, seed: int) -> Sketch:
        return self._sketch(seed, (_PLAIN, ""), {})

    def guided(self, seeds: Sequence[int], guide: Guide, strength: float) -> list[list[Sketch]]:
        """One candidate for each way of saying what the person likes."""
        prompts = guide.prompts() or [(_PLAIN, "")]
        return [
            [self._sketch(seed, prompt, {"strength": strength}, guide, strength) for prompt in prompts]
            for seed in seeds
        ]

    def _sketch(
        self,
        seed: int,
        prompt: tuple[str, str],
        told: dict[str, Any],
        guide: Guide | None = None,
        strength: float = 0.0,
    ) -> Sketch:
        pipeline = self.pipeline
        recipe = {"seed": seed, "positive": prompt[0], "negative": prompt[1], **pipeline.told, **told}

        @lru_cache(1)
        def made() -> Image.Image:
            from beholder.create.loading import out_of_memory_told
            from beholder.create.steering import Steering

            push = None if guide is None or not strength else Steering(pipeline, guide, strength)
            with _AT_WORK, out_of_memory_told(self.id):
                picture: Image.Image = pipeline.picture(*prompt, seed, push)
            return picture

        return Sketch(lambda side: _at_most(made(), side), recipe)


@lru_cache(1)
def _opened(id: str) -> Pipeline:
    """Kept, since loading takes longer than a picture."""
    try:
        import diffusers  # noqa: F401 - both are asked for before anything is said of licences
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra(f"the engine {PREFIX}{id}", "create") from None
    folder = folder_of(id)
    from beholder.create.loading import open_pipeline

    return open_pipeline(id, folder, decoder_of(id))


def _at_most(picture: Image.Image, side: int) -> Image.Image:
    """Made smaller where it is larger."""
    shrink = side / max(picture.size)
    if shrink >= 1:
        return picture
    return picture.resize([max(1, round(length * shrink)) for length in picture.size], Image.Resampling.LANCZOS)
