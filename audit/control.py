"""Draw the control accesses: at random from those that no finding cites, by the seed and the data alone.

The lot is a hash of the seed and the access (queries/reports/control.sql); before it goes a sieve of whole numbers, which spares
hashing millions of accesses for a few hundred. An access passes where

    (by_record * record_no + by_second * |occurred_epoch| + shift) modulo 2^31 - 1

is below a bound, its three numbers taken from the seed. They run through all residues of a prime: so for every access each result
is equally likely, and for every two that differ in place or second each pair of results is. A share that is reckoned from the
draw is therefore neither shifted by the sieve nor less certain than without it.

Accesses drawn are reviewed a few a day, and that adds up only while the draw stays. So the seed is the hash of the first log file
loaded, whatever was reviewed and whatever came since, and the bound is PRIME halved so many times. An access that was drawn leaves
the draw when a finding cites it, when newer ones with a smaller lot come before it, or when the log has doubled.
"""

import hashlib

import pyarrow as pa

from audit.catalogue import Catalogue, Report
from audit.engine import Engine

# A prime whose products with what is below it fit into a BIGINT, two and a third summed.
PRIME = 2_147_483_647
# So many times the accesses asked for are let through: fewer than asked is then a rarity, and the hashing costs nothing.
LET_THROUGH = 4
_NUMBERS = ("by_record", "by_second", "shift")
_WITH_A_USER = "SELECT count(user_id) AS accesses FROM access"
_FIRST_LOG_FILE = """
    SELECT load_log.sha256
    FROM load_log
    INNER JOIN load_input ON load_log.load_id = load_input.load_id
    WHERE load_input.table_name = 'event'
    ORDER BY load_log.load_id, load_log.sha256
    LIMIT 1
"""


def seed_of(engine: Engine) -> str:
    """Return the seed: the beginning of the hash of the first log file loaded. Reviews, later loads and queries do not move it."""
    return "".join(engine.query(_FIRST_LOG_FILE)["sha256"].to_pylist())[:16]


def draw_control(engine: Engine, catalogue: Catalogue, seed: str, cited: pa.Table) -> pa.Table:
    """Draw accesses at random from those that no finding cites: by the seed, so that the same data draws the same.

    `cited`: the accesses that findings cite, with `user_id`; their ids are the relation `cited`.
    """
    query = catalogue.report("control")
    asked = _asked(query)
    population = engine.query(_WITH_A_USER)["accesses"][0].as_py() - (cited.num_rows - cited["user_id"].null_count)
    bound = first_bound(asked, population)
    while True:
        row = sieve(seed, bound) | {"population": population}
        engine.create_table_from("draw", pa.table({name: [value] for name, value in row.items()}))
        drawn = engine.query(query.sql, query.bound())
        if drawn.num_rows >= min(asked, population) or bound == PRIME:
            return drawn
        # Rare, unless many share their place and second. That, too, follows from the data alone.
        bound = min(PRIME, bound * LET_THROUGH)


def sieve(seed: str, bound: int) -> dict[str, str | int]:
    """Return the seed, the three numbers that follow from it, and the bound below which an access passes."""
    return {"seed": seed, **{name: _residue(f"{seed} {name}") for name in _NUMBERS}, "below": bound}


def first_bound(asked: int, population: int) -> int:
    """Return the bound by which LET_THROUGH to twice as many times those asked for pass; all where there are no more.

    PRIME halved so many times: where the log grows by a night, what passed passes again.
    """
    enough = max(asked, 1) * LET_THROUGH
    return PRIME >> max(population // enough, 1).bit_length() - 1


def _residue(text: str) -> int:
    # Of 128 bits: no residue is likelier than another by more than one in 2^97.
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") % PRIME


def _asked(query: Report) -> int:
    """Return how many are to be drawn. An own query may not say so; all pass then."""
    asked = query.parameters.get("accesses")
    return asked if isinstance(asked, int) else PRIME
