"""Album export: copies of the best originals, named so that they sort best first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from beholder.errors import BadPicture, UserError
from beholder.locator import Locator
from beholder.ranking import Ranked
from beholder.types import Progress, silent


@dataclass(slots=True)
class _AlbumReport:
    """What was copied, and a sentence for each picture that was not. failed: how many could not be read or written."""

    copied: int = 0
    failed: int = 0
    left: list[str] = field(default_factory=list)


def copy_album(
    places: Sequence[Ranked],
    folder: Path,
    *,
    source: str = "",
    progress: Progress = silent,
) -> _AlbumReport:
    """Copy each picture's file into `folder`, its rank in front of its name. What is there already is left as it is.

    Parameters
    ----------
    source
        where the collection came from; copying into that folder is refused, it is the user's own

    Raises
    ------
    UserError
        where `folder` cannot be used
    """
    folder = Path(os.path.expanduser(folder))
    _refuse(places, folder, source)
    report, digits = _AlbumReport(), len(str(max((place.rank for place in places), default=1)))
    for done, place in enumerate(places, 1):
        name = f"{place.rank:0{digits}d} {place.item.locator.name}"
        try:
            _copy(place.item.locator, folder / name)
            report.copied += 1
        except FileExistsError:
            report.left.append(f"{name} was there already and was left as it is")
        except (OSError, BadPicture) as error:
            report.failed += 1
            report.left.append(f"{place.item.name} could not be copied: {getattr(error, 'strerror', None) or error}")
        progress("copying", done, len(places))
    return report


def _refuse(places: Sequence[Ranked], folder: Path, source: str) -> None:
    where = Path(os.path.realpath(folder))
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UserError(f"pictures are copied into a folder, and '{folder}' is a file")
    own = os.path.expanduser(source)
    inside = bool(own) and os.path.isdir(own) and where.is_relative_to(os.path.realpath(own))
    files = (place.item.locator.path for place in places)
    if inside or where in {Path(os.path.realpath(file)).parent for file in files if file}:
        raise UserError(f"'{folder}' is where the pictures come from, which is never changed: name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder '{folder}': {error.strerror}") from error


def _copy(original: Locator, target: Path) -> None:
    """A whole copy or none. raises : BadPicture, FileExistsError, OSError"""
    with original.open() as source, target.open("xb") as copy:
        try:
            shutil.copyfileobj(source, copy, 1 << 20)
        except BaseException:  # a half copy, also after Ctrl-C, would be taken for the picture next time
            target.unlink()
            raise
