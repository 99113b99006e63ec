"""What is learned before a person comes: the prior of a population, an encoder of our own."""

from beholder.research.training.encoder import EncoderRecipe, train_encoder
from beholder.research.training.population import train_population

__all__ = ["EncoderRecipe", "train_encoder", "train_population"]
