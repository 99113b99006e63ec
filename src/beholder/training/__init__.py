"""What is learned before a person comes: the prior of a population."""

from beholder.training.population import train_population

__all__ = ["train_population"]
