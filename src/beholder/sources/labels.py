"""What a page says behind labels, as in "Size: 60 x 80 cm" and in tables of properties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from beholder.details import field_of
from beholder.size_words import KINDS, UNFRAMED
from beholder.sizes import read_sizes
from beholder.sources.words import short_text

_FIELDS = frozenset(("size", "width", "height", "frame", "year"))
_OF_SIZE = frozenset(("size", "width", "height"))
_LONGEST = 120  # characters


def labelled(tree: LexborHTMLParser, others: Sequence[LexborNode]) -> dict[str, str]:
    """Field -> text, of what is said of a field once.

    others : parts that show other works
    """
    away = {node.mem_id for part in others for node in (part, *part.css("*"))}
    told: dict[str, dict[str, None]] = {}
    for node in tree.css("dt, th, td, p, li, span, div, strong, b"):
        if node.mem_id in away:
            continue
        for label, text in _pairs(node):
            name, bracket, order = label.strip(" :").lower().partition("(")
            field = _field(name.strip())
            if field in _FIELDS and text.strip():
                told.setdefault(field, {})[" ".join(f"{bracket}{order} {text}".split())] = None
    said = {field: next(iter(texts)) for field, texts in told.items() if len(texts) == 1}
    choices = {read_sizes(short_text(node, _LONGEST)).work for node in tree.css("option, button, label, li")}
    if any(read_sizes(text).work for text in told.get("frame", ())):
        unsure = False
    else:  # nobody says whether the frame is within the size
        unsure = not all(map(UNFRAMED.match, told.get("frame", ())))
        said.pop("frame", None)
    unsure = unsure or len(choices - {None}) > 1
    return {field: text for field, text in said.items() if not (unsure and field in _OF_SIZE)}


def _field(label: str) -> str:
    kind = KINDS.match(label)
    return "frame" if kind is not None and kind.lastgroup == "frame" else field_of(label)


def _pairs(node: LexborNode) -> Iterator[tuple[str, str]]:
    """(label, what stands behind it) within a part, and of a part and the next one."""
    words = short_text(node, _LONGEST)
    label, colon, text = words.partition(":")
    if colon:
        yield label, text
    behind = node.next
    while behind is not None and not behind.is_element_node:
        behind = behind.next
    if behind is not None and ((node.tag or "") in ("dt", "th", "td") or words.endswith(":")):
        yield words, short_text(behind, _LONGEST)
