"""Every record of a file ends in exactly one place: loaded, duplicate, quarantined or rejected."""

from typing import Any

from load_desk import counts, event

# id, when, who: the columns of the log that most tests here use.
HEAD = "id,when,who\n"


def test_a_clean_file_is_loaded_whole(desk: Any) -> None:
    load = desk.load_log([event(event_id="E1"), event(event_id="E2")])

    assert counts(load) == (2, 2, 0, 0, 0)
    assert desk.events("event_id, record_no, source") == [("E1", 1, "event"), ("E2", 2, "event")]


def test_load_log_says_what_was_loaded_from_where(desk: Any) -> None:
    load = desk.load_log(
        HEAD.replace("id,when,who", "event_id,occurred_at,system,action") + "E1,2024-03-01T10:00:00,S,view\n"
    )

    [row] = desk.rows("SELECT load_id, source, path, sha256, bytes, records, started_at <= finished_at FROM load_log")
    assert row == (1, "event", "logs/a.csv", load.sha256, 65, 1, True)


def test_an_exact_duplicate_in_the_file_is_counted_once(desk: Any) -> None:
    assert counts(desk.load_log([event(), event(), event(event_id="E2")])) == (3, 2, 1, 0, 0)


def test_a_known_event_of_an_earlier_file_is_a_duplicate(desk: Any) -> None:
    desk.load_log([event(), event(event_id="E2")])

    load = desk.load_log([event(event_id="E2"), event(event_id="E3")], name="logs/b.csv")

    assert counts(load) == (2, 1, 1, 0, 0)
    assert desk.events("event_id") == ["E1", "E2", "E3"]


def test_other_content_under_a_known_id_is_quarantined_and_the_first_stands(desk: Any) -> None:
    desk.load_log([event(reason="theft")])

    load = desk.load_log([event(reason="fraud")], name="logs/b.csv")

    assert counts(load) == (1, 0, 0, 1, 0)
    assert desk.quarantine() == [(1, ["event_id: other content under a known id"])]
    assert desk.events("reason") == ["theft"]


def test_other_content_within_one_file_is_quarantined_and_the_first_stands(desk: Any) -> None:
    load = desk.load_log([event(reason="theft"), event(reason="fraud"), event(reason="theft")])

    assert counts(load) == (3, 1, 1, 1, 0)
    assert desk.quarantine() == [(2, ["event_id: other content under a known id"])]


def test_what_is_not_mapped_is_no_content(desk: Any) -> None:
    desk.define()
    load = desk.load_log("id,when,who,seen\n1,2024-03-01 10:00:00,U1,a\n1,2024-03-01 10:00:00,U1,b\n")

    assert counts(load) == (2, 1, 1, 0, 0)


def test_a_text_quarantined_before_is_a_duplicate(desk: Any) -> None:
    desk.load_log([event(occurred_at="soon")])

    load = desk.load_log([event(occurred_at="soon"), event(event_id="E2")], name="logs/b.csv")

    assert counts(load) == (2, 1, 1, 0, 0)
    assert desk.quarantine() == [(1, ["occurred_at: not a time"])]


def test_a_text_quarantined_earlier_in_the_file_is_a_duplicate(desk: Any) -> None:
    assert counts(desk.load_log([event(action="look"), event(action="look")])) == (2, 0, 1, 1, 0)


def test_a_quarantined_record_holds_no_id(desk: Any) -> None:
    load = desk.load_log([event(action="look"), event(action="view")])

    assert counts(load) == (2, 1, 0, 1, 0)
    assert desk.events("action, record_no") == [("view", 2)]


def test_the_same_id_of_another_source_is_another_event(desk: Any) -> None:
    desk.load_log([event()])
    desk.define()
    desk.inputs = [("log", "logs/b.csv")]

    load = desk.load_log(HEAD + "E1,2024-03-01 10:00:00,U2\n", name="logs/b.csv")

    assert counts(load) == (1, 1, 0, 0, 0)
    assert desk.events("source") == ["event", "log"]


def test_a_quarantined_record_names_every_rule_that_it_broke(desk: Any) -> None:
    desk.load_log([event(event_id="", occurred_at="soon", system=" ", action="look", origin="robot")])

    [(number, rules)] = desk.quarantine()
    assert number == 1
    assert rules == [
        "event_id: missing",
        "occurred_at: not a time",
        "system: missing",
        "origin: not a known word",
        "action: not a known word",
    ]


def test_a_quarantined_record_keeps_its_text(desk: Any) -> None:
    desk.define()
    desk.load_log('id,when,who\n1,soon,"a, ""b"""\n')

    assert desk.column("SELECT record FROM quarantine") == ['{"id":"1","when":"soon","who":"a, \\"b\\""}']


def test_record_no_counts_rejects_and_leaves_out_header_and_blank_lines(desk: Any) -> None:
    desk.define()
    load = desk.load_log(HEAD + "1,2024-03-01 10:00:00,U1\n\n\n2,x\n\n3,soon,U1\n4,2024-03-01 10:00:00,U1\n")

    assert counts(load) == (4, 2, 0, 1, 1)
    assert desk.events("event_id, record_no") == [("1", 1), ("4", 4)]
    assert desk.rejects() == [(2, "2,x")]
    assert desk.quarantine() == [(3, ["occurred_at: not a time"])]


def test_record_no_is_the_place_in_the_file_where_many_are_read_at_once(desk: Any) -> None:
    # More than two of DuckDB's row groups, read by two threads.
    desk.define()
    rows = "".join(f"{number},2024-03-01 10:00:00,U{number % 7}\n" for number in range(1, 300_001))

    desk.load_log(HEAD + rows)

    assert desk.rows("SELECT count(*), count(*) FILTER (WHERE CAST(record_no AS VARCHAR) = event_id) FROM event") == [
        (300_000, 300_000)
    ]


def test_the_first_of_two_files_by_path_stands(desk: Any) -> None:
    desk.write("logs/b.csv", [event(reason="second")])
    desk.write("logs/a.csv", [event(reason="first")])

    result = desk.load()

    assert [load.path for load in result.loads] == ["logs/a.csv", "logs/b.csv"]
    assert desk.events("reason") == ["first"]


def test_a_masked_value_is_other_content_than_a_blank_one(desk: Any) -> None:
    desk.define(user_id='{ column = "who", masked = ["***"] }')
    load = desk.load_log(HEAD + "1,2024-03-01 10:00:00,***\n1,2024-03-01 10:00:00,\n")

    assert counts(load) == (2, 1, 0, 1, 0)
