"""Storage in a data folder: one database and the vector shards."""

from beholder.store.names import alike, clean, composed
from beholder.store.removal import Going
from beholder.store.shortlists import MOST_LISTED, MOST_SAID, KeptShortlists, Remark, Shortlist
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
    "MOST_LISTED",
    "MOST_SAID",
    "CollectionRow",
    "CropCounts",
    "FoundCrop",
    "Going",
    "KeptListing",
    "KeptShortlists",
    "KeptWorks",
    "KnownFile",
    "KnownItem",
    "NewItem",
    "Person",
    "Remark",
    "SamePair",
    "Shortlist",
    "Store",
    "VectorShards",
    "alike",
    "clean",
    "composed",
    "digest",
    "system_user",
]
