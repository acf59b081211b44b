"""A small workspace to purge, and what a test asks of it: words typed, rows, event ids, the ledger, the report."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import duckdb

from audit.cli.main import run_words
from tests.cli.conftest import Outcome
from tests.cli.tiny import EVENTS

HEAD = EVENTS.splitlines(keepends=True)[0]
# Before July: seven events of EVENTS, of which U1's rest on three; after it, two more of U1 and one of U3.
JULY = (
    HEAD
    + "J1,2024-07-03 10:00:00,RMS,U1,,view,person,P1,,\nJ2,2024-07-04 10:00:00,RMS,U3,,view,person,P1,,\n"
    + "J3,2024-07-05 10:00:00,RMS,U3,,view,person,P7,secret-reason,\n"
)
# Half past midnight of July 1st in London is still June in UTC.
EDGE = HEAD + "M1,2024-06-30 23:30:00,RMS,U5,,view,person,P5,,\nM0,2024-06-30 22:30:00,RMS,U5,,view,person,P6,,\n"
CUT = "2024-07-01"


def typed(folder: Path, *words: object) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_words(["-w", str(folder), *map(str, words)])
    return Outcome(code, out.getvalue(), err.getvalue())


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "audit.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def event_ids(folder: Path) -> list[str]:
    return [row[0] for row in rows(folder, "SELECT event_id FROM event ORDER BY event_id")]


def ledger(folder: Path, kind: str) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    return [entry["about"] for entry in entries if entry["kind"] == kind]


def findings(folder: Path) -> bytes:
    newest = max((folder / "reports").glob("run=*"))
    return b"".join((newest / f"{name}.parquet").read_bytes() for name in ("findings", "evidence", "coverage", "users"))
