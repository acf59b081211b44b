"""Holds the sample force to its EXPECTED.toml with plain Python: `python sample_logs/reckoner`.

A second opinion, slow and simple: it shares no code with the program or with the generator. It counts records,
accesses and explanations from the files alone and prints what differs; nothing printed after "differs" is good. Not every
detector is reckoned here: it says which are not, and tests/test_sample_force.py holds the program to those.
"""

import sys
import tomllib
from collections import Counter
from pathlib import Path

from accesses import Access, collapse
from checking import check_cases, check_explained, check_load, check_lookalikes, not_reckoned
from context import Context
from explaining import explain
from reading import read_alpr, read_ndb, read_rms

FORCE = Path(__file__).resolve().parent.parent / "force"


def main() -> int:
    """Reckon, compare, and give 1 when anything differs."""
    expected = tomllib.loads((FORCE / "EXPECTED.toml").read_text(encoding="utf-8"))
    sources = {
        "ndb-transaction": read_ndb(FORCE / "logs" / "ndb"),
        "rms-view": read_rms(FORCE / "logs" / "rms"),
        "alpr-audit": read_alpr(FORCE / "logs" / "alpr"),
    }
    context = Context(FORCE / "context")
    accesses = collapse([event for source in sources.values() for event in source.events.values()], context)
    explain(accesses, context)
    print_coverage(accesses)
    faults = check_load(expected, sources, context)
    faults += check_cases(expected, accesses, context)
    faults += check_explained(expected, accesses)
    faults += check_lookalikes(expected, accesses, context)
    others = ", ".join(f"{name} {number}" for name, number in sorted(not_reckoned(expected).items()))
    print(f"not reckoned here, findings by detector: {others}")
    print("differs:" if faults else "EXPECTED.toml holds")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


def print_coverage(accesses: list[Access]) -> None:
    """How much is explained, in all and by system."""
    for system in ("", "NDB", "RMS", "ALPR"):
        rows = [access for access in accesses if system in ("", access.system)]
        strengths = Counter(access.strength or "unexplained" for access in rows)
        judged = len(rows) - strengths["unjudged"]
        share = (strengths["full"] + strengths["weak"]) / judged
        print(
            f"{system or 'all':5} {len(rows):6} accesses, {share:.2%} of the judged explained; {dict(sorted(strengths.items()))}"
        )
    print(dict(Counter(access.explanation for access in accesses if access.strength == "weak")))
    print(dict(Counter(access.explanation for access in accesses if access.strength == "full")))


if __name__ == "__main__":
    sys.exit(main())
