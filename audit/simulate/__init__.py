"""A labelled force out of nothing: what the detectors are measured by. Imports no detector and no query."""

from audit.simulate.force import Simulated, simulate

__all__ = ["Simulated", "simulate"]
