"""From events to accesses, and from accesses to what explains them."""

from audit.explain.accesses import make_accesses
from audit.explain.explanations import Horizon, explain, find_horizon, make_views
from audit.explain.one import Answer, ask_all, explain_for_asking, why_tried
from audit.explain.tried import tell_tried

__all__ = [
    "Answer",
    "Horizon",
    "ask_all",
    "explain",
    "explain_for_asking",
    "find_horizon",
    "make_accesses",
    "make_views",
    "tell_tried",
    "why_tried",
]
