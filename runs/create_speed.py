"""How long new pictures take: python runs/create_speed.py [flow|painter] [SIDE]

The sample gallery of `beholder demo` and Ada's answers; the first picture and four of them, from the order to the
finished picture, by the clock and in processor time. Where other programs are at work, the clock says little: it is at
least the processor time over the cores.
"""

from __future__ import annotations

import os
import sys
import time

from beholder.create import Order, create_each
from created import session_of_ada

WANTED = {1: 15, 4: 40}  # seconds for so many pictures on two idle cores


def main(engine: str = "flow", side: int = 1024) -> None:
    with session_of_ada() as session:
        for count, wanted in WANTED.items():
            busy, clock, processor = os.getloadavg()[0], time.perf_counter(), time.process_time()
            made = sum(1 for _ in create_each(session, Order(count, engine, seed=1, side=side)))
            clock, processor = time.perf_counter() - clock, time.process_time() - processor
            print(
                f"{engine}, {made} of {side} px: {clock:.1f} s (wanted {wanted}), {processor:.1f} s of processor, "
                f"{processor / clock:.2f} cores at work, load before {busy:.1f} on {os.cpu_count()} cores",
                flush=True,
            )
    print("torch was loaded" if "torch" in sys.modules else "without torch")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:]))
