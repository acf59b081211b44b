"""How `audit purge` prints what goes, or went: counts, names of sources, files and reports; no record."""

import sys
from typing import Any, TextIO

from audit.cli.messages import Messages
from audit.cli.output import print_facts, print_lines, print_object
from audit.purge import Plan, Purged
from audit.text import counted

_LISTED = 20


def print_plan(plan: Plan, output_format: str, stream: TextIO | None = None) -> None:
    """Print what a purge would remove."""
    if output_format == "json":
        print_object({"done": False, **_facts(plan)}, stream)
        return
    stream = stream or sys.stdout
    if plan.nothing:
        print_lines([f"Nothing is older than {plan.days.before}."], stream)
        return
    print_lines(["To be removed for good:"], stream)
    _print_counts(plan, stream)


def print_purged(done: Purged, output_format: str, messages: Messages) -> None:
    """Print what was removed."""
    plan = done.plan
    facts = {"done": not plan.nothing, **_facts(plan), "bytes_before": done.bytes_before, "bytes_after": done.bytes_after,
             "ledger_head": done.ledger_head}  # fmt: skip
    if output_format == "json":
        print_object(facts)
    elif plan.nothing:
        print_lines([f"Nothing is older than {plan.days.before}."])
    else:
        print_lines(["Removed for good:"])
        _print_counts(plan, sys.stdout)
        print_lines([
            f"The database has {_size(done.bytes_after)}; it had {_size(done.bytes_before)}.",
            "The next run makes everything anew of what stays.",
            f"Ledger: {done.ledger_head} (note it: audit verify --head)",
        ])  # fmt: skip
    counts = {name: facts[name] for name in ("events", "quarantined", "rejected", "bytes_before", "bytes_after")}
    messages.close({"step": "purge", "before": str(plan.days.before), **counts, "reports": len(plan.reports),
                    "ledger_head": done.ledger_head})  # fmt: skip


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "before": plan.days.before,
        "reports_before": plan.days.reports_before,
        "events": dict(plan.events),
        "quarantined": plan.quarantined,
        "rejected": plan.rejected,
        "reports": [run.run_id for run in plan.reports],
        "held_findings": list(plan.held_findings),
        "held_accesses": list(plan.held_accesses),
        "held_events": plan.held_events,
        "files": list(plan.files),
    }


def _print_counts(plan: Plan, stream: TextIO) -> None:
    by_source = ", ".join(f"{count:,} of {source}" for source, count in plan.events.items()) or "none"
    rests = counted(len(plan.held_findings), "finding under review rests", "findings under review rest")
    if plan.held_accesses:
        drawn = counted(len(plan.held_accesses), "access drawn by lot", "accesses drawn by lot")
        rests = f"{counted(len(plan.held_findings), 'finding')} and {drawn} under review rest"
    held = (
        f"{counted(plan.held_events, 'older event')}, on which {rests}" if plan.held_events else "nothing that is older"
    )
    print_facts(
        [
            ("Events", f"{sum(plan.events.values()):,} before {plan.days.before}: {by_source}"),
            ("Records", f"{plan.quarantined:,} quarantined, {plan.rejected:,} rejected"),
            ("Reports", f"{len(plan.reports):,} made before {plan.days.reports_before}"),
            ("Kept", held),
        ],
        stream,
    )
    if plan.files:
        shown = [f"  {path}" for path in plan.files[:_LISTED]]
        more = [f"  and {len(plan.files) - _LISTED:,} more"] if len(plan.files) > _LISTED else []
        print_lines(
            ["Input files all of whose events go; the files themselves are yours to remove:", *shown, *more], stream
        )


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
