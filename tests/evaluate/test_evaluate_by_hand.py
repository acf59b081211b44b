"""Every measure reckoned by hand on the drawn force, through the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from audit.cli.main import run_words
from audit.evaluate.match import _same
from tests.evaluate.drawn_force import make_force, publish

NEW, OLD = "20240306T020000.000000Z-aaaaaa", "20240305T020000.000000Z-bbbbbb"


@pytest.fixture
def force(tmp_path: Path) -> Path:
    folder = make_force(tmp_path / "drawn")
    publish(folder, NEW)
    return folder


def evaluated(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    capsys.readouterr()
    assert run_words(["evaluate", *map(str, words), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_measure_is_what_a_pencil_says(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(capsys, force)["measures"] == {
        "coverage": 0.95,  # 560 + 20 + 340 + 30 of 1,000
        "first_coverage": 0.9,  # 50 + 4 + 30 + 6 of 100
        "unjudged": 0.01,
        "recall": 0.8333,  # 5 of 6: the suppressed one does not count
        "exact": 0.6667,  # 4 of 6: distance 2, where 1 was planted
        "cases_found": 0.8,  # 4 of 5
        "cases_whole": 0.8,
        "precision_at_10": 0.75,  # A, B, D of A, B, C, D
        "precision_at_20": 0.75,
        "precision_at_50": 0.75,
        "recall_at_50": 0.6667,  # A, D of A, D, E
        "average_precision": 0.5556,  # without B: A, C, D: (1/1 + 2/3 + 0) / 3
        "lookalikes_in_first_50": 1,  # C
        "lookalikes_caught": 1,  # by f5, and not by f6, whose access is on another subject
        "findings_per_10k": 70.0,  # 7 in 1,000 accesses
        "grave_per_100k": 200.0,  # 2
        "event_precision": 0.6667,  # EA1 EA2 EB1 ED1 of these, EC1 and EH1; EN1 is nobody's
        "event_recall": 0.8,  # the same of these and EE1
        "grave_event_precision": 1.0,  # EA1 EA2
        "grave_event_recall": 0.4,
    }


def test_detectors_and_kinds_of_case_are_told_apart(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = evaluated(capsys, force)
    detectors = {row["detector"]: row for row in found["detectors"]}
    kinds = {row["kind"]: row for row in found["cases"]}

    assert detectors["repeated-subject"] == {
        "detector": "repeated-subject", "expected": 2, "found": 2, "exact": 2, "lookalikes": 1, "caught": 1,
        "findings": 3, "grave": 1,
    }  # fmt: skip
    assert (detectors["bulk-browsing"]["found"], detectors["bulk-browsing"]["findings"]) == (0, 0)
    assert kinds["ex-partner"] == {
        "kind": "ex-partner", "rank_as": "principal", "cases": 2, "cases_found": 2, "cases_whole": 2, "expected": 3,
        "found": 3, "exact": 2,
    }  # fmt: skip


def test_what_went_wrong_is_named(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = evaluated(capsys, force)

    assert [(row["case"], row["why"]) for row in found["missed"]] == [("e-1", "no finding")]
    assert found["inexact"][0]["differs"] == ["distance: 1 planted, 2 found"]
    assert found["lookalikes_caught"][0]["finding"] == "f5"
    assert found["lookalikes_in_first_50"] == ["C"]
    assert found["unstated"] == [{"detector": "repeated-subject", "number": "planted"}]


def test_a_comparison_tells_what_was_won_and_lost(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(force, OLD, without=["f4", "f5"], users="AB")

    change = evaluated(capsys, force, "--run", NEW[:9], "--compare", OLD[:9])["compared"]

    assert [row["case"] for row in change["found_now"]] == ["d-1"]
    assert change["lost_now"] == []
    assert [row["finding"] for row in change["caught_now"]] == ["f5"]
    assert change["measures"]["recall"] == {"now": 0.8333, "before": 0.6667, "change": 0.1666}
    assert change["measures"]["findings_per_10k"]["change"] == 20.0
    other = evaluated(capsys, force, "--run", OLD, "--compare", NEW)["compared"]
    assert [row["case"] for row in other["lost_now"]] == ["d-1"]
    assert [row["finding"] for row in other["left_alone_now"]] == ["f5"]


def test_the_newest_report_is_measured_unless_another_is_named(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(force, OLD, without=["f4"])

    assert evaluated(capsys, force)["run_id"] == NEW
    assert evaluated(capsys, force, "--run", OLD[:9])["run_id"] == OLD


def test_people_get_tables(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_words(["-w", str(force), "evaluate"]) == 0
    out = capsys.readouterr().out

    for part in (
        "precision_at_20         0.7500  of the first 20 users: misusers",
        "By detector",
        "By kind of case",
        "Missed: 1",
        "distance: 1 planted, 2 found",
        "Look-alikes among the first 50 users: C",
    ):
        assert part in out


def test_a_detector_that_was_skipped_says_why_it_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_force(tmp_path / "drawn")
    publish(folder, NEW, without=["f8"], skipped=["bulk-browsing"])

    assert evaluated(capsys, folder)["missed"][0]["why"] == "skipped: needs duty, and none is loaded"


def test_a_finding_under_another_key_is_no_answer_but_told(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = force / "labels/cases.csv"
    cases.write_text(cases.read_text().replace('""day"": ""2024-03-02""', '""day"": ""2024-03-03""'))

    missed = {row["case"]: row["why"] for row in evaluated(capsys, force)["missed"]}

    assert missed["n-1"] == "no finding with that key; 1 with another"


@pytest.mark.parametrize(("stated", "planted", "same"), [
    (["b", "a"], ["a", "b"], True),
    ("b, a", ["a", "b"], True),
    ("a", ["a", "b"], False),
    (2.0, 2, True),
    ("leave", "leave", True),
])  # fmt: skip
def test_a_list_is_the_same_in_any_order_and_joined_by_commas(stated: object, planted: object, same: bool) -> None:
    assert _same(stated, planted) is same


# --- what goes wrong


def failed(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = run_words(["evaluate", *map(str, words)])
    return code, capsys.readouterr().err


def test_a_workspace_without_labels_says_who_has_them(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (force / "labels").iterdir():
        path.unlink()
    (force / "labels").rmdir()

    code, told = failed(capsys, force)

    assert code == 6
    assert "labels: is not there" in told
    assert "only a force made with `audit simulate DIR` has labels" in told


def test_all_label_files_that_are_wrong_are_named_at_once(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (force / "labels/cases.csv").unlink()
    (force / "labels/lookalikes.csv").write_text("kind,detector\n")

    code, told = failed(capsys, force)

    assert code == 6
    assert "cases.csv: cannot be read" in told
    assert "lookalikes.csv: lacks the columns user_id, subject_id, key" in told


@pytest.mark.parametrize(("name", "before", "after"), [
    ("cases.csv", '2,2,"{""distance"": 1}"', 'two,2,"{""distance"": 1}"'),
    ("cases.csv", '"{""distance"": 1}"', "[1]"),
    ("lookalikes.csv", "P3,{}", "P3,{"),
])  # fmt: skip
def test_a_row_that_is_no_label_is_an_error_without_its_content(
    force: Path, capsys: pytest.CaptureFixture[str], name: str, before: str, after: str
) -> None:
    path = force / "labels" / name
    path.write_text(path.read_text().replace(before, after))

    code, told = failed(capsys, force)

    assert code == 6
    assert f"{name}: a row is not what it should be" in told
    assert "P3" not in told


def test_a_report_must_be_there(tmp_path: Path, force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = failed(capsys, make_force(tmp_path / "other"))
    assert (code, "make one with: audit run" in told) == (6, True)
    code, told = failed(capsys, force, "--run", "2023")
    assert (code, f"the newest is {NEW}" in told) == (2, True)
    publish(force, OLD)
    code, told = failed(capsys, force, "--run", "202403")
    assert (code, "2 reports begin so" in told) == (2, True)


def test_a_folder_that_is_no_workspace_is_a_config_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(capsys, tmp_path)[0] == 5
