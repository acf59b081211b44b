"""A redacted pack: nothing that is to go stands anywhere in it, in whatever form, and what is to stay does."""

import html
import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote, quote_plus

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.pack.prose import Prose, sentence, words_in
from audit.pack.pseudonyms import Pseudonyms
from audit.report.read import Wanted, latest, read_findings, read_manifest
from audit.versions import read_texts
from tests.cli.tiny import CONFIG, make_tiny
from tests.pack.small import contents, finding_of, ledger, made, table, typed

# Each in a place from which it could leak, none of them plain: markup, percent signs, quotes, other scripts.
SUBJECT, OTHER_SUBJECT, LINKED = "P<777>&41", 'Q"8 8%20/Żółć', "LNK-5150-ZZ"
USER, OTHER_USER, OPERATOR = "U4711", "U4711B", "OPR-90210"
REFERENCE, CLOSED = "INC/2024/0815&x", "INC-0007-CLOSED"
REASON, QUERY, WORKSTATION = "because <she> left me", "SURNAME/FIRSTNAME 1970", "WS-SECRET-0042"
UNIT, REVIEWER, NOTE = "unit-tango-77", "Insp. Example-Reviewer", "she rang on 0161 496 0000"
EVENTS = ("event_id", "occurred_at", "system", "user_id", "operator_id", "workstation", "action", "subject_kind", "subject_id",
          "query_text", "reason", "reference")  # fmt: skip
GONE = (
    SUBJECT, OTHER_SUBJECT, LINKED, OTHER_USER, OPERATOR, REFERENCE, CLOSED, REASON, QUERY, WORKSTATION, UNIT, REVIEWER, NOTE,
    "EV-1001-A", "EV-1006-A", "log of P<777>&41.csv", "WARN-31-Z", "about his former wife",
)  # fmt: skip
OWN = """\
-- id = "own-lnk-5150-zz"
-- title = "Watch on LNK-5150-ZZ"
-- description = "Agreed with Insp. Example-Reviewer"
-- level = "high"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id"]
-- points = 20
-- summary = "{user_id} is near LNK-5150-ZZ {accesses} times"
-- reads = ["access"]
-- requires = []
-- falsepositives = ["LNK-5150-ZZ may be at work"]
-- blind_spots = ["Insp. Example-Reviewer's own accesses"]
-- triage = ["Ask OPR-90210"]
--
-- She rang: LNK-5150-ZZ.
SELECT
    access.user_id,
    CAST(NULL AS VARCHAR) AS subject_id,
    access.access_id,
    TRUE AS counts,
    'she rang on 0161 496 0000' AS why,
    3 AS accesses
FROM access
WHERE access.user_id = 'U4711'
ORDER BY access.user_id, access.access_id
"""


def csv_line(*cells: str) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A force in which whatever is to go stands in as many places as can be."""
    folder = make_tiny(tmp_path_factory.mktemp("redact") / "force", CONFIG + _MORE_INPUTS)
    (folder / "logs/2024.csv").unlink()
    rows = [
        ("EV-1001-A", "2024-06-03 10:00:00", "RMS", USER, OPERATOR, WORKSTATION, "view", "person",
         SUBJECT, QUERY, REASON, ""),
        ("EV-1002-A", "2024-06-04 10:00:00", "RMS", USER, "", WORKSTATION, "view", "person",
         SUBJECT, QUERY, REASON, REFERENCE),
        ("EV-1003-A", "2024-06-20 10:00:00", "RMS", USER, "", WORKSTATION, "print", "person",
         SUBJECT, QUERY, "", CLOSED),
        ("EV-1004-A", "2024-06-21 10:00:00", "RMS", USER, "", WORKSTATION, "view", "person",
         OTHER_SUBJECT, "", "", "NO-SUCH-99"),
        ("EV-1005-A", "2024-06-22 10:00:00", f"RMS {LINKED}", USER, "", "", "view", "vehicle",
         LINKED, "", "", ""),
        ("EV-1006-A", "2024-06-22 11:00:00", "RMS", OTHER_USER, "", WORKSTATION, "view", "person",
         SUBJECT, QUERY, REASON, ""),
    ]  # fmt: skip
    text = csv_line(*EVENTS) + "".join(csv_line(*row) for row in rows)
    (folder / "logs/log of P<777>&41.csv").write_text(text, encoding="utf-8")
    tables = {
        "incident": [("reference", "kind", "unit", "opened_at", "closed_at"),
                     (REFERENCE, "domestic", UNIT, "2024-06-01 09:00:00", ""),
                     (CLOSED, "burglary", UNIT, "2024-04-01 09:00:00", "2024-04-03 09:00:00")],
        "incident_subject": [("reference", "subject_id", "role"), (CLOSED, SUBJECT, "victim"), (REFERENCE, LINKED, "victim")],
        "incident_staff": [("reference", "user_id", "role", "starts_at", "ends_at"),
                           (CLOSED, USER, "officer", "2024-04-01 09:00:00", ""),
                           (REFERENCE, OTHER_USER, "officer", "2024-06-01 09:00:00", "")],
        "relationship": [("user_id", "subject_id", "relation"), (USER, SUBJECT, "ex_partner")],
        "subject_link": [("subject_id", "linked_id", "relation"), (SUBJECT, LINKED, "keeper")],
        "posting": [("user_id", "unit", "role", "supervisor_id", "starts_at"),
                    (USER, UNIT, "constable", OTHER_USER, "2020-01-01 00:00:00")],
        "warning": [("warning_id", "user_id", "issued_at", "kind", "subject_id", "about"),
                    ("WARN-31-Z", USER, "2024-06-02 00:00:00", "written", SUBJECT, "about his former wife")],
    }  # fmt: skip
    for name, lines in tables.items():
        (folder / f"context/{name}.csv").write_text("".join(csv_line(*line) for line in lines), encoding="utf-8")
    assert typed(folder, "run").code == 0
    for finding in json.loads(typed(folder, "findings", "--format", "json").out):
        typed(folder, "review", finding["finding_id"], "--outcome", "advice", "--by", REVIEWER, "--note", NOTE)
        typed(folder, "show", finding["finding_id"])
    return folder


_MORE_INPUTS = "".join(
    f'\n[[input]]\nsource = "{name}"\npath = "context/{name}.csv"\n'
    for name in ("relationship", "subject_link", "posting", "warning")
)


@pytest.fixture
def hostile(hostile_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(hostile_folder, tmp_path / "force"))


def all_text(pack: Path) -> str:
    """Return whatever can be read in a pack: names, bytes as text, and every cell of every Parquet file."""
    parts = []
    for name, content in contents(pack).items():
        parts += [name, content.decode("utf-8", "replace"), content.decode("latin-1")]
        if name.endswith(".parquet"):
            for row in pq.ParquetFile(pack / name).read().to_pylist():
                for cell in row.values():
                    parts += [str(cell), json.dumps(cell, default=str, ensure_ascii=False)]
                    if isinstance(cell, str) and cell.startswith("{"):
                        parts.append(str(json.loads(cell)))
    return "\n".join(parts)


def forms(value: str) -> set[str]:
    inside = [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    found = {
        value,
        html.escape(value),
        html.escape(value, quote=False),
        quote(value),
        quote_plus(value),
        quote(value, safe=""),
        *inside,
    }
    found |= (
        {json.dumps(text)[1:-1] for text in inside}
        | {html.escape(text) for text in inside}
        | {value.replace('"', '""')}
    )
    return found | {text.lower() for text in found} | {text.upper() for text in found}


@pytest.mark.parametrize("asked", ["finding", "user", "subject", "report"])
def test_no_redacted_value_stands_anywhere_in_whatever_form(hostile, tmp_path, asked):
    words = {
        "finding": [finding_of(hostile, "self-and-family", USER)],
        "user": ["--user", USER, "--by", REVIEWER],
        "subject": ["--subject", LINKED],
        "report": ["--user", USER, "--report-only"],
    }[asked]
    whole = all_text(made(hostile, tmp_path / "whole", *words))
    text = all_text(made(hostile, tmp_path / "redacted", *words, "--redact"))

    stays = LINKED if asked == "subject" else USER
    assert stays in text
    # In what is not redacted they do stand, so that this test could fail.
    assert {value for value in (SUBJECT, REASON, WORKSTATION, REVIEWER) if value in whole} or asked == "subject"
    gone = [USER, *GONE] if asked == "subject" else GONE
    leaked = {form for value in gone if value != stays for form in forms(value) if form in text and value != OTHER_USER}
    assert leaked == set()
    # The id that stays is the beginning of another's.
    assert not re.search(re.escape(OTHER_USER), text)


def test_ids_that_could_be_found_by_trying_are_pseudonyms_too(hostile, tmp_path):
    """A finding's id is a hash of user and subject: whoever has it and a list of subjects could find whom it is about."""
    finding = finding_of(hostile, "self-and-family", USER)
    pack = made(hostile, tmp_path / "pack", finding, "--redact")
    entries = [entry["hash"] for entry in ledger(hostile, "review") + ledger(hostile, "look")]
    text = all_text(pack)

    assert finding not in text
    assert not [entry for entry in entries if entry in text]
    assert table(pack, "findings")[0]["finding_id"].startswith("finding-")


def test_a_pseudonym_is_the_same_in_the_whole_pack_and_another_in_another(hostile, tmp_path):
    of_user = made(hostile, tmp_path / "user", "--user", USER, "--redact")
    of_finding = made(hostile, tmp_path / "finding", finding_of(hostile, "self-and-family", USER), "--redact")
    again = made(hostile, tmp_path / "again", "--user", USER, "--redact")

    def subjects(pack: Path, name: str, column: str = "subject_id") -> set[str]:
        return {row[column] for row in table(pack, name) if row[column]}

    near = next(row["subject_id"] for row in table(of_user, "findings") if row["detector"] == "self-and-family")
    assert near in subjects(of_user, "evidence") & subjects(of_user, "accesses") & subjects(of_user, "context")
    assert near in (of_user / "report.html").read_text(encoding="utf-8")
    assert near not in all_text(of_finding)
    assert near in all_text(again)
    key = (hostile / "pack.key").read_bytes()
    assert key not in b"".join(contents(of_user).values())
    assert key.hex() not in all_text(of_user)


def test_what_stays_is_enough_to_judge_by(hostile, tmp_path):
    words = [finding_of(hostile, "self-and-family", USER)]
    whole, pack = made(hostile, tmp_path / "whole", *words), made(hostile, tmp_path / "pack", *words, "--redact")

    for name in ("findings", "evidence", "accesses"):
        for before, after in zip(table(whole, name), table(pack, name), strict=True):
            kept = {
                "occurred_at",
                "counts",
                "score",
                "level",
                "days",
                "event_count",
                "action",
                "sha256",
                "record_no",
                "state",
                "user_id",
            }
            assert {column: before[column] for column in kept & before.keys()} == {
                column: after[column] for column in kept & after.keys()
            }
    (finding,) = table(pack, "findings")
    assert re.fullmatch(r"U4711 looked up subject-[0-9a-f]{12}, a former partner's record, 3 times", finding["summary"])
    tried = {row["tried"] for row in table(pack, "evidence")}
    assert any(
        re.search(r"reference ref-[0-9a-f]{12} ended \d+ days before", text) or "days before" in text for text in tried
    ), tried
    assert (pack / "queries/detector/self-and-family.sql").read_bytes() == (
        whole / "queries/detector/self-and-family.sql"
    ).read_bytes()
    assert "This pack is redacted" in (pack / "report.html").read_text(encoding="utf-8")
    assert not [path for path in pack.rglob("*") if path.name.startswith(("records", "events", "ledger"))]
    assert not (pack / "runs").exists()


def test_an_own_detector_says_nothing_but_its_points(hostile, tmp_path):
    (hostile / "queries").mkdir()
    config = hostile / "audit.toml"
    config.write_text(
        config.read_text().replace('sources = ["sources"]', 'sources = ["sources"]\nqueries = ["queries"]')
    )
    (hostile / "queries/detectors").mkdir()
    (hostile / "queries/detectors/own-lnk-5150-zz.sql").write_text(OWN, encoding="utf-8")
    shutil.copy(Path(__file__).parent / "own.cases.toml", hostile / "queries/detectors/own-lnk-5150-zz.cases.toml")
    assert typed(hostile, "run").code == 0, typed(hostile, "run").err
    pack = made(hostile, tmp_path / "pack", "--user", USER, "--redact")

    text = all_text(pack)
    assert [value for value in (*GONE, "own-lnk", "Watch on", "she rang") if value in text] == []
    own = [row for row in table(pack, "findings") if row["detector"].startswith("own-")]
    assert [json.loads(row["details"]).keys() for row in own] == [{"score_parts"}]


def test_a_parameter_that_is_text_of_the_forces_own_is_left_out(hostile, tmp_path):
    config = hostile / "audit.toml"
    config.write_text(f'{config.read_text()}\n[parameters.poor-reason]\ngeneric_reasons = ["{REASON}"]\n')
    assert typed(hostile, "run").code == 0
    pack = made(hostile, tmp_path / "pack", "--user", USER, "--redact")

    assert REASON not in all_text(pack)


def test_a_key_that_is_damaged_makes_no_pack(hostile, tmp_path):
    made(hostile, tmp_path / "first", "--user", USER, "--redact")
    (hostile / "pack.key").write_bytes(b"short")

    assert typed(hostile, "pack", "--user", USER, "--redact", "--out", tmp_path / "pack").code == 6
    assert not (tmp_path / "pack").exists()


# --- sentences


def test_a_sentence_told_again_of_all_that_it_names_is_the_one_that_was_published(force):
    """What is filled in for a redacted pack is the same template, so that only what is redacted can differ."""
    run = latest(force[0].reports)
    texts, used = read_texts(force[0]), read_manifest(run).detectors()
    headers = {}
    for name, query in used.items():
        headers[name] = re.search(r'^-- summary = "(.*)"$', texts.query(query.sha256).decode(), re.MULTILINE)[1]
    for row in read_findings(run, Wanted(suppressed=True)).to_pylist():
        values = {
            **json.loads(row["details"]),
            **json.loads(row["key"]),
            **{k: row[k] for k in ("user_id", "subject_id", "level", "event_count", "days")},
        }
        values |= {name: str(row[name]) for name in ("first_at", "last_at")}
        assert sentence(headers[row["detector"]], values) == row["summary"]


_ids = st.from_regex(r"[A-Z]{1,3}[ /\-<&'\"%]?[0-9]{4,6}", fullmatch=True)


@given(
    st.lists(_ids, min_size=1, max_size=4, unique=True),
    st.dictionaries(st.sampled_from(["relation", "reason_words", "change_words", "about", "user_id", "cluster", "own", "system"]),
                    st.tuples(st.integers(0, 3), st.sampled_from(["{}", "the move to {}", "{}; {}", "{}'s", "({}, {})", "no {}"])),
                    max_size=6),
)  # fmt: skip
def test_no_known_id_comes_through_wherever_it_stands(ids, drawn):
    """Whatever the words around it, the name of the number and the shape of the id."""
    names = Pseudonyms(b"k", frozenset())
    prose = Prose(names, {each: f"id-{place}" for place, each in enumerate(ids)}, WORDS | {"the", "move", "to"})
    content = {name: form.replace("{}", ids[place % len(ids)]) for name, (place, form) in drawn.items()}
    content |= {"nested": [{"user_id": ids[0]}, ids], "keyed": {ids[0]: 3}}
    told = json.dumps(
        [prose.details(content), [prose.told(text) for text in content.values() if isinstance(text, str)]]
    )

    assert not [each for each in ids if json.dumps(each)[1:-1] in told]


WORDS = words_in(
    [
        "-- id = \"x\"\n--\nSELECT 'assignment to ' || x || ' ended', 'no incident holds the subject', ' days before', "
        "'high_profile' -- 'Smith'\n"
    ]
)


@pytest.mark.parametrize(("text", "told"), [
    ("no incident holds the subject", "no incident holds the subject"),
    ("assignment to INC-1 ended 41 days before", "assignment to ref-1 ended 41 days before"),
    ("assignment to 20240001 ended", "assignment to x ended"),
    ("assignment to 7 ended", "assignment to x ended"),
    ("assignment to Smith ended", "assignment to x ended"),
    ("U1 holds the subject", "U1 holds the subject"),
    ("U10 holds the subject", "x holds the subject"),
    ("to INC-1's, no", "to ref-1's, no"),
    ("assignment to INC-12 ended", "assignment to x ended"),
    ("high profile, high_profile", "high profile, high_profile"),
])  # fmt: skip
def test_only_words_of_our_own_and_numbers_that_can_be_no_ids_stay(text, told):
    prose = Prose(Pseudonyms(b"k", frozenset({"U1"})), {"INC-1": "ref-1"}, WORDS)

    assert re.sub(r"x-[0-9a-f]{12}", "x", prose.told(text) or "") == told
