"""Population priors: those that ship, one folder for each encoder, and those trained on this machine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from beholder.json_reading import read_json
from beholder.taste.population import Population

SHIPPED = Path(__file__).parent


def find_population(encoder: str, home: Path) -> Population | None:
    """The population's prior for pictures of this encoder; None where there is none.

    Parameters
    ----------
    encoder
        the key of X, as `Collection.key` says it
    home
        the data folder, whose own priors come first

    Raises
    ------
    BadInput
        where the prior is damaged
    """
    for folder in (*sorted((home / "priors").glob("*/")), *sorted(SHIPPED.glob("*/"))):
        if _made_for(folder) == encoder:
            return Population.load(folder)
    return None


def _made_for(folder: Path) -> str:
    with suppress(OSError, ValueError, AttributeError):
        return str(read_json(folder / "config.json").get("encoder", ""))
    return ""
