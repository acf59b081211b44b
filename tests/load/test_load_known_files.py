"""A log file whose content is known is skipped without a row; what is to be loaded is found by the inputs."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from load_desk import event, faults

from audit.errors import InputOutputError, SourceError, UsageError
from audit.load import fingerprint

WHEN = "2024-03-01 10:00:00"


def test_a_known_file_is_skipped_without_a_row(desk: Any) -> None:
    desk.load_log([event()])

    again = desk.load()

    assert (again.loads, again.known, again.codes) == ([], 1, [])
    assert desk.rows("SELECT count(*) FROM load_log") == [(1,)]


def test_a_file_is_known_by_its_content_and_not_by_its_size_and_time(desk: Any) -> None:
    path = desk.folder / "logs" / "a.csv"
    desk.load_log([event(event_id="E1")])
    before = path.stat()

    desk.write("logs/a.csv", [event(event_id="E2")])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)

    assert desk.load().loads[0].loaded == 1
    assert desk.rows("SELECT event_id FROM event ORDER BY event_id") == [("E1",), ("E2",)]


def test_of_many_files_those_that_are_new_are_found_among_those_that_are_known(desk: Any) -> None:
    for number in range(12):
        desk.write(f"logs/{number:02}.csv", [event(event_id=f"E{number:02}")])
    assert len(desk.load().loads) == 12

    desk.write("logs/05.csv", [event(event_id="E99")])
    desk.write("logs/12.csv", [event(event_id="E05")])
    desk.write("logs/13.csv", [event(event_id="E13", reason="another length")])
    result = desk.load()

    # The content that 05.csv had is known under the name of 12.csv.
    assert [load.path for load in result.loads] == ["logs/05.csv", "logs/13.csv"]
    assert result.known == 12


def test_the_same_new_content_in_two_files_is_loaded_once(desk: Any) -> None:
    desk.write("logs/a.csv", [event()])
    desk.write("logs/b.csv", [event()])

    result = desk.load()

    assert ([load.path for load in result.loads], result.known) == (["logs/a.csv"], 1)


def test_a_file_of_a_known_size_that_cannot_be_read_stops_itself_alone(desk: Any, monkeypatch: Any) -> None:
    desk.load_log([event(event_id="E1")])
    desk.write("logs/b.csv", [event(event_id="E2")])
    desk.write("logs/c.csv", [event(event_id="E3")])
    whole = fingerprint.reading

    def refused(path: Path) -> Any:
        if path.name == "b.csv":
            raise InputOutputError(f"{path}: cannot be read")
        return whole(path)

    monkeypatch.setattr(fingerprint, "reading", refused)
    result = desk.load()

    assert [load.path for load in result.loads] == ["logs/c.csv"]
    assert ["b.csv" in message for message in faults(result)] == [True]


@pytest.mark.parametrize("chunk", [1, 3, 7, 1 << 20])
@pytest.mark.parametrize("sizes", [(), (1,), (3, 7, 20), (20, 26, 3, 3), (27, 40)])
def test_a_file_and_its_beginnings_have_the_hashes_of_their_bytes(
    tmp_path: Path, monkeypatch: Any, chunk: int, sizes: tuple[int, ...]
) -> None:
    monkeypatch.setattr(fingerprint, "_CHUNK", chunk)
    content = b"abcdefghijklmnopqrstuvwxyz"
    (tmp_path / "a").write_bytes(content)

    found = fingerprint.hash_file(tmp_path / "a", sizes)

    assert (found.sha256, found.bytes) == (hashlib.sha256(content).hexdigest(), 26)
    assert found.beginnings == {size: hashlib.sha256(content[:size]).hexdigest() for size in sizes if size <= 26}


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
