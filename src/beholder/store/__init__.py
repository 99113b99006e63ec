"""Storage in a data folder: one database and the vector shards."""

from beholder.store.names import alike, clean, composed
from beholder.store.store import (
    CollectionRow,
    CropCounts,
    FoundCrop,
    KnownFile,
    KnownItem,
    NewItem,
    Person,
    Store,
    digest,
    system_user,
)
from beholder.store.vectors import VectorShards

__all__ = [
    "CollectionRow",
    "CropCounts",
    "FoundCrop",
    "KnownFile",
    "KnownItem",
    "NewItem",
    "Person",
    "Store",
    "VectorShards",
    "alike",
    "clean",
    "composed",
    "digest",
    "system_user",
]
