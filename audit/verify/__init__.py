"""Is everything as it was written? Reads the ledger, the reports, the inputs and the load log; changes nothing."""

from audit.verify.difference import Outcome
from audit.verify.verify import verify

__all__ = ["Outcome", "verify"]
