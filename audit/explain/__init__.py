"""From events to accesses, and from accesses to what explains them."""

from audit.explain.accesses import make_accesses
from audit.explain.explanations import Horizon, explain, find_horizon, make_views

__all__ = ["Horizon", "explain", "find_horizon", "make_accesses", "make_views"]
