"""JSON: the array at the path holds the records; a document that is cut off is trusted in nothing."""

import gzip
import json
from typing import Any

import pyarrow as pa
import pytest
from load_desk import counts, faults

RECORD = {"id": "1", "when": "2024-03-01T10:00:00Z", "who": "U1"}


def some(number: int) -> list[dict[str, str]]:
    return [RECORD | {"id": str(place + 1)} for place in range(number)]


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(read='format = "json"')
    return desk


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_the_top_level_array_holds_the_records(log: Any, indent: Any) -> None:
    load = log.load_log(json.dumps(some(3), indent=indent), name="logs/a.json")

    assert counts(load) == (3, 3, 0, 0, 0)
    assert log.events("event_id, record_no") == [("1", 1), ("2", 2), ("3", 3)]


def test_one_object_is_one_record(log: Any) -> None:
    assert counts(log.load_log(json.dumps(RECORD))) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize("path", ["$.a.b", "$.a.b[*]", "$['a']['b']", '$.a["b"]'])
def test_the_path_leads_to_the_records(log: Any, path: str) -> None:
    log.define(read=f"format = \"json\"\nrecords = '''{path}'''")
    document = {"b": [1], "a": {"c": {"b": [2]}, "b": some(2), "d": [3]}, "e": "[{"}
    assert counts(log.load_log(json.dumps(document))) == (2, 2, 0, 0, 0)


def test_the_records_of_all_pages_are_found(log: Any) -> None:
    log.define(read='format = "json"\nrecords = "$.pages.items"')
    pages = [{"items": some(2)}, {"items": []}, {"items": some(3)[2:]}]
    load = log.load_log(json.dumps({"pages": pages}))

    assert counts(load) == (3, 3, 0, 0, 0)
    assert log.events("event_id, record_no") == [("1", 1), ("2", 2), ("3", 3)]


def test_nested_fields_are_named_with_dots(log: Any) -> None:
    log.define(read='format = "json"', user_id='"actor.user"', reason='"a.b"')
    log.load_log(json.dumps([RECORD | {"actor": {"user": "U7"}, "a": {"b": "deep"}}], indent=1))

    assert log.events("user_id, reason") == [("U7", "deep")]


def test_numbers_keep_their_text(log: Any) -> None:
    numbers = ["12", "12.0", "12.10", "1e3", "1.0000000000000000001", "-0.50", "9007199254740993", "1" * 40]
    numbers += ['"12.10"', '"x: 1.50, "', '{"a":[1.50]}', "[1.50,2]", "true", '"\\",1.50,"']
    log.define(read='format = "json"', reason='"v"')
    records = [json.dumps(RECORD | {"id": str(n)})[:-1] + f', "v": {number}}}' for n, number in enumerate(numbers)]
    log.load_log(f"[{', '.join(records)}]")

    assert log.events("reason") == [
        "12", "12.0", "12.10", "1e3", "1.0000000000000000001", "-0.50", "9007199254740993", "1" * 40,
        "12.10", "x: 1.50, ", '{"a":[1.5]}', "[1.5,2]", "true", '",1.50,',
    ]  # fmt: skip


def test_a_record_that_is_no_object_is_rejected(log: Any) -> None:
    entries: list[Any] = [RECORD, "text", [1], None, RECORD | {"id": "2"}]
    load = log.load_log(json.dumps(entries))

    assert counts(load) == (5, 2, 0, 0, 3)
    assert log.rejects() == [(2, '"text"'), (3, "[1]"), (4, "null")]
    assert log.events("record_no") == [1, 5]


def test_a_quarantined_record_is_kept_as_compact_json(log: Any) -> None:
    record = RECORD | {"when": "no  time, : ", "n": 12.5, "quoted": 'a " b\\'}
    log.load_log(json.dumps([record], indent=4))

    assert log.column("SELECT record FROM quarantine") == [json.dumps(record, separators=(",", ":"))]


WHOLE = json.dumps(some(50))


@pytest.mark.parametrize(
    "text",
    [WHOLE[:-1], WHOLE[:700], WHOLE[:-3], "[", "{", '{"a": ', "id,when\n1,2", WHOLE + "]", '{"a": 1}\n{"a": 2}', "[{'a': 1}]",
     "[1 2]", "[1,]", "[" * 100_000],
)  # fmt: skip
def test_what_is_not_one_whole_document_loads_nothing(log: Any, text: str) -> None:
    log.write("logs/a.json", text)
    result = log.load()

    [message] = faults(result)
    assert "logs/a.json: is not one whole JSON document; nothing of it was loaded" in message
    assert {int(code) for code in result.codes} == {6}


@pytest.mark.parametrize(("path", "message"), [("$.b", "leads to no"), ("$.n", "leads to no"), ("a.b", "not a path")])
def test_a_path_that_leads_nowhere_stops_the_file(log: Any, path: str, message: str) -> None:
    log.define(read=f'format = "json"\nrecords = "{path}"')
    log.write("logs/a.json", json.dumps({"a": some(2), "n": 1}))
    result = log.load()

    assert message in faults(result)[0]
    assert {int(code) for code in result.codes} == {5}


@pytest.mark.parametrize("text", ["", " \n", "[]", '{"a": []}', '{"a": null}'])
def test_a_document_without_records_has_a_warning(log: Any, text: str) -> None:
    log.define(read='format = "json"' + ('\nrecords = "$.a"' if "a" in text else ""))
    log.write("logs/a.json", text)
    result = log.load()

    assert faults(result) == []
    assert counts(result.loads[0]) == (0, 0, 0, 0, 0)
    assert result.warnings == ["logs/a.json: the file holds no record"]


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_archives_and_encodings_are_read(log: Any, ending: str) -> None:
    log.define(read='format = "json"\nencoding = "utf-16"')
    text = json.dumps([RECORD | {"who": "Zoë"}], ensure_ascii=False).encode("utf-16")
    packed = {".gz": gzip.compress(text), ".zst": pa.compress(text, "zstd", asbytes=True)}
    log.load_log(packed.get(ending, text), name=f"logs/a.json{ending}")

    assert log.events("user_id") == ["Zoë"]


def test_undecodable_bytes_are_rejected(log: Any) -> None:
    text = json.dumps(some(3)).encode().replace(b'"2"', b'"\xff"')

    assert counts(log.load_log(text)) == (3, 2, 0, 0, 1)
