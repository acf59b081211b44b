"""Tell what changed between the evaluations of two reports on the same force. Reads nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from audit.evaluate.evaluate import Evaluation
from audit.evaluate.labels import Expectation
from audit.evaluate.match import Caught
from audit.evaluate.measures import Measures

Number = float | int | None


@dataclass(frozen=True)
class Change:
    """One measure in both reports. `change`: now less before, None where either is not known."""

    measure: str
    now: Number
    before: Number

    @property
    def change(self) -> Number:
        """Now less before."""
        return None if self.now is None or self.before is None else round(self.now - self.before, 4)


@dataclass(frozen=True)
class Comparison:
    """What the first report does otherwise than the second: measures, expectations won and lost, look-alikes."""

    run_id: str
    changes: Sequence[Change]
    won: Sequence[Expectation]
    lost: Sequence[Expectation]
    caught_now: Sequence[Caught]
    left_alone_now: Sequence[Caught]


def compare(now: Evaluation, before: Evaluation) -> Comparison:
    """Compare two evaluations by the same labels."""
    changes = [
        Change(field.name, getattr(now.measures, field.name), getattr(before.measures, field.name))
        for field in fields(Measures)
    ]
    pairs = list(zip(now.outcomes, before.outcomes, strict=True))
    return Comparison(
        before.run_id,
        changes,
        [new.expected for new, old in pairs if new.found and not old.found],
        [new.expected for new, old in pairs if old.found and not new.found],
        _without(now.caught, before.caught),
        _without(before.caught, now.caught),
    )


def _without(some: Iterable[Caught], others: Iterable[Caught]) -> list[Caught]:
    known = {one.finding_id for one in others}
    return [one for one in some if one.finding_id not in known]
