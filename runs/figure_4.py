"""Real raters against fake ones [Ren2017, Fig. 4].

`python runs/figure_4.py DATA [--encoder E] [--repeats 50] [--out FOLDER] [--json]`: as
`beholder bench DATA --analysis fake-raters` with 25, 50 and 100 pictures a rater; the figure is drawn into FOLDER where
one is given.
"""

from __future__ import annotations

from beholder.research.bench import analyse
from beholder.research.bench.fake_raters import table
from beholder.types import Progress
from paper import Row, main


def figures(
    data: str, *, encoder: str = "classic", repeats: int = 50, out: str | None = None, progress: Progress | None = None
) -> list[Row]:
    """A row for every kind of fake, sigma and number of pictures."""
    return analyse("fake-raters", data, encoder, repeats=repeats, out=out, progress=progress)


if __name__ == "__main__":
    main(__doc__, figures, table)
