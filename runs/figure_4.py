"""Real raters against fake ones [Ren2017, Fig. 4].

`python runs/figure_4.py DATA [--encoder E] [--out FOLDER] [--json]`: as `beholder bench DATA --analysis fake-raters`
with 25, 50 and 100 pictures a rater; the figure is drawn into FOLDER where one is given.
"""

from __future__ import annotations

import argparse
import json
import sys

from beholder.bench import analyse
from beholder.bench.fake_raters import table
from beholder.errors import BeholderError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--encoder", default="classic")
    parser.add_argument("--out")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = analyse("fake-raters", given.data, given.encoder, out=given.out)
    print(json.dumps(figures, indent=1) if given.json else table(figures))


if __name__ == "__main__":
    try:
        main()
    except BeholderError as error:
        sys.exit(str(error))
