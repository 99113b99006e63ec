"""Answers of museums' interfaces, saved as JSON: their words for title, artist, size, rights, page and picture.

Each kind is told by the keys that it alone has. What a museum says of the rights is kept as it says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from beholder.sizes import read_sizes
from beholder.sources.iiif import height_first
from beholder.sources.listing import Listing, first_text, texts, without_tags

_Told = Mapping[str, Any]
_MOST_NODES = 500_000
_PUBLIC = "Public domain"
_YEAR = re.compile(r"\b(1[0-9]{3}|20[0-9]{2})\b")
_AROUND = re.compile(r"\b(?:fram|mount|mat\b|box|case|package)")
_LIFE = re.compile(r"\s*\([^()]*\d{3,4}[^()]*\)\s*$")


def museum_listings(told: Any) -> list[Listing]:
    """The works in an answer of a museum, in its order; none where it is of no kind that is known."""
    found: list[Listing] = []
    left: list[tuple[Any, _Told]] = [(told, {})]
    count = 0
    while left and count < _MOST_NODES:
        one, around = left.pop()
        count += 1
        if isinstance(one, list):
            left += [(part, around) for part in reversed(one)]
        elif isinstance(one, dict):
            reader = next((read for keys, read in _KINDS if all(key in one for key in keys)), None)
            if reader is not None and (listing := reader(one, around)) is not None:
                found.append(listing)
            else:
                left += [(part, one) for part in reversed(one.values()) if isinstance(part, (dict, list))]
    return found


def _listing(pictures: list[Any], link: Any, **said: str) -> Listing | None:
    references = list(dict.fromkeys(one for one in pictures if isinstance(one, str) and one))
    listing = Listing(pictures=references, wild=False)
    listing.link = link if isinstance(link, str) else ""
    size = said.get("size", "")
    listing.say("page data", **{**height_first(size), **{name: without_tags(text) for name, text in said.items()}})
    return listing if listing.title() or references else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _at(told: Any, *path: str) -> Any:
    """What stands under these keys in each other; None where there is nothing."""
    for key in path:
        told = told.get(key) if isinstance(told, dict) else None
    return told


def _names(value: Any, *keys: str) -> str:
    """The names in a list of people."""
    told = [next((first_text(one[key]) for key in keys if one.get(key)), "") for one in _dicts(value)] or texts(value)
    return ", ".join(dict.fromkeys(filter(None, told)))


def _year(value: Any) -> str:
    """The year, where one alone is told; else the words."""
    text = first_text(value)
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 and text.strip(" .c").isdigit() else text


def _forwards(name: str) -> str:
    """ "Albrecht Altdorfer" of "Altdorfer, Albrecht"."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and "," not in given and not any(map(str.isdigit, given)) else name


def _met(told: _Told, around: _Told) -> Listing | None:
    rights = first_text(told.get("rightsAndReproduction")) or (_PUBLIC + " (CC0)" if told.get("isPublicDomain") else "")
    return _listing(
        [told.get("primaryImage"), told.get("primaryImageSmall")],
        told.get("objectURL"),
        title=first_text(told.get("title")) or first_text(told.get("objectName")),
        artist=first_text(told.get("artistDisplayName")),
        year=_year(told.get("objectDate")),
        medium=first_text(told.get("medium")),
        size=first_text(told.get("dimensions")),
        rights=rights,
        credit=first_text(told.get("creditLine")),
        place=first_text(told.get("repository")),
    )


def _aic(told: _Told, around: _Told) -> Listing | None:
    base = first_text(_at(around, "config", "iiif_url")) or "https://www.artic.edu/iiif/2"
    image = first_text(told.get("image_id"))
    public, licence = told.get("is_public_domain"), first_text(_at(around, "info", "license_text"))
    return _listing(
        [f"{base}/{image}/full/843,/0/default.jpg"] if image else [],
        f"https://www.artic.edu/artworks/{told['id']}" if isinstance(told.get("id"), int) else told.get("api_link"),
        title=first_text(told.get("title")),
        artist=first_text(told.get("artist_title")) or first_text(told.get("artist_display")),
        year=_year(told.get("date_display")),
        medium=first_text(told.get("medium_display")),
        size=first_text(told.get("dimensions")),
        rights=first_text(told.get("copyright_notice")) or (_PUBLIC + " (CC0)" if public else licence),
        credit=first_text(told.get("credit_line")),
        place="Art Institute of Chicago",
    )


def _smk(told: _Told, around: _Told) -> Listing | None:
    number = first_text(told.get("object_number"))
    thumb = first_text(told.get("image_thumbnail"))
    dates = told.get("production_date")
    return _listing(
        [told.get("image_native"), thumb],
        told.get("frontend_url") or f"https://open.smk.dk/artwork/image/{number}",
        title=_names(told.get("titles"), "title") or _names(told.get("object_names"), "name") or number,
        artist=_makers(told),
        year=_year(_names(dates, "period")),
        medium=", ".join(texts(told.get("techniques"))),
        rights=first_text(told.get("rights")) or (_PUBLIC if told.get("public_domain") else ""),
        place="Statens Museum for Kunst",
        **_smk_sizes(told.get("dimensions")),
    )


def _makers(told: _Told) -> str:
    names = [_forwards(first_text(one.get("creator"))) for one in _dicts(told.get("production"))]
    return ", ".join(dict.fromkeys(filter(None, names)))


_SMK_SIDES = {"hojde": "height", "højde": "height", "height": "height", "bredde": "width", "width": "width"}
_SMK_FRAMES = ("brutto", "ramme", "rammemaal", "rammemål")


def _smk_sizes(value: Any) -> dict[str, str]:
    """The notes of a measure, where they hold one: its `value` is often another's. Height first; frames apart."""
    said: dict[str, str] = {}
    told: dict[str, dict[str, set[str]]] = {"": {}, "frame": {}}
    for one in _dicts(value):
        kind = "frame" if first_text(one.get("part")).lower() in _SMK_FRAMES else ""
        notes = first_text(one.get("notes"))
        work = read_sizes(notes, height_first=True).work
        if work is not None and work.width is not None and work.height is not None:
            sides = {"height": f"{work.height:g} mm", "width": f"{work.width:g} mm"}
        elif (side := _SMK_SIDES.get(first_text(one.get("type")).lower())) and not any(map(str.isdigit, notes)):
            sides = {side: f"{first_text(one.get('value'))} {first_text(one.get('unit')) or 'mm'}"}
        else:
            continue
        for side, text in sides.items():
            told[kind].setdefault(side, set()).add(text)
        if any(map(str.isdigit, notes)):
            said.setdefault("size" if not kind else "frame", notes)
    for side, lengths in told[""].items():
        if len(lengths) == 1:
            said[side] = lengths.pop()
    frame = {side: lengths.pop() for side, lengths in told["frame"].items() if len(lengths) == 1}
    if len(frame) == 2:
        said["frame"] = f"H {frame['height']} x B {frame['width']}"
    return said


_RIJKS_SIDES = {"hoogte": "height", "breedte": "width", "height": "height", "width": "width"}


def _once(said: list[tuple[str, str]]) -> dict[str, str]:
    """The sides of which one length alone is said."""
    return {side: text for side, text in said if all(other == text for of, other in said if of == side)}


def _rijks(told: _Told, around: _Told) -> Listing | None:
    number = first_text(told.get("objectNumber"))
    sides = [
        (_RIJKS_SIDES[kind], f"{first_text(one.get('value'))} {first_text(one.get('unit'))}")
        for one in _dicts(told.get("dimensions"))
        if (kind := first_text(one.get("type"))) in _RIJKS_SIDES and not first_text(one.get("part"))
    ]
    return _listing(
        [_at(told, "webImage", "url")],
        _at(told, "links", "web") or (f"https://www.rijksmuseum.nl/en/collection/{number}" if number else ""),
        title=first_text(told.get("title")),
        artist=first_text(told.get("principalOrFirstMaker")),
        year=_year(_at(told, "dating", "presentingDate")),
        medium=", ".join(texts(told.get("materials"))) or first_text(told.get("physicalMedium")),
        rights=first_text(told.get("copyrightHolder")),
        credit=first_text(_at(told, "acquisition", "creditLine")),
        place="Rijksmuseum",
        **_once(sides),
    )


def _cma(told: _Told, around: _Told) -> Listing | None:
    return _listing(
        [_at(told, "images", size, "url") for size in ("web", "print", "full")],
        told.get("url"),
        title=first_text(told.get("title")),
        artist=", ".join(_LIFE.sub("", first_text(one.get("description"))) for one in _dicts(told.get("creators"))),
        year=_year(told.get("creation_date")),
        medium=first_text(told.get("technique")),
        size=first_text(told.get("measurements")),
        rights=first_text(told.get("copyright")) or first_text(told.get("share_license_status")),
        credit=first_text(told.get("creditline")),
        place="Cleveland Museum of Art",
    )


def _commons(told: _Told, around: _Told) -> Listing | None:
    info = next(iter(_dicts(told["imageinfo"])), {})

    def said(name: str) -> str:
        return without_tags(first_text(_at(info, "extmetadata", name, "value")))

    title = re.sub(r"^(?:File|Fil|Datei|Fichier):|\.\w{3,4}$", "", first_text(told.get("title"))).replace("_", " ")
    licence = " · ".join(
        dict.fromkeys(filter(None, (said("LicenseShortName"), said("LicenseUrl"), said("UsageTerms"))))
    )
    return _listing(
        [info.get("thumburl"), info.get("url")],
        info.get("descriptionurl"),
        title=said("ObjectName") or title,
        artist=said("Artist"),
        year=_year(said("DateTimeOriginal")),
        description=said("ImageDescription"),
        rights=licence,
        credit=said("Credit"),
    )


def _europeana(told: _Told, around: _Told) -> Listing | None:
    makers = [text for text in texts(told.get("dcCreator")) if not text.startswith("http")]
    known = told.get("dcCreatorLangAware")
    if not makers and isinstance(known, dict):
        makers = [text for value in known.values() for text in texts(value) if not text.startswith("http")]
    if not makers:
        agents, labels = texts(told.get("edmAgent")), told.get("edmAgentLabel")
        names = [first_text(list(one.values())) for one in _dicts(labels)]
        creators = set(texts(told.get("dcCreator")))
        makers = [name for agent, name in zip(agents, names, strict=False) if agent in creators]
    link = first_text(told.get("guid")).partition("?")[0] or first_text(told.get("edmIsShownAt"))
    return _listing(
        [*texts(told.get("edmIsShownBy")), *texts(told.get("edmPreview"))],
        link,
        title=first_text(told.get("title")),
        artist="; ".join(dict.fromkeys(makers[:3])),
        year=_year(told.get("year")),
        rights=first_text(told.get("rights")),
        credit=first_text(told.get("dataProvider")),
        description=first_text(told.get("dcDescription")),
    )


def _finna(told: _Told, around: _Told) -> Listing | None:
    base, own = "https://www.finna.fi", first_text(told.get("id"))
    primary = _at(told, "authors", "primary") or told.get("nonPresenterAuthors")
    names = list(primary) if isinstance(primary, dict) else texts(primary)
    rights = [first_text(_at(told, "imageRights", name)) for name in ("copyright", "link")]
    return _listing(
        [one if one.startswith("http") else base + one for one in texts(told.get("images"))],
        f"{base}/Record/{own}" if own else "",
        title=first_text(told.get("title")),
        artist="; ".join(names[:3]),
        year=_year(told.get("year")),
        rights=" · ".join(filter(None, rights)),
        credit=_names(told.get("buildings"), "translated"),
    )


def _smithsonian(told: _Told, around: _Told) -> Listing | None:
    record = told["descriptiveNonRepeating"]
    one = next(iter(_dicts(_at(record, "online_media", "media"))), {})

    def labelled(group: str, *labels: str) -> str:
        pairs = [(first_text(pair.get("label")).lower(), pair) for pair in _dicts(_at(told, "freetext", group))]
        return next((first_text(pair.get("content")) for label in labels for said, pair in pairs if label in said), "")

    return _listing(
        [one.get("content"), one.get("thumbnail")],
        _at(record, "record_link") or _at(record, "guid"),
        title=first_text(_at(record, "title", "content")) or first_text(told.get("title")),
        artist=_LIFE.sub("", labelled("name", "artist", "painter", "maker", "creator")),
        year=_year(labelled("date", "date")),
        medium=labelled("physicalDescription", "medium"),
        size=labelled("physicalDescription", "dimensions"),
        rights=first_text(_at(one, "usage", "access") or _at(record, "metadata_usage", "access")),
        credit=labelled("creditLine", "credit"),
        place=first_text(_at(record, "data_source")),
    )


def _harvard(told: _Told, around: _Told) -> Listing | None:
    return _listing(
        [told.get("primaryimageurl"), told.get("baseimageurl")],
        told.get("url"),
        title=first_text(told.get("title")),
        artist=_names(told.get("people"), "name", "displayname"),
        year=_year(told.get("dated")),
        medium=first_text(told.get("medium")) or first_text(told.get("technique")),
        size=first_text(told.get("dimensions")),
        rights=first_text(told.get("copyright")),
        credit=first_text(told.get("creditline")),
        place="Harvard Art Museums",
    )


def _victoria(told: _Told, around: _Told) -> Listing | None:
    base = first_text(_at(told, "_images", "_iiif_image_base_url")).rstrip("/")
    number = first_text(told.get("systemNumber"))
    return _listing(
        [f"{base}/full/!1200,1200/0/default.jpg" if base else None, _at(told, "_images", "_primary_thumbnail")],
        f"https://collections.vam.ac.uk/item/{number}/" if number else "",
        title=first_text(told.get("_primaryTitle")) or first_text(told.get("objectType")),
        artist=_names(told.get("_primaryMaker"), "name"),
        year=_year(told.get("_primaryDate")),
        place="Victoria and Albert Museum",
    )


def _linked_art(told: _Told, around: _Told) -> Listing | None:
    """An object in the words of linked.art, as Rijksmuseum, Getty and Yale give it."""
    if first_text(told.get("type")) != "HumanMadeObject":
        return None
    made = told.get("produced_by")
    acts = [made, *_dicts(made.get("part"))] if isinstance(made, dict) else []
    makers = [
        name for act in acts for one in _dicts(act.get("carried_out_by")) if (name := first_text(one.get("_label")))
    ]
    spans = [one for act in acts for one in _dicts(act.get("timespan"))]
    dates = [
        text for span in spans for one in _dicts(span.get("identified_by")) if (text := first_text(one.get("content")))
    ]
    names = [first_text(one.get("content")) for one in _dicts(told.get("identified_by")) if one.get("type") == "Name"]
    sides: list[tuple[str, str]] = []
    for one in _dicts(told.get("dimension")):
        labels = " ".join(first_text(kind.get("_label")) for kind in _dicts(one.get("classified_as"))).lower()
        unit = one.get("unit")
        unit = {"centimeters": "cm", "millimeters": "mm", "centimeter": "cm"}.get(
            label := first_text(unit.get("_label") if isinstance(unit, dict) else "").lower(), label
        )
        if not _AROUND.search(labels):
            sides += [
                (side, f"{first_text(one.get('value'))} {unit}") for side in ("height", "width") if side in labels
            ]
    shown_by = [one for key in ("representation", "shows", "digitally_shown_by") for one in _dicts(told.get(key))]
    shown_by += [one for part in shown_by for one in _dicts(part.get("digitally_shown_by"))]
    pictures = [point.get("id") for part in shown_by for point in _dicts(part.get("access_point"))]
    pages = [
        one for part in _dicts(told.get("subject_of")) for one in [part, *_dicts(part.get("digitally_carried_by"))]
    ]
    links = [
        point.get("id")
        for page in pages
        if "html" in str(page.get("format", "html"))
        for point in _dicts(page.get("access_point"))
    ]
    return _listing(
        pictures,
        next((one for one in links if isinstance(one, str)), told.get("id")),
        title=first_text(names) or first_text(told.get("_label")),
        artist=", ".join(dict.fromkeys(makers)),
        year=_year(dates),
        medium=", ".join(first_text(one.get("_label")) for one in _dicts(told.get("made_of"))),
        **_once(sides),
    )


_KINDS: tuple[tuple[tuple[str, ...], Callable[[_Told, _Told], Listing | None]], ...] = (
    (("objectID", "primaryImage", "objectURL"), _met),
    (("image_id", "title"), _aic),
    (("titles", "object_number"), _smk),
    (("objectNumber", "principalOrFirstMaker"), _rijks),
    (("accession_number", "share_license_status"), _cma),
    (("imageinfo", "title"), _commons),
    (("edmIsShownBy", "title"), _europeana),
    (("edmPreview", "title", "guid"), _europeana),
    (("imageRights", "images", "title"), _finna),
    (("buildings", "images", "title"), _finna),
    (("descriptiveNonRepeating",), _smithsonian),
    (("primaryimageurl", "title"), _harvard),
    (("_primaryTitle", "systemNumber"), _victoria),
    (("identified_by", "produced_by"), _linked_art),
)
