"""Research tools that the product does not need: rated sets, the bench, training."""
