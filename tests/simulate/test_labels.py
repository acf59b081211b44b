"""The labels tell exactly what was planted: every published count, every detector, every look-alike."""

import json
from collections import defaultdict

from tests.simulate.conftest import Force

DETECTORS = (
    "unexplained-access reference-mismatch poor-reason self-and-family own-case colleague-lookup disclosure probing out-of-role "
    "off-duty protected-subject repeated-subject after-closure linked-cluster bulk-browsing bulk-harvest subject-surge "
    "subject-accumulation access-after-warning banner-ignored watched victim-profile peer-outlier own-baseline escalation "
    "contact-after-access shared-account not-actioned log-gap"
).split()
# Found by the unexplained accesses of one user to one subject: the label's count must be what a reckoner finds.
OF_ONE_SUBJECT = (
    "unexplained-access",
    "repeated-subject",
    "self-and-family",
    "colleague-lookup",
    "probing",
    "after-closure",
)


def test_no_planted_access_is_explained(force: Force) -> None:
    duty_not_done = ("lancashire-2009", "leicestershire-2016")
    found = force.reckoned.sql(
        "SELECT DISTINCT label FROM verdict WHERE verdict <> 'unexplained' AND label NOT IN ('honest', 'honest-unexplained')"
    ).fetchall()
    assert [label for (label,) in found if not label.startswith(duty_not_done)] == []


def test_the_counts_of_the_labels_are_those_that_a_reckoner_finds(force: Force) -> None:
    found = {
        (user, subject): count
        for user, subject, count in force.reckoned.sql(
            "SELECT user_id, subject_id, count(*) FROM verdict WHERE verdict = 'unexplained' GROUP BY ALL"
        ).fetchall()
    }
    for row in force.rows("labels/cases.csv"):
        if row["detector"] in OF_ONE_SUBJECT and row["subject_id"]:
            assert found[row["user_id"], row["subject_id"]] == int(row["accesses"]), row["case_id"]


def test_warnings_have_their_published_counts_before_and_after(force: Force) -> None:
    issued = {row["warning_id"]: row for row in force.rows("context/warning.csv")}
    seen = set()
    for row in force.rows("labels/cases.csv"):
        if row["detector"] == "access-after-warning":
            warning = issued[json.loads(row["key"])["warning_id"]]
            before, after = force.reckoned.execute(
                "SELECT count(*) FILTER (t < $2::TIMESTAMP), count(*) FILTER (t >= $2::TIMESTAMP) FROM verdict"
                " WHERE verdict = 'unexplained' AND user_id = $1",
                [row["user_id"], warning["issued_at"].replace("Z", "")],
            ).fetchall()[0]
            details = json.loads(row["details"])
            assert (details["before_count"], details["after_count"]) == (before, after), row["case_id"]
            seen.add((row["kind"], details["total"], details["after_count"]))
    assert {("ipcc-three", 176, 48), ("merseyside", 170, 52)} <= seen


def test_every_detector_of_the_contract_has_a_case_and_a_lookalike(force: Force) -> None:
    cases = force.rows("labels/cases.csv")
    assert {row["detector"] for row in cases} == set(DETECTORS)
    lookalikes = force.rows("labels/lookalikes.csv")
    assert {row["detector"] for row in lookalikes} == set(DETECTORS)
    assert len({row["kind"] for row in lookalikes}) >= 30


def test_nobody_is_both_a_misuser_and_a_lookalike(force: Force) -> None:
    misusers = {row["user_id"] for row in force.rows("labels/cases.csv")} - {""}
    assert not misusers & {row["user_id"] for row in force.rows("labels/lookalikes.csv")}


def test_searches_of_former_partners_are_spread_on_a_log_scale(force: Force) -> None:
    counts = defaultdict(int)
    for row in force.rows("labels/cases.csv"):
        if row["kind"] == "ex-partner":
            counts[row["case_id"]] = int(row["accesses"])
    assert min(counts.values()) <= 5
    assert max(counts.values()) >= 80


def test_the_crowd_at_one_record_is_told_from_the_curious(force: Force) -> None:
    row = next(row for row in force.rows("labels/cases.csv") if row["detector"] == "subject-surge")
    details = json.loads(row["details"])
    users, curious = force.reckoned.execute(
        "SELECT count(DISTINCT user_id), list_sort(list(DISTINCT user_id) FILTER (verdict = 'unexplained')) FROM verdict"
        " WHERE subject_id = ?",
        [row["subject_id"]],
    ).fetchall()[0]
    assert (users, curious) == (details["users"], details["unexplained_user_ids"])
    assert len(curious) == details["unexplained_users"]


def test_a_lookalike_has_nothing_unexplained_on_its_subject(force: Force) -> None:
    for row in force.rows("labels/lookalikes.csv"):
        if row["user_id"] and row["subject_id"]:
            left = force.reckoned.execute(
                "SELECT count(*) FROM verdict WHERE verdict = 'unexplained' AND user_id = ? AND subject_id = ?",
                [row["user_id"], row["subject_id"]],
            ).fetchall()
            assert left == [(0,)], row["kind"]


def test_quiet_lookalikes_have_nothing_unexplained_at_all(force: Force) -> None:
    with_noise = ("victims as all peers see", "much work past the banner")
    users = {row["user_id"] for row in force.rows("labels/lookalikes.csv") if row["kind"] not in with_noise} - {""}
    found = force.reckoned.sql("SELECT DISTINCT user_id FROM verdict WHERE verdict = 'unexplained'").fetchall()
    assert not users & {user for (user,) in found}


def test_a_quiet_misuser_has_only_what_was_planted(force: Force) -> None:
    planted = force.reckoned.sql(
        "SELECT user_id, bool_and(label NOT LIKE 'honest%') FROM verdict WHERE verdict = 'unexplained' GROUP BY user_id"
    ).fetchall()
    alone = {user for user, only_planted in planted if only_planted}
    for row in force.rows("labels/cases.csv"):
        if row["kind"] in ("ipcc-three", "ipcc-six", "merseyside", "bulk", "outlier", "data-sale"):
            assert row["user_id"] in alone, row["case_id"]
