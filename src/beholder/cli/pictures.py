"""serve, import, doctor: pictures in, the app, and what is wrong where something is."""

from __future__ import annotations

import gc
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from beholder.cli.shell import AsJson, Meter, count, note, open_library, put_json, say, table
from beholder.errors import BadInput, BadPicture, UserError
from beholder.text import without_markup

if TYPE_CHECKING:
    from beholder.collection import Library
    from beholder.importer import ImportReport
    from beholder.web.imports import Job

_SAMPLE = "sample"
_FEW = 5  # broken pictures that a source without any other names
_MANY = 20  # that an import lists
_MARKS = {True: "well", False: "broken", None: ""}


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command("import")(import_)
    app.command()(doctor)


def serve(
    folder: Annotated[
        str | None,
        typer.Argument(metavar="FOLDER", help="Pictures to import. [default: the sample gallery, the first time]"),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0: the whole network. [default: 127.0.0.1]"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, metavar="N", help="Port; 0: any free one. [default: 8765]")
    ] = None,
    encoder: Annotated[str | None, typer.Option(metavar="NAME", help="Encoder. [default: builtin]")] = None,
) -> None:
    """Start the web app.

    FOLDER may also be a zip, a CSV of paths or a saved page; its pictures come in while the app runs already. Ctrl-C
    stops it; every answer is saved at once, and the same command goes on with the pictures.
    """
    gc.disable()  # loading makes objects by the hundred thousand and no garbage: a quarter of the start
    try:
        _serve(folder, host, port, encoder)
    finally:
        gc.enable()


def _serve(folder: str | None, host: str | None, port: int | None, encoder: str | None) -> None:
    from beholder.cli.listening import admit_others, check_port
    from beholder.collection import named
    from beholder.create import is_kept

    library = open_library()
    host, port = host or library.settings.host, library.settings.port if port is None else port
    check_port(host, port)
    there = library.collections()
    if folder is None and not there:
        folder = _SAMPLE
    known = {row.source: row for row in there}
    if folder is not None and named(folder) not in known:
        with Meter("looking for pictures") as meter:
            _look_into(library, folder, meter)
    name = sorted(there, key=is_kept, reverse=True)[-1].name if folder is None else library.name_of(folder)
    if size := sum(row.size for row in there if row.name == name):
        say(f"{count(size, 'picture')} in '{name}'")
    reachable = admit_others(library, host)
    from beholder.web.app import serve as serve_app
    from beholder.web.codes import AccessCode

    code = AccessCode(library.home).text if reachable else ""

    try:
        with Meter("looking for pictures") as meter:
            serve_app(
                library,
                host=host,
                port=port,
                collection=name,
                source=None if folder is None else named(folder),
                encoder=encoder,
                on_ready=lambda address: _ready(address, reachable, code),
                on_import=lambda job: _coming(job, meter),
            )
    except UserError:
        check_port(host, port)  # taken while the pictures were read
        raise
    except KeyboardInterrupt:  # the way to stop it, and no failure
        note("stopped; every answer is saved")


def _coming(job: Job, meter: Meter) -> None:
    """Show how the import goes, and at its end what came of it."""
    if job.active:
        meter(job.stage, job.done, job.total)
        return
    meter.end()
    if job.error:
        note(f"'{job.collection}': {job.error}")
    elif job.report is not None and job.report.changed:
        print(_in_words(job.report), flush=True)
        for words in filter(None, [job.report.unread_in_words, job.report.unnamed_in_words]):
            print(f"  {words}", flush=True)


def _ready(address: str, reachable: str | None, code: str) -> None:
    """reachable : the address under which other devices reach this machine, where they can"""
    gc.freeze()
    gc.enable()
    print(f"Beholder is at {address}   (Ctrl-C stops it)", flush=True)
    if reachable:
        there = urlsplit(address)
        print(
            f"On other devices: http://{reachable}:{there.port}{there.path}\n"
            f"Each asks once for the access code, {code}. With it they can see and change everything here.",
            flush=True,
        )


def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder, .zip, .csv, saved page or .json; a link; a museum, as met:cats; or 'sample'.",
        ),
    ],
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="The collection to import into; created if new.")],
    encoder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Encoder; 'onnx:PATH' for your own."),
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch pictures that SOURCE names by links alone.")] = False,
    artworks: Annotated[
        bool | None,
        typer.Option(
            "--artworks/--no-artworks",
            help="Find the artworks in the photos, each of which becomes a picture. "
            "[default: in pages, exports and feeds, but not in a museum's]",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import pictures into a collection.

    Your files are only read, and importing twice changes nothing. Columns of a CSV (title, artist, price, link ...) are
    kept. After Ctrl-C, the same command resumes the import.

    Nothing is fetched from the internet unless SOURCE is a link or a museum (met:, aic:, smk:, rijks:, cma:, commons:
    and what to look for), or you give --fetch.
    """
    library = open_library()
    with Meter("looking for pictures") as meter:
        _look_into(library, source, meter, fetch)
        report = library.import_source(source, into, encoder=encoder, progress=meter, fetch=fetch, artworks=artworks)
    if as_json:
        put_json(report.as_json())
        return
    say(_in_words(report))
    _say_refresh(report)
    for broken in report.broken[:_MANY]:
        say(f"  {broken}")
    if (more := len(report.broken) + report.more_broken - _MANY) > 0:
        say(f"  and {more:,} more; --json names the first {len(report.broken):,}")
    if report.needs_network and not fetch:
        say("  --fetch fetches what needs the network")
    for words in filter(None, [report.unread_in_words, report.unnamed_in_words]):
        say(f"  {words}")
    own, default = library.store.collection(into).encoder, library.settings.encoder
    if encoder is None and own != default:
        say(f"  encoded with {own}, as before; --encoder {default} encodes all of it again and keeps every answer")


def _look_into(library: Library, source: str, meter: Meter, fetch: bool = False) -> None:
    """Open pictures up to the first that can be opened, so that a source without any makes and changes nothing.

    raises : BadInput where there is none
    """
    from beholder.images import open_image
    from beholder.importer import unread_in_words
    from beholder.sources import NEEDS_NETWORK, Broken, open_source, unread_in

    if source == _SAMPLE:
        return
    broken: list[str] = []
    number, away = 0, False
    opened = open_source(source, library.home / "sources", progress=meter, fetch=fetch)
    library.store.check()  # a zip is unpacked into the data folder
    for found in opened.find():
        if isinstance(found, Broken):
            why = found.reason
            away = away or why.startswith(NEEDS_NETWORK)
        else:
            away = away or found.locator.needs_network
            try:
                open_image(found.locator, max_side=64, max_pixels=library.settings.max_pixels)
                return
            except BadPicture as reason:
                why = str(reason)
        number += 1
        if number <= _FEW:
            broken.append(str(Broken.of(found, why)))
    opens = " that can be opened" if broken else ""
    lines = [f"there is no picture in '{source}'{opens}; nothing was imported", *broken]
    lines += [f"and {number - _FEW:,} more"] * (number > _FEW)
    lines += ["--fetch fetches what needs the network"] * (away and not fetch)
    lines += filter(None, [unread_in_words(unread_in(source))])
    raise BadInput("\n  ".join(lines))


def _in_words(report: ImportReport) -> str:
    counts = {
        "new": report.new,
        "found within photos": report.cut,
        "already known": report.known,
        "copy of another" if report.copies == 1 else "copies of others": report.copies,
        "moved": report.moved,
        "no longer there": report.gone,
        "that needs the network" if report.needs_network == 1 else "that need the network": report.needs_network,
        "that cannot be opened": len(report.broken) + report.more_broken - report.needs_network,
    }
    told = ", ".join(f"{n:,} {what}" for what, n in counts.items() if n or what == "new")
    return f"'{report.collection}': {told}, in {report.seconds:.1f} s"


def _say_refresh(report: ImportReport) -> None:
    told = report.refresh
    if not told:
        return
    say(f"  newer pages say: {told.in_words}")
    from beholder.currencies import price_text

    lines = [f"new: {one['title']}" for one in told.new]
    for one in told.repriced:
        now, before = price_text(one.price, one.currency), price_text(one.price_before, one.currency_before)
        lines.append(f"{one.title}: {now or 'no price'}, {before} before")
    lines += [f"no longer listed: {one['title']}" for one in told.unlisted]
    for line in lines[:_MANY]:
        say(f"    {without_markup(line)}")
    if (more := len(lines) - _MANY) > 0:
        say(f"    and {more:,} more; --json names them all")


def doctor(as_json: AsJson = False) -> None:
    """Check the installation and the data, and say how to fix problems.

    Also lists what is installed and where the data is. Changes nothing, except that other users of this machine can no
    longer read the data folder. Exit code 1 where something is broken.
    """
    from beholder.doctor import doctor as look

    with Meter("looking"):
        checks = look(open_library())
    broken = [check for check in checks if check.ok is False]
    if as_json:
        put_json([asdict(check) for check in checks])
    else:
        table(["", "", "", "what to do"], [_row(check) for check in checks])
        note(f"{count(len(broken), 'problem')} to fix" if broken else "no problems found")
    if broken:
        raise typer.Exit(1)


def _row(check: Any) -> list[str]:
    return [_MARKS[check.ok], check.name, check.said, check.mend]
