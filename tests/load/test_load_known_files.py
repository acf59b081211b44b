"""A log file whose content is known is skipped without a row; what is to be loaded is found by the inputs."""

import gzip
from typing import Any

import pytest
from load_desk import event, faults

from audit.errors import SourceError, UsageError

WHEN = "2024-03-01 10:00:00"


def test_a_known_file_is_skipped_without_a_row(desk: Any) -> None:
    desk.load_log([event()])

    again = desk.load()

    assert (again.loads, again.known, again.codes) == ([], 1, [])
    assert desk.rows("SELECT count(*) FROM load_log") == [(1,)]


def test_known_content_is_known_under_another_name(desk: Any) -> None:
    desk.load_log([event()])
    (desk.folder / "logs/a.csv").rename(desk.folder / "logs/z.csv")

    assert desk.load().known == 1


def test_a_file_that_grew_is_loaded_and_its_old_records_are_duplicates(desk: Any) -> None:
    desk.load_log([event()])

    load = desk.load_log([event(), event(event_id="E2")])

    assert (load.loaded, load.duplicates) == (1, 1)


def test_the_same_content_in_an_archive_is_another_file_of_known_events(desk: Any) -> None:
    desk.load_log([event()])
    load = desk.load_log(gzip.compress((desk.folder / "logs/a.csv").read_bytes()), name="logs/a.csv.gz")

    assert (load.loaded, load.duplicates) == (0, 1)


def test_a_missing_file_is_named_and_the_others_are_loaded(desk: Any) -> None:
    desk.inputs = [("staff", "staff.csv"), ("event", "logs/*")]
    desk.write("logs/a.csv", [event()])

    result = desk.load()

    assert "staff.csv: no such file" in faults(result)[0]
    assert [int(code) for code in result.codes] == [6]
    assert len(result.loads) == 1


def test_a_pattern_that_matches_nothing_is_a_warning(desk: Any) -> None:
    result = desk.load()

    assert (result.faults, result.loads) == ([], [])
    assert "no file matches" in result.warnings[0]


def test_folders_and_hidden_files_are_no_input(desk: Any) -> None:
    (desk.folder / "logs" / "sub").mkdir(parents=True)
    desk.write("logs/.a.csv.part", "x")

    assert desk.load().loads == []


def test_an_unknown_source_is_said_before_anything_is_loaded(desk: Any) -> None:
    desk.inputs = [("event", "logs/*"), ("evnt", "x"), ("staf", "y")]
    desk.write("logs/a.csv", [event()])

    with pytest.raises(SourceError) as fault:
        desk.load()

    assert len(fault.value.faults) == 2
    assert 'no source "evnt"; did you mean "event"?' in str(fault.value)
    assert desk.rows("SELECT * FROM load_log") == []


def test_a_named_file_is_loaded_as_the_input_that_matches_it(desk: Any) -> None:
    desk.define()
    desk.inputs = [("event", "elsewhere/*"), ("log", "logs/**/*.csv")]
    path = desk.write("logs/2024/03/a.csv", f"id,when,who\n1,{WHEN},U1\n")

    assert [load.source for load in desk.load_files(path).loads] == ["log"]
    assert desk.load_files(path).known == 1


def test_a_named_file_of_no_input_needs_a_source(desk: Any, tmp_path: Any) -> None:
    path = desk.write("elsewhere/logs/a.csv", [event()])

    with pytest.raises(UsageError, match="--source"):
        desk.load_files(path)
    with pytest.raises(SourceError, match="no source"):
        desk.load_files(path, source="nosuch")
    assert len(desk.load_files(path, source="event").loads) == 1


def test_a_named_file_that_is_not_there_is_a_fault(desk: Any) -> None:
    result = desk.load_files(desk.folder / "nosuch.csv", source="event")

    assert [int(code) for code in result.codes] == [6]
    assert "nosuch.csv" in faults(result)[0]


def test_an_own_definition_comes_before_the_built_in_one(desk: Any) -> None:
    desk.define(f'name = "event"\ntable = "event"\n[columns]\nevent_id = "id"\noccurred_at = {{ value = "{WHEN}" }}\n'
                'system = { value = "X" }\naction = { value = "view" }\n')  # fmt: skip
    desk.inputs = [("event", "logs/*")]
    desk.load_log("id\n1\n")

    assert desk.events("system") == ["X"]
