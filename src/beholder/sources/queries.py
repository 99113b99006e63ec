"""Museums by name: `met:water lilies` asks the museum's own interface for programs for works that have a picture.

Here is what is asked, and how one page of answers leads to the next. `museums.py` reads what a record says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from beholder.errors import BadInput
from beholder.json_reading import BadJson, read_json
from beholder.sources.found import Broken, Found, unique
from beholder.sources.listing import Listing, Places, found_of
from beholder.sources.museums import museum_listings
from beholder.sources.online import MUSEUMS, online_title, query_of
from beholder.sources.web import PAGE, Door, NotFetched
from beholder.text import shown
from beholder.types import Progress, silent

_Record = Mapping[str, Any]  # what a museum says of one work
_Ask = Callable[[str], _Record]  # a link -> what is answered. raises : NotFetched

_MOST = 200  # works of one query
_PAGE = 100  # works in one answer
_PAGES = 20  # answers that one query asks for
_FRESH = 3600.0  # seconds in which nothing is asked twice, so that a stopped import goes on where it was
_SIDE = 1600  # pixels of a picture's longer side, where a size can be asked for
_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
_RIJKS_ID = re.compile(r"https?://(?:id|data)\.rijksmuseum\.nl/(\d{1,20})")


def _met(ask: _Ask, query: str) -> Iterator[_Record | str]:
    base = "https://collectionapi.metmuseum.org/public/collection"
    for offset in range(0, _PAGE * _PAGES, _PAGE):
        answer = ask(_link(f"{base}/v1.1/search", hasImages="true", q=query, offset=offset, limit=_PAGE))
        works = [one for one in _list(answer.get("objectIDs")) if type(one) is int and one >= 0]
        yield from (f"{base}/v1/objects/{one}" for one in works)
        if len(works) < _PAGE:
            return


def _aic(ask: _Ask, query: str) -> Iterator[_Record | str]:
    fields = (
        "id,title,artist_title,artist_display,date_display,medium_display,dimensions,dimensions_detail,image_id,"
        "is_public_domain,copyright_notice,credit_line,place_of_origin,artwork_type_title,api_link"
    )
    for page in range(1, _PAGES + 1):
        base = "https://api.artic.edu/api/v1/artworks/search"
        answer = ask(_link(base, q=query, fields=fields, limit=_PAGE, page=page))
        works = _records(answer.get("data"))
        yield from ({**answer, "data": [work]} for work in works if work.get("image_id"))
        if len(works) < _PAGE:
            return


def _smk(ask: _Ask, query: str) -> Iterator[_Record | str]:
    base = "https://api.smk.dk/api/v1/art/search/"
    for offset in range(0, _PAGE * _PAGES, _PAGE):
        answer = ask(_link(base, keys=query, filters="[has_image:true]", offset=offset, rows=_PAGE, lang="en"))
        works = _records(answer.get("items"))
        yield from works
        if len(works) < _PAGE:
            return


def _rijks(ask: _Ask, query: str) -> Iterator[_Record | str]:
    """It has no search over everything: titles are asked first, then makers."""
    base, seen = "https://data.rijksmuseum.nl", set[str]()
    for field in ("title", "creator"):
        link = _link(f"{base}/search/collection", **{field: query}, imageAvailable="true")
        for _ in range(_PAGES):
            answer = ask(link)
            names = [_RIJKS_ID.fullmatch(str(work.get("id"))) for work in _records(answer.get("orderedItems"))]
            for name in dict.fromkeys(found[1] for found in names if found):
                if name not in seen:
                    seen.add(name)
                    yield f"{base}/{name}?_profile=edm-framed"
            following = answer.get("next")
            more = str(following.get("id")) if isinstance(following, dict) else ""
            if not more.startswith(f"{base}/search/collection?"):
                break
            link = more


def _cma(ask: _Ask, query: str) -> Iterator[_Record | str]:
    base = "https://openaccess-api.clevelandart.org/api/artworks/"
    for skip in range(0, _PAGE * _PAGES, _PAGE):
        works = _records(ask(_link(base, q=query, has_image=1, limit=_PAGE, skip=skip)).get("data"))
        yield from works
        if len(works) < _PAGE:
            return


def _commons(ask: _Ask, query: str) -> Iterator[_Record | str]:
    asked = {
        **{"action": "query", "format": "json", "formatversion": 2},
        **{"generator": "search", "gsrnamespace": 6, "gsrsearch": f"{query} filetype:bitmap", "gsrlimit": 50},
        **{"prop": "imageinfo", "iiprop": "url|size|mime|extmetadata", "iiurlwidth": 1600},
    }
    more: dict[str, Any] = {}
    for _ in range(_PAGES):
        answer = ask(_link("https://commons.wikimedia.org/w/api.php", **{**asked, **more}))
        found = answer.get("query")
        pages = _records(found.get("pages")) if isinstance(found, dict) else []
        yield from sorted(pages, key=lambda page: page["index"] if isinstance(page.get("index"), int) else 0)
        going_on = answer.get("continue")
        following = {
            key: value
            for key, value in (going_on.items() if isinstance(going_on, dict) else ())
            if key in ("gsroffset", "continue") and isinstance(value, (int, str))
        }
        if not following or following == more:
            return
        more = following


_ASK: dict[str, Callable[[_Ask, str], Iterator[_Record | str]]] = {  # records, or links of them
    **{"met": _met, "aic": _aic, "smk": _smk, "rijks": _rijks, "cma": _cma, "commons": _commons},
}


class MuseumSource:
    """The first works, `_MOST` at most, that a museum finds for a query; their pictures by their links.

    Parameters
    ----------
    progress
        told how many works have been read

    Raises
    ------
    UserError
        where nothing is looked for
    """

    def __init__(self, text: str, door: Door, progress: Progress = silent) -> None:
        self.museum, self.query = query_of(text)
        self.name, self.title = MUSEUMS[self.museum], online_title(text)
        self.door, self.progress = door, progress

    def find(self) -> Iterator[Found | Broken]:
        """Raises
        ------
        BadInput
            where the museum does not answer, or finds nothing
        """
        return unique(found_of(self._listings(), Places()))

    def _listings(self) -> Iterator[Listing | Broken]:
        works, number = _ASK[self.museum](self._ask, self.query), 0
        while number < _MOST:
            try:
                work = next(works, None)
            except NotFetched as reason:
                if not number:
                    raise BadInput(f"{self.name} cannot be asked: {reason}") from reason
                yield Broken(f"{self.museum}:{self.query}", f"after {number} works: {reason}")
                return
            if work is None:
                break
            number += 1
            self.progress(f"asking {self.name}", number, 0)
            try:
                record = self._ask(work) if isinstance(work, str) else work
            except NotFetched as reason:
                yield Broken(str(work), str(reason))
                continue
            yield from museum_listings(_in_its_words(record) if self.museum == "rijks" else record)
        if not number:
            raise BadInput(f"{self.name} finds nothing with a picture for '{shown(self.query)}'")

    def _ask(self, link: str) -> _Record:
        kept = self.door.fetch(link, PAGE, max_age=_FRESH)
        try:
            answer = read_json(kept.path)
        except BadJson as error:
            raise NotFetched(f"its answer cannot be read as JSON: {error}") from error
        if not isinstance(answer, dict):
            raise NotFetched("its answer is another than it used to be")
        if answer.get("error"):
            told = answer["error"].get("info") if isinstance(answer["error"], dict) else answer["error"]
            raise NotFetched(f"it says: {shown(str(told))}")
        return answer


def _link(base: str, **asked: object) -> str:
    return f"{base}?{urlencode(asked)}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _records(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _in_its_words(record: _Record) -> _Record:
    """A record of the Rijksmuseum, which comes in the words of Europeana (edm-framed), in its own."""
    work = record.get("aggregatedCHO")
    if not isinstance(work, dict):
        return record
    picture = _text(_named(record, "isShownBy").get("id")).replace("/full/max/", f"/full/!{_SIDE},{_SIDE}/")
    return {
        "objectNumber": _text(work.get("identifier")),
        "title": _text(work.get("title")),
        "principalOrFirstMaker": _text(work.get("creator")),
        "dating": {"presentingDate": _text(work.get("created"))},
        "physicalMedium": _text(work.get("medium")),
        "copyrightHolder": _text(record.get("edmRights")),
        "links": {"web": _text(_named(record, "isShownAt").get("id"))},
        "webImage": {"url": picture},
    }


def _named(record: _Record, key: str) -> dict[str, Any]:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: Any, deep: int = 6) -> str:
    """A text that is plain, given in several languages, or the label of a thing; in English where there is any."""
    if isinstance(value, str) or deep == 0:
        return value if isinstance(value, str) else ""
    if isinstance(value, list):
        english = [one for one in value if isinstance(one, dict) and one.get("@language") == "en"]
        return next((text for one in (*english, *value) if (text := _text(one, deep - 1))), "")
    if isinstance(value, dict):
        keys = [key for key in ("@value", "en", "nl", _LABEL, *value) if key in value and key not in ("id", "type")]
        return next((text for key in keys if (text := _text(value[key], deep - 1))), "")
    return ""
