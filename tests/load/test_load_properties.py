"""Any table of text comes back cell for cell, in any dialect; and a plain twin agrees on which events stand."""

import csv
import gzip
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from load_desk import Desk, csv_text

from audit.engine.duckdb import Limits, connect
from audit.load import csv_reader
from audit.load.csv_reader import read_csv
from audit.sources.definition import ReadOptions

SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["", " ", '"', ",", "\n", "\r\n", "a\rb", "'", "=1+1", "\x00", "NULL", "0012", "61096e3", "\u202e", ";|\t", '""']
)
DELIMITERS = st.sampled_from([",", ";", "\t", "|", "^", "~", "\x1f", "¦"])
QUOTES = st.sampled_from(['"', "'", "`"])
ESCAPES = st.sampled_from(["\\", "!", "/"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"])
QUOTINGS = [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]
PACKINGS = {"": bytes, ".gz": gzip.compress, ".zst": lambda data: pa.compress(data, codec="zstd", asbytes=True)}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    connection = connect(tmp_path_factory.mktemp("bench") / "bench.duckdb", Limits(threads=2))
    yield connection
    connection.close()


def read_back(bench: Any, path: Path, read: ReadOptions) -> tuple[list[list[str]], int, int]:
    raw = read_csv(bench, path, read)
    columns = ", ".join(f"COALESCE({column}, '')" for column in raw.columns.names.values())
    rows = bench.execute(f"SELECT {columns} FROM {raw.relation} ORDER BY record_no").fetchall() if columns else []
    return [list(row) for row in rows], raw.records, raw.rejected


def written(data: st.DataObject, rows: list[list[str]], width: int) -> tuple[str, ReadOptions]:
    """Write a table in a drawn dialect; return the text, and the dialect as a definition would say it."""
    delimiter, quote, end = data.draw(DELIMITERS), data.draw(QUOTES), data.draw(ENDS)
    quoting, doubled = data.draw(st.sampled_from(QUOTINGS)), data.draw(st.booleans())
    escape = data.draw(ESCAPES) if quoting == csv.QUOTE_NONE or not doubled else data.draw(st.just("") | ESCAPES)
    if {char for row in rows for cell in row for char in cell if char in "\r\n"} - set(end):
        # Python's csv leaves a line end of another kind bare, so that even it cannot tell a last cell from the line's end.
        quoting = csv.QUOTE_ALL
    if [""] in rows and quoting == csv.QUOTE_NONE:
        # Unquoted it would be a blank line.
        quoting = csv.QUOTE_MINIMAL
    none = quoting == csv.QUOTE_NONE
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=delimiter, quotechar=None if none else quote, escapechar=escape or None, doublequote=doubled,
        lineterminator=end, quoting=quoting,
    )  # fmt: skip
    writer.writerow([f"c{number}" for number in range(width)])
    writer.writerows(rows)
    return out.getvalue(), ReadOptions(delimiter=delimiter, quote="" if none else quote, escape=escape)


@settings(SOME, max_examples=200)
@given(st.data())
def test_any_table_of_text_comes_back_cell_for_cell(bench: Any, tmp_path: Path, data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 4))
    rows = data.draw(st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=6))
    text, read = written(data, rows, width)
    encoding, packing = data.draw(ENCODINGS), data.draw(st.sampled_from(list(PACKINGS)))
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
        content = text.encode()
    path = tmp_path / f"any.csv{packing}"
    path.write_bytes(PACKINGS[packing](content))

    found = read_back(bench, path, replace(read, encoding=encoding))

    assert found == (rows, len(rows), 0)


@SOME
@given(st.lists(st.sampled_from(["a", "bc", ",", ",", '"', '"', "\n", "\n", "\r\n", " ", "\r", "\u2028"]), max_size=30))
def test_where_the_fast_reader_is_believed_it_agrees_with_the_slow_one(
    bench: Any, tmp_path: Path, parts: list[str]
) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(("a,b\n" + "".join(parts)).encode())
    found = read_back(bench, path, ReadOptions())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "_read_fast", lambda *_: False)
        assert found == read_back(bench, path, ReadOptions())
    assert len(found[0]) + found[2] == found[1]


HEAD = b"id,when,who\n"
GOOD = b"7,2024-03-01 10:00:00,U7\n"
PIECES = st.sampled_from(
    [HEAD, GOOD, GOOD, b"8,2024-03-01 10:00:00,\"U,8\"\n", b"who,id,when\n", b"id,when\n", b'"', b'""', b",", b"\n", b"\r", b"\x00",
     b"\xff", b"\xfe", b"\xef\xbb\xbf", b"\\", b" ", b"\xc3", b"{", b'{"id":"1","when":"2024-03-01T10:00:00Z"}\n', b"}", b"]", b"[",
     b"\x1a", b"\x1f\x8b\x08", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"PAR1", b'{"id":"\\ud800"}\n', b"1e999", b"\xe2\x80\xa8"]
)  # fmt: skip
GARBAGE = st.lists(PIECES | st.binary(max_size=6), max_size=14).map(b"".join)
READS = st.sampled_from(
    ["", 'quote = ""', "header = false", "skip = 1", 'escape = "\\\\"', 'quote = ""\nescape = "\\\\"', "skip_spaces = true",
     'header = ["id", "when", "who"]', "null_values = []", 'encoding = "utf-16"', 'encoding = "cp1252"', 'encoding = "utf-16-le"',
     'encoding = "shift_jis"', 'format = "ndjson"', 'format = "json"', 'format = "json"\nrecords = "$.a.b"', 'format = "xlsx"',
     'format = "parquet"', 'format = "fixed"\nwidths = [2, 19, 3]\nheader = ["id", "when", "who"]',
     'delimiter = "\\t"', "quote = \"'\""]
)  # fmt: skip


@settings(SOME, max_examples=150)
@given(READS, st.booleans(), GARBAGE, st.sampled_from(["a.csv", "a.log", "a.csv.gz", "a.csv.zst", "a.xlsx"]))
def test_counts_balance_or_nothing_is_loaded_whatever_the_bytes(
    lasting_desk: Desk, read: str, with_header: bool, garbage: bytes, name: str
) -> None:
    lasting_desk.clear()
    optional = {
        name: f'{{ column = "{label}", optional = true }}' for name, label in (("event_id", "id"), ("user_id", "who"))
    }
    lasting_desk.define(read=read, occurred_at='{ columns = ["when", "column_2"] }', **optional)
    content = (HEAD + GOOD if with_header else b"") + garbage
    packed = {".gz": gzip.compress, ".zst": PACKINGS[".zst"]}.get(Path(name).suffix, bytes)(content)
    lasting_desk.write(f"logs/{name}", packed)

    result = lasting_desk.load()

    # A fault that is none of the reader's, and counts that do not add up, are raised.
    assert len(result.loads) + len(result.faults) == 1
    lasting_desk.check_balance()
    kept = lasting_desk.rows(
        "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM quarantine), (SELECT count(*) FROM rejected_record)"
    )
    assert kept == [
        tuple(sum(getattr(load, name) for load in result.loads) for name in ("loaded", "quarantined", "rejected"))
    ]


RECORD = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from(["E1", "E2", "E3", ""]),
        "occurred_at": st.sampled_from(["2024-03-01 10:00:00", "2024-03-01T10:00:00Z", "soon"]),
        "system": st.just("RMS"),
        "action": st.sampled_from(["view", "look"]),
        "reason": st.sampled_from(["theft", "fraud"]),
    }
)


def twin(files: list[list[dict[str, str]]]) -> tuple[list[tuple[int, ...]], list[tuple[str, str]]]:
    """Return the counts of each file and the events that stand, reckoned one record after the other."""
    standing: dict[str, tuple[str, str]] = {}
    under_quarantine: set[tuple[str, ...]] = set()
    counted = []
    for records in files:
        count: Counter[str] = Counter()
        for record in records:
            text, event_id, content = tuple(record.values()), record["event_id"], (record["action"], record["reason"])
            holds = event_id and record["occurred_at"] != "soon" and record["action"] == "view"
            if holds and event_id not in standing:
                standing[event_id] = content
                count["loaded"] += 1
            elif (holds and standing[event_id] == content) or text in under_quarantine:
                count["duplicate"] += 1
            else:
                under_quarantine.add(text)
                count["quarantined"] += 1
        counted.append((len(records), count["loaded"], count["duplicate"], count["quarantined"]))
    return counted, [(event_id, content[1]) for event_id, content in sorted(standing.items())]


@settings(SOME, max_examples=25)
@given(st.lists(st.lists(RECORD, min_size=1, max_size=6), min_size=1, max_size=3))
def test_a_plain_twin_agrees_on_what_stands(lasting_desk: Desk, files: list[list[dict[str, str]]]) -> None:
    files = [[dict(sorted(record.items())) for record in records] for records in files]
    lasting_desk.clear()
    lasting_desk.inputs = [("event", "logs/*")]
    texts = list(dict.fromkeys(csv_text(records) for records in files))
    for number, text in enumerate(texts):
        lasting_desk.write(f"logs/{number}.csv", text)
    result = lasting_desk.load()
    kept = [list(csv.DictReader(io.StringIO(text))) for text in texts]
    counted, events = twin(kept)
    assert [(load.records, load.loaded, load.duplicates, load.quarantined) for load in result.loads] == counted
    assert lasting_desk.events("event_id, reason", order="event_id") == events
    lasting_desk.check_balance()
