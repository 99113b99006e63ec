"""Protocols, runner, tables and curves: `run` compares methods on people they have never seen; `analyse` asks a set."""

from beholder.research.bench.analysis import analyse
from beholder.research.bench.runner import run

__all__ = ["analyse", "run"]
