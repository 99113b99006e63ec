"""Views: a collection in groups, by kind, by date, by year and by folder, and as a map."""

from beholder.views.groups import Group, by_date, by_folder, by_kind, by_year
from beholder.views.maps import map_of

__all__ = ["Group", "by_date", "by_folder", "by_kind", "by_year", "map_of"]
