"""Rated image sets as arrays. Every set converts to the plain folder format, or is read from it."""

from beholder.datasets.convert import Report, check, convert
from beholder.datasets.dataset import LEFT, RIGHT, TIE, Choices, Dataset, Ratings
from beholder.datasets.formats import DatasetFormat
from beholder.datasets.plain import load_plain
from beholder.datasets.public import PUBLIC
from beholder.datasets.twins import same_pictures

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
