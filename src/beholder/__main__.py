"""`python -m beholder` is `beholder`."""

from beholder.cli import main

if __name__ == "__main__":  # a spawned worker process imports this file too
    main()
