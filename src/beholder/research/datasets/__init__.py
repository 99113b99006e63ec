"""Rated image datasets as arrays. Every dataset converts to the plain folder format, or is read from it."""

from beholder.research.datasets.convert import Report, check, convert
from beholder.research.datasets.dataset import LEFT, RIGHT, TIE, Choices, Dataset, Ratings
from beholder.research.datasets.formats import DatasetFormat
from beholder.research.datasets.near_duplicates import same_pictures
from beholder.research.datasets.plain import load_plain
from beholder.research.datasets.public import PUBLIC

__all__ = [
    "LEFT",
    "PUBLIC",
    "RIGHT",
    "TIE",
    "Choices",
    "Dataset",
    "DatasetFormat",
    "Ratings",
    "Report",
    "check",
    "convert",
    "load_plain",
    "same_pictures",
]
