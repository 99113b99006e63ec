"""What is learned before a person comes: the prior of a population, an encoder of our own."""

from beholder.training.encoder import Recipe, train_encoder
from beholder.training.population import train_population

__all__ = ["Recipe", "train_encoder", "train_population"]
