"""The push of a person's taste on a pipeline's estimate of the finished picture. Needs the extra `create`."""

from __future__ import annotations

import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from beholder.create.engine import Guide
from beholder.create.pipelines import Pipeline

_PUSH = 0.8  # spreads of the latents that all pushes together move them by at strength 1, root mean square
_SEEN = 32  # pixels a side of what the slope is asked for: fine changes please the encoder and nobody's eye
_COARSE = 0.07  # of the side, that the push is blurred by


class Steering:
    """Moves an estimate up the slope of the guide's taste, by way of the decoder and the guide's encoder."""

    def __init__(self, pipeline: Pipeline, guide: Guide, strength: float) -> None:
        self._pipeline, self._guide, self._far = pipeline, guide, _PUSH * strength

    def __call__(self, estimate: Tensor, share: float, moves: int) -> Tensor:
        """What is to be added: nothing where no way leads back."""
        pushed, far = estimate, self._far * share / moves * estimate.std()
        for _ in range(moves):
            uphill = self._uphill(pushed)
            if uphill is None:
                break
            size = uphill.square().mean().sqrt() + 1e-12
            pushed = pushed + far * uphill / size
        return pushed - estimate

    def _uphill(self, estimate: Tensor) -> Tensor | None:
        """The gradient in the latents, blurred."""
        with torch.enable_grad():
            x = estimate.detach().requires_grad_()
            latents, picture = self._pipeline.decoded(x)
            latents.register_hook(_blurred)
            seen = torch.nn.functional.interpolate(picture, (_SEEN, _SEEN), mode="area")
            pixels = seen.detach()[0].permute(1, 2, 0).clamp(0, 1).cpu().numpy()
            slope = self._guide.slope(pixels)
            if slope is None:
                return None
            wanted = torch.from_numpy(slope.transpose(2, 0, 1)[None]).to(seen)
            found: Tensor = torch.autograd.grad(seen, x, wanted / (wanted.abs().max() + 1e-30))[0]
        return torch.nan_to_num(found, 0.0, 0.0, 0.0)


def _blurred(slope: Tensor) -> Tensor:
    across = [_COARSE * side for side in slope.shape[2:]]
    coarse = gaussian_filter(slope.float().cpu().numpy(), (0, 0, *across))
    return torch.from_numpy(coarse).to(slope)
