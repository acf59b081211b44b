"""Loading: files to records to canonical tables. Everything in it speaks DuckDB; nothing above it does."""

from audit.load.again import Withdrawn
from audit.load.job import LoadResult, load_inputs, load_named, load_named_again
from audit.load.noting import FileLoad

__all__ = ["FileLoad", "LoadResult", "Withdrawn", "load_inputs", "load_named", "load_named_again"]
