"""The header of a query is complete, is TOML and agrees with the file and the SQL."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from tiny_queries import DETECTOR_SQL


def test_a_query_is_header_prose_and_sql(folder: Any) -> None:
    path = folder.write("detectors", "own-record", references='["case three"]', tags='["police"]')

    detector = folder.read().detector("own-record")

    assert detector.kind == "detector"
    assert detector.title == "A title"
    assert detector.prose == "Why it matters."
    assert detector.sql == DETECTOR_SQL
    assert detector.path == path
    assert detector.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (detector.level, detector.points, detector.key) == ("high", 20, ("user_id", "subject_id"))
    assert (detector.requires, detector.references, detector.tags) == ((), ("case three",), ("police",))


def test_a_header_value_may_run_over_several_lines(folder: Any) -> None:
    folder.write("detectors", "own-record", triage='[\n--     "ask",\n--     "look",\n-- ]')

    assert folder.read().detector("own-record").triage == ("ask", "look")


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(folder: Any) -> None:
    path = folder.write("views", "seen")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert folder.read().query("seen").sql == "SELECT access_id FROM access"


@pytest.mark.parametrize(
    "key",
    ["id", "title", "description", "reads", "level", "status", "family", "key", "points", "falsepositives", "triage"],
)
def test_a_key_left_out_is_named(folder: Any, key: str) -> None:
    folder.write("detectors", "own-record", **{key: None})

    assert f'header: "{key}" missing' in folder.faults()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("level", '"hihg"', 'did you mean "high"'),
        ("status", '"new"', "stable, test, experimental"),
        ("family", '"gossip"', "unauthorised, repeated"),
        ("points", "61", "from 0 to 60"),
        ("points", "true", "whole number"),
        ("points", '"20"', "whole number"),
        ("key", "[]", "at least one entry"),
        ("key", '"user_id"', "list of texts"),
        ("triage", "[1]", "list of texts"),
        ("title", '" "', "not empty"),
        ("requires", '["incidnt"]', 'did you mean "incident"'),
        ("levle", '"high"', 'did you mean "level"'),
        ("parameters", "3", "parameters.name = value"),
        ("parameters.days", "2024-01-01", "days must be a number, a text"),
    ],
)
def test_a_wrong_value_is_told_with_what_it_must_be(folder: Any, key: str, value: str, told: str) -> None:
    folder.write("detectors", "own-record", **{key: value})

    assert told in folder.faults()


def test_an_explanation_is_full_or_weak_and_has_its_place(folder: Any) -> None:
    folder.write("explanations", "on-duty", strength='"strong"', order=None)

    assert 'header: "order" missing' in folder.faults()
    assert '"strength" must be one of full, weak' in folder.faults()


def test_the_id_is_the_file_name(folder: Any) -> None:
    folder.write("views", "seen", id='"looked"')

    assert 'id is "looked" but the file is seen.sql' in folder.faults()


def test_a_header_that_is_not_toml_is_told_with_the_place(folder: Any) -> None:
    folder.write("views", "seen", title="no quotes")

    assert "is not TOML" in folder.faults()
    assert "line 2" in folder.faults()


def test_a_file_that_is_not_text_is_told(folder: Any) -> None:
    folder.write("views", "seen").write_bytes(b"\xff\xfe")

    assert "is not UTF-8" in folder.faults()


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        ("[]", 'reads lacks "access"'),
        ('["access", "staff"]', 'reads has "staff"'),
        ('["acces"]', 'did you mean "access"'),
        ('["access", "access"]', "twice"),
    ],
)
def test_reads_agree_exactly_with_the_sql(folder: Any, reads: str, told: str) -> None:
    folder.write("views", "seen", reads=reads)

    assert told in folder.faults()


def test_parameters_agree_exactly_with_the_sql(folder: Any) -> None:
    sql = "SELECT access_id FROM access WHERE local_hour > $from_hour"
    folder.write("reports", "night", sql=sql, **{"parameters.to_hour": "6"})

    assert 'parameters lacks "from_hour"' in folder.faults()
    assert 'parameters has "to_hour"' in folder.faults()


def test_all_faults_of_a_file_are_told_at_once_with_its_name_and_lines(folder: Any) -> None:
    sql = "SELECT\n    access_id,\n    hash(reason) AS a\nFROM access"
    path: Path = folder.write("detectors", "own-record", sql=sql, reads="[]", requires='["x"]', cases=None)

    faults = folder.faults().splitlines()

    assert all(line.startswith(str(path.parent)) for line in faults)
    line = path.read_text().splitlines().index("    hash(reason) AS a") + 1
    for told in ("reads lacks", f"line {line}, HASH", "ends with ORDER BY", 'requires "x"', '"counts"', "cases.toml"):
        assert any(told in fault for fault in faults), told
