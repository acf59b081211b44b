"""From events to accesses, and from accesses to what explains them."""

from audit.explain.accesses import make_accesses
from audit.explain.explanations import Horizon, explain, find_horizon, make_views
from audit.explain.one import Answer, ask_all

__all__ = ["Answer", "Horizon", "ask_all", "explain", "find_horizon", "make_accesses", "make_views"]
