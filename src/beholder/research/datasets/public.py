"""The published rated sets, one file each, by the name that one types."""

from __future__ import annotations

from beholder.research.datasets import aadb, ava, baid, eva, flickr_aes, koniq, lapis, para, real_cur, spaq, tad66k
from beholder.research.datasets.formats import DatasetFormat

_MODULES = (flickr_aes, real_cur, para, lapis, eva, aadb, ava, tad66k, koniq, spaq, baid)  # those with raters first
PUBLIC: dict[str, DatasetFormat] = {module.FORMAT.name: module.FORMAT for module in _MODULES}
