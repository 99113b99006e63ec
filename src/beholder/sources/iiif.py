"""IIIF manifests and collections, of versions 2 and 3, from files.

A manifest gives a picture for each canvas. What a collection refers to is looked for among the files of its folder, by
what they say of their own address; the rest needs the network. Rings of collections end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from beholder.errors import BadInput
from beholder.json_reading import BadJson, read_json
from beholder.sizes import read_sizes
from beholder.sources.addresses import plain_address, web_address
from beholder.sources.found import NEEDS_NETWORK, Broken, More
from beholder.sources.listing import Listing, without_tags
from beholder.text import shown

_MOST_DEEP = 30  # collections in each other
_MOST_FILES = 5000  # of a folder that are looked into
_MOST_PARTS = 200_000
_LANGUAGES = ("en", "none", "@none", "da", "de", "fr")
_ELSEWHERE = f"{NEEDS_NETWORK}: the list names it, and no file beside holds it"
_LABELS = {  # of the metadata -> field; besides those that `details` knows
    "artist": "artist creator author maker painter kunstner künstler artiste constituent(s)",
    "year": "date year created datering datierung",
    "medium": "medium materials technique material teknik",
    "size": "dimensions size physical-description measurements mål maße extent format",
    "credit": "credit credit-line collection",
    "place": "location repository",
    "description": "description",
}
_FIELD = {name: field for field, names in _LABELS.items() for name in names.split()}


def is_iiif(told: Any) -> bool:
    """Whether a JSON value is a manifest or a collection."""
    if not isinstance(told, dict):
        return False
    context = told.get("@context")
    contexts = context if isinstance(context, list) else [context]
    named = any(isinstance(one, str) and "iiif.io/api/presentation" in one for one in contexts)
    return named or (
        _kind(told) in ("manifest", "collection") and bool({"sequences", "items", "manifests"} & told.keys())
    )


def iiif_listings(told: dict[str, Any], path: Path, more: More | None = None) -> Iterator[Listing | Broken]:
    """The pictures of a manifest, or of all manifests that a collection leads to and that lie beside it.

    Parameters
    ----------
    path
        of the file
    more
        fetches what does not lie beside it; None: nothing is fetched
    """
    yield from _Reader(path, more).read(told)


class _Reader:
    """One reading, which visits nothing twice."""

    def __init__(self, path: Path, more: More | None) -> None:
        self.path, self.more, self.seen, self.count = path, more, set[str](), 0
        self._beside: dict[str, Path] | None = None

    def read(self, told: dict[str, Any], depth: int = 0, rights: str = "") -> Iterator[Listing | Broken]:
        own = _id(told)
        if own:
            self.seen.add(plain_address(own))
        if _kind(told) == "manifest" or "sequences" in told:
            yield from _manifest(told, rights)
            return
        if depth > _MOST_DEEP:
            yield Broken(shown(_label(told.get("label")) or own), "the list holds lists in too many others")
            return
        rights = _rights(told) or rights
        for part in _parts(told):
            self.count += 1
            if self.count > _MOST_PARTS:
                raise BadInput(f"'{shown(self.path.name)}' lists over {_MOST_PARTS:,} parts; take it in parts")
            yield from self._part(part, depth, rights)

    def _part(self, part: dict[str, Any], depth: int, rights: str) -> Iterator[Listing | Broken]:
        address = _id(part)
        if address and plain_address(address) in self.seen and not _is_whole(part):
            return
        if _is_whole(part):
            yield from self.read(part, depth + 1, rights)
            return
        self.seen.add(plain_address(address))
        name = _label(part.get("label")) or address.rstrip("/").rpartition("/")[2] or address or "a part of the list"
        try:
            held = self._find(address)
        except BadInput as reason:
            yield Broken(shown(name), f"it was not fetched: {reason}")
            return
        if held is None:
            yield Broken(shown(name), _ELSEWHERE)
        else:
            yield from self.read(held, depth + 1, rights)

    def _find(self, address: str) -> dict[str, Any] | None:
        """What a file beside says of itself to be at this address; else what is there. raises : BadInput"""
        if self._beside is None:
            self._beside = {}
            for one in sorted(self.path.parent.glob("*.json"))[:_MOST_FILES]:
                if own := _id(_read(one) or {}):
                    self._beside.setdefault(plain_address(own), one)
        path = self._beside.get(plain_address(address)) if address else None
        if path is None and address and self.more is not None:
            path = self.more(address)
        return _read(path) if path else None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told = read_json(path)
    except (OSError, BadJson):
        return None
    return told if isinstance(told, dict) else None


def _kind(told: Mapping[str, Any]) -> str:
    kind = told.get("type") or told.get("@type")
    return kind.rpartition(":")[2].lower() if isinstance(kind, str) else ""


def _id(told: Mapping[str, Any]) -> str:
    own = told.get("id") or told.get("@id")
    return own if isinstance(own, str) and own.startswith(("http:", "https:")) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _parts(collection: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a collection holds or leads on to, pages too."""
    for key in ("members", "collections", "manifests", "items"):
        yield from _dicts(collection.get(key))
    for key in ("first", "next"):
        following = collection.get(key)
        if isinstance(following, str):
            yield {"id": following, "label": f"{_label(collection.get('label'))} ({key} page)"}
        elif isinstance(following, dict):
            yield following


def _is_whole(part: Mapping[str, Any]) -> bool:
    """Whether it is given here, and not only referred to."""
    return any(isinstance(part.get(key), list) and part[key] for key in ("items", "sequences", "manifests", "members"))


def _label(value: Any) -> str:
    """A text in one of several languages."""
    if isinstance(value, list):
        return next((text for one in value if (text := _label(one))), "")
    if isinstance(value, dict):
        if "@value" in value:
            return _label(value["@value"])
        keys = [key for key in (*_LANGUAGES, *value) if key in value]
        return next((text for key in keys if (text := _label(value[key]))), "")
    return without_tags(value) if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""


def _all(value: Any) -> str:
    """All texts in the first language there is."""
    if isinstance(value, dict) and "@value" not in value:
        keys = [key for key in (*_LANGUAGES, *value) if key in value]
        return _all(value[keys[0]]) if keys else ""
    if isinstance(value, list):
        return "; ".join(dict.fromkeys(text for one in value if (text := _label(one))))
    return _label(value)


def _rights(told: Mapping[str, Any]) -> str:
    statement = told.get("requiredStatement")
    texts = [_all(statement.get("value")) if isinstance(statement, dict) else "", _all(told.get("attribution"))]
    texts += [_all(told.get("rights")), _all(told.get("license"))]
    return " · ".join(dict.fromkeys(filter(None, texts)))


def _manifest(told: Mapping[str, Any], rights: str) -> Iterator[Listing | Broken]:
    canvases = _canvases(told)
    work = _label(told.get("label"))
    if not canvases:
        yield Broken(shown(work or _id(told) or "a manifest"), "it shows no picture")
    for canvas in canvases:
        own = _label(canvas.get("label"))
        pictures = _pictures(canvas)
        if not pictures:
            yield Broken(shown(own or work or "a canvas"), "it has no picture in the manifest")
            continue
        listing = Listing(pictures=pictures, wild=False)
        listing.link = _page(canvas) or _page(told) or web_address(_id(told)) or ""
        is_own = len(canvases) > 1 and own and own != work
        is_list = told.get("viewingHint") == "individuals" or "individuals" in _dicts_or_texts(told.get("behavior"))
        title = own if is_own and is_list else f"{work} – {own}" if is_own and not own.startswith(work) else work or own
        said = _metadata(told) | _metadata(canvas)
        listing.say("page data", title=title, rights=_rights(canvas) or _rights(told) or rights, **said)
        yield listing


def _dicts_or_texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _canvases(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "sequences" in told:
        return [canvas for sequence in _dicts(told["sequences"])[:1] for canvas in _dicts(sequence.get("canvases"))]
    return [one for one in _dicts(told.get("items")) if _kind(one) in ("canvas", "")]


def _page(told: Mapping[str, Any]) -> str:
    """The page for people."""
    for key in ("homepage", "related", "rendering"):
        for one in _dicts_or_texts(told.get(key)):
            if isinstance(one, str):
                one = {"@id": one}
            if (
                isinstance(one, dict)
                and one.get("format", "text/html") == "text/html"
                and (address := web_address(_id(one)))
            ):
                return address
    return ""


def _metadata(told: Mapping[str, Any]) -> dict[str, str]:
    """What labels and values say, in fields of a listing; a museum writes the height first."""
    said: dict[str, str] = {}
    for pair in _dicts(told.get("metadata")):
        label = _label(pair.get("label")).strip(" :").lower().replace(" ", "-")
        field = _FIELD.get(label)
        if field and (text := _all(pair.get("value"))):
            said.setdefault(field, text)
    description = _all(told.get("summary") or told.get("description"))
    if description:
        said.setdefault("description", description)
    return said | height_first(said.get("size", ""))


def height_first(text: str) -> dict[str, str]:
    """Width and height of a size in which the height stands first, as museums write it."""
    work = read_sizes(text, height_first=True).work if text else None
    if work is None or work.width is None or work.height is None:
        return {}
    return {"width": f"{work.width:g} mm", "height": f"{work.height:g} mm"}


def _pictures(canvas: Mapping[str, Any]) -> list[str]:
    """Addresses of the picture of a canvas, the one that is shown first."""
    bodies: list[dict[str, Any]] = []
    for annotation in _dicts(canvas.get("images")):
        bodies += _dicts(annotation.get("resource"))
    for page in _dicts(canvas.get("items")):
        for annotation in _dicts(page.get("items")):
            if "painting" in str(annotation.get("motivation") or "painting"):
                bodies += _dicts(annotation.get("body"))
    for body in bodies:
        if addresses := _addresses(body):
            return addresses
    return []


def _addresses(body: Mapping[str, Any], depth: int = 4) -> list[str]:
    kind = _kind(body)
    if kind in ("choice", "specificresource") and depth:
        if isinstance(source := body.get("source"), str):
            body = {**body, "source": {"id": source, "type": "Image"}}
        inner = [
            *_dicts(body.get("default")),
            *_dicts(body.get("items")),
            *_dicts(body.get("item")),
            *_dicts(body.get("source")),
        ]
        return next((found for one in inner if (found := _addresses(one, depth - 1))), [])
    if kind not in ("image", ""):
        return []
    found = [own] if (own := _id(body)) else []
    for service in _dicts(body.get("service")):
        if address := _id(service):
            version = 3 if "3" in str(service.get("type") or service.get("@context") or "") else 2
            found.append(f"{address.rstrip('/')}/full/{'max' if version == 3 else 'full'}/0/default.jpg")
            if len(found) > 1 and found[0].rstrip("/") == address.rstrip("/"):
                del found[0]  # a service, not a picture
    return found
