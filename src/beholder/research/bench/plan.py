"""Which raters are tested in which draws at which shots, and who is left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from beholder.errors import BadInput
from beholder.research.bench.asking import askable, cost
from beholder.research.bench.methods import CONTROLS, GENERIC
from beholder.research.bench.protocol import Draw, Protocol
from beholder.research.bench.worker import BenchJob
from beholder.research.datasets import Ratings

_FEW = 5  # raters that a sentence names


@dataclass
class Plan:
    """The jobs of a run; `left_out` are sentences on everybody who is not in all of it, and why."""

    jobs: list[BenchJob] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def with_controls(methods: Sequence[str], asking: bool = False) -> tuple[str, ...]:
    """These methods, after the controls that are not among them; where strategies are compared, `generic` alone."""
    return (*(name for name in ((GENERIC,) if asking else CONTROLS) if name not in methods), *methods)


def make_plan(
    protocol: Protocol, shots: tuple[int, ...], repeats: int, asking: bool = False, in_seconds: bool = False
) -> Plan:
    """Who has too few answers for k shots in any draw is left out at k; whose ratings are all the same, altogether.

    Parameters
    ----------
    asking
        a strategy chooses among the answers, each to another question
    in_seconds
        shots are seconds in which ratings are given

    Raises
    ------
    BadInput
        where nobody is left
    """
    plan = Plan()
    if protocol.copies:
        plan.left_out.append(f"{protocol.copies} training pictures, as they or copies of them are test pictures too")
    fewer: dict[int, list[str]] = {k: [] for k in shots}  # raters with fewer answers
    for rater in protocol.testers.tolist():
        draws = [protocol.draw(rater, number) for number in range(repeats)]
        told = [draw for draw in draws if _has_truth(protocol, draw)]
        name = protocol.data.raters[rater]
        if not told:
            plan.left_out.append(_no_truth(protocol, rater, name))
            continue
        if len(told) < repeats:
            lost = f"{repeats - len(told)} of {_counted(repeats, 'draw')}"
            plan.left_out.append(f"{name}: {lost}, where all ratings asked for are the same")
        answers = min(_count(protocol, draw, asking) for draw in told)
        fewest = int(answers * cost(1, rating=True)) if in_seconds else answers
        reached = tuple(k for k in shots if k <= fewest)
        for k in shots:
            if k > fewest:
                fewer[k].append(f"{name} ({answers})")
        plan.jobs.extend(BenchJob(rater, draw.number, reached) for draw in told if reached)
    unit = "seconds" if in_seconds else "shots"
    plan.left_out += [_too_few(f"{k} {unit}", names, len(protocol.testers)) for k, names in fewer.items() if names]
    if not plan.jobs:
        raise BadInput(
            f"nobody in {protocol.data.name} can be tested: {'; '.join(plan.left_out[:5]) or 'no judgements'}"
        )
    return plan


def _too_few(at: str, names: Sequence[str], raters: int) -> str:
    """names : of those who gave too few answers, each with how many there are to learn from"""
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    have = "has" if len(names) == 1 else "have"
    return f"{at}: {len(names):,} of {_counted(raters, 'rater')} {have} fewer answers: {', '.join(names[:_FEW])}{more}"


def _counted(n: int, one: str) -> str:
    return f"{n:,} {one}{'s' * (n != 1)}"


def _count(protocol: Protocol, draw: Draw, asking: bool) -> int:
    return len(askable(protocol.judgements, draw.support) if asking else draw.support)


def _has_truth(protocol: Protocol, draw: Draw) -> bool:
    """Whether the query holds an order to be found."""
    if isinstance(protocol.judgements, Ratings):
        return len(np.unique(protocol.judgements.score[draw.query])) > 1
    return len(draw.query) > 0


def _no_truth(protocol: Protocol, rater: int, name: str) -> str:
    judgements = protocol.judgements
    own = judgements.rater == rater
    if isinstance(judgements, Ratings) and len(np.unique(judgements.score[own])) == 1 and own.sum() > 1:
        return f"{name}: gave every picture the same rating ({judgements.score[own][0]:g})"
    return f"{name}: {_counted(int(own.sum()), 'answer')}, too few to be asked about any"
