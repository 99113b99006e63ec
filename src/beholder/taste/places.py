"""Where pictures are in the coordinates of a `TasteMixture`, and how alike that makes them.

What a regime takes for the person's own has four parts, each a kernel: linear in the measured attributes (or in one of
them), linear in the components of the vectors, radial in these, and the share of names that two pictures share. Where
several encoders saw the pictures, the two in the middle are there once for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from beholder.taste.feature_map import radial
from beholder.taste.regimes import Regime
from beholder.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Places:
    """Some pictures in the model's coordinates.

    measured (n, a), components (n, c) of each encoder, generic (n,) the generic score, names (n, k) what the collection
    says of each in k columns, as whole numbers that are the same where it says the same; -1 where it says nothing
    """

    measured: Floats
    components: tuple[Floats, ...]
    generic: Floats
    names: Ints

    def beside(self, other: Places) -> Places:
        """These, then pictures of another collection, whose names mean nothing here."""
        unknown = np.full((len(other.names), self.names.shape[1]), -1)
        return Places(
            np.concatenate([self.measured, other.measured]),
            tuple(np.concatenate(both) for both in zip(self.components, other.components, strict=True)),
            np.concatenate([self.generic, other.generic]),
            np.concatenate([self.names, unknown]),
        )

    def take(self, part: slice) -> Places:
        components = tuple(columns[part] for columns in self.components)
        return Places(self.measured[part], components, self.generic[part], self.names[part])

    def of(self, regime: Regime, kernels: Sequence[Floats], other: Places) -> Floats:
        """(n, k) prior covariances of a regime's own part with other pictures; kernels : as `kernels` makes them"""
        first, *others = kernels
        if regime.attribute >= 0:
            mine, theirs = (p.measured[:, regime.attribute] for p in (self, other))
            first = self.measured.shape[1] * np.outer(mine, theirs)
        return np.asarray(sum(share * k for share, k in zip(regime.parts, (first, *others), strict=False) if share))

    def kernels(self, other: Places, length: float) -> tuple[Floats, ...]:
        """(n, k) each: linear in measured attributes, linear in each encoder's components, and those of `curved`."""
        linear = (mine @ theirs.T for mine, theirs in zip(self.components, other.components, strict=True))
        return (self.measured @ other.measured.T, *linear, *self.curved(other, length))

    def curved(self, other: Places, length: float) -> tuple[Floats, ...]:
        """(n, k) each: those of `near`, and where there are names the share of them in common."""
        near = tuple(np.asarray(kernel, np.float64) for kernel in self.near(other, length))
        return (*near, self.named(other)) if self.names.shape[1] else near

    def near(self, other: Places, length: float) -> tuple[Floats, ...]:
        """(n, k) each: radial of each encoder, as precise as its components."""
        both = zip(self.components, other.components, strict=True)
        return tuple(radial(mine, theirs, length) for mine, theirs in both)

    def named(self, other: Places) -> Floats:
        """(n, k) the share of names in common."""
        alike = np.zeros((len(self.names), len(other.names)))
        for mine, theirs in zip(self.names.T, other.names.T, strict=True):
            alike += mine[:, None] == np.where(theirs < 0, -2, theirs)  # what is not known is like nothing
        return np.asarray(alike / max(self.names.shape[1], 1))


def of_attribute(columns: Floats, attribute: int) -> Floats:
    """(..., a) numbers of each measured attribute; where one stands for all, it alone, times their number."""
    if attribute < 0:
        return columns
    alone = np.zeros_like(columns)
    alone[..., attribute] = columns.shape[-1] * columns[..., attribute]
    return alone
