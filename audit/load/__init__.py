"""Loading: files to records to canonical tables. Everything in it speaks DuckDB; nothing above it does."""

from audit.load.job import LoadResult, load_inputs, load_named
from audit.load.load import FileLoad

__all__ = ["FileLoad", "LoadResult", "load_inputs", "load_named"]
