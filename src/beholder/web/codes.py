"""The access code, and how often a code or a PIN may be wrong."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from pathlib import Path

from beholder.durable import write_whole

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_LENGTH = 8  # 31**8 codes: nobody finds one at ten tries in ten minutes


class AccessCode:
    """The code of one data folder, such as `kfwm-7h3p`: made when it is first asked for, then kept there."""

    def __init__(self, home: Path) -> None:
        self._file = home / "access-code"
        self._letters = ""

    @property
    def text(self) -> str:
        """As it is shown. raises : OSError where it cannot be kept"""
        if not self._letters:
            try:
                self._letters = _plain(self._file.read_text())
            except FileNotFoundError:
                made = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
                write_whole(self._file, made)
                self._letters = made
        return f"{self._letters[:4]}-{self._letters[4:]}"

    @property
    def token(self) -> str:
        """What a browser holds once the code was typed there. raises : OSError"""
        return hashlib.sha256(f"access {self.text}".encode()).hexdigest()[:40]

    def is_it(self, typed: str) -> bool:
        """Whether this is the code, in capitals or small letters, with its hyphen or without. raises : OSError"""
        return hmac.compare_digest(_plain(typed).encode(), _plain(self.text).encode())


class WrongTries:
    """How often each code or PIN was wrong a short while ago: nobody can try them all."""

    MOST, WITHIN = 10, 600.0  # tries, seconds

    def __init__(self) -> None:
        self._at: dict[int | str, list[float]] = {}
        self._lock = threading.Lock()

    def too_many(self, of: int | str) -> bool:
        now = time.monotonic()
        with self._lock:
            recent = [at for at in self._at.get(of, ()) if now - at < self.WITHIN]
            self._at[of] = recent
            return len(recent) >= self.MOST

    def add(self, of: int | str) -> None:
        with self._lock:
            self._at.setdefault(of, []).append(time.monotonic())


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
