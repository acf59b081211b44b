"""audit load --again as somebody types it: recover what a definition had quarantined, and say what was done."""

import json

import pyarrow.parquet as pq

from tests.cli.tiny import GATE, add_source

DATED = GATE.replace('occurred_at = "when"', 'occurred_at = { column = "when", formats = ["%d/%m/%Y %H:%M:%S"] }')
NAMED = GATE.replace('"who"', '"whom"')


def test_a_mended_definition_recovers_and_the_accesses_are_made_anew(in_tiny, tiny):
    definition = add_source(tiny, DATED)
    assert in_tiny("run").code == 3
    held = in_tiny("quarantine", "--format", "json").json
    assert [(row["rule"], row["loads"]) for row in held] == [("occurred_at: not a time", [5])]
    before = in_tiny("status", "--format", "json").json["last_run"]["run_id"]
    definition.write_text(definition.read_text().replace("%d/%m/%Y", "%Y-%m-%d"))

    done = in_tiny("load", "--again", 5)

    assert done.code == 0
    assert "1 file loaded in the place of load 5" in done.out
    assert "Nothing is under quarantine" in in_tiny("quarantine").out
    assert in_tiny("explain", "1").code == 0
    assert in_tiny("run").code == 0
    assert in_tiny("status", "--format", "json").json["last_run"]["run_id"] != before


def test_a_definition_that_does_not_fit_leaves_all_as_it_was(in_tiny, tiny):
    definition = add_source(tiny, GATE)
    in_tiny("load")
    definition.write_text(definition.read_text().replace('"who"', '"whom"'))

    done = in_tiny("load", "--again", 5)

    assert (done.code, 'column "whom" is absent' in done.err) == (5, True)
    loads = {row["source"]: row["loaded"] for row in in_tiny("status", "--format", "json").json["inputs"]}
    assert loads["gate"] == 1


def test_again_takes_no_file_and_no_source(in_tiny):
    assert in_tiny("load", "--again", 1, "--source", "event").code == 2
    assert in_tiny("load", "--again", 1, "x.csv").code == 2


def test_a_load_that_there_is_not_is_named(in_tiny):
    in_tiny("load")
    done = in_tiny("load", "--again", 99)
    assert (done.code, "there is no load 99" in done.err) == (2, True)


def test_what_was_withdrawn_is_told_to_machines(in_tiny):
    in_tiny("load")
    done = in_tiny("load", "--again", 1, "--format", "json")
    assert json.loads(done.out)[0]["load_id"] == 5


def test_a_finding_that_goes_with_a_withdrawn_load_says_so(in_tiny, tiny):
    looked = GATE + 'subject_kind = { value = "person" }\nsubject_id = { value = "P9" }\n'
    definition = add_source(tiny, looked)
    in_tiny("run")
    assert [row["user_id"] for row in in_tiny("findings", "--subject", "P9", "--format", "json").json] == ["U3"]
    definition.write_text(definition.read_text().replace('"who"', '{ column = "who", masked = ["U3"] }'))

    in_tiny("load", "--again", 5)
    assert in_tiny("run").code == 0

    report = max((tiny / "reports").glob("run=*"))
    gone = pq.read_table(report / "withdrawn.parquet", partitioning=None).to_pylist()
    assert {row["why"] for row in gone if row["user_id"] == "U3"} == {"load 5 (gate/a.csv) withdrawn"}
