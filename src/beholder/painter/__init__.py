"""Generated pictures: random ones for the sample gallery, or one for given parameters of a family."""

from beholder.painter.painting import FAMILIES, GALLERY, paint, paint_by_chance, parameter_count

__all__ = ["FAMILIES", "GALLERY", "paint", "paint_by_chance", "parameter_count"]
