import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

from made_up import FIRST, access, finding, manifest, month, report, table, user

from audit.report.glossary import LEVEL, NUMBERS, ORDER, SCORE
from audit.report.html import MAX_BYTES, render_html
from audit.report.manifest import Horizon
from audit.report.page import choose_accesses
from audit.report.shown import percent

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202etxt\x1b[31m{{ 7*7 }}"


class Elements(HTMLParser):
    """Gathers tags, attributes and text."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def parsed(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    return elements


def test_the_page_says_what_a_reviewer_must_know_first():
    text = parsed(render_html(report())).text
    for words in (
        "Sample Constabulary",
        "self-monitoring",
        "For review, never a verdict",
        "Events from 2024-03-01 to 2024-03-03",
        "U1 looked at P1 2 times on 2 days without an explanation",
        "no duty table",
        "no incident holds P1",
        "logs/rms.csv",
        "3fa9c1d2",
        "A case that is not yet on the incident system",
    ):
        assert words in text


def test_score_parts_stand_apart_from_the_numbers():
    page = render_html(report())
    assert "score_parts" not in page
    assert "Sum of the parts" not in page
    odd = finding(details=json.dumps({"accesses": 2, "score_parts": {"detector": 90, "repetition": 20}}), score=100)
    text = parsed(render_html(report(findings=table("findings", [odd])))).text
    assert "Sum of the parts110" in text
    assert "Score100" in text


def test_nothing_is_fetched_and_no_script_runs():
    elements = parsed(render_html(report()))
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(elements.tags)
    assert not {name for name, _ in elements.attributes} & {"src", "style", "onclick", "action"}
    assert all(value.startswith("#") for name, value in elements.attributes if name == "href")


def test_the_policy_allows_the_one_style_sheet_and_nothing_else():
    page = render_html(report())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\"" in page


def test_hostile_cells_are_inert_wherever_they_stand():
    cells = dict.fromkeys(("system", "action", "user_id", "subject_id", "subject_kind", "reason", "tried"), HOSTILE)
    cells |= dict.fromkeys(("reference", "explanation", "path", "sha256"), HOSTILE)
    named = dict.fromkeys(("summary", "user_id", "subject_id", "finding_id", "detector", "level", "status"), HOSTILE)
    details = json.dumps({HOSTILE: HOSTILE, "score_parts": {HOSTILE: 1}})
    hostile = report(
        findings=table("findings", [finding(**named, details=details)]),
        evidence=table("evidence", [access(HOSTILE, **cells)]),
        users=table("users", [user(HOSTILE, unit=HOSTILE, role=HOSTILE, components=json.dumps({HOSTILE: 1}))]),
        rules=table("rules", [{"detector": HOSTILE, "skipped": HOSTILE}]),
        coverage=table("coverage", [month(HOSTILE, HOSTILE)]),
        manifest=manifest(workspace=HOSTILE, purpose=HOSTILE, warnings=(HOSTILE,)),
    )
    page = render_html(hostile)
    elements = parsed(page)
    assert not {"script", "img"} & set(elements.tags)
    assert not {name for name, _ in elements.attributes} & {"onerror", "src"}
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "49" not in re.findall(r"\[31m(.{0,6})", elements.text)
    assert "<U+202E>txt<U+001B>[31m{{ 7*7 }}" in elements.text


def test_a_long_cell_is_cut_with_a_note():
    page = render_html(report(evidence=table("evidence", [access(reason="x" * 5000)])))
    assert "x" * 161 not in page
    assert "(+4,840 characters)" in page


def test_times_are_local_and_a_doubled_hour_is_told_apart():
    rows = [
        access(access_id="E1", occurred_at=datetime(2024, 10, 27, 0, 30)),
        access(access_id="E2", occurred_at=datetime(2024, 10, 27, 1, 30)),
    ]
    text = parsed(render_html(report(evidence=table("evidence", rows)))).text
    assert "2024-10-27 01:30:00 BST" in text
    assert "2024-10-27 01:30:00 GMT" in text


def test_times_in_numbers_are_local_too_and_say_so():
    details = {
        "closed_at": "2024-06-30 23:30:00",
        "seen": ["2024-01-01 00:00:00"],
        "day": "2024-06-30",
        "score_parts": {},
    }
    text = parsed(render_html(report(findings=table("findings", [finding(details=json.dumps(details))])))).text
    assert "2024-07-01 00:30:00 BST" in text
    assert "2024-01-01 00:00:00 GMT" in text
    assert "2024-06-30 23:30:00" not in text


def test_every_grave_finding_is_on_the_page_whatever_its_rank():
    rows = [finding(f"f{rank:03d}", rank, level="medium") for rank in range(1, 91)]
    rows[69]["level"], rows[79]["level"] = "high", "critical"
    page = render_html(report(findings=table("findings", rows)))
    shown = [int(rank) for rank in re.findall(r'id="finding-(\d+)"', page)]
    assert shown == [*range(1, 51), 70, 80]
    assert "And 38 more findings in <code>findings.parquet</code>, none of them high or critical" in page
    assert "<code>audit findings --limit 90</code>" in page


def test_a_user_leads_to_the_findings_on_the_page_and_to_the_rest():
    rows = [finding(f"f{rank:03d}", rank, level="medium", user_id=f"U{rank % 2}") for rank in range(1, 91)]
    known = [user("U1", findings=45), user("x; rm -rf /", 2, findings=3)]
    page = render_html(report(findings=table("findings", rows), users=table("users", known)))
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= targets
    assert {"finding-1", "finding-3"} <= links
    assert "and 13 more; all: <code>audit findings --user U1 --limit 45</code>" in page
    assert "None on this page; all: <code>audit findings --user &#39;x; rm -rf /&#39; --limit 3</code>" in page


def test_an_access_is_shown_with_the_id_by_which_it_can_be_explained():
    page = render_html(report(evidence=table("evidence", [access(access_id="RMS-77")])))
    assert '<small class="id access">RMS-77</small>' in page
    assert "audit explain ACCESS" in page


def test_level_and_score_and_the_numbers_are_explained():
    details = json.dumps({"accesses": 2, "share_lower": 0.25, "score_parts": {"detector": 40, "amount": 2}})
    given = report(findings=table("findings", [finding(details=details)]), reasons={"amount": "how many count"})
    page = render_html(given)
    text = parsed(page).text
    for words in (LEVEL, SCORE, ORDER, NUMBERS["share_lower"], "how many count"):
        assert words in text
    assert '<a href="#number-share_lower">' in page
    assert '<tr id="number-share_lower">' in page
    assert NUMBERS["z"] not in text


def test_a_share_is_rounded_half_up_to_one_decimal_as_on_the_terminal():
    shares = [percent(44, 48), percent(1, 16), percent(0.0625), percent(0, 7), percent(7, 7), percent(3, 0)]
    assert shares == ["91.7 %", "6.3 %", "6.3 %", "0.0 %", "100.0 %", None]
    page = render_html(report(coverage=table("coverage", [month(accesses=48, explained=44, weak=4)])))
    assert "91.7 %" in page


def test_no_clock_and_no_run_id_stand_in_the_page():
    given = report()
    later = replace(given.manifest, run_id="r9", compared_with="r8", step_seconds={}, previous_manifest_sha256="ab")
    assert render_html(given) == render_html(replace(given, manifest=later))
    assert given.manifest.run_id not in render_html(given)


def test_the_first_and_the_last_accesses_that_count_are_shown():
    rows = [access(access_id=f"E{number:02d}", after=number, counts=number > 2) for number in range(10)]
    assert [row["access_id"] for row in choose_accesses(rows, 4)] == ["E03", "E04", "E08", "E09"]
    assert [row["access_id"] for row in choose_accesses(rows, 9)] == ["E00", "E02", *(f"E0{n}" for n in range(3, 10))]
    page = render_html(report(evidence=table("evidence", [access(access_id=f"E{n:02d}", after=n) for n in range(50)])))
    assert "And 10 more accesses in" in page


def test_thousands_of_hostile_findings_make_a_small_page():
    long = HOSTILE * 20
    rows = [finding(f"f{number:04d}", number + 1, summary=long) for number in range(3000)]
    cited = [
        access(f"f{number:04d}", f"E{place:02d}", place, reason=long, tried=long, path=long, reference=long)
        for number in range(60)
        for place in range(45)
    ]
    page = render_html(report(findings=table("findings", rows), evidence=table("evidence", cited)))
    assert len(page.encode()) <= MAX_BYTES
    assert re.search(r"And 2,[89]\d\d more findings in", page)
    assert re.search(r"2,[89]\d\d of them high or critical, which is more than a page holds", page)
    assert "<code>audit findings --level high --limit 3000</code>" in page


def test_an_empty_report_is_a_page_too():
    bare = report(
        findings=table("findings", []),
        evidence=table("evidence", []),
        users=table("users", []),
        rules=table("rules", []),
        coverage=table("coverage", []),
        manifest=manifest(inputs=(), queries=(), horizon=Horizon(judges=False)),
    )
    text = parsed(render_html(bare)).text
    assert "No events are loaded" in text
    assert "Nothing is called unexplained" in text
    assert "No detector that ran has a finding" in text


def test_accesses_past_the_horizon_are_said_to_be_unjudged():
    behind = Horizon(FIRST, datetime(2024, 3, 9), judged_until=datetime(2024, 3, 8, 12))
    text = parsed(render_html(report(manifest=manifest(horizon=behind)))).text
    assert "Incidents are known up to 2024-03-08 12:00:00 GMT" in text


def test_suppressed_findings_are_counted_and_not_shown():
    rows = [finding("a", 1), finding("b", None, summary="hidden away", suppressed_by="D1")]
    text = parsed(render_html(report(findings=table("findings", rows)))).text
    assert "hidden away" not in text
    assert "1 more finding set aside by a review" in text
