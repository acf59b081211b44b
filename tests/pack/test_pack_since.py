"""What becomes of a pack where definitions changed since, of accesses drawn by lot, and how it is told to be checked."""

import json
import shlex

import pytest

from audit.cli.main import run_words
from tests.pack.small import finding_of, made, table, typed

OWN_EVENT = """\
name = "event"
table = "event"
description = "the log, with its masks"
[columns]
event_id = "event_id"
occurred_at = "occurred_at"
system = "system"
user_id = { column = "user_id", masked = ["***"] }
action = "action"
subject_id = "subject_id"
"""


def test_what_was_decided_of_an_access_drawn_by_lot_is_in_each_pack_that_holds_it(small, tmp_path):
    assert typed(small, "sample", "--n", "5", "--seed", "a").code == 0
    review = ["review", "E2", "--by", "Sgt Dale", "--note"]
    assert typed(small, *review, "looked <b>closer</b>", "--outcome", "advice").code == 0
    assert typed(small, *review, "I had asked her to", "--outcome", "explained").code == 0

    for asked in ([finding_of(small)], ["--user", "U1"], ["--subject", "P1"], ["--user", "U1", "--report-only"]):
        pack = made(small, tmp_path / "-".join(asked), *asked)
        first, second = table(pack, "reviews")
        assert (first["finding_id"], first["access_id"], first["outcome"]) == (None, "E2", "advice")
        assert (second["access_id"], second["outcome"], second["by"]) == ("E2", "explained", "Sgt Dale")
        assert {first["ledger_hash"], second["ledger_hash"]} <= {
            json.loads(line)["hash"] for line in (pack / "ledger.jsonl").read_text().splitlines()
        }
        page = (pack / "report.html").read_text(encoding="utf-8")
        assert "I had asked her to" in page
        assert "<b>closer" not in page

    assert table(made(small, tmp_path / "other", "--user", "U2"), "reviews") == []
    redacted = made(small, tmp_path / "redacted", "--user", "U1", "--redact")
    (*_, review) = table(redacted, "reviews")
    assert (review["outcome"], review["by"], review["note"]) == ("explained", None, None)
    assert review["access_id"] in {row["access_id"] for row in table(redacted, "accesses")}
    assert "Dale" not in (redacted / "report.html").read_text(encoding="utf-8")


def test_a_definition_of_ones_own_that_takes_a_built_in_ones_place_leaves_the_records_of_before_readable(
    small, tmp_path
):
    (small / "sources/event.toml").write_text(OWN_EVENT, encoding="utf-8")

    done = typed(small, "pack", finding_of(small), "--out", tmp_path / "pack")

    assert (done.code, done.err) == (0, "")
    assert "3 records as they stand" in done.out


@pytest.mark.parametrize("name", ['name = "event"', 'name = "door"', "[columns"])
def test_a_definition_that_is_wrong_today_is_in_no_packs_way(small, tmp_path, name):
    (small / "sources/own.toml").write_text(f'{name}\ntable = "event"\n', encoding="utf-8")

    done = typed(small, "pack", finding_of(small), "--out", tmp_path / "pack")

    assert (done.code, done.err) == (0, "")
    assert "3 records as they stand" in done.out


def test_how_to_check_it_is_told_as_it_is_to_be_typed(small, tmp_path):
    folder = small.rename(tmp_path / "my force")
    made_pack = typed(folder, "pack", finding_of(folder), "--out", "-case 17")

    (told,) = [line for line in made_pack.out.splitlines() if line.startswith("Check")]
    check = told.removeprefix("Check").partition(", or")[0]
    assert shlex.split(check) == ["audit", "-w", str(folder), "verify", "./-case 17"]
    assert run_words(shlex.split(check)[1:]) == 0
