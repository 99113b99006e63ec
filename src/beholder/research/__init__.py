"""What a researcher uses and the product does not: rated sets, the bench, training."""
