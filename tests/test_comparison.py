"""What docs/comparison.md says of Beholder leads to tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r'\]\(https://github\.com/beholder-art/beholder/blob/main/(tests/\w+\.py) "(\w+)"\)')
ROWS = [line.split(" | ") for line in (ROOT / "docs" / "comparison.md").read_text("utf-8").splitlines()[11:]]
ROWS = [cells for cells in ROWS if len(cells) == 7]


def test_there_is_a_row_for_each_thing():
    assert len(ROWS) > 20


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: cells[0].strip("| "))
def test_what_is_said_of_ours_leads_to_its_test(cells):
    name, ours = cells[0].strip("| "), cells[1]
    links = LINK.findall(ours)
    if not links:
        assert ours.startswith("no") or name in ("What it needs", "Licence"), "a yes without a test"
    for path, test in links:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
