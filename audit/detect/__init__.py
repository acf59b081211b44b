"""Detectors: run them over a workspace, and run the cases that prove what they find."""

from audit.detect.detect import Detection, failures, run_detectors

__all__ = ["Detection", "failures", "run_detectors"]
