"""A catalogue of one detector and one view, to run cases of."""

from pathlib import Path

from audit.catalogue import Catalogue, read_catalogue
from audit.detect.cases import CaseResult, run_cases
from audit.engine import DuckDBEngine

DETECTOR = """-- id = "{id}"
-- title = "t"
-- description = "d"
-- reads = {reads}
-- level = "low"
-- status = "test"
-- family = "repeated"
-- key = ["user_id"]
-- points = 1
-- summary = "found"
-- falsepositives = ["x"]
-- blind_spots = ["x"]
-- triage = ["x"]
{parameters}
--
{sql}
"""
VIEW = """-- id = "{id}"
-- title = "t"
-- description = "d"
-- reads = {reads}
{more}
--
{sql}
"""
MANY = """SELECT night.user_id, CAST(NULL AS VARCHAR) AS subject_id, night.access_id, TRUE AS counts,
    count(*) OVER (PARTITION BY night.user_id) AS accesses, night.actions, night.local_hour / 3.0 AS third
FROM night
WHERE night.iso_weekday <= $last_weekday
ORDER BY night.access_id"""
FIRES = '''
[[case]]
name = "fires"
[case.tables]
night = """
access_id | user_id
"""
expect = """
access_id
A1
"""
'''


def run(queries: Path, query: str, cases: str) -> list[CaseResult]:
    """Run these cases of one query; the catalogue's own demand for cases is met by the others that are added."""
    for name in ("many", query):
        path = next(queries.rglob(f"{name}.sql")).with_name(f"{name}.cases.toml")
        path.write_text(FIRES + '[[case]]\nname = "silent"\nexpect = ""\n')
    catalogue: Catalogue = read_catalogue((), queries)
    path.write_text(cases)
    return list(run_cases(catalogue.query(query), catalogue, DuckDBEngine.in_memory))
