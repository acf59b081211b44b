"""Whatever a log holds is text: in the database and in Parquet as it came, and inert in everything that is shown."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from audit.cli.main import run_words
from audit.text import visible
from tests.cli.tiny import make_tiny

CELLS = {
    "formula": "=HYPERLINK(\"http://x\",\"y\")",
    "plus": "+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }}{% raw %}",
    "sql": "'); DROP TABLE event; --",
    "nul": "a\x00b",
    "escape": "\x1b]0;title\x07\x1b[31mred\x1b[2J",
    "bidi": "a\u202etxt.exe\u2066",
    "rich": "[bold red]x[/] :smile:",
    "newline": "one\r\ntwo\x85three\u2028four",
    "json": '"}],"x":[{"',
    "parameter": "$user_id ? %s {0}",
    "megabyte": "x" * (1 << 20),
}  # fmt: skip
HEADER = ["event_id", "occurred_at", "system", "user_id", "action", "subject_kind", "subject_id", "reason"]
# What a terminal or a reader's eye would obey.
COMMANDS = set("\x00\x07\x1b\x85\u202e\u2066\u2028")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user for each cell, who looked up a subject named by that cell on three days, for that reason."""
    made = make_tiny(tmp_path_factory.mktemp("hostile") / "tiny")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for name, cell in CELLS.items():
        user, subject = (cell, cell) if len(cell) < 1000 else (name, name)
        for day in (3, 4, 5):
            writer.writerow([f"{user}{day}", f"2024-06-0{day} 15:00:00", "RMS", user, "view", "person", subject, cell])
        writer.writerow([f"{user}9", "soon", "RMS", user, "view", "person", subject, cell])
    (made / "logs/2024.csv").write_text("event_id,occurred_at,system,action\n")
    (made / "logs/hostile.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    assert run_words(["-w", str(made), "run"]) == 3
    return made


@pytest.fixture
def in_hostile(folder: Path, typed: Any) -> Any:
    return lambda *words: typed("-w", folder, *words)


def test_it_survives_as_text_in_the_database(folder: Path) -> None:
    with duckdb.connect(str(folder / "audit.duckdb"), read_only=True) as connection:
        reasons = connection.execute("SELECT reason, count(*) FROM event GROUP BY reason").fetchall()
        held = connection.execute("SELECT record ->> '$.reason' FROM quarantine ORDER BY record_no").fetchall()

    assert dict(reasons) == dict.fromkeys(CELLS.values(), 3)
    assert [row[0] for row in held] == list(CELLS.values())


def test_it_survives_as_text_in_parquet(folder: Path) -> None:
    [run] = (folder / "reports").glob("run=*")
    evidence = pq.read_table(run / "evidence.parquet", columns=["user_id", "subject_id", "reason"]).to_pylist()
    findings = pq.read_table(run / "findings.parquet", columns=["user_id", "subject_id"]).to_pylist()

    assert {row["reason"] for row in evidence} == set(CELLS.values())
    short = {cell for cell in CELLS.values() if len(cell) < 1000}
    assert short <= {row["user_id"] for row in findings}
    assert short <= {row["subject_id"] for row in findings}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_it_is_inert_in_the_page(folder: Path) -> None:
    [page] = (folder / "reports").glob("run=*/report.html")
    text = page.read_text(encoding="utf-8")
    seen = Tags()
    seen.feed(text)

    assert not {"script", "img", "iframe", "object"} & seen.tags
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert not COMMANDS & set(text)
    assert "{{ 7*7 }}" in text
    assert len(text) < 3 << 20


def test_it_is_json_for_machines(in_hostile: Any) -> None:
    findings = in_hostile("findings", "--limit", "1000", "--format", "json").json
    lines = in_hostile("findings", "--limit", "1000", "--format", "ndjson").out.splitlines()

    assert {cell for cell in CELLS.values() if len(cell) < 1000} <= {row["user_id"] for row in findings}
    assert [json.loads(line)["finding_id"] for line in lines] == [row["finding_id"] for row in findings]


def test_it_is_no_formula_in_csv(in_hostile: Any) -> None:
    for words in (("findings", "--limit", "1000"), ("sample", "--n", "1000"), ("quarantine", "--show-rows")):
        rows = list(csv.reader(io.StringIO(in_hostile(*words, "--format", "csv").out, newline="")))

        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


def commands(in_hostile: Any) -> list[tuple[str, ...]]:
    """Every command that shows what a log holds."""
    findings = in_hostile("findings", "--limit", "1000", "--format", "json").json
    shown = [("show", row["finding_id"]) for row in findings]
    explained = [("explain", f"{cell}3") for cell in CELLS.values() if len(cell) < 1000 and "\x00" not in cell]
    return [
        ("findings", "--limit", "1000"),
        ("status",),
        ("sample", "--n", "1000"),
        ("quarantine",),
        ("quarantine", "--show-rows"),
        *shown,
        *explained,
    ]


def test_it_is_inert_on_a_terminal(in_hostile: Any) -> None:
    for words in commands(in_hostile):
        outcome = in_hostile(*words)

        assert outcome.code in (0, 3), words[0]
        assert not COMMANDS & set(outcome.out + outcome.err), words[0]
        assert "\r" not in outcome.out


def test_what_is_hidden_is_shown_by_its_code(in_hostile: Any) -> None:
    rows = in_hostile("quarantine", "--show-rows").out
    assert visible(CELLS["rich"]) in rows


def test_no_message_holds_it(in_hostile: Any, folder: Path) -> None:
    for words in (("load",), ("status",), ("findings",)):
        error = in_hostile(*words).err
        assert not [name for name, cell in CELLS.items() if cell in error or visible(cell) in error]
