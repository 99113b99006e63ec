"""Pictures that were saved with a page: in its folder, inside of it, or among the parts of an archive."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from beholder.durable import write_whole
from beholder.errors import BadPicture, StoreError
from beholder.images.formats import HEAD, sniff
from beholder.locator import Locator
from beholder.sources.addresses import plain_address
from beholder.sources.listing import Places
from beholder.sources.paths import Paths
from beholder.text import shown, why_unreadable

_SUFFIXES = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "GIF": ".gif",
    "TIFF": ".tif",
    "AVIF": ".avif",
    "HEIF": ".heic",
}
_SMALLEST = 4  # pixels; what is narrower holds the place of a picture
_MOST = 64 * 1024**2
_TELLING = 6  # characters of a name that is more than "1" or "main"
BESIDE = ("_files", "-filer", "_filer", "-Dateien", "_fichiers", "_archivos", "_file", ".files")
_NAMED = frozenset(_SUFFIXES.values()) | {".jpeg", ""}


class SavedPictures(Places):
    """The pictures of one saved page.

    Parameters
    ----------
    folder
        in which the page lies; only files below it are taken
    workspace
        where pictures are written that are inside of the page, each once, under the name of its content
    base
        the page's own address, "" where it is not known
    parts
        address or `cid:` -> bytes, of an archive
    beside
        folders in which the page's files lie
    of
        the page, for a sentence
    """

    def __init__(
        self,
        folder: Path,
        workspace: Path,
        base: str = "",
        parts: Mapping[str, Callable[[], bytes]] | None = None,
        beside: Sequence[Path] = (),
        of: str = "page",
    ) -> None:
        super().__init__(base)
        self.workspace, self.parts = workspace, parts or {}
        self._paths = Paths(folder.absolute(), inside=True, of=of)
        self._plain_parts = {plain_address(address): address for address in self.parts if "://" in address}
        self._aliases: dict[str, str] = {}  # address on the web -> reference to the same picture on this disk
        self._known: dict[str, Locator | None] = {}
        self._by_name: dict[str, Path] = {}
        for one in beside:
            self._by_name = _names_in(one) | self._by_name

    def alias(self, address: str, reference: str) -> None:
        """Note that this picture of the web was saved under this reference."""
        self._aliases.setdefault(plain_address(address), reference)

    def here(self, reference: str) -> Locator | None:
        if reference not in self._known:
            self._known[reference] = self._find(reference)
        return self._known[reference]

    def _find(self, reference: str) -> Locator | None:
        reference = reference.strip()
        if reference[:5].lower() == "data:":
            return self._inside(_of_data(reference))
        if self.parts and (part := self._part(reference)) is not None:
            return self._inside(part())
        if reference.startswith(("http:", "https:", "//")):
            address = self.elsewhere(reference)
            if address is None:
                return None
            alias = self._aliases.get(plain_address(address), "")
            if alias and not alias.startswith(("http:", "https:", "//")):
                return self._find(alias)
            return self._named(address)
        return self._file(reference)

    def _part(self, reference: str) -> Callable[[], bytes] | None:
        if reference in self.parts:
            return self.parts[reference]
        address = self.elsewhere(reference)
        return self.parts.get(self._plain_parts.get(plain_address(address), "")) if address else None

    def _file(self, reference: str) -> Locator | None:
        """A file below the page's folder. Browsers write its name as an address, with %20 for a blank."""
        try:
            parts = urlsplit(reference)
        except ValueError:
            return None
        if parts.scheme and len(parts.scheme) > 1:
            return None
        for text in dict.fromkeys((unquote(parts.path), reference, parts.path)):
            if text and not text.startswith(("/", "\\")) and "\0" not in text:
                path, _, _ = self._paths.find(text)
                if path is not None and path.suffix.lower() not in (".svg", ".js", ".css", ".html", ".htm", ".ico"):
                    return Locator.of(path)
        return None

    def _named(self, address: str) -> Locator | None:
        """What was saved under the last part of the address, where only one picture of the page is called so."""
        name = unquote(urlsplit(address).path.rpartition("/")[2]).lower()
        stem = name.rpartition(".")[0] if Path(name).suffix in _NAMED else name
        found = self._by_name.get(name) or self._by_name.get(stem or name)
        return Locator.of(found) if found and len(stem) >= _TELLING else None

    def _inside(self, data: bytes) -> Locator | None:
        """The picture that these bytes are, written once."""
        if not data or len(data) > _MOST or _is_placeholder(data):
            return None
        try:
            suffix = _SUFFIXES[sniff(data[:HEAD])]
        except BadPicture:
            return None
        folder = self.workspace / "pictures"
        path = folder / (hashlib.sha256(data).hexdigest()[:32] + suffix)
        try:
            if not path.is_file() or path.stat().st_size != len(data):
                self.workspace.mkdir(
                    exist_ok=True
                )  # not what it lies in: a data folder that was moved is not made again
                folder.mkdir(exist_ok=True)
                write_whole(path, data)
        except OSError as error:
            where = shown(str(folder))
            raise StoreError(
                f"the pictures of a page cannot be written in '{where}': {why_unreadable(error)}"
            ) from error
        return Locator.of(path)


def _of_data(reference: str) -> bytes:
    """The bytes of a data: address; none where it cannot be read."""
    head, comma, body = reference.partition(",")
    if not comma or len(body) > 2 * _MOST:
        return b""
    try:
        return base64.b64decode(unquote_to_bytes(body)) if "base64" in head.lower() else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return b""


def _is_placeholder(data: bytes) -> bool:
    """A GIF or PNG of a few pixels, by the size that its header tells."""
    if data.startswith(b"GIF8"):
        sizes = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    elif data.startswith(b"\x89PNG"):
        sizes = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    else:
        return False
    return min(sizes) <= _SMALLEST


def folders_of(path: Path) -> list[Path]:
    """The folders beside a file that are called as browsers call that of a page's files."""
    return [folder for ending in (*BESIDE, "") if (folder := path.with_name(path.stem + ending)).is_dir()]


def is_beside(name: str) -> bool:
    """Whether a folder of this name may hold what a browser saved with a page."""
    return name.endswith(BESIDE)


def _names_in(folder: Path) -> dict[str, Path]:
    """Name -> file, without those that are there more than once in another writing: a.jpg and a(1).jpg."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in _NAMED and path.is_file()]
    except OSError:
        return {}
    names: dict[str, list[Path]] = {}
    for path in files:
        for name in {path.name.lower(), path.stem.lower()}:
            names.setdefault(name, []).append(path)
    return {
        name: found[0]
        for name, found in names.items()
        if len(found) == 1 and f"{found[0].stem.lower()}(1)" not in names
    }
