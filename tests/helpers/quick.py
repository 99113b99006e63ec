"""A server whose new pictures are quick and small, and wait while a file `hold` lies in the data folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

from beholder.create import dreaming
from beholder.create import making as making_module
from beholder.create.dreaming import FlowEngine
from beholder.features.registry import load_encoder
from beholder.web.pages import create as create_page
from helpers.flows import tiny_flow

WAIT = 120  # seconds, on a busy machine


class Holding(FlowEngine):
    def guided(self, seeds, guide, strength):
        made = super().guided(seeds, guide, strength)
        hold, start = Path(os.environ["BEHOLDER_HOME"]) / "hold", time.monotonic()
        while hold.exists() and time.monotonic() - start < WAIT:
            time.sleep(0.02)
        return made


def make_quick() -> None:
    row = load_encoder("builtin", threads=1).row
    flow = tiny_flow(row.dimension, row.key)
    making_module.ENGINES["flow"] = lambda: Holding(flow)
    dreaming._CANDIDATES = 1
    create_page._SIDE = 96
