"""Pipelines of the library diffusers, taken step by step, so that each step's estimate of the picture can be moved.

Without a push, a picture has the same bits as the pipeline's own of the same words, seed, steps and weight. Needs the
extra `create`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import torch
from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu
from PIL import Image
from torch import Tensor

_LOOKED_AT = 32  # latents a side of what is decoded on the way, half of them at most: memory and fine detail are spared
_MOVES = 8  # that all pushes are parted in, so that each knows where the last one led
Push = Callable[[Tensor, float, int], Tensor]


class Pipeline:
    """One class of pipelines.

    Parameters
    ----------
    pipe
        the pipeline, on its device
    steps, weight
        of the sampler, and of the words against the negative ones; None: as the pipeline does by itself
    decoder
        an AutoencoderTiny that looks at estimates; None: the pipeline's own decoder
    """

    steps: ClassVar[int] = 25
    weight: ClassVar[float] = 7.5
    half: ClassVar[torch.dtype] = torch.float16

    def __init__(self, pipe: Any, steps: int | None = None, weight: float | None = None, decoder: Any = None) -> None:
        self.pipe, self._decoder = pipe, decoder
        pipe.set_progress_bar_config(disable=True)
        self._steps: int = steps or self.steps
        self._weight = self.weight if weight is None else weight
        self._device = pipe._execution_device
        for network in (pipe.vae, decoder):
            if hasattr(network, "decoder"):
                network.enable_gradient_checkpointing()  # estimates are decoded in the memory of a plain run

    def picture(self, words: str, negative: str, seed: int, push: Push | None = None) -> Image.Image:
        """The picture of a seed.

        Parameters
        ----------
        push
            what is added to the estimate of the finished picture, from its latents, the share of the whole push that
            falls to a step, and the moves that it is parted in
        """
        with torch.no_grad():
            return self._stepped(words, negative, torch.Generator("cpu").manual_seed(seed), push)

    def _stepped(self, words: str, negative: str, generator: torch.Generator, push: Push | None) -> Image.Image:
        x = self._begin(words, negative, generator)
        scheduler, extra = self.pipe.scheduler, self._extra(generator)
        times, noise = scheduler.timesteps, self._noise()
        lasting = sum(1 - then / now for now, then in pairwise(noise) if now > 0)  # of a push at each step, at the end
        moves = max(1, round(_MOVES / len(times)))
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(0)
        for k, t in enumerate(times):
            out = self._predicted(x, t)
            if push is not None and noise[k] > 0:
                with self.decoding():
                    out = self._moved(out, x, t, noise[k], lambda estimate: push(estimate, 1 / lasting, moves))
            x = scheduler.step(out, t, x, **extra, return_dict=False)[0]
        return self._finished(x, generator)

    @property
    def told(self) -> dict[str, Any]:
        """What a recipe says of it."""
        return {"steps": self._steps, "weight": self._weight}

    def decoded(self, estimate: Tensor) -> tuple[Tensor, Tensor]:
        """The latents (1, c, h, w) of an estimate as its decoder takes them, and its picture (1, 3, H, W) in [0, 1].

        The picture is small, and nothing is cut off: where gradients are on, they lead back.
        """
        network = self.pipe.vae if self._decoder is None else self._decoder
        z = self._latents(estimate, network)
        side = min(_LOOKED_AT, z.shape[2] // 2)
        small = torch.nn.functional.adaptive_avg_pool2d(z, side)
        picture = network.decode(small.to(network.dtype), return_dict=False)[0]
        return z, (picture.float() + 1) / 2

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """While pictures are decoded: in numbers that the decoder does not overflow in."""
        yield

    def _begin(self, words: str, negative: str, generator: torch.Generator) -> Tensor:
        """Take note of the words, set the steps, and give the first noise."""
        raise NotImplementedError

    def _predicted(self, x: Tensor, t: Tensor) -> Tensor:
        """What the network says at a time."""
        raise NotImplementedError

    def _latents(self, x: Tensor, network: Any) -> Tensor:
        raise NotImplementedError

    def _finished(self, x: Tensor, generator: torch.Generator) -> Image.Image:
        raise NotImplementedError

    def _extra(self, generator: torch.Generator) -> dict[str, Any]:
        """What the scheduler wants to know besides."""
        return {}

    def _noise(self) -> list[float]:
        """How much noise there is at each step for one of picture, and 0 at the end."""
        scheduler = self.pipe.scheduler
        if hasattr(scheduler, "sigmas"):
            return [*scheduler.sigmas[: len(scheduler.timesteps)].tolist(), 0.0]
        kept = scheduler.alphas_cumprod[scheduler.timesteps.long().cpu()].clamp(min=1e-8)
        return [*((1 - kept) / kept).sqrt().tolist(), 0.0]

    def _moved(self, out: Tensor, x: Tensor, t: Tensor, noise: float, push: Callable[[Tensor], Tensor]) -> Tensor:
        """What the network would have said of the pushed estimate.

        Each kind of prediction is linear in the estimate: one of noise, of velocity [SalimansHo2022], of the picture.
        """
        kind = self._prediction()
        keep = 1 / (1 + noise**2) ** 0.5
        y, scaled = out.float(), self.pipe.scheduler.scale_model_input(x, t).float() if kind != "flow" else x.float()
        if kind == "flow":
            estimate, slope = scaled - noise * y, -1 / noise
        elif kind == "epsilon":
            estimate, slope = scaled / keep - noise * y, -1 / noise
        elif kind == "v_prediction":
            estimate, slope = keep * scaled - noise * keep * y, -1 / (noise * keep)
        else:
            estimate, slope = y, 1.0
        return (y + slope * push(estimate)).to(out.dtype)

    def _prediction(self) -> str:
        return str(self.pipe.scheduler.config.get("prediction_type", "epsilon"))


class StableDiffusion(Pipeline):
    """Stable Diffusion 1 and 2 and what was distilled from them: SD-Turbo, SDXS."""

    def _begin(self, words: str, negative: str, generator: torch.Generator) -> Tensor:
        self._told, more = self._encoded(words, negative)
        self._conditions = more
        self.pipe.scheduler.set_timesteps(self._steps, device=self._device)
        side = self.pipe.unet.config.sample_size * self.pipe.vae_scale_factor
        channels = self.pipe.unet.config.in_channels
        x: Tensor = self.pipe.prepare_latents(1, channels, side, side, self._told.dtype, self._device, generator)
        self._weighed = None
        if self.pipe.unet.config.time_cond_proj_dim is not None:  # the weight was distilled into the network
            width = self.pipe.unet.config.time_cond_proj_dim
            told = self.pipe.get_guidance_scale_embedding(torch.tensor([self._weight - 1]), embedding_dim=width)
            self._weighed = told.to(device=self._device, dtype=x.dtype)
        return x

    @property
    def _both(self) -> bool:
        """Whether the negative words are asked for as well, as `do_classifier_free_guidance` of diffusers."""
        return self._weight > 1 and self.pipe.unet.config.time_cond_proj_dim is None

    def _encoded(self, words: str, negative: str) -> tuple[Tensor, dict[str, Tensor] | None]:
        told, against = self.pipe.encode_prompt(words, self._device, 1, self._both, negative)
        return (torch.cat([against, told]) if self._both else told), None

    def _predicted(self, x: Tensor, t: Tensor) -> Tensor:
        given = self.pipe.scheduler.scale_model_input(torch.cat([x] * 2) if self._both else x, t)
        out: Tensor = self.pipe.unet(
            given, t, encoder_hidden_states=self._told, timestep_cond=self._weighed,
            added_cond_kwargs=self._conditions, return_dict=False,
        )[0]  # fmt: skip
        if not self._both:
            return out
        against, told = out.chunk(2)
        mixed: Tensor = against + self._weight * (told - against)
        return mixed

    def _extra(self, generator: torch.Generator) -> dict[str, Any]:
        told: dict[str, Any] = self.pipe.prepare_extra_step_kwargs(generator, 0.0)
        return told

    def _latents(self, x: Tensor, network: Any) -> Tensor:
        return x / network.config.scaling_factor

    def _finished(self, x: Tensor, generator: torch.Generator) -> Image.Image:
        vae = self.pipe.vae
        image = vae.decode(self._latents(x, vae), return_dict=False, generator=generator)[0]
        image, refused = self.pipe.run_safety_checker(image, self._device, self._told.dtype)
        shown = None if refused is None else [not one for one in refused]
        made: Image.Image = self.pipe.image_processor.postprocess(image, do_denormalize=shown)[0]
        return made


class StableDiffusionXL(StableDiffusion):
    """SDXL and what was distilled from it: SDXL-Turbo."""

    weight = 5.0

    def _encoded(self, words: str, negative: str) -> tuple[Tensor, dict[str, Tensor] | None]:
        told, against, pooled, pooled_against = self.pipe.encode_prompt(
            prompt=words, device=self._device, do_classifier_free_guidance=self._both, negative_prompt=negative
        )
        side = self.pipe.default_sample_size * self.pipe.vae_scale_factor
        second = self.pipe.text_encoder_2
        width = pooled.shape[-1] if second is None else second.config.projection_dim
        sizes = self.pipe._get_add_time_ids(
            (side, side), (0, 0), (side, side), dtype=told.dtype, text_encoder_projection_dim=width
        ).to(self._device)
        if self._both:
            told, pooled, sizes = (
                torch.cat(two) for two in ((against, told), (pooled_against, pooled), (sizes, sizes))
            )
        return told, {"text_embeds": pooled, "time_ids": sizes}

    def _latents(self, x: Tensor, network: Any) -> Tensor:
        mean, std = (getattr(network.config, name, None) for name in ("latents_mean", "latents_std"))
        if mean is None or std is None:
            return x / network.config.scaling_factor
        mean, std = (torch.tensor(one, device=x.device, dtype=x.dtype).view(1, -1, 1, 1) for one in (mean, std))
        z: Tensor = x * std / network.config.scaling_factor + mean
        return z

    @contextmanager
    def decoding(self) -> Iterator[None]:
        vae = self.pipe.vae
        if vae.dtype != torch.float16 or not getattr(vae.config, "force_upcast", False):
            yield
            return
        vae.to(torch.float32)
        try:
            yield
        finally:
            vae.to(torch.float16)

    def _finished(self, x: Tensor, generator: torch.Generator) -> Image.Image:
        vae = self.pipe.vae
        with self.decoding():
            x = x.float() if vae.dtype != self.pipe.unet.dtype else x
            image = vae.decode(self._latents(x, vae), return_dict=False)[0]
        if self.pipe.watermark is not None:
            image = self.pipe.watermark.apply_watermark(image)
        made: Image.Image = self.pipe.image_processor.postprocess(image)[0]
        return made


class Flux2Klein(Pipeline):
    """FLUX.2 klein, a flow in packed latents: (1, h w, c) of squares of four."""

    weight, half = 4.0, torch.bfloat16  # its text encoder overflows in float16

    def __init__(self, pipe: Any, steps: int | None = None, weight: float | None = None, decoder: Any = None) -> None:
        super().__init__(pipe, steps or (4 if pipe.config.is_distilled else None), weight, decoder)

    def _begin(self, words: str, negative: str, generator: torch.Generator) -> Tensor:
        pipe = self.pipe
        self._told = [pipe.encode_prompt(prompt=words, device=self._device)]
        if self._weight > 1 and not pipe.config.is_distilled:
            self._told.append(pipe.encode_prompt(prompt=negative, device=self._device))
        side = pipe.default_sample_size * pipe.vae_scale_factor
        channels, dtype = pipe.transformer.config.in_channels // 4, self._told[0][0].dtype
        x, self._places = pipe.prepare_latents(1, channels, side, side, dtype, self._device, generator)
        ends: Any = np.linspace(1.0, 1 / self._steps, self._steps)
        if pipe.scheduler.config.get("use_flow_sigmas", False):
            ends = None
        mu = compute_empirical_mu(image_seq_len=x.shape[1], num_steps=self._steps)
        pipe.scheduler.set_timesteps(self._steps, device=self._device, sigmas=ends, mu=mu)
        begun: Tensor = x
        return begun

    def _predicted(self, x: Tensor, t: Tensor) -> Tensor:
        outs: Sequence[Tensor] = [
            self.pipe.transformer(
                hidden_states=x.to(self.pipe.transformer.dtype), timestep=t.expand(1).to(x.dtype) / 1000,
                guidance=None, encoder_hidden_states=told, txt_ids=ids, img_ids=self._places, return_dict=False,
            )[0][:, : x.shape[1]]
            for told, ids in self._told
        ]  # fmt: skip
        return outs[0] if len(outs) == 1 else outs[1] + self._weight * (outs[0] - outs[1])

    def _latents(self, x: Tensor, network: Any) -> Tensor:
        side = 2 * (self.pipe.default_sample_size // 2) // 2
        z = self.pipe._unpack_latents_with_ids(x, self._places, side, side)
        norm = self.pipe.vae.bn
        mean = norm.running_mean.view(1, -1, 1, 1).to(z.device, z.dtype)
        std = torch.sqrt(norm.running_var.view(1, -1, 1, 1) + self.pipe.vae.config.batch_norm_eps).to(z.device, z.dtype)
        whole: Tensor = self.pipe._unpatchify_latents(z * std + mean)
        return whole

    def _finished(self, x: Tensor, generator: torch.Generator) -> Image.Image:
        vae = self.pipe.vae
        image = vae.decode(self._latents(x, vae), return_dict=False)[0]
        made: Image.Image = self.pipe.image_processor.postprocess(image)[0]
        return made

    def _prediction(self) -> str:
        return "flow"


KNOWN: dict[str, type[Pipeline]] = {
    "StableDiffusionPipeline": StableDiffusion,
    "StableDiffusionXLPipeline": StableDiffusionXL,
    "Flux2KleinPipeline": Flux2Klein,
}
