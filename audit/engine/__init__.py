"""Engines: the one place that knows what runs a query."""

from audit.engine.base import Engine, Parameters
from audit.engine.duckdb import DuckDBEngine, Limits

__all__ = ["DuckDBEngine", "Engine", "Limits", "Parameters"]
