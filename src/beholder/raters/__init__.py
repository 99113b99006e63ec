"""Rater quality: signals of attention, and how far a rater can be trusted."""
