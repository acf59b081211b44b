"""Make the report of an earlier run again, from what was loaded then, and compare it with what was published."""

from audit.asof.asof import AsOf, run_as_of
from audit.asof.compare import FileCompared, FindingsCompared
from audit.asof.reasons import Reason

__all__ = ["AsOf", "FileCompared", "FindingsCompared", "Reason", "run_as_of"]
