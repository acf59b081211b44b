"""Read the queries in queries/ and check them. Opens no database."""

from audit.catalogue.cases import Case, Drawn, cases_path, read_cases
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

__all__ = [
    "AccessStep",
    "Case",
    "Catalogue",
    "Detector",
    "Drawn",
    "Explanation",
    "ParameterValue",
    "Query",
    "Report",
    "View",
    "cases_path",
    "overridden",
    "read_cases",
    "read_catalogue",
    "with_parameters",
]
