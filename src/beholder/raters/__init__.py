"""How good a rater's answers are: signals of having looked, and how far a rater can be trusted."""
