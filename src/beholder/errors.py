"""All exceptions that Beholder raises on purpose. The CLI and the web app turn them into exit codes and pages.

    BeholderError
    ├── UserError (ValueError)       the call was wrong: exit 2, status 400
    │   ├── ShapeError               an array of the wrong shape
    │   ├── UnknownName              no such collection, person, encoder, model, item ... (status 404)
    │   ├── AlikeName                a new name that looks the same as a known one (status 409)
    │   ├── IdTaken                  a client id that stands for something else (status 409)
    │   └── MissingExtra             an optional dependency is not installed
    ├── BadInput (ValueError)        what a file holds cannot be used: exit 1, status 422
    │   └── BadPicture               this picture cannot be opened, and why
    │       └── NoNumbers            it opens, but this encoder makes nothing of it
    ├── NotEnoughAnswers             nothing to learn from yet
    ├── WorkerDied                   a process that did part of the work is gone
    └── StoreError                   disk full, locked, damaged, from a newer version: exit 1, status 503
        └── OlderNumbers             a collection whose pictures only an older encoder has seen (status 409)

A message says what came, what was wanted and what to do, in one sentence where it can.
"""

from __future__ import annotations

import bisect
import difflib
from collections.abc import Iterable

_LIKE = 0.4  # difflib's ratio, below which a name is not offered in place of another


class BeholderError(Exception):
    """Root of all errors that carry a sentence for the person in front of the screen."""


class UserError(BeholderError, ValueError):
    """The call itself was wrong."""


class ShapeError(UserError):
    """An array does not have the shape that was asked for."""


class UnknownName(UserError):
    """A name that stands for nothing here; the message offers the nearest that does."""

    @classmethod
    def of(cls, what: str, name: object, known: Iterable[str], see: str = "") -> UnknownName:
        known = sorted(known)
        near = difflib.get_close_matches(str(name), known, n=1)
        if near:
            hint = f"; did you mean '{near[0]}'?"
        elif len(known) > 12:  # more than one reads: those that are somewhat like it, else how names look here
            at = bisect.bisect(known, str(name))  # comparing all of ten thousand takes too long in every line of a file
            few = difflib.get_close_matches(str(name), known[max(0, at - 250) : at + 250], n=5, cutoff=_LIKE)
            part = str(name).casefold()  # as an artist's name, of a picture's
            parts = [one for one in known if part in one.casefold()][:5]
            told = "the nearest of {:,} are: {}." if parts or few else "none of {:,} is like it. The first are: {}."
            hint = "; " + told.format(len(known), ", ".join(parts or few or known[:5]))
        else:
            hint = f"; there are: {', '.join(known) or 'none yet'}."
        return cls(f"unknown {what} '{name}'{hint}{' See: ' + see if see else ''}")


class AlikeName(UserError):
    """A new name that is there, or looks the same as one that is. known : those"""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.known = list(known)
        there = " and ".join(f"'{other}'" for other in self.known)
        if name in self.known:
            super().__init__(f"there is a {what} '{name}' already. Take another name")
            return
        super().__init__(
            f"there is a {what} {there} already, and '{name}' looks the same. Write the name as it is there, "
            "or take another one"
        )


class IdTaken(UserError):
    """A client id that was used before, for something else."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        super().__init__(f"another answer was kept before under the same id, {client_id}")


class MissingExtra(UserError):
    """An optional dependency is missing; the message holds the exact command that mends it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra that is not installed. Run: pip install 'beholder[{extra}]'")


class BadInput(BeholderError, ValueError):
    """A file or a value that cannot be used, and why."""


class BadPicture(BadInput):
    """A picture that cannot be opened; the message is the reason alone, without the file's name."""


class NoNumbers(BadPicture):
    """A picture that opens, and that one encoder makes nothing of; another may."""


class NotEnoughAnswers(BeholderError):
    """Too few answers to learn from; the message says how many are wanted."""


class WorkerDied(BeholderError):
    """A worker process ended before its job was done."""


class StoreError(BeholderError):
    """What is kept cannot be read or written."""


class OlderNumbers(StoreError):
    """The pictures of a collection were processed with older encoders alone, or their numbers are lost. name : its"""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        super().__init__(
            f"the pictures of '{name}' have no numbers that this version can read: run `beholder import '{source}' "
            f"--into '{name}'` again, which keeps every answer"
        )
