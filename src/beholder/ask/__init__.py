"""Active learning: which question to ask next. `strategy(model, X, answers, pool, n, rng, pairs=False)`, one a file.

model   : a fitted taste model, or None before the first answer
X       : (n_pictures, d) all rows of the collection; answers: what is known so far, `beholder.types.Answers`
pool    : (p,) rows of X that may be shown, or with pairs=True also (m, 2) pairs of them; the order changes nothing
n       : how many are wanted; fewer come where the pool is too small
rng     : where chance enters; the same state gives the same questions
returns : (n,) different rows of the pool that were not rated, or with pairs=True (n, 2) different pairs, best first

name               asks                                                        source
random             anything, each as likely                                    -
greedy             what is furthest from all that was rated                    Yu & Kim 2010
mcal               dense groups where nothing is settled                       Demir & Bruzzone 2014
qbc                where five models differ                                    Burbidge, Rowland & King 2007
active-pam         what is unlike the rated, more like those predicted badly    Ren et al. 2017, Algorithm 1
  -diversity, -traits: its first criterion alone; by attributes and content    Ren et al. 2017, Fig. 5b
typical-diverse    what stands for many, each for others                       Lin & Bilmes 2011
variance           what narrows the ranking of all other pictures most         Cohn et al. 1996
ours               typical-diverse, then variance; pairs by variance, or by    Houlsby et al. 2011
                   information gain where no population is known

`random`, `variance` and `ours` ask for pairs too, the others for ratings alone.
"""

from __future__ import annotations

from beholder.ask.active_pam import ACTIVE_PAM, BY_TRAITS, DIVERSITY
from beholder.ask.greedy import GREEDY
from beholder.ask.mcal import MCAL
from beholder.ask.ours import OURS
from beholder.ask.qbc import QBC
from beholder.ask.random import RANDOM
from beholder.ask.strategy import Strategy
from beholder.ask.typical_diverse import TYPICAL_DIVERSE
from beholder.ask.variance import VARIANCE
from beholder.errors import UnknownName

_ALL = (RANDOM, GREEDY, MCAL, QBC, ACTIVE_PAM, DIVERSITY, BY_TRAITS, TYPICAL_DIVERSE, VARIANCE, OURS)
STRATEGIES: dict[str, Strategy] = {strategy.name: strategy for strategy in _ALL}


def strategy(name: str) -> Strategy:
    """The strategy of this name; raises UnknownName."""
    if name not in STRATEGIES:
        raise UnknownName.of("strategy", name, STRATEGIES)
    return STRATEGIES[name]


__all__ = ["STRATEGIES", "Strategy", "strategy"]
