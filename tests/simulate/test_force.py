"""The simulated force is canonical, the same every time, and explained as much as a real one."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from audit.errors import ExitCode, UsageError
from audit.schema import TABLES
from audit.simulate import simulate
from tests.simulate.conftest import Force


def make(path: Path, seed: int, threads: int) -> dict[str, str]:
    simulate(path, 60, 60, 8_000, seed, lambda _: None, threads=threads, memory="1GB")
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in path.rglob("*")
        if file.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_with_one_thread_and_two_and_another_seed_others(tmp_path: Path) -> None:
    one, two, other = (make(tmp_path / name, seed, n) for name, seed, n in (("a", 5, 1), ("b", 5, 2), ("c", 6, 2)))
    assert one == two
    assert one["labels/events.csv"] != other["labels/events.csv"]
    assert one["logs/event-2025-01.csv"] != other["logs/event-2025-01.csv"]


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder") as refused:
        simulate(tmp_path, 60, 60, 8_000, 1, lambda _: None)
    assert refused.value.exit_code == ExitCode.USAGE
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_force_too_small_is_refused_with_every_fault_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        simulate(tmp_path / "small", 3, 2, 10, 1, lambda _: None)
    assert len(refused.value.faults) == 3


def test_every_table_has_its_canonical_columns_and_an_input(force: Force) -> None:
    config = (force.made.directory / "audit.toml").read_text(encoding="utf-8")
    assert "horizon_hours = 36" in config
    for name, table in TABLES.items():
        assert f'source = "{name}"' in config
        files = [*force.made.directory.glob(f"logs/{name}-*.csv"), *force.made.directory.glob(f"context/{name}.csv")]
        assert files
        for file in files:
            with file.open(encoding="utf-8") as opened:
                assert opened.readline().strip().split(",") == list(table.columns)


def test_every_row_keeps_the_rules_of_its_table(force: Force) -> None:
    for name, table in TABLES.items():
        if name == "event":
            continue
        rows = force.rows(f"context/{name}.csv")
        assert rows, name
        keys = Counter(tuple(row[column] for column in table.key) for row in rows)
        assert max(keys.values()) == 1, name
        for column in table.columns.values():
            values = {row[column.name] for row in rows}
            assert not (column.required and "" in values), (name, column.name)
            assert not column.vocabulary or values <= {"", *column.vocabulary}, (name, column.name)


def test_the_log_holds_exactly_the_events_asked_for_each_with_one_label(force: Force) -> None:
    ids = force.reckoned.sql(
        "SELECT count(*), count(DISTINCT event_id), (SELECT count(*) FROM label), "
        "(SELECT count(*) FROM event INNER JOIN label USING (event_id)) FROM event"
    ).fetchall()[0]
    assert ids == (200_000, 200_000, 200_000, 200_000)
    kinds = dict(force.reckoned.sql("SELECT label, count(*) FROM label GROUP BY label").fetchall())
    cases = {row["case_id"] for row in force.rows("labels/cases.csv")}
    assert set(kinds) - {"honest", "honest-unexplained", "machine"} <= cases
    assert kinds["machine"] > 1000


def test_between_94_and_96_percent_of_accesses_are_explained_in_full_or_weakly(force: Force) -> None:
    counts = dict(force.reckoned.sql("SELECT verdict, count(*) FROM verdict GROUP BY verdict").fetchall())
    total = sum(counts.values())
    assert 0.94 <= (counts["explained"] + counts["weak"]) / total <= 0.96
    assert counts["weak"] / total < 0.08
    assert counts["unjudged"] / total < 0.005


def test_three_to_five_percent_are_honest_and_unexplained_on_mostly_distinct_subjects(force: Force) -> None:
    total, slips, pairs, users = force.reckoned.sql(
        "SELECT count(*), count(*) FILTER (label = 'honest-unexplained'),"
        " count(DISTINCT (user_id, subject_id)) FILTER (label = 'honest-unexplained'),"
        " count(DISTINCT user_id) FILTER (label = 'honest-unexplained') FROM verdict"
    ).fetchall()[0]
    assert 0.03 <= slips / total <= 0.05
    assert pairs / slips > 0.97
    assert users > 0.7 * force.made.staff


def test_honest_work_is_explained_as_it_was_meant_to_be(force: Force) -> None:
    meant, failed = force.reckoned.sql(
        "SELECT count(*), count(*) FILTER (verdict = 'unexplained') FROM verdict WHERE label = 'honest'"
    ).fetchall()[0]
    assert failed / meant < 0.0005


def test_one_system_logs_accounts_and_no_users_and_machines_log_no_act_of_theirs(force: Force) -> None:
    rows = force.reckoned.sql(
        "SELECT count(*) FILTER (user_id IS NOT NULL AND origin = 'person'), count(*) FILTER (account IS NULL)"
        " FROM event WHERE system = 'ALPR'"
    ).fetchall()
    assert rows == [(0, 0)]


def test_the_lost_day_of_one_system_is_silent_and_its_other_days_are_not(force: Force) -> None:
    key = json.loads(next(row for row in force.rows("labels/cases.csv") if row["detector"] == "log-gap")["key"])
    counts = dict(
        force.reckoned.execute(
            "SELECT strftime(t, '%Y-%m-%d'), count(*) FROM person_event WHERE system = ? GROUP BY ALL", [key["system"]]
        ).fetchall()
    )
    assert key["day"] not in counts
    assert len(counts) >= 149
