"""A review takes a finding out of the ranking until something new happens, and is never lost."""

import json

import pyarrow.parquet as pq
import pytest

from audit.report.read import latest, read_manifest


@pytest.fixture
def reviewed(in_tiny):
    """Run, review the first finding, and return its id."""

    def review_it(outcome, *words):
        assert in_tiny("run").code == 0
        finding = in_tiny("findings", "--format", "json").json[0]["finding_id"]
        done = in_tiny("review", finding[:10], "--outcome", outcome, "--by", "Sgt Dale", *words)
        assert done.code == 0, done.err
        return finding

    return review_it


def ranked(in_tiny):
    return [row["finding_id"] for row in in_tiny("findings", "--format", "json").json]


@pytest.mark.parametrize("outcome", ["explained", "false-alarm"])
def test_a_finding_that_is_accounted_for_leaves_the_ranking_at_the_next_run(in_tiny, tiny, reviewed, outcome):
    finding = reviewed(outcome)
    assert finding in ranked(in_tiny)

    in_tiny("run")

    assert finding not in ranked(in_tiny)
    rows = {row["finding_id"]: row for row in in_tiny("findings", "--suppressed", "--format", "json").json}
    assert rows[finding]["rank"] is None
    assert rows[finding]["suppressed_by"].startswith(f"{outcome} (review ")
    assert rows[finding]["review"] == outcome
    ranks = [row["rank"] for row in rows.values() if row["rank"]]
    assert ranks == list(range(1, len(rows)))
    users = pq.read_table(latest(tiny / "reports").folder / "users.parquet").to_pylist()
    assert sum(user["findings"] for user in users) == len(ranks)
    assert "Reviewed" in (latest(tiny / "reports").folder / "report.html").read_text()


def test_a_user_whose_findings_are_all_accounted_for_is_not_said_to_have_none(in_tiny):
    in_tiny("run")
    for finding in in_tiny("findings", "--user", "U1", "--format", "json").json:
        in_tiny("review", finding["finding_id"], "--outcome", "explained", "--by", "Sgt Dale")
    in_tiny("run")

    said = in_tiny("findings", "--user", "U1").err

    assert said.startswith("No finding meets that.\n")
    assert "that a review excludes would meet it: --suppressed" in said


@pytest.mark.parametrize("outcome", ["advice", "training", "misconduct", "gross-misconduct", "criminal"])
def test_what_was_found_true_stays_in_the_ranking_with_what_was_decided(in_tiny, reviewed, outcome):
    finding = reviewed(outcome)

    in_tiny("run")

    assert finding in ranked(in_tiny)
    assert outcome in in_tiny("findings").out
    assert f"{outcome} by Sgt Dale" in in_tiny("show", finding).out


def test_a_finding_comes_back_when_something_new_happens(in_tiny, tiny, reviewed):
    finding = reviewed("explained")
    user = {row["finding_id"]: row for row in in_tiny("findings", "--format", "json").json}[finding]["user_id"]
    (tiny / "logs/more.csv").write_text(
        "event_id,occurred_at,system,user_id,action,subject_kind,subject_id\n"
        f"M1,2024-06-06 10:00:00,RMS,{user},view,person,P1\n"
    )

    in_tiny("run")

    assert finding in ranked(in_tiny)


def test_a_review_ends_with_its_last_day(in_tiny, reviewed):
    over = reviewed("explained", "--until", "2024-12-31")
    in_tiny("run")
    assert over in ranked(in_tiny)

    in_tiny("review", over, "--outcome", "explained", "--by", "B", "--until", "2999-12-31")
    in_tiny("run")
    assert over not in ranked(in_tiny)


def test_a_review_whose_last_day_is_over_is_not_said_to_apply(in_tiny, reviewed):
    finding = reviewed("advice")

    outcome = in_tiny("review", finding, "--outcome", "explained", "--by", "A", "--until", "2020-01-31")

    assert "is over already, so the review excludes nothing" in outcome.err
    assert "by A; it excludes nothing." in outcome.out


@pytest.mark.parametrize("outcome", ["advice", "misconduct"])
def test_a_last_day_is_for_what_excludes_alone(in_tiny, tiny, reviewed, outcome):
    finding = reviewed("advice")
    before = (tiny / "ledger.jsonl").read_bytes()

    refused = in_tiny("review", finding, "--outcome", outcome, "--by", "A", "--until", "2999-12-31")

    assert refused.code == 2
    assert f"explained or false-alarm takes a finding out of the ranking; {outcome} takes none out" in refused.err
    assert b'"review"' not in (tiny / "ledger.jsonl").read_bytes()[len(before) :]


def test_the_last_review_counts_and_all_are_shown(in_tiny, reviewed):
    finding = reviewed("false-alarm", "--note", "typed the wrong plate")
    in_tiny("run")
    in_tiny("review", finding, "--outcome", "misconduct", "--by", "PSD-7")
    in_tiny("run")

    shown = in_tiny("show", finding, "--format", "json").json
    assert [review["outcome"] for review in shown["reviews"]] == ["false-alarm", "misconduct"]
    assert shown["reviews"][0]["note"] == "typed the wrong plate"
    assert shown["rank"] is not None


def test_reviews_are_part_of_what_status_compares_by(in_tiny, tiny, reviewed):
    reviewed("explained")
    before = read_manifest(latest(tiny / "reports"))
    in_tiny("run")
    after = read_manifest(latest(tiny / "reports"))
    first = latest(tiny / "reports").folder
    in_tiny("run")
    again = latest(tiny / "reports").folder

    assert after.basis != before.basis
    assert after.compared_with == before.run_id
    assert [disposition.excludes for disposition in after.dispositions] == [True]
    for path in first.iterdir():
        if path.name != "manifest.json":
            assert path.read_bytes() == (again / path.name).read_bytes()


def test_a_review_outlives_the_database(in_tiny, tiny, reviewed):
    finding = reviewed("explained")
    (tiny / "audit.duckdb").unlink()

    in_tiny("run")

    assert finding not in ranked(in_tiny)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["zzz", "--outcome", "explained", "--by", "A"], 'finding "zzz": not in the report'),
        (["F", "--outcome", "explained", "--by", "A"], "several begin so"),
        (["F", "--outcome", "guilty", "--by", "A"], "'guilty' is not one of"),
        (["F", "--outcome", "explained"], "Missing option '--by'"),
    ],
)
def test_a_review_of_nothing_or_by_nobody_is_refused(ran, words, told):
    outcome = ran("review", *words)

    assert outcome.code == 2
    assert told in outcome.err


def test_a_review_names_who_typed_it_beside_who_decided(in_tiny, tiny, reviewed):
    reviewed("advice")
    line = json.loads((tiny / "ledger.jsonl").read_text().splitlines()[-1])

    assert line["kind"] == "review"
    assert line["about"]["by"] == "Sgt Dale"
    assert line["user"] != "Sgt Dale"


def test_what_was_decided_of_a_control_access_is_recorded_and_counted(in_tiny, tiny):
    in_tiny("run")
    assert "Control" not in in_tiny("status").out
    ranks = ranked(in_tiny)

    done = in_tiny("review", "E4", "--outcome", "misconduct", "--by", "PSD-7", "--note", "nobody on the case knew")

    assert done.code == 0, done.err
    assert "Recorded: control access E4: misconduct, by PSD-7." in done.out
    told = "1 of 1 drawn by lot are reviewed, 1 for action: 100.0 %, or about 1 of all 1."
    assert told in done.out
    assert told in in_tiny("status").out
    assert told in in_tiny("findings", "--budget", 5).out
    counted = in_tiny("status", "--format", "json").json["last_run"]["control"]
    assert counted == {"population": 1, "drawn": 1, "reviewed": 1, "for_action": 1}
    line = json.loads((tiny / "ledger.jsonl").read_text().splitlines()[-1])
    entries = [json.loads(line) for line in (tiny / "ledger.jsonl").read_text().splitlines()]
    (entry,) = [entry["about"] for entry in entries if entry["kind"] == "control-review"]
    assert (entry["access_id"], entry["place"], entry["population"]) == ("E4", 1, 1)
    assert line["kind"] == "look"
    in_tiny("run")
    assert ranked(in_tiny) == ranks
    assert in_tiny("verify").code == 0


def test_the_last_review_of_a_control_access_counts_and_the_next_ones_are_shown(in_tiny):
    in_tiny("run")
    assert "E4" in in_tiny("findings", "--budget", 5).out
    in_tiny("review", "E4", "--outcome", "advice", "--by", "A")

    done = in_tiny("review", "E4", "--outcome", "explained", "--by", "B", "--format", "json").json

    assert (done["access_id"], done["outcome"], done["control"]["for_action"]) == ("E4", "explained", 0)
    budget = in_tiny("findings", "--budget", 5)
    assert "drawn by lot from" not in budget.out
    assert "1 of 1 drawn by lot are reviewed, none for action." in budget.out


def test_a_control_access_has_no_last_day_and_what_is_neither_is_refused(in_tiny):
    in_tiny("run")

    assert in_tiny("review", "E4", "--outcome", "advice", "--by", "A", "--until", "2999-12-31").code == 2
    assert in_tiny("review", "E1", "--outcome", "advice", "--by", "A").code == 2
    assert in_tiny("review", "E4", "--outcome", "advice", "--by", " ").code == 2
