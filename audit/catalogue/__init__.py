"""Read the queries in queries/ and check them. Opens no database."""

from audit.catalogue.cases import Case, cases_path, read_cases
from audit.catalogue.drawing import Drawn
from audit.catalogue.kept import (
    MONTH,
    acts_are_local,
    explanations_are_local,
    kept_views,
    parts_of_tried,
    queries_of_tried,
    tables_below,
    tried_is_local,
    untraced_tables,
    views_down_to_kept,
)
from audit.catalogue.parameters import overridden, with_parameters
from audit.catalogue.query import (
    AccessStep,
    Catalogue,
    Detector,
    Explanation,
    ParameterValue,
    Query,
    Report,
    View,
)
from audit.catalogue.read import read_catalogue
from audit.catalogue.used import UsedText, read_used

__all__ = [
    "MONTH",
    "AccessStep",
    "Case",
    "Catalogue",
    "Detector",
    "Drawn",
    "Explanation",
    "ParameterValue",
    "Query",
    "Report",
    "UsedText",
    "View",
    "acts_are_local",
    "cases_path",
    "explanations_are_local",
    "kept_views",
    "overridden",
    "parts_of_tried",
    "queries_of_tried",
    "read_cases",
    "read_catalogue",
    "read_used",
    "tables_below",
    "tried_is_local",
    "untraced_tables",
    "views_down_to_kept",
    "with_parameters",
]
