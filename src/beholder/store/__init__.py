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
from beholder.store.works import KeptListing, KeptWorks, SamePair

__all__ = [
    "CollectionRow",
    "CropCounts",
    "FoundCrop",
    "KeptListing",
    "KeptWorks",
    "KnownFile",
    "KnownItem",
    "NewItem",
    "Person",
    "SamePair",
    "Store",
    "VectorShards",
    "alike",
    "clean",
    "composed",
    "digest",
    "system_user",
]
