"""From which folders the liked pictures are: what people call a place or a day is often the name of a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scipy.stats import hypergeom

from beholder.explain.likings import liked_and_disliked
from beholder.explain.phrases import listed
from beholder.text import shown
from beholder.types import Answers

_FEWEST, _MANY = 3, 0.25  # pictures of a folder that were liked, and their share of all that were, at least
_CHANCE, _CHANCE_SHOWN = 0.001, 0.05  # probabilities of so many of all pictures, and of those that were shown, at most
_AT_MOST = 2  # folders
_LONGEST = 40  # letters of a name


def folders_of(folders: Sequence[str], answers: Answers) -> str:
    """The folders that more of the liked pictures are from than chance allows for, in a sentence; "" where none is.

    Parameters
    ----------
    folders
        (n,) of the pool, within the folder that was imported; "" where it lies in that one
    answers
        rows of it
    """
    if not folders:
        return ""
    liked, disliked = liked_and_disliked(answers)
    seen = len(liked) + len(disliked)
    count, all_shown = Counter(folders[row] for row in liked.tolist()), Counter(folders)
    left = Counter(folders[row] for row in disliked.tolist())
    found = list[tuple[str, int]]()
    for folder, often in count.most_common():
        by_chance = hypergeom.sf(often - 1, len(folders), all_shown[folder], len(liked))
        as_shown = hypergeom.sf(often - 1, seen, often + left[folder], len(liked))
        telling = by_chance <= _CHANCE and as_shown <= _CHANCE_SHOWN
        if folder and often >= max(_FEWEST, _MANY * len(liked)) and telling:
            found.append((shown(folder.rpartition("/")[2], _LONGEST), often))
    if not found:
        return ""
    if found[0][1] == len(liked):
        return f"All {len(liked)} pictures that you liked are from the folder “{found[0][0]}”."
    told = listed([f"{often} are from the folder “{name}”" for name, often in found[:1]] + [
        f"{often} from “{name}”" for name, often in found[1:_AT_MOST]
    ])  # fmt: skip
    return f"Of the {len(liked)} pictures that you liked, {told}."
