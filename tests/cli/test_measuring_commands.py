"""audit simulate and audit evaluate, as somebody types them: from nothing to measures."""

import pytest

SMALL = ("--staff", 60, "--days", 35, "--events", 12_000)


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A small force, made and run once."""
    from audit.cli.main import run_words

    folder = tmp_path_factory.mktemp("trial") / "trial"
    assert run_words([str(word) for word in ("simulate", folder, *SMALL, "--seed", 4)]) == 0
    assert run_words(["-w", str(folder), "run"]) == 0
    return folder


def test_a_simulated_force_is_run_and_measured(trial, typed):
    found = typed("evaluate", trial, "--format", "json").json
    detectors = {row["detector"]: row for row in found["detectors"]}

    assert found["measures"]["coverage"] >= 0.9
    for name in ("unexplained-access", "repeated-subject", "self-and-family", "access-after-warning"):
        assert detectors[name]["expected"] == detectors[name]["found"] == detectors[name]["exact"] > 0, name
        assert detectors[name]["caught"] == 0, name


def test_the_workspace_is_that_of_w_where_no_folder_is_named(trial, typed):
    assert typed("-w", trial, "evaluate", "--format", "json").json == typed("evaluate", trial, "--format", "json").json


def test_what_was_made_is_told_with_what_to_do_next(typed, tmp_path):
    folder = tmp_path / "made"

    outcome = typed("simulate", folder, *SMALL, "--format", "json")

    assert outcome.code == 0
    assert outcome.json["events"] == 12_000
    assert outcome.json["cases"] > 10
    assert sorted(path.name for path in folder.iterdir()) == ["audit.toml", "context", "labels", "logs"]
    told = typed("simulate", tmp_path / "again", *SMALL)
    assert f"  audit evaluate {tmp_path / 'again'}" in told.out
    assert told.err == ""


def test_the_same_seed_gives_the_same_force_and_another_another(typed, tmp_path, trial):
    for name, seed in (("same", 4), ("other", 5)):
        typed("simulate", tmp_path / name, *SMALL, "--seed", seed)

    for path in sorted(trial.glob("l*/*.csv")):
        if path.parent.name in ("labels", "logs"):
            name = path.relative_to(trial)
            assert (tmp_path / "same" / name).read_bytes() == path.read_bytes(), name
    assert (tmp_path / "other/labels/cases.csv").read_bytes() != (trial / "labels/cases.csv").read_bytes()


def test_a_folder_with_something_in_it_and_a_force_too_small_are_refused_at_once(typed, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")

    outcome = typed("simulate", tmp_path / "full", "--staff", 3, "--days", 1, "--events", 10)

    assert outcome.code == 2
    for part in ("--staff 3: at least", "--days 1: at least", "--events 10: at least", "is not an empty folder"):
        assert part in outcome.err
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_too_many_cases_for_the_events_leave_nothing_behind(typed, tmp_path):
    outcome = typed("simulate", tmp_path / "crowded", "--staff", 400, "--days", 28, "--events", 2000)

    assert outcome.code == 2
    assert "ask for more events or fewer staff" in outcome.err
    assert not list(tmp_path.glob("crowded/*"))


def test_the_sample_force_has_no_labels_and_is_told_so(in_force):
    outcome = in_force("evaluate")

    assert outcome.code == 6
    assert "labels: is not there, so nothing says what should be found" in outcome.err
    assert "EXPECTED.toml" in outcome.err
