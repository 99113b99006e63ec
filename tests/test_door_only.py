"""There is one door: nothing else in Beholder opens a connection, but for what loads encoders from the hub."""

import ast
from pathlib import Path

import pytest

import beholder

ROOT = Path(beholder.__file__).parent
NETWORK = {
    *("socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "telnetlib", "xmlrpc", "asyncio", "urllib3"),
    *("httpx", "httpx2", "httpcore", "httpcore2", "requests", "aiohttp", "websockets", "huggingface_hub", "webbrowser"),
}
MAY = {
    "sources/web/addresses.py": {"socket"},
    "sources/web/connection.py": {"httpcore2", "httpx2", "ssl"},
    "sources/web/door.py": {"ssl"},  # a type
    "sources/web/links.py": {"httpx2"},  # reads links
    "features/hub.py": {"huggingface_hub"},
    "cli/listening.py": {"socket"},  # the address of the app itself
    "web/access.py": {"socket"},  # likewise
    "web/app.py": {"socket"},  # what the app listens on
    "web/connections.py": {"asyncio"},  # who is connected to the app
}


def network_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (known for name in names for known in NETWORK if name == known or name.startswith(known + "."))


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_door_opens_connections(path):
    assert set(network_modules(path)) <= MAY.get(path.relative_to(ROOT).as_posix(), set())


def test_no_setting_leads_to_what_is_for_tests():
    """A door for the program is made without any of it."""
    makers = [
        node
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Door"
    ]
    assert all(len(node.args) == 1 and not node.keywords for node in makers)
