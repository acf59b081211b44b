"""A small force of which packs are made, and what a test asks of a pack."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from audit.cli.main import run_words
from tests.cli.conftest import Outcome

# U1 comes back to P1 three times and is on no case; U1 is on INC-1, which holds P2, and looks at P2, too; U2 looks at P1 once.
EVENTS = """\
event_id,occurred_at,system,user_id,workstation,origin,action,subject_kind,subject_id,query_text,reason,reference
E1,2024-06-03 10:00:00,RMS,U1,WS-1,,view,person,P1,SMITH/ANN,=curious,
E2,2024-06-04 10:00:00,RMS,U1,WS-1,,view,person,P1,,"<b>line
break</b>",
E3,2024-06-05 10:00:00,RMS,U1,WS-1,,view,person,P1,,,
E4,2024-06-05 11:00:00,RMS,U2,WS-2,,search,person,P2,,burglary,INC-1
E5,2024-06-05 11:00:03,RMS,U2,WS-2,,view,person,P2,,,
E6,2024-06-06 12:00:00,RMS,U2,WS-2,,view,person,P1,,,
"""


def typed(folder: Path, *words: object) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_words(["-w", str(folder), *map(str, words)])
    return Outcome(code, out.getvalue(), err.getvalue())


def made(folder: Path, out: Path, *words: object) -> Path:
    """Make a pack, and return its folder."""
    outcome = typed(folder, "pack", *words, "--out", out)
    assert outcome.code == 0, outcome.err
    return out


def finding_of(folder: Path, detector: str = "repeated-subject", user: str = "U1") -> str:
    rows = json.loads(typed(folder, "findings", "--user", user, "--detector", detector, "--format", "json").out)
    return str(rows[0]["finding_id"])


def table(pack: Path, name: str) -> list[dict[str, Any]]:
    return list(pq.ParquetFile(pack / f"{name}.parquet").read().to_pylist())


def contents(pack: Path) -> dict[str, bytes]:
    return {path.relative_to(pack).as_posix(): path.read_bytes() for path in sorted(pack.rglob("*")) if path.is_file()}


def ledger(folder: Path, kind: str) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    return [entry for entry in entries if entry["kind"] == kind]
