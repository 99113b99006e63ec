"""What a model may learn from other people before a person comes: the contract of all models with a prior.

A model class that learns from others has

    @classmethod
    def learn_prior(cls, X, others, *, generic, layout=None, seed=0) -> its prior

X        (n, d) rows of pictures
layout   which columns of X are attributes (`beholder.table.Layout`); None: none
others   one `Answers` for each training rater, over the rows of X
generic  the one `beholder.taste.generic.GenericScore` that all models of a run share
seed     for what is random in the learning

One that is made of networks takes `networks` besides (`beholder.taste.network_mixture`): what these say in X.

and takes what that returns as the constructor parameter `prior=None`. A prior is any object that is immutable and can
be pickled: one is learned for all people and all numbers of answers. With a prior, `fit(X)` without answers is allowed:
the prior alone speaks. Without one, a model that needs it raises a UserError.
"""

from __future__ import annotations

from typing import Any, Self

from beholder.errors import UserError


class Shared:
    """Immutable: scikit-learn's `clone` shares it instead of copying it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


def require_prior(model: Any) -> Any:
    """The prior of a model that cannot do without; raises UserError where it has none."""
    if model.prior is None:
        kind = type(model).__name__
        raise UserError(
            f"the {model.name} model needs what other people's answers say: learn it with "
            f"{kind}.learn_prior(X, others, generic=...) and give it as {kind}(prior=...); `beholder bench` does both"
        )
    return model.prior
