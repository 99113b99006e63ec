"""What the scripts of the paper's tables and figures share.

Ren, Shen, Lin, Mech & Foran, Personalized Image Aesthetics, ICCV 2017.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

from beholder.cli.shell import Meter
from beholder.errors import BeholderError

Row = dict[str, Any]


def main(doc: str | None, figures: Callable[..., Sequence[Row]], table: Callable[[Any], str]) -> None:
    """A command line of `figures(data, *, ...)`: prints the `table` of its rows, or the rows as JSON with --json.

    Every keyword is an option of its default's type; a tuple is whole numbers with commas between them.
    """
    options = {name: p.default for name, p in signature(figures).parameters.items() if p.kind is p.KEYWORD_ONLY}
    watched = options.pop("progress", options) is None
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    for name, default in options.items():
        kind = {tuple: numbers, int: int}.get(type(default), str)
        parser.add_argument(f"--{name}", type=kind, default=default)
    parser.add_argument("--json", action="store_true")
    given = vars(parser.parse_args())
    data, as_json = given.pop("data"), given.pop("json")
    try:
        with Meter("reading the set") as meter:
            rows = figures(data, **given, **({"progress": meter} if watched else {}))
    except BeholderError as error:
        sys.exit(str(error))
    print(json.dumps(rows, indent=1, ensure_ascii=False) if as_json else table(rows))


def numbers(text: str) -> tuple[int, ...]:
    """ "10,100" is (10, 100)."""
    return tuple(int(part) for part in text.split(","))


def gains(summary: Sequence[Row]) -> list[Row]:
    """Of what `bench.run` returned: Spearman gained over generic, by attentive raters where they are known."""
    told = [row for row in summary if (row["metric"], row["versus"]) == ("spearman", "generic")]
    group = "attentive" if any(row["group"] == "attentive" for row in told) else "all"
    return [row for row in told if row["group"] == group]


def gain(row: Row) -> str:
    """With half of its 95 % interval over raters."""
    return f"{row['mean']:+.3f} ± {(row['high'] - row['low']) / 2:.3f}"


def rests_on(rows: Sequence[Row]) -> str:
    """The set, encoder, raters and draws behind rows of `gains`."""
    raters = sorted({row["raters"] for row in rows})
    count = "–".join(str(n) for n in dict.fromkeys((raters[0], raters[-1])))
    return f"{rows[0]['data']}, encoder {rows[0]['encoder']}, {count} raters, {rows[0]['draws']} draws"
