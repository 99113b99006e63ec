"""Filters of a ranking: which pictures to show, in which order, and what there is to choose from."""

from beholder.filters.filter import OTHER_CURRENCY, SOLD, Filter, values_of
from beholder.filters.orders import Sort, sort_of
from beholder.filters.panel import Choice, Facet, Panel, Range, panel_of

__all__ = [
    "OTHER_CURRENCY",
    "SOLD",
    "Choice",
    "Facet",
    "Filter",
    "Panel",
    "Range",
    "Sort",
    "panel_of",
    "sort_of",
    "values_of",
]
