"""A running Firefox, spoken to as its own drivers do, by Marionette: JSON over a socket, behind its length."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

FIREFOX = next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), None)
MEND = "needs Firefox: sudo apt-get install firefox-esr"
PREFERENCES = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "app.update.enabled": False,
    "browser.download.folderList": 2,  # the folder that is named
}
_PORT = "MarionetteActivePort"  # the file of the profile that says where it listens


class Firefox:
    """Firefox without a window, with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        profile.mkdir(parents=True)
        self.downloads = profile / "downloads"
        settings = PREFERENCES | {"browser.download.dir": str(self.downloads)}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items())
        (profile / "user.js").write_text("\n".join(lines))
        command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(profile)]
        command += ["--marionette", "--remote-allow-system-access"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.number, self.read = 0, b""
        until = time.monotonic() + 180  # a busy machine takes its time
        while not (profile / _PORT).exists() or not (port := (profile / _PORT).read_text().strip()):
            assert self.process.poll() is None, "Firefox has ended"
            assert time.monotonic() < until, "Firefox does not answer"
            time.sleep(0.1)
        self.socket = socket.create_connection(("127.0.0.1", int(port)), timeout=120)
        self._next()  # it says who it is
        self("WebDriver:NewSession")

    def __call__(self, command: str, **parameters: Any) -> Any:
        """Run a command. raises : RuntimeError with what Firefox says"""
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, number, fault, answer = self._next()
        assert number == self.number
        if fault:
            raise RuntimeError(f"{command}: {fault['message']}")
        return answer.get("value") if isinstance(answer, dict) else answer

    def _next(self) -> Any:
        while b":" not in self.read or len(self.read.partition(b":")[2]) < int(self.read.partition(b":")[0]):
            more = self.socket.recv(65536)
            assert more, "Firefox has gone"
            self.read += more
        length, _, rest = self.read.partition(b":")
        self.read = rest[int(length) :]
        return json.loads(rest[: int(length)])

    def goto(self, address: str) -> None:
        self("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: Any, context: str = "content") -> Any:
        """What a function of this body returns, in the page or ("chrome") in the browser."""
        self("Marionette:SetContext", value=context)
        try:
            return self("WebDriver:ExecuteScript", script=script, args=list(arguments), newSandbox=True)
        finally:
            self("Marionette:SetContext", value="content")

    def until(self, condition: str, *arguments: Any) -> None:
        """Wait for a condition of the page."""
        end = time.monotonic() + 60
        while not self.run(f"return {condition}", *arguments):
            assert time.monotonic() < end, condition
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """Press and release a key, wherever the focus is."""
        keys = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": keys}])

    def click(self, selector: str) -> None:
        """Press the first of these with the mouse."""
        found = self("WebDriver:FindElement", using="css selector", value=selector)
        self("WebDriver:ElementClick", id=next(iter(found.values())))

    def downloaded(self, name: str) -> Path:
        """A file that was asked for, once all of it is there."""
        end, file = time.monotonic() + 60, self.downloads / name
        while not file.exists() or not file.stat().st_size or any(self.downloads.glob("*.part")):
            assert time.monotonic() < end, f"{name} does not come"
            time.sleep(0.05)
        return file

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self("WebDriver:Print"))

    def wide(self, width: int, height: int = 900) -> None:
        self("WebDriver:SetWindowRect", width=width, height=height)

    def scheme(self, scheme: str) -> None:
        """Have pages "light" or "dark" from now on."""
        name = "layout.css.prefers-color-scheme.content-override"
        dark_or_light = ("dark", "light").index(scheme)
        self.run("Services.prefs.setIntPref(...arguments)", name, dark_or_light, context="chrome")

    def errors(self, address: str) -> list[str]:
        """What its console has on pages of this address, then forgotten."""
        told: list[str] = self.run(
            """const told = Services.console.getMessageArray().filter(m => m instanceof Ci.nsIScriptError
                 && m.sourceName.startsWith(arguments[0]) && !(m.flags & Ci.nsIScriptError.warningFlag));
               Services.console.reset();
               return told.map(m => `${m.sourceName}:${m.lineNumber} ${m.errorMessage}`);""",
            address,
            context="chrome",
        )
        return told

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.socket.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    """One for all tests of a file; skips with the line that mends it where there is none."""
    if FIREFOX is None:
        pytest.skip(MEND)
    browser = Firefox(tmp_path_factory.mktemp("firefox") / "profile")
    yield browser
    browser.close()
