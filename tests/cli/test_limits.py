"""A query that takes too long or too much is stopped, and the others go on; what does not fit into memory is cleared away."""

import contextlib
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from audit.engine import Limits
from audit.warehouse import open_warehouse
from tests.cli.tiny import make_tiny
from tests.test_killed_nights import force_in

# Every way of choosing an access eighteen times.
_TIMES = range(1, 18)
ENDLESS = f"""
SELECT
    access.user_id,
    access.subject_id,
    access.access_id,
    TRUE AS counts
FROM access
{chr(10).join(f"CROSS JOIN access AS access_{n}" for n in _TIMES)}
WHERE md5(concat(access.access_id, {", ".join(f"access_{n}.access_id" for n in _TIMES)})) = 'none'
ORDER BY access.user_id, access.access_id
"""
WRONG = """
SELECT
    user_id,
    subject_id,
    access_id,
    TRUE AS counts
FROM access
WHERE CAST(subject_id AS BIGINT) = 1
ORDER BY user_id, access_id
"""
HEAD = """
-- id = "mine"
-- title = "Mine"
-- description = "An own detector."
-- level = "low"
-- status = "experimental"
-- family = "pattern"
-- key = ["user_id"]
-- points = 1
-- summary = "{user_id}"
-- reads = ["access"]
-- falsepositives = ["none"]
-- blind_spots = ["none"]
-- triage = ["none"]
-- tags = ["own"]
-- references = ["none"]
"""
CASE = """
[[case]]
name = "{name}"
[case.tables]
access = '''
access_id | user_id | subject_id | occurred_at
A1        | U1      | 1          | 2024-03-12 10:00:00
'''
expect = '''
user_id | access_id
{rows}
'''
"""


def add_own(folder: Path, sql: str, more: str = "") -> None:
    own = folder / "queries" / "detectors"
    own.mkdir(parents=True)
    (own / "mine.sql").write_text(HEAD.strip() + sql)
    cases = CASE.format(name="fires", rows="U1 | A1") + CASE.format(name="is silent", rows="")
    (own / "mine.cases.toml").write_text(cases)
    config = folder / "audit.toml"
    config.write_text(
        config.read_text().replace('sources = ["sources"]', f'sources = ["sources"]\nqueries = ["queries"]\n{more}')
    )


@pytest.mark.parametrize(
    ("sql", "limit", "told"),
    [(ENDLESS, "query_minutes = 0.05", "ran longer than 0.05 minutes"), (WRONG, "", "a value that it cannot take")],
    ids=["too long", "a wrong value"],
)
def test_an_own_detector_that_cannot_end_is_told_and_the_others_go_on(tiny, in_tiny, sql, limit, told):
    in_tiny("run")
    before = in_tiny("findings", "--format", "json").json
    add_own(tiny, sql, limit)

    outcome = in_tiny("run", "--format", "json")

    assert outcome.code == 5
    assert "audit: error: detector mine: failed: " in outcome.err
    assert told in outcome.err
    assert "P1" not in outcome.err
    assert [skip["detector"] for skip in outcome.json["skipped"] if "failed" in skip["reason"]] == ["mine"]
    assert in_tiny("findings", "--format", "json").json == before


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('memory = "much"', 'memory must be a size such as "4GB"'),
        ("threads = 0", "threads must be at least 1"),
        ("query_minutes = 0", "query_minutes must be more than 0"),
    ],
)
def test_a_limit_that_is_none_exits_with_5(in_tiny, tiny, setting, told):
    config = tiny / "audit.toml"
    config.write_text(config.read_text().replace("[workspace]", f"[workspace]\n{setting}"))

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert told in outcome.err


WATCH = """
import os, sys, threading, time
from pathlib import Path
from audit.cli.main import main
seen = set()
def watch():
    while True:
        for path in Path(sys.argv[2]).glob(".audit.scratch.*"):
            seen.add(oct(path.stat().st_mode & 0o777))
            seen.update("spilled" for _ in path.iterdir())
        time.sleep(0.005)
threading.Thread(target=watch, daemon=True).start()
try:
    main()
finally:
    print(sorted(seen), file=sys.stderr)
"""


def test_what_does_not_fit_into_memory_goes_into_a_folder_of_its_own(tmp_path):
    folder = force_in(tmp_path / "force")
    config = folder / "audit.toml"
    config.write_text(config.read_text().replace("[workspace]", '[workspace]\nmemory = "40MB"\nthreads = 1'))
    left = folder / ".audit.scratch.999999999"
    left.mkdir(mode=0o700)
    (left / "of a killed run").write_text("x")

    outcome = subprocess.run(
        [sys.executable, "-c", WATCH, "-w", str(folder), "run"],
        capture_output=True, text=True, check=False, umask=0o022, cwd=tmp_path,
    )  # fmt: skip

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stderr.endswith("['0o700', 'spilled']\n")
    assert not list(folder.glob(".audit.scratch*"))
    assert {path.name for path in tmp_path.iterdir()} == {"force"}
    assert stat.S_IMODE((folder / "audit.duckdb").stat().st_mode) == 0o600


def test_a_tiny_force_needs_little(tmp_path, typed):
    folder = make_tiny(tmp_path / "tiny")
    config = folder / "audit.toml"
    config.write_text(config.read_text().replace("[workspace]", '[workspace]\nmemory = "2GB"\nthreads = 1'))

    assert typed("-w", folder, "run").code == 0


@pytest.mark.parametrize(("threads", "megabytes"), [(1, 3000), (2, 3000), (4, 6000)])
def test_without_a_setting_memory_is_bounded_by_threads(tmp_path, threads, megabytes):
    with duckdb.connect() as machine:
        most = machine.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchone()[0]

    with contextlib.closing(open_warehouse(tmp_path / "audit.duckdb", Limits(threads))) as connection:
        held = connection.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchone()[0]

    # The setting is told in tenths of a GiB.
    assert held == pytest.approx(min(most, megabytes * 1_000_000), rel=0.05)
