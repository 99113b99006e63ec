"""Features of pictures: encoders, the ten measured attributes, and the embedding pipeline."""

from beholder.features.embed import embed
from beholder.features.encoder_row import EncoderRow, Runtime
from beholder.features.registry import encoder_names, load_encoder

__all__ = ["EncoderRow", "Runtime", "embed", "encoder_names", "load_encoder"]
