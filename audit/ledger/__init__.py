"""The ledger: what was loaded, run, looked at and decided, by whom and when, each entry holding the hash of the one before."""

from audit.ledger.chain import Chain, read_chain
from audit.ledger.entry import NOTHING_BEFORE, Entry
from audit.ledger.ledger import LEDGER_NAME, Ledger, ledger_of

__all__ = ["LEDGER_NAME", "NOTHING_BEFORE", "Chain", "Entry", "Ledger", "ledger_of", "read_chain"]
