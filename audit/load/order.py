"""Whether a column of texts stands in strict order, which proves that none comes twice without looking each up."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

# As texts, or by length first as numbers without leading zeros do; rising or falling, as a portal shows the newest first.
_ALL = frozenset({"rising", "falling", "longer", "shorter"})


@dataclass(frozen=True)
class Order:
    """In which ways a run of texts is in strict order, and its ends (None: a run without texts)."""

    ways: frozenset[str] = _ALL
    first: str | None = None
    last: str | None = None

    @property
    def is_strict(self) -> bool:
        """Say whether no text can stand in the run twice."""
        return bool(self.ways)

    def followed_by(self, later: "Order") -> "Order":
        """Return the order of this run and the later one together."""
        if not self.ways or not later.ways:
            return Order(frozenset())
        if self.last is None or later.first is None:
            return later if self.last is None else self
        pair = _ways(pa.array([self.last]), pa.array([later.first]))
        return Order(self.ways & later.ways & pair, self.first, later.last)


def order_of(column: pa.ChunkedArray) -> Order:
    """Return the order of a column's texts; no order where one of them is missing."""
    texts = column.combine_chunks()
    if len(texts) == 0:
        return Order()
    if texts.null_count:
        return Order(frozenset())
    ways = _ways(texts[:-1], texts[1:])
    return Order(ways, texts[0].as_py(), texts[-1].as_py())


def _ways(left: pa.Array, right: pa.Array) -> frozenset[str]:
    if len(left) == 0:
        return _ALL
    less, more = pc.less(left, right), pc.greater(left, right)
    lengths = pc.binary_length(left), pc.binary_length(right)
    same = pc.equal(*lengths)
    holds = {
        "rising": less,
        "falling": more,
        "longer": pc.or_(pc.less(*lengths), pc.and_(same, less)),
        "shorter": pc.or_(pc.greater(*lengths), pc.and_(same, more)),
    }
    return frozenset(way for way, each in holds.items() if pc.all(each).as_py())
