"""Turns acts into log events with each system's habits, and writes the log a month a file, sorted by time.

NDB asks for a reason code and shows a banner; RMS has a reason field that half leave blank; ALPR logs an account and
no user; CAD asks nothing; INTEL wants a reference. One reference in two hundred is mistyped, one user in a thousand is
masked, a few searches find nobody.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from audit.schema import TABLES
from audit.simulate.calendar import DAY, Calendar, timestamp
from audit.simulate.database import fill_table
from audit.sql import quote_literal

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
EVENT_COLUMNS = tuple(TABLES["event"].columns)

# Words that say little; the rest of a reason is made of the incident's kind and a few digits.
_VAGUE = "['check', 'enquiry', 'intel', 'investigation', 'as requested', 'n/a']"

_HONEST = f"""
WITH event AS (
    SELECT kept.*, unnest(range(fan)) AS nth FROM kept WHERE t >= $start - 60 AND t < $finish
), told AS (
    SELECT
        event.*, officer.user_id AS officer_id, officer.home, incident.kind AS incident_kind,
        act_no * 4 + nth AS number,
        t + CASE nth WHEN 0 THEN 0 WHEN 1 THEN 1 + CAST(floor(u(act_no, 'second') * 2) AS BIGINT)
            ELSE 3 + CAST(floor(u(act_no, 'third') * 2) AS BIGINT) END AS logged_at,
        CASE WHEN nth > 0 AND code % 8 = 1 AND system = 'NDB' THEN code // 8 * 8 ELSE code END AS seen,
        quoted OR (system = 'CAD' AND context_no IS NOT NULL AND purpose = 'assigned') AS cites,
        purpose IN ('assigned', 'desk') OR quoted AS free,
        fan = 1 AND purpose = 'assigned' AND u(act_no, 'found nobody') < 0.004 AND quiet.user_no IS NULL
            AND code % 8 = 0 AS nobody
    FROM event
    INNER JOIN officer USING (user_no)
    LEFT JOIN quiet USING (user_no)
    LEFT JOIN incident ON incident.incident_no = event.context_no
)
SELECT
    event_id(number) AS event_id, moment(logged_at) AS occurred_at, system,
    CASE WHEN system <> 'ALPR' AND u(act_no, 'masked') >= 0.001 THEN officer_id END AS user_id,
    CASE WHEN system = 'NDB' AND unit_kind IN ('response', 'neighbourhood') AND u(act_no, 'by radio') < 0.06
        THEN pick(operator.ids, u(act_no, 'operator')) END AS operator_id,
    CASE WHEN system = 'ALPR' THEN 'alpr-' || lower(officer_id) END AS account,
    'WS-' || home || '-'
        || CASE WHEN u(user_no * 10000 + seq, 'other desk') < 0.03 THEN 'hall' ELSE CAST(user_no % 12 AS VARCHAR) END
        AS workstation,
    'person' AS origin,
    CASE WHEN nth > 0 AND u(act_no, 'parent') < 0.5 THEN event_id(number - nth) END AS parent_event_id,
    CASE
        WHEN purpose = 'care' THEN CASE WHEN incident_kind IN ('intelligence', 'organised_crime') THEN 'disseminate'
            ELSE 'assess' END
        WHEN nth > 0 AND system IN ('RMS', 'INTEL') THEN 'view'
        WHEN system IN ('NDB', 'ALPR') THEN 'search'
        WHEN NOT free THEN CASE WHEN code IS NOT NULL AND u(act_no, 'action') < 0.5 THEN 'search'
            WHEN u(act_no, 'action') < 0.997 THEN 'view' ELSE 'print' END
        WHEN code IS NULL THEN pick(['view', 'view', 'view', 'view', 'view', 'amend', 'create', 'assign'], u(act_no, 'action'))
        WHEN system IN ('RMS', 'INTEL') AND fan = 1 AND u(act_no, 'rare') < 0.16
            THEN pick(['print', 'amend', 'amend', 'create', 'export', 'notify'], u(act_no, 'action'))
        WHEN system = 'CAD' THEN 'view'
        ELSE 'search'
    END AS action,
    CASE WHEN nobody THEN NULL WHEN code IS NULL THEN 'incident'
        ELSE ['person', 'vehicle', 'address', 'phone', 'person'][seen % 8 + 1] END AS subject_kind,
    CASE WHEN nobody THEN NULL WHEN code IS NULL THEN reference_id(context_no) ELSE subject_id(seen) END AS subject_id,
    CASE WHEN nobody THEN 'name search' WHEN nth = 2 THEN 'name search' END AS query_text,
    CASE WHEN nobody THEN 0 ELSE 1 END AS result_count,
    CASE WHEN system = 'NDB' THEN CASE
        WHEN u(act_no, 'wrong code') < 0.004 THEN '99'
        WHEN cites THEN pick(['01', '02', '03', '04', '04', '06'], u(act_no, 'code'))
        WHEN u(act_no, 'no reference') < 0.05 THEN '04'
        ELSE pick(['02', '03', '06', '08'], u(act_no, 'code')) END END AS reason_code,
    CASE
        WHEN system = 'CAD' OR (system IN ('RMS', 'COURT') AND u(act_no, 'no reason') < 0.5) THEN NULL
        WHEN u(act_no, 'vague') < 0.06 THEN pick({_VAGUE}, u(act_no, 'vague word'))
        WHEN incident_kind IS NULL THEN pick(['stop', 'name given on patrol', 'call from the desk', 'vehicle passing', 'pass on'],
            u(act_no, 'words')) || ' ' || CAST(1000 + CAST(floor(u(act_no, 'digits') * 9000) AS BIGINT) AS VARCHAR)
        ELSE replace(incident_kind, '_', ' ') || pick([' statement ', ' enquiry ', ' arrest ', ' address ', ' victim ', ' file '],
            u(act_no, 'words')) || CAST(10 + CAST(floor(u(act_no, 'digits') * 90) AS BIGINT) AS VARCHAR)
    END AS reason,
    CASE WHEN cites AND context_no IS NOT NULL AND u(act_no, 'reference') < CASE system WHEN 'INTEL' THEN 0.98 WHEN 'ALPR' THEN 0.75
        ELSE 0.92 END OR purpose = 'quoted' AND context_no IS NOT NULL THEN
        CASE WHEN u(act_no, 'mistyped') < 0.005 THEN left(reference_id(context_no), 11) || 'O'
            ELSE reference_id(context_no) END END AS reference,
    CASE WHEN system IN ('NDB', 'INTEL') THEN u(act_no, 'banner') < 0.995 END AS banner_accepted
FROM told
CROSS JOIN (
    SELECT list(DISTINCT user_id ORDER BY user_id) AS ids
    FROM officer INNER JOIN posting USING (user_no) WHERE posting.unit_kind = 'control'
) AS operator
"""

# Plate readers ask again for every plate of interest that passes, in nobody's name.
_MACHINE = """
SELECT
    event_id(800000000000 + range) AS event_id,
    moment($log_start + CAST(floor(u(range, 'machine moment') * $log_seconds) AS BIGINT)) AS occurred_at,
    'ALPR' AS system, NULL AS user_id, NULL AS operator_id, 'svc-hotlist' AS account, NULL AS workstation,
    'machine' AS origin, NULL AS parent_event_id, 'search' AS action, 'vehicle' AS subject_kind,
    subject_id(motorist(u(range, 'hot') * u(range, 'hotter'), 0.5) * 8 + 1) AS subject_id,
    NULL AS query_text, 1 AS result_count, NULL AS reason_code, 'hotlist' AS reason, NULL AS reference, NULL AS banner_accepted
FROM range($machine)
"""


def write_log(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    calendar: Calendar,
    planted: list[tuple[object, ...]],
    machine: int,
) -> list[Path]:
    """Write the log of all acts, the planted events and so many machine rows: one file a month (UTC)."""
    types = {column.name: column.duckdb_type for column in TABLES["event"].columns.values()}
    fill_table(connection, "planted", types, planted)
    folder.mkdir()
    columns = ", ".join(EVENT_COLUMNS)
    written = []
    for label, start, finish in _months(calendar):
        values = {"start": start, "finish": finish, "from": timestamp(start), "to": timestamp(finish)}
        values |= {"machine": machine, "log_start": calendar.start, "log_seconds": calendar.end - calendar.start}
        path = folder / f"event-{label}.csv"
        connection.execute(
            f"""COPY (
                SELECT {columns} FROM (
                    SELECT {columns} FROM ({_HONEST})
                    UNION ALL SELECT {columns} FROM planted
                    UNION ALL SELECT {columns} FROM ({_MACHINE})
                )
                WHERE occurred_at >= $from AND occurred_at < $to
                ORDER BY occurred_at, event_id
            ) TO {quote_literal(str(path))} (HEADER, TIMESTAMPFORMAT '{TIME_FORMAT}')""",
            values,
        )
        written.append(path)
    return written


def _months(calendar: Calendar) -> Iterator[tuple[str, int, int]]:
    """Yield (label, first moment, moment after the last) of each UTC month of the log; the last has no end."""
    start = calendar.start - 40 * DAY
    bounds: list[tuple[str, int]] = []
    for moment in range(calendar.start, calendar.end, DAY):
        day = timestamp(moment)
        label = f"{day:%Y-%m}"
        if not bounds or bounds[-1][0] != label:
            midnight = moment - moment % DAY
            bounds.append((label, start if not bounds else midnight))
    for index, (label, first) in enumerate(bounds):
        yield label, first, bounds[index + 1][1] if index + 1 < len(bounds) else calendar.end + 40 * DAY
