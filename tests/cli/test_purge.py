"""audit purge as somebody types it: what goes is gone for good, what stays stays, and all still fits together."""

import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audit.cli.main import run_words
from tests.cli.conftest import Outcome
from tests.cli.tiny import CONFIG, EVENTS, GATE, add_source, make_tiny

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


@pytest.fixture(scope="module")
def loaded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_tiny(tmp_path_factory.mktemp("purge") / "tiny")
    (folder / "logs" / "july.csv").write_text(JULY)
    (folder / "logs" / "edge.csv").write_text(EDGE)
    assert typed(folder, "run").code == 0
    return folder


@pytest.fixture
def loaded(loaded_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded_folder, tmp_path / "tiny"))


def test_what_is_older_goes_by_the_local_day_and_what_is_not_stays(loaded: Path) -> None:
    done = typed(loaded, "purge", "--before", CUT, "--yes")

    assert done.code == 0, done.err
    assert "Events   8 before 2024-07-01: 8 of event" in done.out
    assert event_ids(loaded) == ["J1", "J2", "J3", "M1"]
    assert rows(loaded, "SELECT load_id, events FROM purge_load ORDER BY 1") == [(1, 7), (2, 1)]
    content = (loaded / "audit.duckdb").read_bytes()
    assert b"secret-reason" in content
    assert b"curious" not in content


def test_the_ledger_says_how_many_and_never_what(loaded: Path) -> None:
    typed(loaded, "purge", "--before", CUT, "--yes")
    (purge,) = ledger(loaded, "purge")
    assert (purge["before"], purge["events"], purge["reports"]) == (CUT, {"event": 8}, [])
    assert len(ledger(loaded, "purged")) == 1
    assert "curious" not in (loaded / "ledger.jsonl").read_text()


def test_a_dry_run_shows_what_would_go_and_touches_nothing(loaded: Path) -> None:
    before = {path: path.read_bytes() for path in loaded.rglob("*") if path.is_file()}
    done = typed(loaded, "purge", "--before", CUT, "--dry-run", "--format", "json")
    assert (done.code, done.json["done"], done.json["events"]) == (0, False, {"event": 8})
    assert done.json["files"] == ["logs/2024.csv"]
    assert {path: path.read_bytes() for path in loaded.rglob("*") if path.is_file()} == before


def test_where_nobody_can_be_asked_it_wants_yes(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    done = typed(loaded, "purge", "--before", CUT)
    assert (done.code, "--yes" in done.err) == (2, True)
    assert len(event_ids(loaded)) == 12


@pytest.mark.parametrize(("answer", "left"), [("y\n", 4), ("n\n", 12)])
def test_on_a_terminal_it_asks(loaded: Path, monkeypatch: pytest.MonkeyPatch, answer: str, left: int) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    done = typed(loaded, "purge", "--before", CUT)
    assert "8 of event" in done.err
    assert len(event_ids(loaded)) == left


def test_the_keeping_time_of_the_workspace_counts_where_no_day_is_named(loaded: Path) -> None:
    assert typed(loaded, "purge", "--yes").code == 2
    assert typed(loaded, "purge", "--before", datetime.now(UTC).date() + timedelta(days=2), "--yes").code == 2
    config = loaded / "audit.toml"
    days = (datetime.now(UTC).date() - datetime(2024, 7, 1).date()).days
    config.write_text(f"{CONFIG}\n[retention]\nkeep_days = {days}\n")
    assert typed(loaded, "purge", "--dry-run", "--format", "json").json["before"] == CUT
    config.write_text(f"{CONFIG}\n[retention]\nkeep_days = 0\n")
    assert typed(loaded, "purge", "--yes").code == 5


def test_incremental_equals_full_afterwards_and_all_verifies(loaded: Path) -> None:
    typed(loaded, "purge", "--before", CUT, "--yes")
    assert typed(loaded, "verify").code == 0
    assert typed(loaded, "run").code == 0
    late = HEAD + "J4,2024-07-06 10:00:00,RMS,U1,,view,person,P1,,\nO1,2024-06-06 10:00:00,RMS,U1,,view,person,P1,,\n"
    (loaded / "logs" / "late.csv").write_text(late)
    assert typed(loaded, "run").code == 0
    nightly = findings(loaded)
    assert typed(loaded, "run", "--full").code == 0
    assert findings(loaded) == nightly
    assert typed(loaded, "verify").code == 0
    assert event_ids(loaded) == ["J1", "J2", "J3", "J4", "M1"]


def test_findings_that_go_with_it_say_so(loaded: Path) -> None:
    typed(loaded, "purge", "--before", CUT, "--yes")
    typed(loaded, "run")
    import pyarrow.parquet as pq

    newest = max((loaded / "reports").glob("run=*"))
    why = pq.read_table(newest / "withdrawn.parquet", partitioning=None)["why"].to_pylist()
    assert set(why) == {f"an access that it cited was purged (older than {CUT})"}


@pytest.mark.parametrize("least_bytes", [1 << 24, 0], ids=["read into a table", "streamed"])
def test_an_overlapping_export_brings_nothing_back_and_its_counts_balance(
    loaded: Path, monkeypatch: pytest.MonkeyPatch, least_bytes: int
) -> None:
    monkeypatch.setattr("audit.load.streamed.LEAST_BYTES", least_bytes)
    typed(loaded, "purge", "--before", CUT, "--yes")
    # The old log once more, with a record whose time is none, one with another content, and one that is new.
    again = EVENTS.replace("curious", "other words") + "E8,nonsense,RMS,U1,,view,person,P1,,\n"
    (loaded / "logs" / "overlap.csv").write_text(again + "J9,2024-07-09 10:00:00,RMS,U9,,view,person,P1,,\n")

    done = typed(loaded, "load", "--format", "json")

    assert done.code == 3
    (load,) = done.json
    assert (load["records"], load["loaded"], load["duplicates"], load["quarantined"]) == (9, 1, 7, 1)
    assert "older than 2024-07-01 and purged, so they stay out (among the duplicates): 7" in done.err
    assert event_ids(loaded) == ["J1", "J2", "J3", "J9", "M1"]
    assert b"other words" not in (loaded / "audit.duckdb").read_bytes()


@pytest.mark.parametrize("least_bytes", [1 << 24, 0], ids=["read into a table", "streamed"])
def test_an_old_record_that_breaks_a_rule_stays_out_too(
    loaded: Path, monkeypatch: pytest.MonkeyPatch, least_bytes: int
) -> None:
    monkeypatch.setattr("audit.load.streamed.LEAST_BYTES", least_bytes)
    typed(loaded, "purge", "--before", CUT, "--yes")
    (loaded / "logs" / "bad.csv").write_text(
        HEAD
        + "B1,2024-06-09 10:00:00,RMS,U1,,no-such-action,person,P1,,\nB2,2024-07-09 10:00:00,RMS,U1,,view,person,P1,,\n"
    )
    (load,) = typed(loaded, "load", "--format", "json").json
    assert (load["records"], load["loaded"], load["duplicates"], load["quarantined"]) == (2, 1, 1, 0)
    assert b"no-such-action" not in (loaded / "audit.duckdb").read_bytes()


def test_a_log_that_has_grown_brings_what_is_new_of_it_alone(loaded: Path) -> None:
    typed(loaded, "purge", "--before", CUT, "--yes")
    log = loaded / "logs" / "2024.csv"
    more = "G1,2024-07-09 10:00:00,RMS,U9,,view,person,P1,,\nG2,2024-06-09 10:00:00,RMS,U9,,view,person,P1,,\n"
    log.write_text(EVENTS + more)
    (load,) = typed(loaded, "load", "--format", "json").json
    assert (load["records"], load["loaded"], load["duplicates"]) == (9, 1, 8)
    assert event_ids(loaded) == ["G1", "J1", "J2", "J3", "M1"]


def test_of_a_file_that_is_past_as_a_whole_nothing_is_kept(loaded: Path) -> None:
    typed(loaded, "purge", "--before", CUT, "--yes")
    (loaded / "logs" / "past.csv").write_text(EVENTS + "E8,nonsense,RMS,U1,,view,person,P1,,\nE9,too,few\n")
    (load,) = typed(loaded, "load", "--format", "json").json
    assert (load["records"], load["duplicates"], load["quarantined"], load["rejected"]) == (9, 8, 0, 1)
    assert (
        rows(loaded, "SELECT * FROM quarantine UNION ALL SELECT load_id, record_no, [], record FROM rejected_record")
        == []
    )


def test_a_load_mapped_again_brings_nothing_back_and_loses_nothing_held(loaded: Path) -> None:
    finding = next(row for row in typed(loaded, "findings", "--user", "U1", "--format", "json").json)
    assert typed(loaded, "review", finding["finding_id"], "--outcome", "misconduct", "--by", "PSD").code == 0
    typed(loaded, "purge", "--before", CUT, "--yes")
    held = ["E1", "E2", "E3"]
    assert event_ids(loaded) == [*held, "J1", "J2", "J3", "M1"]
    for load in (1, 2):
        assert typed(loaded, "load", "--again", load).code == 0
    assert event_ids(loaded) == [*held, "J1", "J2", "J3", "M1"]


def test_a_load_is_not_mapped_anew_where_an_event_that_is_held_would_be_lost(loaded: Path) -> None:
    looked = (
        GATE.replace('event_id = "no"\n', "") + 'subject_kind = { value = "person" }\nsubject_id = { value = "P9" }\n'
    )
    definition = add_source(loaded, looked)
    typed(loaded, "run")
    finding = typed(loaded, "findings", "--subject", "P9", "--format", "json").json[0]["finding_id"]
    typed(loaded, "review", finding, "--outcome", "misconduct", "--by", "PSD")
    assert typed(loaded, "purge", "--before", CUT, "--yes", "--format", "json").json["held_events"] == 1
    held = event_ids(loaded)
    load_id = rows(loaded, "SELECT load_id FROM load_log WHERE source = 'gate'")[0][0]
    assert typed(loaded, "load", "--again", load_id).code == 0

    definition.write_text(definition.read_text().replace('"search"', '"print"'))
    again = load_id + len(rows(loaded, "SELECT * FROM withdrawn_load"))
    done = typed(loaded, "load", "--again", again)

    assert (done.code, "1 events that a finding under review rests on would be lost" in done.err) == (2, True), done.err
    assert event_ids(loaded) == held


def test_quarantined_and_rejected_records_go_with_the_newest_event_of_their_file(loaded: Path) -> None:
    add_source(loaded, GATE)
    (loaded / "gate" / "a.csv").write_text("no,when,who\n1,2024-06-06 10:00:00,U3\n2,nonsense,old-secret\n3,x\n")
    (loaded / "gate" / "b.csv").write_text("no,when,who\n4,2024-07-06 10:00:00,U3\n5,nonsense,new-secret\n6,x\n")
    assert typed(loaded, "load").code == 3
    done = typed(loaded, "purge", "--before", CUT, "--yes", "--format", "json").json
    assert (done["events"], done["quarantined"], done["rejected"]) == ({"event": 8, "gate": 1}, 1, 1)
    content = (loaded / "audit.duckdb").read_bytes()
    assert (b"old-secret" in content, b"new-secret" in content) == (False, True)
    assert typed(loaded, "verify").code == 0


def test_what_a_finding_under_review_rests_on_stays_until_it_is_let_go(loaded: Path) -> None:
    finding = next(row for row in typed(loaded, "findings", "--user", "U1", "--format", "json").json)["finding_id"]
    assert typed(loaded, "review", finding, "--outcome", "misconduct", "--by", "PSD").code == 0
    done = typed(loaded, "purge", "--before", CUT, "--yes", "--format", "json").json
    assert (done["held_findings"], done["held_events"], done["events"]) == ([finding], 3, {"event": 5})
    typed(loaded, "run")
    assert typed(loaded, "show", finding).code == 0
    cited = typed(loaded, "show", finding, "--format", "json").json
    assert {"E1", "E2", "E3"} <= set(json.dumps(cited).replace('"', " ").replace(",", " ").split())

    assert typed(loaded, "review", finding, "--outcome", "explained", "--by", "PSD").code == 0
    assert typed(loaded, "purge", "--before", CUT, "--yes", "--format", "json").json["events"] == {"event": 3}
    assert event_ids(loaded) == ["J1", "J2", "J3", "M1"]


def test_without_the_report_of_a_finding_under_review_nothing_is_removed(loaded: Path) -> None:
    finding = next(row for row in typed(loaded, "findings", "--user", "U1", "--format", "json").json)["finding_id"]
    typed(loaded, "review", finding, "--outcome", "misconduct", "--by", "PSD")
    shutil.rmtree(max((loaded / "reports").glob("run=*")))
    done = typed(loaded, "purge", "--before", CUT, "--yes")
    assert (done.code, f"finding {finding}: is under review and stands in no report" in done.err) == (6, True)
    assert len(event_ids(loaded)) == 12


def test_old_reports_go_but_for_the_newest_and_those_a_review_rests_on(loaded: Path) -> None:
    first = next((loaded / "reports").glob("run=*"))
    finding = next(row for row in typed(loaded, "findings", "--user", "U1", "--format", "json").json)["finding_id"]
    for number in range(3):
        text = HEAD + f"N{number},2024-07-1{number} 10:00:00,RMS,U1,,view,person,P1,,\n"
        (loaded / "logs" / f"new-{number}.csv").write_text(text)
        typed(loaded, "run")
    reports = sorted(path.name for path in (loaded / "reports").glob("run=*"))
    typed(loaded, "review", finding, "--outcome", "training", "--by", "PSD")
    config = loaded / "audit.toml"
    # All were made today, so that only a keeping time of less than none could be past.
    config.write_text(f"{CONFIG}\n[retention]\nkeep_days = 1\n")
    from audit.purge import days_to_keep, purge
    from audit.workspace import read_workspace

    workspace = read_workspace(loaded)
    days = days_to_keep(workspace, None, datetime.now(UTC) + timedelta(days=2))
    done = purge(workspace, days, lambda _: None)

    assert [run.folder.name for run in done.plan.reports] == reports[:-1]
    assert sorted(path.name for path in (loaded / "reports").iterdir()) == [reports[-1]]
    assert first.name in reports[:-1]
    assert ledger(loaded, "purge")[0]["reports"] == reports[:-1]
    assert typed(loaded, "verify").code == 0
    assert typed(loaded, "run").code == 0
    assert typed(loaded, "verify").code == 0
    # Somebody's own removal is still told from it.
    shutil.rmtree(loaded / "reports" / reports[-1])
    assert typed(loaded, "verify").code == 8


def test_a_report_made_again_names_the_purge(loaded: Path) -> None:
    run = next((loaded / "reports").glob("run=*")).name.removeprefix("run=")
    typed(loaded, "purge", "--before", CUT, "--yes")
    done = typed(loaded, "run", "--as-of", run, "--format", "json")
    assert done.code == 8
    assert [(reason["kind"], reason["text"][:49]) for reason in done.json["reasons"]] == [
        ("purged", "of the events that were loaded then 8 are gone, o")
    ]


def test_the_database_shrinks(tmp_path: Path) -> None:
    folder = make_tiny(tmp_path / "tiny")
    lines = (
        f"X{n},2024-0{1 + n % 2}-10 10:00:00,RMS,U{n % 50},,view,person,P{n},{n * 7919},\n" for n in range(200_000)
    )
    (folder / "logs" / "many.csv").write_text(HEAD + "".join(lines))
    typed(folder, "load")
    before = (folder / "audit.duckdb").stat().st_size
    done = typed(folder, "purge", "--before", "2024-02-01", "--yes", "--format", "json").json
    after = (folder / "audit.duckdb").stat().st_size
    assert done["events"] == {"event": 100_000}
    assert (done["bytes_before"], done["bytes_after"]) == (before, after)
    assert after < 0.7 * before


def test_nothing_to_remove_leaves_all_as_it_is(loaded: Path) -> None:
    database = (loaded / "audit.duckdb").read_bytes()
    done = typed(loaded, "purge", "--before", "2020-01-01", "--yes")
    assert (done.code, "Nothing is older than 2020-01-01." in done.out) == (0, True)
    assert (loaded / "audit.duckdb").read_bytes() == database
    assert ledger(loaded, "purge") == []


def test_a_disk_that_fails_leaves_the_old_database_and_no_entry(loaded: Path) -> None:
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "from audit.cli.main import run_words; sys.exit(run_words(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", script, "-w", str(loaded), "purge", "--before", CUT, "--yes"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 6, done.stderr
    assert "nothing was removed" in done.stderr
    assert len(event_ids(loaded)) == 12
    assert ledger(loaded, "purge") == []
    assert not list(loaded.glob(".audit.duckdb*"))


def test_a_killed_purge_leaves_the_old_database_or_the_new_one_and_can_be_done_again(
    loaded: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "audit", "-w"]
    started = time.monotonic()
    whole = Path(shutil.copytree(loaded, tmp_path / "whole"))
    assert subprocess.run([*command, str(whole), "purge", "--before", CUT, "--yes"], check=False).returncode == 0
    took = time.monotonic() - started
    chance = random.Random(1)
    seen = set()
    for number in range(12):
        folder = Path(shutil.copytree(loaded, tmp_path / f"killed-{number}"))
        process = subprocess.Popen(
            [*command, str(folder), "purge", "--before", CUT, "--yes"], stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.5, 1.0) * took)
        process.kill()
        process.wait()
        left = len(event_ids(folder))
        seen.add(left)
        assert left in (12, 4)
        assert typed(folder, "verify").code == 0
        assert typed(folder, "purge", "--before", CUT, "--yes").code == 0
        assert event_ids(folder) == event_ids(whole)
        assert not list(folder.glob(".audit.duckdb*"))
    assert seen


@pytest.mark.parametrize("step", ["replace", "rename", "append"])
def test_a_kill_at_each_step_of_the_swap_is_no_fault(loaded: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Before the ledger is told, between it and the rename, and before the reports go."""

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "append":
            from audit.ledger import Ledger

            patch.setattr(Ledger, "append", die)
        elif step == "replace":
            # Only the database is replaced, not the file that says who holds the lock.
            real = Path.replace
            patch.setattr(
                Path, "replace", lambda self, to: die() if self.name.endswith("duckdb.new") else real(self, to)
            )
        else:
            patch.setattr("audit.purge.removal._remove_reports", die)
        assert typed(loaded, "purge", "--before", CUT, "--yes").code == 1
    assert len(event_ids(loaded)) == (4 if step == "rename" else 12)
    noted = typed(loaded, "verify")
    assert noted.code == 0, noted.out
    assert ("do it again: audit purge" in noted.out) == (step != "append")
    assert typed(loaded, "purge", "--before", CUT, "--yes").code == 0
    assert "do it again" not in typed(loaded, "verify").out
    assert typed(loaded, "run").code == 0
    assert event_ids(loaded) == ["J1", "J2", "J3", "M1"]
    assert not list(loaded.glob(".audit.duckdb*"))


def test_while_a_run_holds_the_workspace_nothing_is_purged(loaded: Path) -> None:
    from audit.lock import hold
    from audit.workspace import read_workspace

    with hold(read_workspace(loaded)):
        done = subprocess.run(
            [sys.executable, "-m", "audit", "-w", str(loaded), "purge", "--before", CUT, "--yes"],
            capture_output=True, check=False, env=os.environ,
        )  # fmt: skip
    assert done.returncode == 4
    assert len(event_ids(loaded)) == 12
