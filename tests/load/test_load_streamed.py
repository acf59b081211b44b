"""A large log is appended as it is read, and ends up as it would by the road that other files take."""

import gzip
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from load_desk import Desk, counts, event, faults

import audit.load.load as loading
from audit.load import csv_blocks, streamed
from audit.load.counting import CountingRule
from audit.load.csv_blocks import NotPlainError, read_blocks
from audit.load.csv_head import read_head
from audit.load.csv_stream import open_stream
from audit.load.order import order_of
from audit.progress import shown
from audit.sources.definition import ReadOptions

HEAD = "id,when,who\n"
TABLES = {
    "event": "* EXCLUDE (load_id)", "quarantine": "* EXCLUDE (load_id)", "rejected_record": "* EXCLUDE (load_id)",
    "load_log": "records, loaded, duplicates, quarantined, rejected",
}  # fmt: skip
SOME = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
RULE = CountingRule(b'"', b",")


@pytest.fixture
def streaming(monkeypatch: Any) -> None:
    monkeypatch.setattr(streamed, "LEAST_BYTES", 0)


def all_rows(desk: Any) -> dict[str, list[Any]]:
    return {name: desk.rows(f"SELECT {columns} FROM {name} ORDER BY ALL") for name, columns in TABLES.items()}


LINES = st.lists(
    st.sampled_from(
        [f"{number},2024-03-01 10:00:0{number},U{number}\n" for number in range(1, 9)]
        + [
            "8,2024-03-01 10:00:08,U8\n",
            "9,soon,U9\n",
            "9,soon,U9\n",
            ",2024-03-01 10:00:00,U\n",
            " 7 ,2024-03-01 10:00:07,U7\n",
        ]
        + [
            "1,2\n",
            HEAD,
            "who,id,when\n",
            '10,2024-03-01 10:00:00,"a\nb"\n',
            '11,2024-03-01 10:00:00,"U\n',
            "\n",
            '3,"x","y"\r\n',
        ]
        + ["12,2024-10-27 01:30:00,U1\n", "13,2999-01-01 00:00:00,U1\n"]
    ),
    max_size=12,
)


@SOME
@given(st.lists(LINES.map("".join), min_size=1, max_size=3), st.integers(20, 200))
def test_both_roads_end_in_the_same_place(lasting_desk: Desk, files: list[str], block: int) -> None:
    ended = []
    for least in (0, 1 << 40):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(streamed, "LEAST_BYTES", least)
            patch.setattr(csv_blocks, "BLOCK", block)
            lasting_desk.clear()
            lasting_desk.define(read='timezone = "Europe/London"')
            for number, text in enumerate(files):
                lasting_desk.write(f"logs/{number}.csv", HEAD + text)
                lasting_desk.load()
            ended.append(all_rows(lasting_desk))

    assert ended[0] == ended[1]


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["append_stream", "count_doubled", "keep_quarantine", "_check_unchanged", "note_load"])
def test_a_fault_at_any_step_leaves_nothing(desk: Any, monkeypatch: Any, step: str, after: bool) -> None:
    desk.load_log([event(), event(event_id="E2", action="look"), event(), {"event_id": "E3"}])
    before = all_rows(desk)
    desk.write("logs/b.csv", [event(event_id="E4"), event(event_id="E5", action="look")])
    real = getattr(loading, step)

    def fail(*arguments: Any) -> Any:
        if after:
            real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, step, fail)
        with pytest.raises(KeyboardInterrupt):
            desk.load()

    assert all_rows(desk) == before
    assert desk.load().loads[0].loaded == 1


@pytest.mark.usefixtures("streaming")
def test_a_clean_log_is_not_read_into_a_table_first(desk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(loading, "read_raw", None)
    texts = {"rising": range(3), "falling": range(3, 0, -1), "none": [5, 9, 7]}
    for name, numbers in texts.items():
        desk.write(f"logs/{name}.csv", [event(event_id=f"{name}{number}") for number in numbers])

    assert [load.loaded for load in desk.load().loads] == [3, 3, 3]


@pytest.mark.usefixtures("streaming")
def test_an_archive_that_is_cut_off_is_named(desk: Any) -> None:
    whole = gzip.compress("".join([HEAD, *(f"{n},2024-03-01 10:00:00,U{n}\n" for n in range(50_000))]).encode())
    desk.define()
    desk.write("logs/a.csv.gz", whole[: len(whole) // 2])

    assert (
        "cut off"
        in faults(
            desk.load(),
        )[0]
    )
    assert desk.rows("SELECT * FROM event") == []


LOG = [f"{number},2024-03-01 10:00:00,U{number}\n" for number in range(1, 6)]


def grow(desk: Any, first: list[str], then: list[str]) -> Any:
    desk.define()
    desk.write("logs/a.csv", HEAD + "".join(first))
    desk.load()
    desk.write("logs/a.csv", HEAD + "".join(first + then))
    return desk.load().loads[0]


def test_of_a_log_that_has_grown_only_the_end_is_judged(desk: Any, monkeypatch: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", HEAD + "".join(LOG[:3]))
    desk.load()
    desk.write("logs/a.csv", HEAD + "".join(LOG))
    monkeypatch.setattr(loading, "read_raw", None)
    load = desk.load().loads[0]

    assert counts(load) == (5, 2, 3, 0, 0)
    assert desk.events("event_id, record_no, load_id") == [
        ("1", 1, 1),
        ("2", 2, 1),
        ("3", 3, 1),
        ("4", 4, 2),
        ("5", 5, 2),
    ]


def test_the_end_of_a_grown_log_may_repeat_and_contradict_its_beginning(desk: Any) -> None:
    load = grow(desk, LOG[:3], [LOG[0], LOG[3], "2,2024-03-01 10:00:00,U9\n"])

    assert counts(load) == (6, 1, 4, 1, 0)


def test_what_was_quarantined_in_the_beginning_is_judged_again(desk: Any) -> None:
    load = grow(desk, [*LOG[:2], "9,soon,U9\n"], LOG[2:])

    assert counts(load) == (6, 3, 3, 0, 0)
    assert desk.rows("SELECT load_id, record_no FROM quarantine") == [(1, 3)]


def test_a_log_whose_quarantine_was_cleared_is_read_whole(desk: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", HEAD + LOG[0] + "9,soon,U9\n")
    desk.load()
    desk.rows("DELETE FROM quarantine")
    desk.write("logs/a.csv", HEAD + LOG[0] + "9,soon,U9\n" + LOG[1])

    assert counts(desk.load().loads[0]) == (3, 1, 1, 1, 0)


def test_an_event_that_was_of_the_future_comes_in_when_the_log_has_grown(desk: Any, monkeypatch: Any) -> None:
    desk.define()
    desk.write("logs/a.csv", HEAD + LOG[0] + "9,2024-03-05 10:00:00,U9\n")
    monkeypatch.setattr(loading, "now", lambda: datetime(2024, 3, 1, 12))
    assert counts(desk.load().loads[0]) == (2, 1, 0, 1, 0)
    monkeypatch.undo()
    desk.write("logs/a.csv", HEAD + LOG[0] + "9,2024-03-05 10:00:00,U9\n" + LOG[1])

    assert counts(desk.load().loads[0]) == (3, 2, 1, 0, 0)
    assert desk.events("event_id", order="event_id") == ["1", "2", "9"]


def test_a_header_among_the_records_of_a_source_has_its_files_read_whole(desk: Any) -> None:
    load = grow(desk, [LOG[0], "who,id,when\n", "U2,2,2024-03-01 10:00:00\n"], ["U3,3,2024-03-01 10:00:00\n"])

    assert load.loaded == 1
    assert desk.events("user_id") == ["U1", "U2", "U3"]


def test_a_last_line_that_was_cut_is_read_again(desk: Any) -> None:
    load = grow(desk, [LOG[0], "2,2024-03-01 10:00:00,U"], ["22\n", LOG[2]])

    assert counts(load) == (3, 1, 1, 1, 0)


@given(st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b'"\n"']), max_size=30).map(b"".join), st.integers(1, 9))
@settings(SOME, max_examples=150)
def test_blocks_are_whole_records_and_all_of_the_file(tmp_path: Path, text: bytes, size: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK", size)
        blocks = list(read_blocks(path, 0, RULE))

    assert b"".join(blocks) == text
    assert all(block.endswith(b"\n") and block.count(b'"') % 2 == 0 for block in blocks[:-1])


def test_a_quote_left_open_does_not_fill_the_memory(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK", 10)
    monkeypatch.setattr(csv_blocks, "_LONGEST", 100)
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,"b\n' * 2 + b'"' + b"c,d\n" * 1000)

    with pytest.raises(NotPlainError):
        list(read_blocks(path, 0, RULE))


def twin(texts: list[str | None]) -> set[str]:
    if None in texts:
        return set()
    pairs = list(pairwise(texts))
    keys = {"rising": lambda text: text.encode(), "longer": lambda text: (len(text.encode()), text.encode())}
    ways = {name for name, key in keys.items() if all(key(left) < key(right) for left, right in pairs)}
    falls = {"falling": "rising", "shorter": "longer"}
    return ways | {name for name, of in falls.items() if all(keys[of](left) > keys[of](right) for left, right in pairs)}


@given(st.lists(st.lists(st.sampled_from(["1", "2", "9", "10", "11", "é", "", "100", None]), max_size=4), max_size=4))
def test_the_order_of_a_column_is_that_of_its_pieces(pieces: list[list[str | None]]) -> None:
    texts = [text for piece in pieces for text in piece]
    whole = order_of(pa.chunked_array([[]], pa.string()))
    for piece in pieces:
        whole = whole.followed_by(order_of(pa.chunked_array([piece], pa.string())))

    assert whole.ways == twin(texts)
    assert not whole.is_strict or len(set(texts)) == len(texts)


def test_a_stream_that_the_engine_does_not_read_to_its_end_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "".join(LOG))
    head = read_head(path, ReadOptions())
    assert head is not None
    stream = open_stream(path, ReadOptions(), head)
    assert stream is not None

    with duckdb.connect() as connection, pytest.raises(NotPlainError), stream.as_relation(connection):
        connection.execute("SELECT 1").fetchall()


class Waiting:
    """Who waits at a terminal: keeps the question that may be asked."""

    share: Any = None

    def __call__(self, step: str) -> None:
        pass

    def watch(self, share: Any) -> None:
        self.share = share


def test_how_much_of_a_stream_was_read_is_told_to_who_waits(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,b\n" + "1,some text or other\n" * 3_000_000)
    head = read_head(path, ReadOptions())
    assert head is not None
    stream = open_stream(path, ReadOptions(), head)
    assert stream is not None
    waiting, told = Waiting(), []

    with duckdb.connect() as connection, shown(waiting, connection):
        with stream.as_relation(connection):
            batches = connection.sql("SELECT * FROM raw_stream").to_arrow_reader(100_000)
            told = [waiting.share() for _ in batches]
        after = waiting.share()

    assert told == sorted(told)
    assert 0 < told[0] < 0.9
    assert told[-1] == 1
    assert after in (None, 1)
