"""The tables. A change here needs a numbered migration beside it; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from beholder.store.dialect import NEVER_AGAIN

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("key", String, nullable=False, unique=True),  # opaque: what a browser's cookie holds
    Column("created_at", String, nullable=False),
    **NEVER_AGAIN,
)

collections = Table(
    "collections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("source", String, nullable=False),
    Column("encoder", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("more_encoders", JSON, nullable=False, server_default="[]"),  # whose blocks stand behind the first one's
    Column("artworks", Boolean),  # whether the photos of its source are looked into for artworks; NULL: as it is usual
    Column("compared", Integer, nullable=False, server_default="0"),  # the last item that was looked for twice
    **NEVER_AGAIN,
)

items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection_id", Integer, ForeignKey("collections.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("locator", String, nullable=False),  # the text of a `beholder.locator.Locator`
    Column("sha256", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("gone", Boolean, nullable=False),  # its file is no longer there, or holds another picture now
    Column("crop", String, nullable=False),  # which part of the content: "whole", all of it
    Column("title", String),  # this and the rest: `beholder.types.Details`
    Column("artist", String),
    Column("price", BigInteger),
    Column("currency", String),
    Column("width_mm", Float),
    Column("height_mm", Float),
    Column("year", Integer),
    Column("place", String),
    Column("link", String),
    *(
        Column(f"{name}_mm", Float)
        for name in ("long", "short", "frame_width", "frame_height", "frame_long", "frame_short")
    ),
    Column("terms", String),
    Column("availability", String),
    Column("rights", String),
    Column("found", String),  # the crop that was found by looking for artworks; NULL: nobody has looked
    Column("corrections", Integer, nullable=False, server_default="0"),  # how often a person changed the crop
    Column("removed", Boolean, nullable=False, server_default=false()),  # by a person: it is no work
    UniqueConstraint("collection_id", "sha256", "crop", name="items_of_content"),
    Index("items_by_crop", "collection_id", "gone", "crop", "found"),
    **NEVER_AGAIN,
)

# Every file an import has looked at, so that the next one need not open it again: good, a copy of one, or broken.
files = Table(
    "files",
    metadata,
    Column("collection_id", Integer, ForeignKey("collections.id"), primary_key=True),
    Column("locator", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sha256", String(64)),
    Column("reason", String),  # why it is broken; NULL where it is not
    Column("ctime_ns", BigInteger),  # NULL where an older version has looked at it
    Column("inode", String),  # as text: those of some file systems are larger than a number here may be
    Column("taken", String),  # when, as a camera wrote; "" where it did not; NULL: nobody has looked
)

# Append-only: rows are refused any UPDATE and DELETE, by the first migration.
judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", String, nullable=False),
    Column("person_id", Integer, ForeignKey("people.id"), nullable=False),
    Column("collection_id", Integer, ForeignKey("collections.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("items", JSON, nullable=False),
    Column("picked", JSON, nullable=False),
    Column("value", Float),
    Column("seconds", Float),
    Column("side", String),
    Column("asked_by", String, nullable=False),
    Column("undoes", String),
    Column("at", String, nullable=False),
    UniqueConstraint("person_id", "collection_id", "client_id"),
    Index("judgements_of_person", "person_id", "collection_id"),
    Index("judgements_undone", "person_id", "undoes"),
)

fits = Table(
    "fits",
    metadata,
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("collection_id", Integer, ForeignKey("collections.id"), primary_key=True),
    Column("model", String, primary_key=True),
    Column("encoder", String, primary_key=True),
    Column("hyperparameters", JSON, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("at", String, nullable=False),
)

# Where a person wants only what they said in this collection to count, not what they said elsewhere.
alone = Table(
    "alone",
    metadata,
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("collection_id", Integer, ForeignKey("collections.id"), primary_key=True),
)

# Two pictures that show, or may show, one work. What a person said of them outlives every later look.
same_works = Table(
    "same_works",
    metadata,
    Column("collection_id", Integer, ForeignKey("collections.id"), primary_key=True),
    Column("item", Integer, ForeignKey("items.id"), primary_key=True),  # the lower id of the two
    Column("other", Integer, ForeignKey("items.id"), primary_key=True),
    Column("agreement", Float, nullable=False),  # of the two pictures, at most 1; 0 where nobody compared them
    Column("sure", Boolean, nullable=False),  # whether that is enough without asking
    Column("said", Boolean),  # by a person: whether they show one work; NULL: nothing
    Column("at", String, nullable=False),
)

# What is offered on which page, as it was told last, and what it cost before.
listings = Table(
    "listings",
    metadata,
    Column("collection_id", Integer, ForeignKey("collections.id"), primary_key=True),
    Column("link", String, primary_key=True),  # the address of its own page, without what changes from visit to visit
    Column("address", String, nullable=False),  # with it
    Column("title", String, nullable=False),
    Column("page", String, nullable=False),  # the address of the page that lists it
    Column("price", BigInteger),  # as in `beholder.types.Details`
    Column("currency", String),
    Column("price_before", BigInteger),
    Column("currency_before", String),
    Column("first_at", String, nullable=False),  # the import that first saw it
    Column("seen_at", String, nullable=False),  # that saw it last
    Column("repriced_at", String),  # after which it cost something else
    Column("unlisted_at", String),  # whose page of the same address did not list it any more
)

# Saved pages that were taken in, by their content: one that is imported again is no news.
saved_pages = Table(
    "saved_pages",
    metadata,
    Column("collection_id", Integer, ForeignKey("collections.id"), primary_key=True),
    Column("digest", String, primary_key=True),
    Column("page", String, nullable=False),  # its address
    Column("works", Integer, nullable=False),  # that it lists
    Column("at", String, nullable=False),  # the import
)

# A person's own choice of pictures, from any collection.
shortlists = Table(
    "shortlists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("changed_at", String, nullable=False),  # when a picture was put on it or moved
    Column("key", String, unique=True),  # opaque: the end of the address for others; NULL where it is not shared
    Column("pin", String),  # what tells the right one, not the PIN itself; NULL: others need none
    Index("shortlists_of_person", "person_id"),
    **NEVER_AGAIN,
)

listed = Table(
    "listed",
    metadata,
    Column("shortlist_id", Integer, ForeignKey("shortlists.id"), primary_key=True),
    Column("item_id", Integer, ForeignKey("items.id"), primary_key=True),
    Column("place", Integer),  # from 1; NULL: taken off, and its note is kept
    Column("note", String, nullable=False),
)

# What those with whom a shortlist is shared say of its pictures.
remarks = Table(
    "remarks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shortlist_id", Integer, ForeignKey("shortlists.id"), nullable=False),
    Column("item_id", Integer, ForeignKey("items.id"), nullable=False),
    Column("name", String, nullable=False),  # as they call themselves
    Column("text", String, nullable=False),  # "": a heart
    Column("at", String, nullable=False),
    Index("remarks_of_shortlist", "shortlist_id"),
    **NEVER_AGAIN,
)
