"""A load mapped anew: what its definition had quarantined comes in, nothing that any file holds is lost, or nothing is done."""

from typing import Any

import pytest
from load_desk import counts, faults

from audit.errors import UsageError

HEAD = "id,when,who,why\n"
GOOD = "1,2024-03-01 10:00:00,U1,theft\n"
BRITISH = "2,13/03/2024 10:00:00,U2,fraud\n"
BOTH = '{ column = "when", formats = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S"] }'
STANDING = "SELECT load_id, loaded, duplicates, quarantined FROM load_log ORDER BY load_id"


@pytest.fixture
def log(desk: Any) -> Any:
    desk.define(reason='"why"')
    return desk


def test_a_mended_definition_recovers_what_was_quarantined(log: Any) -> None:
    assert counts(log.load_log(HEAD + GOOD + BRITISH)) == (2, 1, 0, 1, 0)
    log.define(reason='"why"', occurred_at=BOTH)

    result = log.again(1)

    assert [counts(load) for load in result.loads] == [(2, 2, 0, 0, 0)]
    assert log.events("event_id, load_id") == [("1", 2), ("2", 2)]
    assert log.quarantine() == []
    assert result.codes == []


def test_the_load_withdrawn_leaves_the_log_and_stays_known(log: Any) -> None:
    log.load_log(HEAD + GOOD)
    log.again(1)

    assert log.rows(STANDING) == [(2, 1, 0, 0)]
    assert log.rows("SELECT load_id, path, loaded, again_as FROM withdrawn_load") == [(1, "logs/a.csv", 1, 2)]
    with pytest.raises(UsageError, match="load 1 was withdrawn already; load 2 took its place"):
        log.again(1)
    assert log.load().known == 1
    log.again(2)
    assert log.rows(STANDING) == [(3, 1, 0, 0)]


def test_a_load_that_there_is_not_is_a_usage_error(log: Any) -> None:
    log.load_log(HEAD + GOOD)

    with pytest.raises(UsageError, match="there is no load 7"):
        log.again(7)


@pytest.mark.parametrize("content", [None, HEAD + GOOD + BRITISH])
def test_a_file_that_is_gone_or_has_changed_loses_nothing(log: Any, content: str | None) -> None:
    log.load_log(HEAD + GOOD)
    path = log.folder / "logs/a.csv"
    path.unlink() if content is None else path.write_text(content)

    result = log.again(1)

    assert ("is not there any more" if content is None else "has changed since load 1 read it") in faults(result)[0]
    assert [int(code) for code in result.codes] == [6]
    assert log.rows(STANDING) == [(1, 1, 0, 0)]
    assert log.events("event_id, load_id") == [("1", 1)]


def test_a_definition_that_does_not_fit_loses_nothing(log: Any) -> None:
    log.load_log(HEAD + GOOD + BRITISH)
    log.define(reason='"motive"')

    result = log.again(1)

    assert 'column "motive" is absent' in faults(result)[0]
    assert [int(code) for code in result.codes] == [5]
    assert log.rows(STANDING) == [(1, 1, 0, 1)]
    assert log.quarantine() == [(2, ["occurred_at: not a time"])]
    assert log.column("SELECT table_name FROM duckdb_tables() WHERE temporary") == []


def test_duplicates_in_another_load_keep_the_events_that_are_given_again(log: Any) -> None:
    log.load_log(HEAD + GOOD)
    log.load_log(HEAD + GOOD + "3,2024-03-01 11:00:00,U3,x\n", name="logs/b.csv")

    log.again(1)

    assert log.rows(STANDING) == [(2, 1, 1, 0), (3, 1, 0, 0)]
    assert log.events("event_id, load_id", "event_id") == [("1", 3), ("3", 2)]


def test_an_event_that_only_another_file_still_gives_comes_in_from_there(log: Any) -> None:
    # By the first definition both files say the same in two ways; by the second only the later one is understood.
    log.define(reason='"why"', occurred_at=BOTH)
    log.load_log(HEAD + GOOD)
    log.load_log(HEAD + "1,01/03/2024 10:00:00,U1,theft\n3,03/03/2024 10:00:00,U3,x\n", name="logs/b.csv")
    assert log.rows(STANDING) == [(1, 1, 0, 0), (2, 1, 1, 0)]
    log.define(reason='"why"', occurred_at='{ column = "when", formats = ["%d/%m/%Y %H:%M:%S"] }')

    result = log.again(1)

    assert [(gone.load_id, gone.again_as) for gone in result.withdrawn] == [(1, 3), (2, 4)]
    assert log.rows(STANDING) == [(3, 0, 0, 1), (4, 2, 0, 0)]
    assert log.events("event_id, load_id", "event_id") == [("1", 4), ("3", 4)]


def test_ids_made_of_content_change_in_all_files_together(log: Any) -> None:
    log.define(event_id="")
    overlap = "2,2024-03-02 10:00:00,U2,fraud\n"
    log.load_log(HEAD + GOOD + overlap)
    log.load_log(HEAD + overlap + "3,2024-03-03 10:00:00,U3,x\n", name="logs/b.csv")
    log.define(event_id="", reason='"why"')

    log.again(2)

    assert log.rows(STANDING) == [(3, 2, 0, 0), (4, 1, 1, 0)]
    assert log.events("reason") == ["theft", "fraud", "x"]
    # Nothing was changed since: one file is enough.
    log.again(3)
    assert log.rows(STANDING) == [(4, 1, 1, 0), (5, 2, 0, 0)]


def test_a_changed_definition_that_makes_ids_of_content_is_told_of(log: Any) -> None:
    log.define(event_id="")
    log.load_log(HEAD + GOOD)
    log.define(event_id="", reason='"why"')

    load = log.load_log(HEAD + GOOD + GOOD, name="logs/b.csv")

    assert any("makes event ids of content" in warning for warning in load.remarks)


def test_a_file_needed_besides_the_named_one_must_be_there_too(log: Any) -> None:
    log.define(event_id="")
    log.load_log(HEAD + GOOD)
    log.load_log(HEAD + BRITISH, name="logs/b.csv")
    (log.folder / "logs/b.csv").unlink()
    log.define(event_id="", reason='"why"')

    assert "b.csv: is not there any more" in faults(log.again(1))[0]
    assert log.rows(STANDING) == [(1, 1, 0, 0), (2, 0, 0, 1)]


def test_a_file_named_on_the_command_line_is_found_again(log: Any, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "export.csv"
    path.write_text(HEAD + GOOD + BRITISH)
    log.load_files(path, source="log")
    log.define(reason='"why"', occurred_at=BOTH)

    log.again(1)

    assert log.rows(STANDING) == [(2, 2, 0, 0)]
    assert log.load_files(path, source="log").known == 1


@pytest.mark.parametrize(
    ("read", "content"),
    [
        ("", HEAD + '1,2024-03-01 10:00:00,U1,"open\n' + GOOD.replace("1", "4", 1)),
        ('format = "ndjson"', '{"id": "1", "when": "2024-03-01 10:00:00", "who": "U1", "why": "a"}\nno JSON\n'),
        (
            'format = "json"\nrecords = "$.rows"',
            '{"rows": [{"id": 1, "when": "2024-03-01 10:00:00", "who": "U1", "why": "a"}]}',
        ),
    ],
)
def test_what_every_reader_gave_is_given_again(log: Any, read: str, content: str) -> None:
    log.define(read=read, reason='"why"')
    log.load_log(content)
    look = "SELECT event_id, occurred_at, user_id, reason, record_no FROM event ORDER BY 1"
    before = log.rows(look), log.rejects(), log.rows("SELECT records, loaded, rejected FROM load_log")

    log.again(1)

    assert (log.rows(look), log.rejects(), log.rows("SELECT records, loaded, rejected FROM load_log")) == before


STAFF = "user_id,name,role\n"


def test_reference_data_that_stand_are_mapped_anew(desk: Any) -> None:
    desk.inputs = [("staff", "staff-*.csv")]
    desk.write("staff-1.csv", f"{STAFF}U1,Ann,officer\n")
    desk.load()
    desk.write("staff-2.csv", f"{STAFF}U1,Ann,sergeant\nU2,Ben,officer\n")
    desk.load()

    with pytest.raises(UsageError, match=r"was replaced by a newer file of its input.*--again 2"):
        desk.again(1)
    assert desk.again(2).faults == []
    assert desk.rows("SELECT user_id, role, load_id FROM staff ORDER BY 1") == [
        ("U1", "sergeant", 3),
        ("U2", "officer", 3),
    ]


def test_the_newest_content_of_a_warning_stays_the_newest(desk: Any) -> None:
    desk.inputs = [("warning", "w-*.csv")]
    head = "warning_id,user_id,issued_at,kind,about\n"
    desk.write("w-1.csv", f"{head}W1,U1,2024-01-01,written,first\nW2,U2,2024-01-02,oral,x\n")
    desk.load()
    desk.write("w-2.csv", f"{head}W1,U1,2024-01-01,written,second\n")
    desk.load()

    result = desk.again(1)

    assert len(result.loads) == 2
    assert desk.rows("SELECT warning_id, about, load_id FROM warning") == [("W1", "second", 4)]
    assert desk.rows("SELECT warning_id, about, load_id, replaced_by FROM warning_history") == [("W1", "first", 3, 4)]
    assert desk.again(4).faults == []
    assert desk.rows("SELECT about, load_id FROM warning") == [("second", 5)]
    assert desk.rows("SELECT about, load_id, replaced_by FROM warning_history") == [("first", 3, 5)]


def test_what_a_later_duty_file_had_cleared_is_laid_down_again_in_order(desk: Any) -> None:
    desk.inputs = [("duty", "duty-*.csv")]
    head = "user_id,starts_at,ends_at,status\n"
    early = "U1,2024-03-01 08:00,2024-03-01 16:00,on_duty\nU1,2024-03-02 08:00,2024-03-02 16:00,on_duty\n"
    late = "U1,2024-03-02 08:00,2024-03-02 16:00,sick\n"
    desk.write("duty-1.csv", head + early)
    desk.load()
    desk.write("duty-2.csv", head + late)
    desk.load()
    before = desk.rows("SELECT starts_at, status FROM duty ORDER BY 1")

    assert len(desk.again(2).loads) == 2
    assert desk.rows("SELECT starts_at, status FROM duty ORDER BY 1") == before
    assert [row[1] for row in before] == ["on_duty", "sick"]
