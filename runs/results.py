"""Write docs/results.md: every figure of ours, on a set with ratings and one with choices.

`python runs/results.py RATINGS CHOICES --work FOLDER [--where category=paintings] [--encoder E] [--repeats 10]
[--page docs/results.md]`. FOLDER keeps the rows and reports of each run, where the same call with the same code goes on
after an interruption; choices, and ways of asking, are drawn half as often as ratings. Nobody's answers and no picture
come onto the page; figure_6.svg is written beside it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import figure_3
import figure_4
import figure_5a
import figure_6
import table_1
import table_3
import table_4
from beholder.cli.shell import Meter
from beholder.errors import BeholderError
from beholder.research.bench import run
from beholder.research.bench.markdown import section_lines
from beholder.research.bench.results import Results, short_name
from beholder.types import Progress

TASK_VECTORS = "Task vectors"  # runs/task_vectors.py
PAGE = Path(__file__).resolve().parents[1] / "docs" / "results.md"
OF_RATINGS = ["generic", "someone-else", "ridge", "svm", "fpmf", "pam", "residual-svr", "gp", "population-gp"]
OF_CHOICES = ["generic", "someone-else", "bradley-terry", "logistic", "gp", "population-gp"]
METRICS = ("spearman", "pair_accuracy", "ece")  # the first that there is, and the last
SHOTS_OF_RATINGS, SHOTS_OF_CHOICES = (0, 10, 25, 50), (10, 25, 50, 100)


def page(
    ratings: str,
    choices: str,
    where: str | None,
    encoder: str,
    repeats: int,
    work: Path,
    progress: Progress | None = None,
) -> str:
    """The whole page; sets and encoder by name, whatever their paths."""
    seen = {"encoder": encoder, "progress": progress}
    halved = (repeats + 1) // 2

    def paper(script: ModuleType, **options: Any) -> str:
        return script.table(script.figures(ratings, out=str(work / script.__name__), **seen, **options))

    summary = run(ratings, OF_RATINGS, shots=SHOTS_OF_RATINGS, repeats=repeats, out=work / "ratings", **seen)
    run(choices, OF_CHOICES, shots=SHOTS_OF_CHOICES, repeats=halved, out=work / "choices", where=where, **seen)
    parts = {
        f"Ratings: {_name(ratings)}": _tables(work / "ratings"),
        f"Choices: {_name(choices)}{f', {where}' if where else ''}": _tables(work / "choices"),
        "Table 1: how far raters differ": table_1.table(table_1.figures(ratings)),
        "Table 3: attributes and score": table_3.table(table_3.figures(ratings, encoder=encoder)),
        "Table 4: gain over the generic score": table_4.table(table_4.chosen(summary)),
        "Figure 3: the top of an album": paper(figure_3, shots=SHOTS_OF_RATINGS[-1]),
        "Figure 4: real raters against fake ones": paper(figure_4),
        "Figure 5a: features for PAM": paper(figure_5a, shots=SHOTS_OF_RATINGS[1:], repeats=repeats),
        "Figure 6: ways of asking": f"![Curves](figure_6.svg)\n\n{paper(figure_6, repeats=halved)}",
    }
    call = f"python runs/results.py {_name(ratings)} {_name(choices)} --work FOLDER --encoder {encoder}"
    call += f"{f' --where {where}' if where else ''} --repeats {repeats}"
    text = HEAD.format(call=call) + "".join(f"\n## {title}\n\n{_below(part)}\n" for title, part in parts.items())
    return text.replace(encoder, short_name(encoder))


HEAD = """# Results

Made by the following call and by nothing else; do not edit.

```sh
{call}
```

How the figures are made: [bench.md](bench.md). Tables and figures with a number are those of Ren, Shen, Lin, Mech &
Foran, Personalized Image Aesthetics, ICCV 2017, each made by the script of its name in `runs/`; the pictures of
Figure 3 are in the page that its script writes.
`ridge` and `logistic` see the encoder's vectors alone, the others the ten measured attributes too.
"""


def _tables(folder: Path) -> str:
    """The first metric and the calibration error of the raters that count first, with all paired differences."""
    results = Results.load(folder)
    sections = {section.metric: section for section in results.sections(results.groups[0])}
    first = next(metric for metric in METRICS if metric in sections)
    lines = [results.settings, ""]
    for metric in dict.fromkeys([first, METRICS[-1]]):
        lines += section_lines(sections[metric])
    return "\n".join(lines)


def replace_section(page: Path, title: str, text: str) -> None:
    """Put a section in the place of the one with its title, or at the end."""
    whole = page.read_text(encoding="utf-8")
    before, _, after = whole.partition(f"\n## {title}\n")
    rest = after[after.index("\n## ") :] if "\n## " in after else ""
    page.write_text(f"{before.rstrip()}\n\n## {title}\n\n{text.strip()}\n{rest}", encoding="utf-8")


def section_of(page: Path, title: str) -> str:
    """The section of this title, "" where there is none."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    after = text.partition(f"\n## {title}\n")[2]
    return after.partition("\n## ")[0].strip()


def _below(part: str) -> str:
    """A section of the page: its headings are of the third rank."""
    return re.sub(r"^#+ ", "### ", part.strip(), flags=re.MULTILINE)


def _name(folder: str) -> str:
    return Path(folder).expanduser().resolve().name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ratings")
    parser.add_argument("choices")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--where")
    parser.add_argument("--encoder", default="classic")
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--page", type=Path, default=PAGE)
    given = vars(parser.parse_args())
    written = given.pop("page")
    try:
        with Meter("reading the sets") as meter:
            text = page(**given, progress=meter)
    except BeholderError as error:
        sys.exit(str(error))
    kept = section_of(written, TASK_VECTORS)
    written.write_text(text, encoding="utf-8")
    if kept:  # by a script of its own
        replace_section(written, TASK_VECTORS, kept)
    curves = given["work"] / "figure_6" / "figure_6.svg"
    (written.parent / curves.name).write_text(curves.read_text(encoding="utf-8"), encoding="utf-8")
    print(written)


if __name__ == "__main__":
    main()
