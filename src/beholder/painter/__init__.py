"""Pictures made of numbers alone: at random for the sample gallery, or at a place in a family's space of parameters."""

from beholder.painter.painting import FAMILIES, paint, paint_by_chance, parameter_count

__all__ = ["FAMILIES", "paint", "paint_by_chance", "parameter_count"]
