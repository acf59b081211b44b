"""Draft a source definition from a file that nobody here has seen: what was found, and the evidence for it."""

from audit.drafting.draft import draft_definition

__all__ = ["draft_definition"]
