"""Protocols, runner, tables and curves: `run` compares methods on people they have never seen."""

from beholder.bench.runner import run

__all__ = ["run"]
