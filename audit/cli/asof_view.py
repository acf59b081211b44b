"""How `audit run --as-of` prints what came of it: whether the report is the same to the byte, and if not, why."""

from dataclasses import asdict
from typing import Any

from audit.asof import AsOf, FindingsCompared
from audit.cli.messages import Messages
from audit.cli.output import print_facts, print_lines, print_object, print_rows
from audit.errors import ExitCode


def code_of(result: AsOf) -> ExitCode:
    """0 where every file is the same, 8 where one is not."""
    return ExitCode.DONE if result.same else ExitCode.DIFFERENCE


def print_as_of(result: AsOf, output_format: str, messages: Messages) -> None:
    """Print what is the same and what is not, with what is known to account for it."""
    facts = _facts(result)
    if output_format == "json":
        print_object(facts)
    else:
        _print_for_people(result)
    messages.close({"step": "as-of", "run_id": result.run_id, "identical": result.same, "seconds": result.seconds,
                    "exit_code": int(code_of(result)), "ledger_head": result.ledger_head})  # fmt: skip


def _facts(result: AsOf) -> dict[str, Any]:
    return {
        "run_id": result.run_id,
        "identical": result.same,
        "files": {file.name: "same" if file.same else "differs" for file in result.files},
        "findings": asdict(result.findings) if result.findings else None,
        "reasons": [asdict(reason) for reason in result.reasons],
        "left_in": str(result.folder) if result.folder else None,
        "seconds": result.seconds,
        "exit_code": int(code_of(result)),
        "ledger_head": result.ledger_head,
    }


def _print_for_people(result: AsOf) -> None:
    matter = [reason for reason in result.reasons if reason.kind != "note"]
    notes = [reason for reason in result.reasons if reason.kind == "note"]
    print_lines([f"Run {result.run_id}, made again in {result.seconds:.1f} seconds", ""])
    print_facts([
        ("Same to the byte", ", ".join(file.name for file in result.files if file.same) or "nothing"),
        *([("Differs", ", ".join(file.name for file in result.files if not file.same))] if not result.same else []),
        *([("Findings", _sentence(result.findings))] if result.findings else []),
    ])  # fmt: skip
    heading = "Not as it was, without effect on this report" if result.same else "What accounts for it, or may"
    if matter:
        print_lines(["", heading])
        print_rows([asdict(reason) for reason in matter], columns=("kind", "text"))
    elif not result.same:
        print_lines(
            ["", "Nothing that is known accounts for it: the database was changed by hand, or the program has a bug."]
        )
    if notes:
        print_lines(["", "Noted: what stood then was used", *(f"  {reason.text}" for reason in notes)])
    said = "The report is the same." if result.same else "The report is not the same."
    print_lines(["", said, *([f"Left in: {result.folder}"] if result.folder else [])])
    print_lines([f"Ledger: {result.ledger_head} (note it: audit verify --head)"])


def _sentence(found: FindingsCompared) -> str:
    parts = [f"{found.same:,} the same"]
    words = {"otherwise": "come out otherwise", "only_then": "only in the published report", "only_again": "only now"}
    parts += [f"{getattr(found, name):,} {word}" for name, word in words.items() if getattr(found, name)]
    return ", ".join(parts)
