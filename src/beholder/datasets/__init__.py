"""Rated image sets as arrays. Every set converts to the plain folder format, or is read from it."""

from beholder.datasets.dataset import LEFT, RIGHT, TIE, Choices, Dataset, Ratings
from beholder.datasets.plain import load_plain
from beholder.datasets.twins import same_pictures

__all__ = ["LEFT", "RIGHT", "TIE", "Choices", "Dataset", "Ratings", "load_plain", "same_pictures"]
