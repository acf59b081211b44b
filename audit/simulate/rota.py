"""Shifts and duty: who worked when, in which unit. Needs the tables officer, posting, absence and day."""

import duckdb

from audit.simulate.calendar import Calendar
from audit.simulate.cast import Absence
from audit.simulate.database import fill_table
from audit.simulate.habits import BY_NAME
from audit.simulate.staff import Posting, Staff

# Ten days of two earlies, two lates, two nights and four rest days; teams follow each other two days apart.
# Days around a change of posting are free, so that no shift has one foot in each unit.
_SHIFTS = """
CREATE TABLE planned AS
WITH served AS (
    SELECT
        officer.user_no, officer.team, officer.activity, posting.unit_no, posting.unit_kind, posting.rota,
        day.day, day.midnight, day.day % 7 + 1 AS weekday
    FROM officer
    INNER JOIN posting USING (user_no)
    INNER JOIN day
        ON day.day > coalesce(posting.from_day, -10)
        AND day.day < coalesce(posting.to_day - 1, 1000000)
        AND day.day >= officer.joined_day
), turned AS (
    SELECT
        *,
        CASE
            WHEN rota = 'shifts' THEN
                CASE (day + team * 2) % 10
                    WHEN 0 THEN 7 WHEN 1 THEN 7 WHEN 2 THEN 14 WHEN 3 THEN 14 WHEN 4 THEN 22 WHEN 5 THEN 22
                END
            WHEN rota = 'days' THEN
                CASE WHEN (day + team * 2) % 7 < 3 THEN 7 WHEN (day + team * 2) % 7 < 5 THEN 13 END
            WHEN rota = 'late' THEN
                CASE WHEN (day + team) % 6 < 2 THEN 8 WHEN (day + team) % 6 < 4 THEN 14 END
            WHEN weekday <= 5 THEN CASE WHEN (day // 7 + team) % 5 = 0 AND unit_kind = 'cid' THEN 13 ELSE 8 END
        END AS start_hour,
        CASE WHEN rota = 'shifts' THEN 9 ELSE 8 END AS hours
    FROM served
)
SELECT
    turned.*,
    midnight + start_hour * 3600 AS starts,
    midnight + (start_hour + hours) * 3600 AS ends,
    CASE
        WHEN absence.user_no IS NOT NULL THEN coalesce(absence.status, 'gone')
        WHEN day % 60 BETWEEN floor(u(turned.user_no * 1000 + day // 60, 'leave') * 53)
            AND floor(u(turned.user_no * 1000 + day // 60, 'leave') * 53) + 6 THEN 'leave'
        WHEN u(turned.user_no * 10000 + day, 'sick') < 0.02 THEN 'sick'
        ELSE 'on_duty'
    END AS status,
    u(turned.user_no * 10000 + day, 'overtime') < 0.06 AS overtime
FROM turned
LEFT JOIN absence
    ON absence.user_no = turned.user_no AND turned.day >= absence.from_day AND turned.day < absence.to_day
WHERE start_hour IS NOT NULL
"""

# `shift_no` numbers all worked shifts, `seq` those of one officer; `place` those of one kind of unit.
_WORKED = """
CREATE TABLE shift AS
SELECT
    row_number() OVER (ORDER BY user_no, day) AS shift_no,
    user_no, unit_no, unit_kind, activity, day, starts,
    ends + CASE WHEN overtime THEN 7200 + 1800 * (user_no % 3) ELSE 0 END AS ends,
    ends AS planned_end,
    row_number() OVER (PARTITION BY user_no ORDER BY day) AS seq,
    row_number() OVER (PARTITION BY unit_kind ORDER BY day, user_no) AS place
FROM planned
WHERE status = 'on_duty'
"""

_DUTY = """
INSERT INTO out_duty (user_id, starts_at, ends_at, status)
SELECT officer.user_id, moment(starts), moment(ends), status
FROM planned INNER JOIN officer USING (user_no)
WHERE status NOT IN ('gone', 'suspended')
UNION ALL
SELECT officer.user_id, moment(planned_end), moment(ends), 'overtime'
FROM shift INNER JOIN officer USING (user_no)
WHERE ends > planned_end
UNION ALL
SELECT officer.user_id, moment(day.midnight), moment($finish), 'suspended'
FROM absence INNER JOIN officer USING (user_no) INNER JOIN day ON day.day = absence.from_day
WHERE absence.status = 'suspended'
"""

_STAFF = """
INSERT INTO out_staff (user_id, name, date_of_birth, sex, role, rank, subject_id, joined_on, left_on)
SELECT
    officer.user_id, officer.name, officer.born, officer.sex, arg_max(posting.role, coalesce(posting.from_day, -1)),
    officer.rank, officer.subject_id, officer.joined, officer.left_on
FROM officer INNER JOIN posting USING (user_no)
GROUP BY ALL
"""

_POSTING = """
INSERT INTO out_posting (user_id, unit, role, supervisor_id, starts_at, ends_at)
SELECT
    officer.user_id, posting.unit, posting.role, boss.user_id,
    moment(coalesce(first.midnight, epoch(officer.joined::TIMESTAMP))),
    moment(last.midnight)
FROM posting
INNER JOIN officer USING (user_no)
LEFT JOIN officer AS boss ON boss.user_no = posting.supervisor_no
LEFT JOIN day AS first ON first.day = posting.from_day
LEFT JOIN day AS last ON last.day = posting.to_day
"""

# ALPR logs an account and no user.
_ACCOUNT = """
INSERT INTO out_account (account, user_id, system, starts_at, ends_at)
SELECT 'alpr-' || lower(user_id), user_id, 'ALPR', moment($start - 86400 * 365), NULL
FROM officer
"""


def roster_staff(
    connection: duckdb.DuckDBPyConnection,
    calendar: Calendar,
    staff: Staff,
    postings: list[tuple[int, Posting]],
    absences: tuple[Absence, ...],
    own_subjects: dict[int, str],
) -> None:
    """Make the tables officer, posting, day, shift, and what the workspace is told of staff, postings and duty."""
    left = {absence.officer: absence.from_day - 1 for absence in absences if absence.status is None}
    first = calendar.local_date(calendar.midnight(0) + 43_200)
    fill_table(
        connection, "officer",
        {"user_no": "BIGINT", "user_id": "VARCHAR", "name": "VARCHAR", "sex": "VARCHAR", "born": "DATE", "rank": "VARCHAR",
         "team": "INTEGER", "activity": "DOUBLE", "joined": "DATE", "joined_day": "INTEGER", "left_on": "DATE",
         "subject_id": "VARCHAR", "home": "VARCHAR"},
        [(o.number, o.user_id, o.name, o.sex, o.born, o.rank, o.team, o.activity, o.joined, (o.joined - first).days,
          calendar.local_date(calendar.midnight(left[o.number]) + 43_200) if o.number in left else None,
          own_subjects[o.number], o.unit.name) for o in staff.officers],
    )  # fmt: skip
    fill_table(
        connection, "posting",
        {"user_no": "BIGINT", "unit_no": "INTEGER", "unit": "VARCHAR", "unit_kind": "VARCHAR", "role": "VARCHAR",
         "rota": "VARCHAR", "from_day": "INTEGER", "to_day": "INTEGER", "supervisor_no": "INTEGER"},
        [(number, p.unit.number, p.unit.name, p.unit.kind, BY_NAME[p.unit.kind].role, BY_NAME[p.unit.kind].rota,
          p.from_day, p.to_day, p.supervisor) for number, p in postings],
    )  # fmt: skip
    fill_table(
        connection, "absence",
        {"user_no": "BIGINT", "from_day": "INTEGER", "to_day": "INTEGER", "status": "VARCHAR"},
        [(a.officer, a.from_day, a.to_day, a.status) for a in absences],
    )  # fmt: skip
    fill_table(
        connection, "day", {"day": "BIGINT", "midnight": "BIGINT"},
        [(day, calendar.midnight(day)) for day in range(calendar.days)],
    )  # fmt: skip
    connection.execute(_SHIFTS)
    connection.execute(_WORKED)
    connection.execute(_DUTY, {"finish": calendar.end})
    connection.execute(_STAFF)
    connection.execute(_POSTING)
    connection.execute(_ACCOUNT, {"start": calendar.start})
