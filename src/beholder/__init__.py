"""Beholder learns one person's taste in pictures from a few answers, and ranks and explains by it."""

__version__ = "0.1.0"
