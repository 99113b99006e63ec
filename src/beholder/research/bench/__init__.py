"""The benchmark: protocols, runner, tables and curves. `run` compares methods on new people; `analyse` studies one."""

from beholder.research.bench.analysis import analyse
from beholder.research.bench.runner import run

__all__ = ["analyse", "run"]
