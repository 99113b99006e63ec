"""The feature table shared by everybody on a collection: named blocks of columns, and what is derived from them.

A `PictureTable` is frozen. It is built by `assemble` from what encoders gave, for the app, the bench and training
alike; a large one lies in a file that every process maps. Its `X` is a plain (n, d) array to everybody, which also
knows its table: what a model works out of the pictures alone is `derived` once, and kept with the table for all.
"""

from beholder.table.assembly import Seen, assemble
from beholder.table.layout import ATTRIBUTES, NETWORKS, Layout
from beholder.table.picture_table import PictureTable, derived, place_of, side_by_side, table_of

__all__ = [
    "ATTRIBUTES",
    "NETWORKS",
    "Layout",
    "PictureTable",
    "Seen",
    "assemble",
    "derived",
    "place_of",
    "side_by_side",
    "table_of",
]
