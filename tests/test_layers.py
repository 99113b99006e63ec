"""The layout is the architecture: a module imports only from floors below its own, and from none that imports it.

Imports inside functions count, and those for type checkers.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import beholder

ROOT = Path(beholder.__file__).parent
FLOORS = [
    {"errors", "config", "code_pages", "dates"},  # words
    {"locator"},  # where bytes are
    {"types"},  # and what is said of them
    {
        "images",
        "painter",
        "text",
        "cells",
        "json_reading",
        "jobs",
        "durable",
        "size_words",
        "money_words",
        "currencies",
    },  # pixels, text, workers
    {"csv_reading", "money", "sizes"},  # tables of text, a row at a time; prices and sizes as people write them
    {"details"},  # what a source says of a picture, typed
    {"features", "store", "facts"},  # a picture's row of numbers; what is kept; what is said of many, as numbers
    {"table"},  # the rows of many pictures, with all that follows from them alone
    {"sources", "taste", "raters", "research.datasets"},  # where pictures come from; rows to scores; rated sets
    {"concepts", "works", "offers"},  # words of pictures; which show the same work; what a buyer can have
    {"refresh", "same_works"},  # what newer pages say; which pictures may show one work
    {"ask", "explain", "prequential", "importer", "background"},  # which question next; why; how well; pictures in
    {"search"},  # which pictures fit a few words, or another picture
    {"ranking", "maker", "views"},  # best first, with the score that people read; any model, ready to fit; in groups
    {"collection", "filters", "album"},  # found, fingerprinted, embedded once; a ranking filtered; its best copied
    {"session", "labels"},  # jobs of one person's
    {"create"},  # new pictures
    {
        "research.bench",
        "demo",
        "doctor",
        "removal",
    },  # how well models and ways of asking do on rated sets; a simulated person's session; what is broken; taking away
    {"research.training"},  # what is learned before a person comes
    {"web"},  # the app
    {"cli"},  # the command line
    {"__init__", "__main__"},  # the public names
]
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}
RESEARCH = {"research.datasets", "research.bench", "research.training"}
MAY_USE_RESEARCH = {*RESEARCH, "cli"}  # the product does without


def room_of(module: str) -> str:
    """The room that a module of the package stands in: `beholder.web.app` in `web`."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2]) if parts[0] == "research" else parts[0]


def imports_of(path: Path):
    """(line, room) of every import of the package in this file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import; write beholder.…"
            if node.module == "beholder":
                yield from ((node.lineno, alias.name) for alias in node.names if alias.name in FLOOR)
            elif node.module == "beholder.research":
                yield from ((node.lineno, f"research.{alias.name}") for alias in node.names)
            elif node.module and node.module.startswith("beholder."):
                yield node.lineno, room_of(node.module)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("beholder."):
                    yield node.lineno, room_of(alias.name)


FILES = sorted(p for p in ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_only_go_down(path):
    if path == ROOT / "research" / "__init__.py":
        assert not list(imports_of(path)), "its three rooms are opened one by one"
        return
    room = room_of(".".join(path.relative_to(ROOT.parent).with_suffix("").parts))
    assert room in FLOOR, f"{room} stands on no floor: add it to FLOORS and to docs/architecture.md"
    for line, other in imports_of(path):
        if other != room:
            assert FLOOR[other] < FLOOR[room], f"{path}:{line}: {room} imports {other}, which is not below it"
            assert other not in RESEARCH or room in MAY_USE_RESEARCH, f"{path}:{line}: the product uses {other}"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def packages_of(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:n]) for n in range(1, len(parts))}


def modules_needed(module: str, tree: ast.AST, known: set[str]) -> set[str]:
    """The modules that a module imports, with the packages that Python runs on the way to them.

    The packages it stands in itself count only where it imports a name from one: they have begun before it.
    """
    needed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            needed |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import):
            needed |= {alias.name for alias in node.names}
    on_the_way = {package for name in needed for package in packages_of(name)} - packages_of(module)
    return ((needed | on_the_way) & known) - {module}


def first_cycle(needs: dict[str, set[str]]) -> list[str]:
    """A circle of modules, each of which imports the one before; empty where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_one_that_imports_it():
    known = {module_of(path) for path in FILES}
    needs = {module_of(path): modules_needed(module_of(path), ast.parse(path.read_text()), known) for path in FILES}
    assert first_cycle(needs) == []


@pytest.mark.parametrize(
    "lazily",
    ["def f():\n    from a.y import g", "if TYPE_CHECKING:\n    import a.y", "from a import y", "from a.y.z import g"],
)
def test_a_cycle_is_found_however_a_module_is_imported(lazily):
    known = {"a", "a.x", "a.y", "a.y.z"}
    needs = {"a.x": modules_needed("a.x", ast.parse(lazily), known), "a.y": {"a.x"}}
    assert set(first_cycle(needs)) == {"a.x", "a.y"}
