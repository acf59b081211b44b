"""The sample force, held to its EXPECTED.toml: what must be found, exactly, and what must not."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audit.catalogue import read_catalogue
from audit.engine import DuckDBEngine
from audit.engine.duckdb import Limits
from audit.explain import find_horizon
from audit.run import RunResult, horizon_span
from audit.warehouse import open_for_reading
from audit.workspace import Workspace
from tests.queries.all_explained import explain

SAMPLE = Path(__file__).parent.parent / "sample_logs"
EXPECTED = tomllib.loads((SAMPLE / "force/EXPECTED.toml").read_text())
CASES = EXPECTED["case"]
FINDINGS = [(case, wanted) for case in CASES for wanted in case.get("finding", ())]
RESERVED = ("detector", "event_count", "details")


@pytest.fixture(scope="module")
def findings(force: tuple[Workspace, RunResult]) -> list[dict[str, Any]]:
    table = force[1].published.findings
    return [row | {"details": json.loads(row["details"]), "key": json.loads(row["key"])} for row in table.to_pylist()]


@pytest.mark.parametrize("source", EXPECTED["load"])
def test_every_record_of_the_sample_logs_has_its_place(force: tuple[Workspace, RunResult], source: str) -> None:
    loads = [load for load in force[1].loaded.loads if load.source == source]
    names = ("records", "loaded", "duplicates", "quarantined", "rejected")
    found = {"files": len(loads)} | {name: sum(getattr(load, name) for load in loads) for name in names}

    assert found == EXPECTED["load"][source]


@pytest.mark.parametrize(
    ("case", "wanted"),
    FINDINGS,
    ids=[f"{case['name']}-{wanted['detector']}-{n}" for n, (case, wanted) in enumerate(FINDINGS)],
)
def test_a_planted_case_is_found_with_its_exact_numbers(
    findings: list[dict[str, Any]], case: dict[str, Any], wanted: dict[str, Any]
) -> None:
    place = {name: value for name, value in wanted.items() if name not in RESERVED}
    found = [
        row
        for row in findings
        if row["detector"] == wanted["detector"]
        and all(row["key"].get(name, row.get(name)) == value for name, value in place.items())
    ]

    assert len(found) == 1, case["name"]
    if "event_count" in wanted:
        assert found[0]["event_count"] == wanted["event_count"]
    details = wanted.get("details", {})
    assert {name: found[0]["details"][name] for name in details} == details


@pytest.mark.parametrize("lookalike", EXPECTED["lookalike"], ids=[entry["name"] for entry in EXPECTED["lookalike"]])
def test_a_look_alike_is_not_caught_and_not_ranked_high(
    force: tuple[Workspace, RunResult], findings: list[dict[str, Any]], lookalike: dict[str, Any]
) -> None:
    caught = {
        row["detector"]
        for row in findings
        if ("user_id" in lookalike and row["user_id"] == lookalike["user_id"])
        or ("subject_id" in lookalike and row["subject_id"] == lookalike["subject_id"])
    }

    assert not caught & set(lookalike["never"])
    ranks = {row["user_id"]: row["rank"] for row in force[1].published.users.to_pylist()}
    assert ranks.get(lookalike.get("user_id"), 10**6) > lookalike.get("not_in_first", 0)


def test_the_first_ten_users_were_re_enacted(force: tuple[Workspace, RunResult]) -> None:
    users = [row["user_id"] for row in force[1].published.users.slice(0, 10).to_pylist()]

    assert set(users) <= {case["user_id"] for case in CASES if "user_id" in case}


def test_of_the_surge_on_one_record_exactly_eleven_users_are_unexplained(force: tuple[Workspace, RunResult]) -> None:
    case = next(case for case in CASES if case["name"] == "nottingham")
    with duckdb.connect(str(force[0].database), read_only=True) as connection:
        counts = connection.execute(
            "SELECT count(*), count(DISTINCT user_id) FROM access WHERE subject_id = ?", [case["subject_id"]]
        ).fetchall()
    unexplained = {
        row["user_id"]
        for row in force[1].published.findings.to_pylist()
        if row["detector"] == "unexplained-access" and row["subject_id"] == case["subject_id"]
    }

    assert counts == [(case["accesses"], case["users"])]
    assert unexplained == set(case["unexplained_users"])
    assert len(unexplained) == 11


def test_coverage_of_the_sample_force_is_at_least_94_percent(force: tuple[Workspace, RunResult]) -> None:
    with duckdb.connect() as connection:
        row = connection.execute(
            f"SELECT sum(explained + weak) / sum(explained + weak + unexplained), sum(accesses - explained - weak "
            f"- unexplained - unjudged) FROM '{force[1].published.folder}/coverage.parquet'"
        ).fetchall()[0]

    assert row[0] >= 0.94
    assert row[1] == 0


@pytest.mark.parametrize("entry", EXPECTED["explained"], ids=lambda entry: entry["explanation"])
def test_each_rarer_explanation_is_named_where_it_was_planted(
    force: tuple[Workspace, RunResult], entry: dict[str, Any]
) -> None:
    engine = DuckDBEngine(open_for_reading(force[0].database, Limits()))
    explain(engine, read_catalogue(), find_horizon(engine, horizon_span(force[0])))
    rows = engine.query(
        "SELECT count(*) AS accesses FROM access INNER JOIN explanation ON access.access_id = explanation.access_id "
        "WHERE user_id = $user_id AND subject_id = $subject_id AND explanation = $explanation",
        entry,
    ).to_pylist()
    engine.close()

    assert rows == [{"accesses": entry["accesses"]}]


def test_a_reckoning_without_the_program_finds_nothing_that_differs_and_says_what_it_does_not_reckon() -> None:
    ran = subprocess.run([sys.executable, str(SAMPLE / "reckoner")], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("EXPECTED.toml holds\n")
    (others,) = [line for line in ran.stdout.splitlines() if line.startswith("not reckoned here")]
    assert "victim-profile 4" in others
    assert "repeated-subject" not in others
