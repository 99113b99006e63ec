"""The layout is the architecture: a module imports only from floors below its own, inside functions too."""

import ast
from pathlib import Path

import pytest

import beholder

ROOT = Path(beholder.__file__).parent
FLOORS = [
    {"types", "errors", "config"},  # words
    {"images", "text", "cells", "json_reading"},  # pure functions on pixels; text files as people save them
    {"features", "store"},  # a picture's row of numbers; what is kept
    {"sources", "taste", "datasets"},  # where pictures come from; rows to scores; rated sets
    {"ask", "explain", "prequential", "importer", "background"},  # which question next; why; how well; pictures in
    {"ranking"},  # best first, with the score that people read
    {"collection"},  # found, fingerprinted, embedded once
    {"session", "bench", "labels", "doctor"},  # jobs
    {"training"},  # what is learned before a person comes
    {"web"},  # the app
    {"cli"},  # the command line
    {"__init__", "__main__"},  # the public names
]
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}


def imports_of(path: Path):
    """(line, room) of every import of the package in this file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import; write beholder.…"
            if node.module == "beholder":
                yield from ((node.lineno, alias.name) for alias in node.names if alias.name in FLOOR)
            elif node.module and node.module.startswith("beholder."):
                yield node.lineno, node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("beholder."):
                    yield node.lineno, alias.name.split(".")[1]


FILES = sorted(p for p in ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_only_go_down(path):
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert room in FLOOR, f"{room} stands on no floor: add it to FLOORS and to docs/architecture.md"
    for line, other in imports_of(path):
        if other != room:
            assert FLOOR[other] < FLOOR[room], f"{path}:{line}: {room} imports {other}, which is not below it"
