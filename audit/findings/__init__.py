"""From detectors' rows to findings: their keys, numbers, scores, ranks, and what changed. Knows no engine of the run."""

from audit.findings.assemble import Facts, Findings, Previous, assemble, cited_accesses

__all__ = ["Facts", "Findings", "Previous", "assemble", "cited_accesses"]
