"""The parts of `runs/attack.py`: what is sent or written, and who watches what comes of it."""
