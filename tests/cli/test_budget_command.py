"""audit findings --budget, as somebody types it: on the sample force, and where there is little to choose."""

import shutil
from collections import Counter
from math import ceil

import pyarrow.parquet as pq
import pytest

from audit.shipped import shipped_folder


def split(rows):
    return [row for row in rows if not row["control"]], [row for row in rows if row["control"]]


@pytest.mark.parametrize("budget", [1, 20, 45])
def test_a_budget_gives_so_many_findings_and_a_tenth_of_control(in_force, budget):
    found, control = split(in_force("findings", "--budget", budget, "--format", "json").json)

    assert (len(found), len(control)) == (budget, ceil(budget / 10))
    ranks = [row["rank"] for row in found]
    assert ranks == sorted(ranks)
    # The one critical finding, of rank 6, takes the only place of a budget of one.
    assert ranks[0] == (6 if budget == 1 else 1)


def test_no_detector_takes_more_than_its_share(in_force):
    quarter, _ = split(in_force("findings", "--budget", 20, "--format", "json").json)
    half, _ = split(in_force("findings", "--budget", 20, "--share", 50, "--format", "json").json)
    whole, _ = split(in_force("findings", "--budget", 20, "--share", 100, "--format", "json").json)

    assert max(Counter(row["detector"] for row in quarter).values()) == 5
    assert max(Counter(row["detector"] for row in half).values()) <= 10
    assert [row["rank"] for row in whole] == list(range(1, 21))


def test_the_control_is_drawn_from_what_no_finding_cites_and_can_be_followed_to_its_record(in_force, force):
    _, control = split(in_force("findings", "--budget", 100, "--format", "json").json)
    cited = set(
        pq.read_table(force[1].published.folder / "evidence.parquet", partitioning=None)["access_id"].to_pylist()
    )

    ids = [row["event_ids"][0] for row in control]
    assert len(set(ids)) == 10
    assert not set(ids) & cited
    assert {row["finding_id"] for row in control} == {None}
    assert {row["details"]["seed"] for row in control} == {control[0]["details"]["seed"]}
    (explained, *_) = in_force("explain", ids[0], "--format", "json").json
    assert explained["access"]["access_id"] == ids[0]
    assert control[0]["details"]["explanation"] == (explained["named"] or None)


def test_the_same_report_gives_the_same_control_and_the_same_data_too(in_force, force, tmp_path, typed):
    drawn = in_force("findings", "--budget", 30, "--format", "csv").out
    again = tmp_path / "again"
    shutil.copytree(shipped_folder("sample_logs") / "force", again)

    assert in_force("findings", "--budget", 30, "--format", "csv").out == drawn
    typed("-w", again, "run")
    one, other = (
        pq.read_table(folder / "control.parquet", partitioning=None)
        for folder in (force[1].published.folder, next((again / "reports").glob("run=*")))
    )
    assert one == other


def test_neither_a_review_nor_a_later_file_draws_others(tiny, in_tiny):
    logs = tiny / "logs"
    header, *rows = (logs / "2024.csv").read_text().splitlines()
    drawn_from = [
        f"C{number},2024-06-{number % 28 + 1:02d} 11:00:00,RMS,U2,,view,person,P2,,INC-1" for number in range(90)
    ]
    (logs / "2024.csv").write_text("\n".join([header, *rows, *drawn_from]) + "\n")

    def control():
        assert in_tiny("run").code == 0
        return pq.read_table(max((tiny / "reports").glob("run=*")) / "control.parquet", partitioning=None)

    first = control()
    finding = in_tiny("findings", "--format", "json").json[0]["finding_id"]
    in_tiny("review", finding, "--outcome", "explained", "--by", "A")
    reviewed = control()
    (logs / "later.csv").write_text(f"{header}\nD1,2024-07-30 11:00:00,RMS,U2,,view,person,P2,,INC-1\n")
    later = control()

    assert first.num_rows > 20
    assert reviewed == first
    ids = [access_id for access_id in later["access_id"].to_pylist() if access_id != "D1"]
    assert ids == first["access_id"].to_pylist()
    assert set(later["seed"].to_pylist()) == set(first["seed"].to_pylist())


def test_people_get_the_control_apart_and_told_what_it_is_for(in_force):
    out = in_force("findings", "--budget", 20).out

    assert "Control: 2 drawn by lot from " in out
    assert "accesses that no finding cites (seed " in out
    assert "Misuse among them is misuse that the detectors miss." in out


def test_all_of_one_detector_is_given_when_only_it_is_asked_for(in_force):
    found, _ = split(in_force("findings", "--budget", 10, "--detector", "repeated-subject", "--format", "json").json)

    assert [row["detector"] for row in found] == ["repeated-subject"] * 10


def test_a_tiny_force_gives_what_it_has(ran):
    found, control = split(ran("findings", "--budget", 20, "--format", "json").json)

    assert len(found) == len(ran("findings", "--format", "json").json)
    # E4, with its second event, is the one access with a user that no finding cites.
    assert [row["event_ids"] for row in control] == [["E4"]]
    assert control[0]["details"]["population"] == 1


@pytest.mark.parametrize("words", [("--limit", 3), ("--user", "U1"), ("--subject", "P1")])
def test_a_budget_is_for_the_whole_queue(ran, words):
    outcome = ran("findings", "--budget", 5, *words)

    assert outcome.code == 2
    assert "--budget: shares out the whole queue" in outcome.err


def test_a_share_without_a_budget_and_a_budget_of_nothing_are_refused(ran):
    assert ran("findings", "--share", 10).code == 2
    assert ran("findings", "--budget", 0).code == 2


def test_a_report_of_an_earlier_version_gives_its_findings_and_says_what_is_lacking(tiny, in_tiny):
    in_tiny("run")
    (next((tiny / "reports").glob("run=*")) / "control.parquet").unlink()

    outcome = in_tiny("findings", "--budget", 5, "--format", "json")

    assert outcome.code == 0
    assert outcome.json
    assert not any(row["control"] for row in outcome.json)
    assert "holds no control accesses; make a new one with: audit run" in outcome.err


def test_how_many_are_drawn_is_a_parameter(tiny, in_tiny):
    config = tiny / "audit.toml"
    config.write_text(config.read_text() + "\n[parameters.control]\naccesses = 0\n")
    in_tiny("run")

    rows = in_tiny("findings", "--budget", 5, "--format", "json").json

    assert rows
    assert not any(row["control"] for row in rows)


def test_what_a_share_leaves_out_is_said_by_level_and_what_is_critical_is_in(in_force):
    out = in_force("findings", "--budget", 12).out
    machine = in_force("findings", "--budget", 12, "--format", "ndjson")

    said = "more of access-after-warning left out by its share of 25 %: "
    assert said in out
    assert said in machine.err
    critical = [row["finding_id"] for row in in_force("findings", "--level", "critical", "--format", "json").json]
    assert critical
    assert all(finding in machine.out for finding in critical)
    assert critical[0] in in_force("findings", "--budget", 1, "--format", "json").out
