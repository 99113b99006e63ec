"""Training on other people's data: population priors, scoring networks, encoders."""

from beholder.research.training.encoder import EncoderRecipe, train_encoder
from beholder.research.training.population import train_population

__all__ = ["EncoderRecipe", "train_encoder", "train_population"]
