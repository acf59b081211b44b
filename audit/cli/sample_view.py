"""How `audit sample` prints: from how many the accesses were drawn and by what, each with what accounts for it."""

import secrets
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from audit.cli.finding_view import local
from audit.cli.output import print_lines, print_rows
from audit.cli.review_view import sample_sentence
from audit.cli.session import Session
from audit.errors import UsageError
from audit.ledger import Chain, ledger_of
from audit.recording import record_draw
from audit.sample import Sample
from audit.sampled import AccessReview, Draw, draw_of, earlier_draws, read_access_reviews, tally_draw
from audit.text import counted

_LONGEST_SEED = 100
_LISTED = 5
# In this order, as far as there is room; never without what is needed to ask and to record the answer.
_COLUMNS = (
    "no",
    "time",
    "user_id",
    "unit",
    "supervisor_id",
    "system",
    "action",
    "kind",
    "subject_id",
    "state",
    "reason",
    "reference",
    "known",
    "review",
    "access_id",
)
_ALWAYS = ("no", "time", "user_id", "action", "subject_id", "access_id")
_STATES = {"explained": "explained", "weak": "weak", "unexplained": "UNEXPLAINED", "unjudged": "not judged"}
_FILTERS = {
    "system": "on {}",
    "user_id": "of user {}",
    "unit": "of unit {}",
    "since": "from {}",
    "until": "until {}",
    "state": "that are {}",
}
_STATE_WORDS = {"weak": "weakly explained", "unjudged": "not judged"}

Row = Mapping[str, Any]


def check_seed(seed: str | None) -> str:
    """Return the seed that was given, or one that nobody chose. Raises UsageError where it cannot be read out and typed again."""
    if seed is None:
        return secrets.token_hex(8)
    if not seed.strip() or not seed.isprintable() or len(seed) > _LONGEST_SEED:
        raise UsageError(
            f"--seed: must be a word or a number that can be typed again, of at most {_LONGEST_SEED} characters"
        )
    return seed.strip()


def print_sample(drawn: Sample, session: Session, timezone: str, output_format: str) -> None:
    """Record a draw, and print it: for people with local times, for machines with both. Raises InputOutputError."""
    ledger, asked = ledger_of(session.workspace()), drawn.asked
    entry = record_draw(ledger, asked.n, asked.seed, asked.filters, drawn.population, drawn.last_load, drawn.access_ids)
    draw, chain, zone = draw_of(entry), ledger.read(), ZoneInfo(timezone)
    reviews = read_access_reviews(chain)
    table = _with_more(drawn.rows, reviews, zone)
    told = [_drawn_sentence(drawn), *_proof(draw, chain)]
    if output_format != "table":
        session.messages.note("\n".join(told))
        print_rows(table, output_format)
        return
    print_lines(told)
    rows = [_for_people(row) for row in table.to_pylist()]
    if rows:
        print_lines([f"Times are local ({timezone})."])
        print_lines([""])
        print_rows(rows, columns=_columns(rows), always=_ALWAYS)
        print_lines(["", *_what_next(draw, reviews)])


def _with_more(rows: pa.Table, reviews: Mapping[str, AccessReview], zone: ZoneInfo) -> pa.Table:
    """Add the local time, and what was decided last of each."""
    times = [local(moment, zone) for moment in rows["occurred_at"].to_pylist()]
    outcomes = [
        reviews[access_id].outcome if access_id in reviews else None for access_id in rows["access_id"].to_pylist()
    ]
    place = rows.column_names.index("occurred_at") + 1
    return rows.add_column(place, "local_time", pa.array(times, pa.string())).append_column(
        "review", pa.array(outcomes, pa.string())
    )


def _drawn_sentence(drawn: Sample) -> str:
    asked, number = drawn.asked, drawn.rows.num_rows
    which = "".join(
        f" {words.format(_STATE_WORDS.get(asked.filters[name], asked.filters[name]))}"
        for name, words in _FILTERS.items()
        if name in asked.filters
    )
    accesses = f"{counted(drawn.population, 'access', 'accesses')}{which}"
    whole = f" ({drawn.accesses:,} are loaded)" if which else ""
    if not drawn.population:
        return (
            f"There is no access{which} to draw from{whole}." if drawn.accesses else "No access is loaded to draw from."
        )
    if asked.per:
        each = f"{asked.n:,} of each {asked.per}, or all where there are no more"
        nameless = f" and the {drawn.nameless:,} that name none" if drawn.nameless else ""
        return (
            f"Drawn by lot: {number:,} of {accesses}{whole}: {each}, of {counted(drawn.strata, asked.per)}{nameless}."
        )
    all_of_them = ", which is all" if number == drawn.population else ""
    return f"Drawn by lot: {number:,} of {accesses}{all_of_them}{whole}."


def _proof(draw: Draw, chain: Chain) -> list[str]:
    """Say by what it was drawn, and what shows that it was not drawn until it suited."""
    earlier = earlier_draws(chain, draw)
    numbers = ", ".join(str(other.no) for other in earlier[-_LISTED:])
    before = f"{len(earlier):,} ({'entry' if len(earlier) == 1 else 'entries'} {numbers})" if earlier else "none"
    return [
        f"Seed {draw.seed}. Entry {draw.no} of the ledger, head {draw.head}.",
        f"Draws before it from the same accesses, by other seeds: {before}.",
    ]


def _for_people(row: Row) -> dict[str, Any]:
    return {
        **row,
        "no": row["place"],
        "time": row["local_time"],
        "user_id": row["user_id"] or "(masked or not given)",
        "kind": row["subject_kind"],
        "state": _STATES[row["state"]],
        "known": _known(row),
    }


def _known(row: Row) -> str:
    """Say what explains an access, or what was tried in vain, and who typed for the user."""
    typed = f"typed by {row['operator_id']}" if row["operator_id"] not in (None, row["user_id"]) else None
    if row["state"] == "unjudged":
        why = row["not_judged_for"]
    elif row["explanation"]:
        why = " ".join(filter(None, (row["explanation"], row["explanation_reference"])))
    else:
        why = f"tried: {row['tried']}" if row["tried"] else None
    return "; ".join(filter(None, (typed, why)))


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(name for name in _COLUMNS if any(row[name] not in (None, "") for row in rows))


def _what_next(draw: Draw, reviews: Mapping[str, AccessReview]) -> list[str]:
    tally = tally_draw(draw, reviews)
    so_far = [f"So far: {sample_sentence(draw, tally)}"] if tally.reviewed else []
    return [
        *so_far,
        "What the user was at then: audit timeline --user U --since DAY --until DAY; what each explanation says: audit explain "
        "ACCESS.",
        "What you found out, whatever it is: audit review ACCESS --outcome O --by WHO; the same draw again "
        f"(--seed {shlex.quote(draw.seed)}) tells what share it makes.",
    ]
