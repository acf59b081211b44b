"""audit purge as somebody types it: what goes is gone for good, what stays stays, and all still fits together."""

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.tiny import CONFIG, EVENTS, GATE, add_source, make_tiny
from tests.purge.small import CUT, HEAD, event_ids, findings, ledger, rows, typed


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

    assert (done.code, "1 event that a finding under review rests on would be lost" in done.err) == (2, True), done.err
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


def test_a_control_access_that_is_for_action_stays_with_all_its_events(loaded: Path) -> None:
    assert typed(loaded, "review", "E4", "--outcome", "misconduct", "--by", "PSD").code == 0
    done = typed(loaded, "purge", "--before", CUT, "--yes", "--format", "json").json
    assert (done["held_accesses"], done["held_events"]) == (["E4"], 2)
    assert event_ids(loaded) == ["E4", "E5", "J1", "J2", "J3", "M1"]

    typed(loaded, "run")
    assert typed(loaded, "review", "E4", "--outcome", "explained", "--by", "PSD").code == 0
    typed(loaded, "purge", "--before", CUT, "--yes")
    assert event_ids(loaded) == ["J1", "J2", "J3", "M1"]


def test_a_sampled_access_that_is_for_action_stays_until_it_is_let_go(loaded: Path) -> None:
    assert typed(loaded, "sample", "--user", "U1", "--until", "2024-06-05").code == 0
    assert typed(loaded, "review", "E1", "--outcome", "training", "--by", "Insp Shaw").code == 0
    assert "1 access drawn by lot under review" in typed(loaded, "purge", "--before", CUT, "--dry-run").out
    done = typed(loaded, "purge", "--before", CUT, "--yes", "--format", "json").json
    assert (done["held_accesses"], done["held_events"]) == (["E1"], 1)

    assert typed(loaded, "review", "E1", "--outcome", "explained", "--by", "Insp Shaw").code == 0
    typed(loaded, "purge", "--before", CUT, "--yes")
    assert event_ids(loaded) == ["J1", "J2", "J3", "M1"]


def test_without_the_report_of_a_finding_under_review_nothing_is_removed(loaded: Path) -> None:
    finding = next(row for row in typed(loaded, "findings", "--user", "U1", "--format", "json").json)["finding_id"]
    typed(loaded, "review", finding, "--outcome", "misconduct", "--by", "PSD")
    shutil.rmtree(max((loaded / "reports").glob("run=*")))
    done = typed(loaded, "purge", "--before", CUT, "--yes")
    assert (done.code, f"finding {finding}: is under review and stands in no report" in done.err) == (6, True)
    assert len(event_ids(loaded)) == 12


def test_status_and_explain_tell_of_a_purge(loaded: Path) -> None:
    assert json.loads(typed(loaded, "status", "--format", "json").out)["inputs"][0]["purged"] == 0
    typed(loaded, "purge", "--before", CUT, "--yes")

    status = typed(loaded, "status")
    log = typed(loaded, "status", "--format", "json").json["inputs"][0]
    gone, never = typed(loaded, "explain", "E1"), typed(loaded, "explain", "E999")

    assert f"event: events from before {CUT} that were purged: 8" in status.out
    assert (log["purged"], log["purged_before"]) == (8, CUT)
    assert (gone.code, never.code) == (2, 2)
    assert f"Events from before {CUT} were purged, and what is purged leaves no id behind" in gone.err
    assert gone.err.replace("E1", "E999") == never.err


def test_old_reports_go_but_for_the_newest_and_those_a_review_rests_on(loaded: Path) -> None:
    first = next((loaded / "reports").glob("run=*"))
    finding = next(row for row in typed(loaded, "findings", "--user", "U1", "--format", "json").json)["finding_id"]
    for number in range(3):
        text = HEAD + f"N{number},2024-07-1{number} 10:00:00,RMS,U1,,view,person,P1,,\n"
        (loaded / "logs" / f"new-{number}.csv").write_text(text)
        typed(loaded, "run")
    reports = sorted(path.name for path in (loaded / "reports").glob("run=*"))
    for name in ("csv", "ocsf"):
        assert typed(loaded, "report", "--run", first.name.removeprefix("run="), "--format", name).code == 0
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
