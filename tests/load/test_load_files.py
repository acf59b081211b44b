"""Archives, encodings, line ends, names of files and hostile cells: what is whole is loaded, and text stays text."""

import gzip
from typing import Any

import pyarrow as pa
import pytest
from load_desk import counts, csv_text, event, faults

ROWS = [event(event_id=str(number), reason=f"reason {number}") for number in range(5000)]


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".csv.zst", ".CSV.GZ", ".csv.gzip", ".txt"])
def test_the_ending_tells_how_a_file_is_packed(desk: Any, ending: str) -> None:
    text = csv_text(ROWS[:10]).encode()
    packed = {".gz": gzip.compress(text), ".gzip": gzip.compress(text), ".zst": pa.compress(text, "zstd", asbytes=True)}
    load = desk.load_log(packed.get("." + ending.lower().rsplit(".", 1)[1], text), name=f"logs/a{ending}")

    assert counts(load) == (10, 10, 0, 0, 0)


def test_an_archive_of_several_parts_is_read_whole(desk: Any) -> None:
    text = csv_text(ROWS[:10]).encode()
    load = desk.load_log(gzip.compress(text[:200]) + gzip.compress(text[200:]), name="logs/a.csv.gz")

    assert counts(load) == (10, 10, 0, 0, 0)


TEXT = csv_text(ROWS).encode()
GZIP, ZSTD = gzip.compress(TEXT), pa.compress(TEXT, "zstd", asbytes=True)
BROKEN = {
    "half.csv.gz": GZIP[: len(GZIP) // 2],
    "no-end.csv.gz": GZIP[:-4],
    "head-alone.csv.gz": GZIP[:12],
    "garbled.csv.gz": GZIP[:100] + b"\0" * 50 + GZIP[150:],
    "garbled-head.csv.gz": GZIP[:20] + b"\xff\xff\xff" + GZIP[23:],
    "wrong-sum.csv.gz": GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:],
    "with-junk.csv.gz": GZIP + b"junk",
    "no-gzip.csv.gz": TEXT,
    "half.csv.zst": ZSTD[: len(ZSTD) // 2],
    "no-zstd.csv.zst": TEXT,
    "half.ndjson.gz": gzip.compress(b'{"event_id": "1"}\n' * 5000)[:-20],
    "half.parquet": b"PAR1 no more",
}


def test_a_cut_or_broken_archive_loads_nothing(desk: Any) -> None:
    for name, content in BROKEN.items():
        desk.write(f"logs/{name}", content)
    desk.write("logs/whole.csv", [event()])

    result = desk.load()

    assert [load.path for load in result.loads] == ["logs/whole.csv"]
    assert {int(code) for code in result.codes} == {6}
    assert len(result.faults) == len(BROKEN)
    assert all("nothing of it was loaded" in message for message in faults(result))
    assert desk.events("event_id") == ["E1"]
    assert desk.rows("SELECT count(*) FROM rejected_record") == [(0,)]


def test_a_cut_archive_of_another_encoding_loads_nothing(desk: Any) -> None:
    desk.define(read='encoding = "cp1252"')
    desk.write("logs/a.csv.gz", gzip.compress(b"id,when,who\n" + b"1,2024-03-01 10:00:00,U1\n" * 90000)[:-100])

    assert "cut off" in faults(desk.load())[0]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "\r\n"])
def test_an_empty_file_has_no_records_and_a_warning(desk: Any, content: str) -> None:
    desk.write("logs/a.csv", content)
    result = desk.load()

    assert counts(result.loads[0]) == (0, 0, 0, 0, 0)
    assert result.warnings == ["logs/a.csv: the file holds no record"]
    assert result.codes == []
    assert desk.load().known == 1


def test_a_header_alone_has_no_records_and_a_warning(desk: Any) -> None:
    load = desk.load_log(",".join(event()) + "\n")

    assert counts(load) == (0, 0, 0, 0, 0)
    assert len(load.warnings) == 1


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv.gz", "a.jsonl"])
def test_an_empty_file_of_another_format_is_empty_too(desk: Any, name: str) -> None:
    content = gzip.compress(b"") if name.endswith("gz") else b""

    assert counts(desk.load_log(content, name=f"logs/{name}")) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Zoë’s café 日本"),
        ("utf-8-sig", "Zoë"),
        ("cp1252", "Zoë’s café €"),
        ("latin-1", "café\x85"),
        ("utf-16", "Zoë 日本"),
        ("utf-16-le", "Zoë"),
        ("utf-16-be", "Zoë"),
        ("cp437", "é"),
    ],
)
def test_a_file_is_read_in_the_encoding_that_its_definition_names(desk: Any, encoding: str, text: str) -> None:
    desk.define(read=f'encoding = "{encoding}"', reason='"why"')
    load = desk.load_log(f"id,when,who,why\r\n1,2024-03-01 10:00:00,U1,{text}\r\n".encode(encoding))

    assert counts(load) == (1, 1, 0, 0, 0)
    assert desk.events("reason") == [text]


def test_a_byte_order_mark_before_utf_16_without_one_in_its_name_is_left_out(desk: Any) -> None:
    desk.define(read='encoding = "utf-16-le"')
    load = desk.load_log("\ufeffid,when,who\n1,2024-03-01 10:00:00,U1\n".encode("utf-16-le"))

    assert counts(load) == (1, 1, 0, 0, 0)


def test_bytes_that_are_not_of_another_encoding_are_rejected(desk: Any) -> None:
    desk.define(read='encoding = "cp1252"')
    load = desk.load_log(b"id,when,who\n1,2024-03-01 10:00:00,\x81\n2,2024-03-01 10:00:00,\x80\n")

    assert counts(load) == (2, 1, 0, 0, 1)
    assert desk.events("user_id") == ["€"]


NAMES = ["a b.csv", "it's.csv", 'say "hi".csv', "a[1].csv", "a*b?.csv", "new\nline.csv", "{a,b}.csv", "back\\slash.csv",
         "-rf.csv", "%s;DROP TABLE event.csv", "zoë\u202e.csv"]  # fmt: skip


def test_a_file_may_have_any_name(desk: Any) -> None:
    for number, name in enumerate(NAMES):
        desk.write(f"logs/{name}", [event(event_id=str(number))])
        desk.write(f"logs/{name}.gz", gzip.compress(csv_text([event(event_id=f"z{number}")]).encode()))
        desk.write(
            f"logs/{name}.ndjson",
            f'{{"event_id":"j{number}","occurred_at":"2024-03-01T10:00:00Z","system":"S","action":"view"}}\n',
        )

    result = desk.load()

    assert faults(result) == []
    assert desk.rows("SELECT count(*) FROM event") == [(3 * len(NAMES),)]
    assert {load.path for load in result.loads} >= {f"logs/{name}" for name in NAMES}


HOSTILE = [
    "=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@SUM(A1)", "'); DROP TABLE event; --", "\x00", "a\x00b", "\u202eevil",
    "\x1b[31mred", "<script>alert(1)</script>", "\ufeff", "\u2028", "\x85", "\\", "\\N", "NaN", '"', "'", "$load_id", "?",
    "{}", "\U0001f600", "e\u0301", "a\tb", "\x1f", "\x1c", "x" * (1 << 20),
]  # fmt: skip


def test_a_hostile_cell_survives_as_text(desk: Any) -> None:
    rows = [event(event_id=str(number), reason=f"<{text}>", query_text=text) for number, text in enumerate(HOSTILE)]
    load = desk.load_log(rows)

    assert counts(load) == (len(HOSTILE), len(HOSTILE), 0, 0, 0)
    assert desk.events("reason") == [f"<{text}>" for text in HOSTILE]
    assert desk.events("query_text") == HOSTILE


def test_a_hostile_cell_survives_quarantine(desk: Any) -> None:
    desk.define(occurred_at='"when"', reason='"why"')
    rows = [{"id": str(number), "when": "soon", "who": "U", "why": text} for number, text in enumerate(HOSTILE)]
    load = desk.load_log(rows)

    assert counts(load) == (len(HOSTILE), 0, 0, len(HOSTILE), 0)
    found = desk.column("SELECT record ->> '$.why' FROM quarantine ORDER BY record_no")
    assert found == HOSTILE


def test_a_cell_longer_than_duckdb_reads_comes_by_the_slow_reader(desk: Any) -> None:
    text = "x" * (3 << 20)

    assert desk.load_log([event(reason=text), event(event_id="E2")]).loaded == 2
    assert desk.events("length(reason)")[0] == 3 << 20


def test_a_message_holds_no_record(desk: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", "id,when\nSECRET,2024-03-01\n")
    desk.write("logs/b.csv", 'id,when,"SECRET\n1,2,3\n')

    assert "SECRET" not in str(faults(desk.load()))


def test_a_file_that_changes_while_it_is_read_is_not_loaded(desk: Any, monkeypatch: Any) -> None:
    import audit.load.load as loading

    path = desk.write("logs/a.csv", [event()])
    read_raw = loading.read_raw

    def read_and_write(*arguments: Any) -> Any:
        raw = read_raw(*arguments)
        path.write_text(csv_text([event(), event(event_id="E2")]))
        return raw

    monkeypatch.setattr(loading, "read_raw", read_and_write)
    result = desk.load()
    monkeypatch.undo()

    assert "changed while it was read" in faults(result)[0]
    assert desk.rows("SELECT * FROM event") == []
    assert desk.load().loads[0].loaded == 2


def test_a_format_that_is_not_read_yet_is_named(desk: Any) -> None:
    desk.define(read='format = "fixed"\nwidths = [2]')
    desk.write("logs/a.txt", "1\n")

    assert '"fixed"' in faults(desk.load())[0]
