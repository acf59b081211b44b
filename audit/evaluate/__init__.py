"""What a report finds of what was planted, measured. Reads reports and labels; writes nothing, and imports no simulator."""

from audit.evaluate.compare import Change, Comparison, compare
from audit.evaluate.evaluate import Evaluation, evaluate, evaluate_run

__all__ = ["Change", "Comparison", "Evaluation", "compare", "evaluate", "evaluate_run"]
