"""What is made of the log and kept: accesses, what explains them, and views over them, brought up to date night by night.

Speaks DuckDB, as loading does. Whatever it cannot trace it makes anew; docs/architecture.md says why what it keeps is right.
"""

from audit.upkeep.update import bring_up_to_date, is_up_to_date

__all__ = ["bring_up_to_date", "is_up_to_date"]
