"""What is kept in a data folder: one SQLite database and the vector shards."""

from beholder.store.names import alike, clean, composed
from beholder.store.store import CollectionRow, KnownFile, NewItem, Person, Store, system_user
from beholder.store.vectors import VectorShards

__all__ = [
    "CollectionRow",
    "KnownFile",
    "NewItem",
    "Person",
    "Store",
    "VectorShards",
    "alike",
    "clean",
    "composed",
    "system_user",
]
