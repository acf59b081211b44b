"""audit detectors new: a detector of one's own that passes its cases, runs, and is checked like any other."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from audit.catalogue import read_catalogue
from audit.catalogue.header import split
from audit.cli.main import run_words
from audit.scaffold import make_detector
from audit.workspace import read_workspace
from tests.cli.tiny import CONFIG, make_tiny

OWN = CONFIG.replace("[workspace]", '[workspace]\nqueries = ["queries"]')


@pytest.fixture
def folder(tmp_path):
    return make_tiny(tmp_path / "tiny", OWN)


@pytest.fixture
def detectors(folder, typed):
    return lambda *words: typed("-w", folder, "detectors", *words)


def files(folder):
    return sorted(path.relative_to(folder / "queries").as_posix() for path in (folder / "queries").rglob("*"))


def test_what_is_made_passes_its_cases_as_it_stands(folder, detectors):
    made = detectors("new", "night-lookup")

    assert made.code == 0
    assert files(folder) == ["detectors", "detectors/night-lookup.cases.toml", "detectors/night-lookup.sql"]
    tested = detectors("test", "night-lookup")
    assert (tested.code, tested.out.splitlines()[-1]) == (0, "2 of 2 cases pass.")
    assert "night-lookup" in detectors("list").out
    assert "Change this WHERE first" in detectors("show", "night-lookup").out


def test_it_says_what_to_type_next(folder, detectors):
    out = detectors("new", "night-lookup").out

    steps = [line.split("audit ", 1)[1].split("     ")[0].split() for line in out.splitlines() if "audit -w " in line]
    assert [words[2:] for words in steps] == [
        ["detectors", "test", "night-lookup"],
        ["detectors", "test", "night-lookup"],
        ["run", "--detector", "night-lookup"],
    ]
    assert [run_words(words) for words in steps] == [0, 0, 0]
    assert Path(out.splitlines()[-1].split(": ", 1)[1]).is_file()


def test_it_finds_in_the_sample_force_who_looked_at_night(force, tmp_path, typed):
    folder = tmp_path / "force"
    shutil.copytree(force[0].folder, folder)
    config = folder / "audit.toml"
    config.write_text(config.read_text().replace("[workspace]", '[workspace]\nqueries = ["queries"]', 1))
    typed("-w", folder, "detectors", "new", "night-lookup")
    assert typed("-w", folder, "run", "--detector", "night-lookup").code in (0, 3)

    found = typed("-w", folder, "findings", "--format", "json").json

    assert "U1042" in {row["user_id"] for row in found}
    for row in found:
        assert row["detector"] == "night-lookup"
        assert row["details"]["accesses"] == row["event_count"] >= 3
    accesses = typed("-w", folder, "show", found[0]["finding_id"], "--format", "json").json["evidence"]
    sampled = typed("-w", folder, "timeline", "--user", found[0]["user_id"], "--format", "json").json
    assert {access["access_id"] for access in accesses} <= {row["access_id"] for row in sampled}


@pytest.mark.parametrize(("before", "after", "said"), [
    ('reads = ["unexplained_access"]', 'reads = ["unexplained_acces"]', 'did you mean "unexplained_access"?'),
    ("FROM unexplained_access", "FROM read_csv('x.csv')", "read_csv"),
    ("{subjects}", "{people}", "summary has {people}, which the SQL does not return"),
    ("$before_hour", "$hour", 'parameters lacks "hour", which the SQL binds'),
    ("WHERE local_hour", "WHERE now() > occurred_at AND local_hour", "there is no clock in a query"),
])  # fmt: skip
def test_it_is_checked_like_any_other(folder, detectors, typed, before, after, said):
    detectors("new", "night-lookup")
    path = folder / "queries/detectors/night-lookup.sql"
    path.write_text(path.read_text().replace(before, after))

    for outcome in (detectors("test", "night-lookup"), typed("-w", folder, "run")):
        assert outcome.code == 5
        assert said in outcome.err
        assert f"{path}: " in outcome.err


@pytest.mark.parametrize("like", [detector.id for detector in read_catalogue().detectors])
def test_every_shipped_detector_can_be_begun_from(tmp_path, like):
    folder = make_tiny(tmp_path / "tiny", OWN)
    shipped = read_catalogue().detector(like)

    made = make_detector(read_workspace(folder), "one-of-ours", like)

    own = read_catalogue([folder / "queries"]).detector("one-of-ours")
    assert (own.sql, own.parameters, own.key, own.status) == (
        shipped.sql,
        shipped.parameters,
        shipped.key,
        "experimental",
    )
    theirs, ours = (tomllib.loads(split(path.read_text()).header) for path in (shipped.path, made.query))
    assert {name for name in theirs if theirs[name] != ours[name]} <= {"id", "status"}
    assert made.cases.read_text() == shipped.path.with_name(f"{like}.cases.toml").read_text()


def test_a_copy_says_that_it_finds_the_same_until_it_is_changed(detectors):
    out = detectors("new", "slow-repeat", "--like", "repeated-subject").out

    assert "until its SQL differs, it finds once more what repeated-subject finds" in out
    assert detectors("test", "slow-repeat").code == 0
    assert detectors("new", "slower-repeat", "--like", "slow-repeat").code == 0


@pytest.mark.parametrize("name", [
    "", " ", "Night", "night lookup", "../night", "a/b", "a\\b", "night.sql", ".night", "-night", "night-", "a--b", "nächtlich",
    "a\x1b[2J", "a\nb", "n" * 61, "10-night", "$(id)", "con'", "{x}", "\u202en", "\udcff",
])  # fmt: skip
def test_what_is_no_id_is_refused_without_a_trace(folder, detectors, name):
    refused = detectors("new", "--", name)

    assert (refused.code, refused.out) == (2, "")
    assert not (folder / "queries").exists()
    assert not {"\x1b", "\u202e"} & set(refused.err)


@pytest.mark.parametrize(("name", "at"), [
    ("repeated-subject", "detectors/repeated-subject.sql"),
    ("incident-assigned", "explanations/incident-assigned.sql"),
    ("access", "accesses/90-access.sql"),
    ("unexplained_access", "unexplained_access.sql"),
    ("control", "control.sql"),
])  # fmt: skip
def test_an_id_that_is_taken_is_refused(folder, detectors, name, at):
    refused = detectors("new", name)

    assert refused.code == 2
    assert f'"{name}": is the id of a query already, ' in refused.err
    assert f"{at}; choose another id" in refused.err
    assert not (folder / "queries").exists()


def test_nothing_is_overwritten(folder, detectors):
    detectors("new", "night-lookup")
    query = folder / "queries/detectors/night-lookup.sql"
    query.write_text(query.read_text().replace("at night", "by night"))
    before = query.read_bytes()

    assert detectors("new", "night-lookup").code == 2
    assert query.read_bytes() == before
    query.unlink()
    refused = detectors("new", "night-lookup")
    assert refused.code == 2
    assert "night-lookup.cases.toml: is there already and is not overwritten" in refused.err
    assert files(folder) == ["detectors", "detectors/night-lookup.cases.toml"]


def test_a_detector_that_is_not_there_cannot_be_copied(folder, detectors):
    refused = detectors("new", "ours", "--like", "repeated-subjects")

    assert refused.code == 2
    assert 'did you mean "repeated-subject"?' in refused.err
    assert detectors("new", "ours", "--like", "unexplained_access").code == 2
    assert not (folder / "queries").exists()


def test_where_no_folder_is_named_it_is_said_what_to_write(tmp_path, typed):
    folder = make_tiny(tmp_path / "tiny")

    refused = typed("-w", folder, "detectors", "new", "night-lookup")

    assert refused.code == 5
    assert 'put this line below its [workspace]: queries = ["queries"]' in refused.err
    assert typed("-w", tmp_path, "detectors", "new", "night-lookup").code == 5


def test_in_a_workspace_that_init_made_it_works_at_once(tmp_path, typed):
    typed("init", tmp_path / "force")

    assert typed("-w", tmp_path / "force", "detectors", "new", "night-lookup").code == 0
    assert typed("-w", tmp_path / "force", "detectors", "test", "night-lookup").code == 0


def test_what_is_made_is_for_its_owner_alone(folder, detectors):
    detectors("new", "night-lookup")

    modes = {
        path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in (folder / "queries").rglob("*")
    }
    assert modes == {
        "queries/detectors": 0o700,
        "queries/detectors/night-lookup.sql": 0o600,
        "queries/detectors/night-lookup.cases.toml": 0o600,
    }


@pytest.mark.parametrize("failing", [1, 2])
def test_on_a_disk_that_fails_both_are_made_or_neither(folder, detectors, monkeypatch, failing):
    written = []

    def write(path, audience, text):
        written.append(path)
        if len(written) == failing:
            raise OSError(28, "No space left on device", str(path))
        original(path, audience, text)

    from audit import scaffold

    original = scaffold.write_file
    monkeypatch.setattr(scaffold, "write_file", write)
    refused = detectors("new", "night-lookup")

    assert refused.code == 6
    assert "No space left on device" in refused.err
    assert files(folder) == ["detectors"]
    monkeypatch.undo()
    assert detectors("new", "night-lookup").code == 0


def test_what_a_kill_left_is_no_query_and_goes_with_the_next_try(folder, detectors):
    left = folder / "queries/detectors/.night-lookup.999999999.tmp"
    left.mkdir(parents=True)
    (left / "text").write_text("cut o")

    assert json.loads(detectors("list", "--format", "json").out)
    assert detectors("new", "night-lookup").code == 0
    assert files(folder) == ["detectors", "detectors/night-lookup.cases.toml", "detectors/night-lookup.sql"]


def test_a_file_in_the_place_of_the_folder_is_said(folder, detectors):
    (folder / "queries").write_text("not a folder")

    refused = detectors("new", "night-lookup")

    assert refused.code == 6
    assert "Not a directory" in refused.err or "File exists" in refused.err
