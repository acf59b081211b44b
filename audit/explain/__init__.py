"""From events to accesses, and from accesses to what explains them."""

from audit.explain.accesses import make_accesses
from audit.explain.explanations import (
    SQL_FOR_KEPT_EXPLANATION,
    Horizon,
    explain_open,
    find_horizon,
    lay_horizon,
    make_views,
    use_explained,
    views_of_explanations,
)
from audit.explain.one import Answer, ask_all, explain_for_asking, why_tried
from audit.explain.states import SQL_FOR_STATES, STATES
from audit.explain.tried import reckon_tried, sql_for_tried, tell_tried
from audit.explain.whole import explain_whole

__all__ = [
    "SQL_FOR_KEPT_EXPLANATION",
    "SQL_FOR_STATES",
    "STATES",
    "Answer",
    "Horizon",
    "ask_all",
    "explain_for_asking",
    "explain_open",
    "explain_whole",
    "find_horizon",
    "lay_horizon",
    "make_accesses",
    "make_views",
    "reckon_tried",
    "sql_for_tried",
    "tell_tried",
    "use_explained",
    "views_of_explanations",
    "why_tried",
]
