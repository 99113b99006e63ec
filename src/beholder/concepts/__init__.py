"""Words of pictures: the bank of what may be said, and what is said of a collection's pictures, by source."""

from beholder.concepts.assembly import words_of
from beholder.concepts.bank import GROUPS, LOOKS, BankWord, bank, find_words
from beholder.concepts.columns import words_of_columns
from beholder.concepts.tags import Tags
from beholder.concepts.text_tower import words_of_text

__all__ = ["GROUPS", "LOOKS", "BankWord", "Tags", "bank", "find_words", "words_of", "words_of_columns", "words_of_text"]
