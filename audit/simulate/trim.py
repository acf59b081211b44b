"""Brings the honest work to size and adds what no data explains, what a system lost, and the machines' rows.

`slip` acts are honest accesses without a trace in the business data: spread over users as their work is, on subjects
drawn anew each time, so that hardly any two are on the same.
"""

import duckdb

from audit.simulate.work import _FAN

_LOGGED = "NOT coalesce(system = $lost_system AND t >= $lost_from AND t < $lost_to, false)"

# A slip happens beside real work of the same shift. It never prints, and never falls on a protected record: those ask.
_SLIPS = f"""
INSERT INTO kept
WITH slipped AS (
    SELECT act_no + 8 AS act_no, user_no, seq, unit_kind, CAST(t + 40 + u(act_no, 'slip later') * 900 AS BIGINT) AS t,
        pick(slip.uses, u(act_no, 'slip use')) AS chosen,
        CASE WHEN unit_kind = 'safeguarding' AND u(act_no, 'slip victim') < 0.6 THEN victim(u(act_no, 'slip who'))
            ELSE anybody(u(act_no, 'slip who')) END AS who,
        motorist(u(act_no, 'slip who'), u(act_no, 'slip which')) AS driver
    FROM kept
    INNER JOIN slip USING (unit_kind)
    LEFT JOIN quiet USING (user_no)
    WHERE quiet.user_no IS NULL AND u(act_no, 'slip') < $share
), told AS (
    SELECT
        act_no, user_no, seq, t, unit_kind, chosen.system AS system,
        CASE chosen.kind WHEN 1 THEN driver * 8 + 1 WHEN 2 THEN address_of(who) ELSE (who + if(who % 2000 = 1, 1, 0)) * 8 END
            AS code
    FROM slipped
)
SELECT act_no, user_no, seq, t, code, NULL, false, 'slip', unit_kind, system, {_FAN} FROM told WHERE {_LOGGED}
"""

# A few come back to the same subject on two later shifts, for reasons as good and as unrecorded.
_RETURNS = f"""
INSERT INTO kept
WITH came_back AS (
    SELECT kept.*, unnest([0, 1]) AS again FROM kept WHERE purpose = 'slip' AND u(act_no, 'comes back') < 0.003
), told AS (
    SELECT
        400000000000 / 4 + came_back.act_no * 2 + came_back.again AS act_no, shift.user_no, shift.seq,
        CAST(shift.starts + u(came_back.act_no + again, 'back at') * (shift.planned_end - shift.starts) AS BIGINT) AS t,
        came_back.code, came_back.unit_kind, came_back.system
    FROM came_back
    INNER JOIN shift ON shift.user_no = came_back.user_no AND shift.seq = came_back.seq + 1 + 2 * came_back.again
)
SELECT CAST(act_no AS BIGINT), user_no, seq, t, code, NULL, false, 'slip', unit_kind, system, {_FAN} FROM told WHERE {_LOGGED}
"""

_KEPT = f"""
CREATE TABLE kept AS
SELECT * FROM act
WHERE (purpose = 'care' OR u(act_no, 'kept') < $ratio)
    AND {_LOGGED}
"""


def trim_work(
    connection: duckdb.DuckDBPyConnection, events: int, slip_share: float, lost: tuple[str, int, int] | None
) -> int:
    """Make the table kept: about so many events, of which about `slip_share` of the accesses are slips. Return how many.

    `lost` names a system and a span whose log is missing.
    """
    made = int(connection.sql("SELECT coalesce(sum(fan), 0) FROM act").fetchall()[0][0])
    system, start, end = lost or (None, 0, 0)
    slips = slip_share / (1 - slip_share)
    gap = {"lost_system": system, "lost_from": start, "lost_to": end}
    connection.execute(_KEPT, gap | {"ratio": events / (1 + slips) / max(made, 1)})
    connection.execute("DROP TABLE act")
    # Quiet officers and those whose authority covers everything never slip; the others make up for it.
    able = connection.sql(
        "SELECT count(*) FROM kept INNER JOIN slip USING (unit_kind) LEFT JOIN quiet USING (user_no) WHERE quiet.user_no IS NULL"
    ).fetchall()[0][0]
    count = connection.sql("SELECT count(*) FROM kept").fetchall()[0][0]
    connection.execute(_SLIPS, gap | {"share": slips * count / max(able, 1)})
    connection.execute(_RETURNS, gap)
    return int(connection.sql("SELECT coalesce(sum(fan), 0) FROM kept").fetchall()[0][0])
