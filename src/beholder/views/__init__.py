"""Views: a collection in groups: by kind, by year and by folder."""

from beholder.views.groups import Group, by_folder, by_kind, by_year

__all__ = ["Group", "by_folder", "by_kind", "by_year"]
