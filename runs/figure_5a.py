"""Which features help PAM [Ren2017, Fig. 5a]: attributes alone, content alone, both, and the vector they come from.

`python runs/figure_5a.py DATA [--encoder E] [--shots 10,25,50,100] [--repeats 10] [--seed 0] [--out FOLDER] [--json]`:
one run of the bench; with FOLDER it leaves its report and the figure there and goes on where it stopped.

The paper's fourth curve is of the generic network's last layer ("aesthetics"); its place is taken here by the first
principal components of the encoder's vector. Its curves have no published numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from beholder.research.bench import plots, run
from beholder.research.bench.markdown import grid
from beholder.taste import Pam
from beholder.taste.picture_features import PictureFeatures, Traits
from beholder.types import Floats, Progress, silent
from paper import Row, gain, gains, main, rests_on


class Attributes(Traits):
    """The ten measured attributes."""

    def transform(self, X: NDArray[Any]) -> Floats:
        return super().transform(X)[:, : -len(self.content.bias)]


class Contents(Traits):
    """The ten probabilities of what the picture is of."""

    def transform(self, X: NDArray[Any]) -> Floats:
        return super().transform(X)[:, -len(self.content.bias) :]


class AttributesPam(Pam):
    kind: ClassVar[type[PictureFeatures]] = Attributes


class ContentsPam(Pam):
    kind: ClassVar[type[PictureFeatures]] = Contents


METHODS = {  # of the bench, and what PAM learns from there
    "figure_5a:AttributesPam": "attributes",
    "figure_5a:ContentsPam": "content",
    "pam": "attributes and content",
    "residual-svr": "components of the vector",
}


def figures(
    data: str,
    *,
    encoder: str = "classic",
    shots: Sequence[int] = (10, 25, 50, 100),
    repeats: int = 10,
    seed: int = 0,
    out: str | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """A row for each kind of features and number of answers that somebody has given, as `table_4.figures` has them."""
    rows = gains(run(data, ("generic", *METHODS), encoder, shots, repeats, seed, out, progress=progress))
    rows = [row | {"features": METHODS[row["method"]]} for row in rows]
    if out is not None:
        plots.write_figure(Path(out).expanduser() / "figure_5a.svg", lambda: draw(rows), progress or silent)
    return rows


def table(rows: Sequence[Row]) -> str:
    shots = sorted({row["shots"] for row in rows})
    cells = {(row["features"], row["shots"]): gain(row) for row in rows}
    lines = {name: [cells[name, k] for k in shots] for name in METHODS.values()}
    said = f"Spearman gained over the generic score, ± half the 95 % interval over raters: {rests_on(rows)}."
    return "\n".join([said, "", *grid("PAM on", shots, lines)])


def draw(rows: Sequence[Row]) -> str:
    """SVG: a curve for each kind of features."""
    lines = []
    for number, name in enumerate(METHODS.values()):
        found = [(r["shots"], r["mean"], r["low"], r["high"]) for r in rows if r["features"] == name]
        lines.append(plots.Line(name, *zip(*found, strict=True), *plots.style_of(number)))
    panel = plots.Panel("Spearman gained over generic", "answers", lines, level=0.0)
    return plots.standalone([panel], f"PAM, {rows[0]['data']}")


if __name__ == "__main__":
    main(__doc__, figures, table)
