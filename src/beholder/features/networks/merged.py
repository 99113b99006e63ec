"""A network between a start and its task vectors: its scores, and how they change with each vector in each block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.func import functional_call

from beholder.features.networks.network import Network, fill, in_batches
from beholder.features.networks.registry import make_backbone
from beholder.features.task_vectors import TaskVectors
from beholder.types import Floats


class Merged:
    """`start + sum_i a_i tau_i` as a network that runs; the mixture may be of each tensor on its own."""

    def __init__(self, vectors: TaskVectors, device: str | None = None) -> None:
        self.vectors = vectors
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.network = Network(make_backbone(vectors.backbone, config=vectors.config), vectors.side).eval()
        fill(self.network, vectors.start, "the start of the task vectors")
        self.network.to(self.device, memory_format=torch.channels_last)
        self.start = {name: p.detach().clone() for name, p in self.network.named_parameters()}
        self.start = {name: self.start[name] for name in vectors.tensors}
        self.taus = {
            name: torch.stack([torch.from_numpy(v.tensors[name]) for v in vectors.vectors]).to(self.device)
            for name in vectors.tensors
        }

    def parameters(self, coefficients: Tensor) -> dict[str, Tensor]:
        """The tensors of a mixture, differentiable in its (v, t) coefficients."""
        return {
            name: self.start[name] + torch.tensordot(coefficients[:, t], tau, 1)
            for t, (name, tau) in enumerate(self.taus.items())
        }

    def score(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """(b,) scores of normalised pixels by the mixture of (v, t) coefficients; differentiable in these."""
        distribution = functional_call(self.network, self.parameters(coefficients), (x,))
        return self.network.mean_of(distribution)

    def set(self, coefficients: ArrayLike) -> Network:
        """The network itself at a mixture, ready to run; (v,) or (v, t)."""
        fill(self.network, self.vectors.mixed(coefficients), "the mixture")
        return self.network

    def scores(self, squares: NDArray[np.uint8], coefficients: ArrayLike) -> Floats:
        """(n,) scores of (n, side, side, 3) pictures by a mixture."""
        network = self.set(coefficients)
        return np.asarray(in_batches(network.score, network, squares), np.float64)

    def tangents(self, squares: NDArray[np.uint8], coefficients: ArrayLike) -> Floats:
        """(n, v, blocks) derivative of the score at a mixture along each vector in each block.

        One pass back through the network for each picture gives all of them: they are products of the score's
        gradient with the vectors.
        """
        network = self.set(coefficients)
        groups = self._groups(network)
        found = np.empty((len(squares), len(self.vectors.vectors), len(self.vectors.blocks)))
        own = dict(network.named_parameters())
        parameters = [own[name] for name in self.taus]
        for i in range(len(squares)):
            x = network.pixels(squares[i : i + 1]).to(self.device)
            gradients = torch.autograd.grad(network.score(x)[0], parameters)
            by_tensor = [tau.flatten(1) @ g.flatten() for tau, g in zip(self.taus.values(), gradients, strict=True)]
            found[i] = (torch.stack(by_tensor, 1).double() @ groups).cpu().numpy()
        return found

    def _groups(self, network: Network) -> Tensor:
        """(t, blocks) which tensor is in which block."""
        place = {name: b for b, names in enumerate(self.vectors.blocks.values()) for name in names}
        groups = torch.zeros(len(self.taus), len(self.vectors.blocks), dtype=torch.float64, device=self.device)
        for t, name in enumerate(self.taus):
            groups[t, place[name]] = 1
        return groups


def blocks_of(network: Network, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The blocks of a network in order, and the tensors in each."""
    blocks: dict[str, list[str]] = {}
    for name in names:
        blocks.setdefault(network.block_of(name), []).append(name)
    return {block: tuple(tensors) for block, tensors in blocks.items()}
