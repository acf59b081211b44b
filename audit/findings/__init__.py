"""From detectors' rows to findings: their keys, numbers, scores, ranks, and what changed. Knows no engine of the run."""

from audit.findings.assemble import Begin, Findings, Previous, assemble, cited_accesses
from audit.findings.evidence import Facts
from audit.findings.overlap import Overlap
from audit.findings.suppress import Suppression, hash_events

__all__ = [
    "Begin",
    "Facts",
    "Findings",
    "Overlap",
    "Previous",
    "Suppression",
    "assemble",
    "cited_accesses",
    "hash_events",
]
