"""audit sample: accesses drawn by lot, told with what accounts for them, on the ledger before they are shown."""

import csv
import io
import json
import shutil
import subprocess
import sys

import pytest

from audit.cli.main import run_words
from audit.cli.words import STATES as STATE_WORDS
from audit.cli.words import STRATA as STRATUM_WORDS
from audit.explain import STATES
from audit.sample import STRATA
from tests.cli.test_timeline import make_force
from tests.cli.tiny import CONFIG, GATE, add_source, make_tiny


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = make_force(tmp_path_factory.mktemp("sample") / "force")
    assert run_words(["-w", str(folder), "run"]) == 0
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A copy, whose ledger is its own."""
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def sampled(folder, typed):
    return lambda *words: typed("-w", folder, "sample", *words)


def ids(outcome):
    assert outcome.code == 0, outcome.err
    return [row["access_id"] for row in outcome.json]


def entries(folder):
    return [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]


def test_the_words_that_options_take_are_those_of_the_program():
    assert (STATE_WORDS, STRATUM_WORDS) == (STATES, STRATA)


def test_each_access_is_told_with_whom_to_ask_and_what_accounts_for_it(sampled):
    rows = {row["access_id"]: row for row in sampled("--seed", "s", "--format", "json").json}

    assert rows.keys() == {"E1", "E2", "E3", "E4", "E7"}
    assert {name: rows["E4"][name] for name in ("local_time", "occurred_at", "state", "explanation", "explanation_reference")} == {
        "local_time": "2024-06-05 12:00:00",
        "occurred_at": "2024-06-05T11:00:00Z",
        "state": "explained",
        "explanation": "incident-assigned",
        "explanation_reference": "INC-1",
    }  # fmt: skip
    assert rows["E1"]["tried"].startswith("no reference quoted")
    assert (rows["E1"]["unit"], rows["E1"]["path"], rows["E1"]["record_no"]) == ("north", "logs/2024.csv", 1)
    assert (rows["E7"]["state"], rows["E7"]["not_judged_for"]) == ("unjudged", "its user is not given in the log")
    assert {(row["seed"], row["population"]) for row in rows.values()} == {("s", 5)}


def test_people_read_from_how_many_it_was_drawn_and_by_what(sampled):
    out = sampled("--n", 2, "--seed", "2024-06", "--state", "unexplained").out

    assert out.startswith("Drawn by lot: 2 of 3 accesses that are unexplained (5 are loaded).\nSeed 2024-06. Entry ")
    assert "Times are local (Europe/London)." in out
    assert "tried: no reference quoted" in out
    assert "audit review ACCESS" in out
    assert "(masked or not given)" in sampled("--state", "unjudged").out


def test_the_same_seed_draws_the_same_and_fewer_are_the_first_of_more(sampled):
    drawn = ids(sampled("--n", 4, "--seed", "s", "--format", "json"))

    assert ids(sampled("--n", 4, "--seed", "s", "--format", "json")) == drawn
    assert ids(sampled("--n", 2, "--seed", "s", "--format", "json")) == drawn[:2]
    assert {tuple(ids(sampled("--n", 4, "--seed", seed, "--format", "json"))) for seed in "abcdefgh"} != {tuple(drawn)}


def test_neither_threads_nor_the_order_of_loading_move_the_lot(tmp_path, typed):
    lines = [f"B{number},2024-06-06 10:00:{number:02d},NDB,U{number},view,person,P{number}" for number in range(60)]
    head = "event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n"
    drawn = set()
    for name, threads, parts in (("one", 1, (lines[:30], lines[30:])), ("two", 4, (lines[30:], lines[:30]))):
        folder = make_tiny(tmp_path / name, CONFIG.replace("[workspace]", f"[workspace]\nthreads = {threads}"))
        typed("-w", folder, "load")
        for number, part in enumerate(parts):
            (folder / "logs" / f"part{number}.csv").write_text(head + "\n".join(part) + "\n")
            typed("-w", folder, "load")
        drawn.add(tuple(ids(typed("-w", folder, "sample", "--seed", "s", "--n", 25, "--format", "json"))))

    assert len(drawn) == 1


@pytest.mark.parametrize(("words", "drawn"), [
    (["--user", "U2"], {"E4"}),
    (["--unit", "north"], {"E1", "E2", "E3"}),
    (["--system", "RMS"], {"E1", "E2", "E3", "E4", "E7"}),
    (["--since", "2024-06-04", "--until", "2024-06-04"], {"E2"}),
    (["--from", "2024-06-05"], {"E3", "E4", "E7"}),
    (["--state", "explained"], {"E4"}),
    (["--state", "weak"], set()),
    (["--state", "unexplained", "--user", "U1", "--until", "2024-06-04"], {"E1", "E2"}),
    (["--state", "unjudged", "--unit", "north"], set()),
])  # fmt: skip
def test_it_is_drawn_from_what_is_asked_for(sampled, words, drawn):
    assert set(ids(sampled(*words, "--format", "json"))) == drawn


def test_so_many_of_each_user_unit_or_system(sampled):
    of_users = sampled("--n", 1, "--per", "user", "--seed", "s", "--format", "json").json
    of_units = sampled("--n", 2, "--per", "unit", "--seed", "s")

    assert [(row["user_id"], row["population"]) for row in of_users] == [("U1", 3), ("U2", 1), (None, 1)]
    assert of_users[0]["access_id"] == ids(sampled("--user", "U1", "--n", 1, "--seed", "s", "--format", "json"))[0]
    assert of_units.out.startswith(
        "Drawn by lot: 4 of 5 accesses: 2 of each unit, or all where there are no more, of 1 unit and the 2 that name none.\n"
    )
    assert sampled("--per", "system").out.startswith("Drawn by lot: 5 of 5 accesses: 20 of each system, ")


def test_a_draw_is_on_the_ledger_before_it_is_shown(folder, sampled):
    out = sampled("--n", 2, "--seed", "s", "--state", "unexplained").out

    last = entries(folder)[-1]
    assert last["kind"] == "look"
    assert last["about"]["asked"] == {"n": 2, "seed": "s", "state": "unexplained"}
    assert (last["about"]["command"], last["about"]["population"], last["about"]["shown"]) == ("sample", 3, 2)
    assert all(access_id in out for access_id in last["about"]["ids"])
    assert f"Entry {last['no']} of the ledger, head {last['hash']}." in out
    (folder / "ledger.jsonl").unlink()
    (folder / "ledger.jsonl").mkdir()
    refused = sampled("--n", 2)
    assert (refused.code, refused.out) == (6, "")


def test_without_a_seed_one_is_chosen_that_draws_the_same_again(folder, sampled):
    first = sampled("--n", 3, "--format", "json")
    seed = first.json[0]["seed"]

    assert len(seed) == 16
    assert f"Seed {seed}." in first.err
    assert ids(sampled("--n", 3, "--seed", seed, "--format", "json")) == ids(first)
    assert sampled("--n", 3, "--format", "json").json[0]["seed"] != seed


def test_who_draws_again_until_it_suits_is_seen_to(sampled):
    assert "by other seeds: none." in sampled("--seed", "a").out
    again = sampled("--seed", "a", "--n", 2)
    other = sampled("--seed", "b")

    assert "by other seeds: none." in again.out
    assert "by other seeds: 2 (entries " in other.out
    assert "by other seeds: none." in sampled("--seed", "b", "--user", "U1").out


def test_what_was_found_out_of_one_is_recorded_and_told_once_all_are(folder, sampled, typed):
    first, second = ids(sampled("--n", 2, "--seed", "s", "--state", "unexplained", "--format", "json"))

    done = typed("-w", folder, "review", first, "--outcome", "advice", "--by", "Insp Shaw")
    more = typed("-w", folder, "review", second, "--outcome", "explained", "--by", "Insp Shaw", "--format", "json").json

    assert done.out.startswith(f"Recorded: sampled access {first}: advice, by Insp Shaw.\n")
    assert "Sample (seed s): 1 of 2 are reviewed, 1 for action; what share that makes is told when all are." in done.out
    assert more["sample"] == {"population": 3, "drawn": 2, "reviewed": 2, "for_action": 1}
    again = sampled("--n", 2, "--seed", "s", "--state", "unexplained")
    assert (
        "So far: 2 of 2 are reviewed, 1 for action: 50.0 % (9.5 % to 90.5 %, 95 %), or about 2 of all 3 (0 to 3)."
        in again.out
    )
    assert "advice" in again.out
    kept = [entry["about"] for entry in entries(folder) if entry["kind"] == "sample-review"]
    draw = next(entry["no"] for entry in entries(folder) if entry["about"].get("command") == "sample")
    assert [(about["access_id"], about["place"], about["draw"]) for about in kept] == [
        (first, 1, draw),
        (second, 2, draw),
    ]
    assert typed("-w", folder, "verify").code == 0


def test_of_so_many_of_each_user_no_share_of_all_is_told(folder, sampled, typed):
    for access_id in ids(sampled("--per", "user", "--state", "unexplained", "--format", "json")):
        told = typed("-w", folder, "review", access_id, "--outcome", "explained", "--by", "A").out

    assert ": 3 of 3 are reviewed, none for action.\n" in told


def test_a_control_access_that_was_drawn_is_reviewed_for_both(folder, sampled, typed):
    assert ids(sampled("--user", "U2", "--seed", "s", "--format", "json")) == ["E4"]

    told = typed("-w", folder, "review", "E4", "--outcome", "explained", "--by", "A").out

    assert told.startswith("Recorded: control access E4: explained, by A.\n")
    assert "It was drawn for a sample too (seed s): 1 of 1 are reviewed, none for action." in told


def test_what_was_not_drawn_cannot_be_reviewed_and_nothing_has_a_last_day(folder, sampled, typed):
    assert typed("-w", folder, "review", "E1", "--outcome", "advice", "--by", "A").code == 2
    sampled("--user", "U1")

    assert typed("-w", folder, "review", "E1", "--outcome", "advice", "--by", "A", "--until", "2999-12-31").code == 2
    assert typed("-w", folder, "review", "E1", "--outcome", "advice", "--by", " ").code == 2
    assert typed("-w", folder, "review", "E1", "--outcome", "advice", "--by", "A").code == 0


def test_before_the_first_report_accesses_can_be_drawn_and_reviewed(tmp_path, typed):
    folder = make_tiny(tmp_path / "tiny")
    typed("-w", folder, "load")

    assert set(ids(typed("-w", folder, "sample", "--format", "json"))) == {"E1", "E2", "E3", "E4", "E7"}
    assert typed("-w", folder, "review", "E1", "--outcome", "explained", "--by", "A").code == 0
    assert (
        "no report has been made yet" in typed("-w", folder, "review", "E9", "--outcome", "explained", "--by", "A").err
    )


@pytest.mark.parametrize(("words", "said"), [
    (["--n", 0], "0 is not in the range"),
    (["--n", -1], "-1 is not in the range"),
    (["--user", "u1"], 'did you mean "U1"?'),
    (["--user", ""], "there is no such user"),
    (["--system", "RSM"], 'system "RSM": no access names such a system; did you mean "RMS"?'),
    (["--unit", "south"], 'unit "south": no posting names such a unit'),
    (["--since", "2024-06-05", "--until", "2024-06-04"], "is later than --until"),
    (["--seed", " "], "--seed: must be a word or a number"),
    (["--seed", "a\x1b[2J"], "--seed: must be a word or a number"),
    (["--seed", "\udcff"], "--seed: must be a word or a number"),
    (["--seed", "x" * 101], "at most 100 characters"),
    (["--per", "rank"], "is not one of"),
])  # fmt: skip
def test_what_cannot_be_drawn_from_is_refused_and_nothing_recorded(folder, sampled, words, said):
    before = (folder / "ledger.jsonl").read_bytes()

    outcome = sampled(*words)

    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert (folder / "ledger.jsonl").read_bytes() == before


def test_more_than_the_ledger_should_name_are_not_drawn_at_once(sampled, monkeypatch):
    monkeypatch.setattr("audit.sample.MOST", 3)

    assert "--n 2000000000: would draw 5 accesses, and at most 3 are drawn at once" in sampled("--n", 2_000_000_000).err
    assert sampled("--n", 4).code == 2
    assert sampled("--n", 4, "--user", "U1").code == 0


def test_of_fewer_than_asked_for_all_are_drawn(sampled):
    assert sampled("--n", 50).out.startswith("Drawn by lot: 5 of 5 accesses, which is all.\n")


def test_where_no_access_meets_the_filters_that_is_said(folder, sampled):
    none = sampled("--since", "2031-01-01")

    assert (none.code, none.out.splitlines()[0]) == (
        0,
        "There is no access from 2031-01-01 to draw from (5 are loaded).",
    )
    assert sampled("--state", "weak", "--format", "json").json == []
    assert sampled("--state", "weak", "--format", "csv").out.startswith("place,access_id,occurred_at,local_time,")
    assert entries(folder)[-1]["about"]["ids"] == []


def test_a_workspace_without_a_log_has_nothing_to_draw_from(tmp_path, typed):
    folder = make_tiny(tmp_path / "tiny")
    assert typed("-w", folder, "sample").code == 6
    (folder / "logs/2024.csv").write_text("event_id,occurred_at,system,action\n")
    typed("-w", folder, "load")

    outcome = typed("-w", folder, "sample", "--per", "user")

    assert (outcome.code, outcome.out.splitlines()[0]) == (0, "No access is loaded to draw from.")


def test_late_data_takes_no_more_than_the_places_of_its_own_lots(folder, sampled, typed):
    before = ids(sampled("--n", 5, "--seed", "s", "--format", "json"))
    (folder / "logs" / "late.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n"
        + "".join(f"N{day},2024-06-{day:02d} 10:00:00,RMS,U2,view,person,P{day}\n" for day in range(10, 16))
    )
    typed("-w", folder, "load")

    after = ids(sampled("--n", 5, "--seed", "s", "--format", "json"))

    kept = [access_id for access_id in after if access_id.startswith("E")]
    assert kept == before[: len(kept)]


def test_ids_that_another_source_turns_out_to_use_keep_their_lots(folder, sampled, typed):
    before = ids(sampled("--n", 5, "--seed", "s", "--system", "RMS", "--format", "json"))
    add_source(folder, GATE)
    rows = "".join(f"E{number},2024-06-06 1{number}:00:00,U3\n" for number in range(1, 8))
    (folder / "gate" / "a.csv").write_text(f"no,when,who\n{rows}")
    typed("-w", folder, "load")

    after = ids(sampled("--n", 5, "--seed", "s", "--system", "RMS", "--format", "json"))

    assert after == [f"event:{access_id}" for access_id in before]


def test_a_csv_runs_nothing_in_a_spreadsheet_and_a_terminal_obeys_no_cell(folder, sampled, typed):
    log = folder / "logs" / "hostile.csv"
    log.write_text(
        "event_id,occurred_at,system,user_id,action,subject_kind,subject_id,reason\n"
        '=E9,2024-06-09 10:00:00,@RMS,+U9,view,person,-P1,"=1+1\x1b[2J"\n'
    )
    typed("-w", folder, "load")

    [row] = csv.DictReader(io.StringIO(sampled("--user", "+U9", "--format", "csv").out, newline=""))
    shown = sampled("--user", "+U9", "--seed", "=1").out

    assert (row["access_id"], row["user_id"], row["subject_id"], row["system"]) == ("'=E9", "'+U9", "'-P1", "'@RMS")
    assert row["reason"] == "'=1+1\x1b[2J"
    assert "\x1b" not in shown
    assert "<U+001B>[2J" in shown


def test_while_a_batch_writes_nothing_is_drawn(folder, sampled):
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()",
         folder / "audit.duckdb"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    holder.stdout.readline()
    try:
        assert sampled().code == 4
    finally:
        holder.communicate()


def test_what_is_told_of_the_force_is_what_a_timeline_tells(in_force):
    """Each access, with its state, explanation and what was tried: the two commands must not disagree."""
    sample = in_force("sample", "--user", "U1117", "--n", 10_000, "--format", "json").json
    timeline = [
        row for row in in_force("timeline", "--user", "U1117", "--format", "json").json if row["event"] == "access"
    ]

    names = ("access_id", "occurred_at", "state", "explanation", "explanation_reference", "tried", "not_judged_for")
    told = [tuple(row[name] for name in names) for row in sample]
    assert sorted(told) == sorted(tuple(row[name] for name in names) for row in timeline)
    assert {row["unit"] for row in sample} <= {"response-south", None}
