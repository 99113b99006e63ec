"""What every command shares: its options, how it prints, its progress, and what becomes of an error."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from typer.core import TyperGroup

from beholder.errors import BeholderError, UserError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from beholder.collection import Library
    from beholder.session import Session

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]
Who = Annotated[str | None, typer.Option("--person", metavar="NAME", help="Whose taste. [default: the system's user]")]
Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Taste model. [default: mixture]")]
Named = Annotated[str, typer.Argument(metavar="COLLECTION", help="A collection's name, as given to `import --into`.")]
_OPENED = ExitStack()  # what a command has opened, closed at its end
_OF_A_FILE = 400  # columns where nobody has a screen: an address or a path is never folded
_STOPPED = 130  # what a shell expects of a program that Ctrl-C ended
PATIENCE = 1.0  # seconds before progress is shown


class _Stopped(Exception):
    """Ctrl-C, before typer makes "Aborted!" of it."""


ORDER = (  # as one needs them
    *("serve", "import", "labels", "ask", "fit", "rank", "explain", "find", "similar", "same", "artwork"),
    *("rename", "remove", "create", "repaint", "encoder", "datasets", "bench", "train", "demo", "doctor"),
)


class Group(TyperGroup):
    """All commands, and the way Ctrl-C leaves them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Stopped from None


def guarded(command: Callable[[], object]) -> int:
    """Run a command; every error becomes a sentence on stderr and an exit code, a traceback only where asked for."""
    try:
        command()
    except SystemExit as end:  # how typer ends a command and answers a misspelt option
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except (_Stopped, KeyboardInterrupt):
        return _complain("stopped; run the same command again to continue", _STOPPED)
    except BeholderError as error:
        return _complain(str(error), 2 if isinstance(error, UserError) else 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what read us has gone: nothing left to say
        return 1
    except OSError as error:
        return _complain(_of_the_machine(error), 1)
    except Exception as error:
        return _complain(
            f"a fault of Beholder's own ({type(error).__name__}: {error}). Nothing that was saved is lost. "
            "Please report it on the project's page, with what the same command prints after BEHOLDER_DEBUG=1.",
            1,
        )
    finally:
        _OPENED.close()
    return 0


def _of_the_machine(error: OSError) -> str:
    where = f" at {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"the disk is full{where}. What was saved is safe; free some space and run the same command again."
    return f"{error.strerror or error}{where}"


def _complain(sentence: str, code: int) -> int:
    if os.environ.get("BEHOLDER_DEBUG"):
        traceback.print_exc()
    print(plain(sentence), file=sys.stderr)
    return code


def plain(text: object) -> str:
    """Text that a terminal can show: a file's name may hold escape codes or bytes of no encoding."""
    clean = "".join(c if c.isprintable() or c == "\n" else "�" for c in str(text))
    return clean.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8")


def say(text: object = "") -> None:
    """A line for people on stdout."""
    print(plain(text))


def count(n: int, one: str) -> str:
    """`1 picture`, `2,922 pictures`."""
    return f"{n:,} {one}{'s' * (n != 1)}"


@contextmanager
def stdout_kept() -> Iterator[None]:
    """While it lasts, what others' code prints on stdout goes to stderr, that of processes started meanwhile too.

    Outside of a `Meter`, which puts stdout back as it was when it was first shown.
    """
    with ExitStack() as then:
        with suppress(OSError):  # no stdout at all
            sys.stdout.flush()
            kept = os.dup(1)
            then.callback(os.close, kept)
            os.dup2(2, 1)
            then.callback(os.dup2, kept, 1)
        with redirect_stdout(sys.stderr):
            yield


def note(text: object) -> None:
    """A line for people on stderr, where it does not get between the figures."""
    print(plain(text), file=sys.stderr)


def put_json(value: object) -> None:
    """The command's whole output for machines; ASCII, so that any file name survives any pipe."""
    print(json.dumps(value, indent=1, default=_as_json))


def _as_json(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, markup=False, soft_wrap=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = _OF_A_FILE
    return made


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """A plain table on stdout; columns of `right` stand flush right."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for at, heading in enumerate(headings):
        made.add_column(heading, justify="right" if at in right else "left", no_wrap=at in right, overflow="fold")
    for row in rows:
        made.add_row(*(plain(cell) for cell in row))
    console().print(made)


class Meter:
    """Progress on stderr, with rate and time left, from the second on that a command takes longer than one.

    stage : what is being done, until it is told better
    """

    def __init__(self, stage: str = "working") -> None:
        self._at = (stage, 0, 0)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Show it no longer."""
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """What is being done, how much of it, of how much (0: nobody knows)."""
        with self._lock:
            fresh, self._at = stage != self._at[0], (stage, done, total)
            if self._bar is not None and not self._over:
                self._draw(fresh)

    def _show(self) -> None:
        with self._lock:
            if not self._over:
                self._bar = _bar()
                self._bar.start()
                self._draw(fresh=True)

    def _draw(self, fresh: bool) -> None:
        assert self._bar is not None
        stage, done, total = self._at
        if self._task is None or fresh:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(stage, total=total or None)
        self._bar.update(self._task, completed=done, total=total or None)


def _bar() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft
    from rich.text import Text

    class Count(MofNCompleteColumn):
        def render(self, task: Task) -> Text:
            return super().render(task) if task.total else Text()

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} a second" if task.speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), Count(), Rate(), TimeLeft())
    return Progress(*columns, console=console(stderr=True), transient=True)


def open_library(home: Path | None = None) -> Library:
    from beholder.collection import Library

    library = Library(home)
    _OPENED.callback(library.close)
    return library


def open_session(
    collection: str, person: str | None, model: str | None = None, *, new: bool = False, seed: int = 0
) -> Session:
    """The session of this person, everything they said learned from.

    new : somebody who is not known yet may ask too, as the system's user always may; kept with the first answer alone
    seed : of its questions; the same one and the same answers, the same questions
    raises : UnknownName
    """
    from beholder.session import Session
    from beholder.store import system_user

    with Meter("learning"):
        library = open_library()
        store = library.store
        asks = store.somebody(person or system_user()) if new or person is None else store.person(person)
        session = Session(library, collection, asks, model=model, seed=seed)
        session.settle()
        return session
