"""Time what people wait for: `audit --help`, and `audit findings` on a report of a million findings."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
from measure import cleared, measure
from results import Results

from audit.files import sha256_of
from audit.report.manifest import manifest_from_json, manifest_to_json
from audit.simulate import simulate

FINDINGS = 1_000_000
_TIMES = 7
# Ids, ranks and users that differ; the rest is what a real run of a small force wrote.
_SQL = """
COPY (
    SELECT finding.* REPLACE (
        'F' || substr(sha256(finding.finding_id || '/' || copy), 1, 20) AS finding_id,
        CAST(row_number() OVER (ORDER BY finding.score DESC, finding.rank, copy) AS INTEGER) AS rank
    )
    FROM read_parquet($findings) AS finding
    CROSS JOIN range($copies) AS copies (copy)
    WHERE finding.rank IS NOT NULL
    ORDER BY rank
    LIMIT $wanted
) TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE 16384)
"""


def measure_commands(results: Results, out: Path) -> None:
    """Measure both, whole processes, several times."""
    workspace = _workspace_of_a_million(out)
    for name, words in {"help": ["--help"], "findings": ["-w", str(workspace), "findings"]}.items():
        for _ in range(len(results.taken(FINDINGS, f"command-{name}")), _TIMES):
            taken = measure([sys.executable, "-m", "audit", *words], 60)
            if taken.failed:
                raise SystemExit(f"audit {' '.join(words)}: {taken.failed}")
            results.add(FINDINGS, f"command-{name}", taken)


def _workspace_of_a_million(out: Path) -> Path:
    workspace = out / "findings"
    if (workspace / "ready").exists():
        return workspace
    simulate(cleared(workspace), 300, 120, 20_000, 1, lambda _message: None)
    done = measure([sys.executable, "-m", "audit", "-w", str(workspace), "run"], 600, (0, 3))
    if done.failed:
        raise SystemExit(f"audit run {done.failed}")
    run = max((workspace / "reports").glob("run=*"))
    small, path = run / "small.parquet", run / "findings.parquet"
    shutil.move(path, small)
    rows = duckdb.sql(f"SELECT count(*) FROM '{small}' WHERE rank IS NOT NULL").fetchall()[0][0]
    copies = -(-FINDINGS // rows)
    duckdb.execute(_SQL.format(target=path), {"findings": str(small), "copies": copies, "wanted": FINDINGS})
    small.unlink()
    # Made to fit, for a report that is not as its manifest says is not shown.
    manifest = manifest_from_json((run / "manifest.json").read_text(encoding="utf-8"))
    large = {"bytes": path.stat().st_size, "rows": FINDINGS, "sha256": sha256_of(path)}
    files = tuple(replace(file, **large) if file.name == path.name else file for file in manifest.files)
    (run / "manifest.json").write_text(manifest_to_json(replace(manifest, files=files)), encoding="utf-8")
    (workspace / "ready").touch()
    return workspace
