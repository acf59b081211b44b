"""The public: persons, their vehicles, addresses, phones and second names, and the links between them.

Nothing is stored to draw from: sex, markers and belongings follow from a person's number, so that an incident can name
a keeper's vehicle without a join. Every tenth person is a likely victim, every fiftieth a well-known offender.
"""

import duckdb

from audit.simulate.database import fill_table
from audit.simulate.staff import FIRST_NAMES, SURNAMES

_MACROS = """
CREATE MACRO sex_of(k) AS CASE
    WHEN k % 10 = 0 THEN CASE WHEN u(k, 'sex') < 0.82 THEN 'F' ELSE 'M' END
    WHEN k % 50 = 7 THEN CASE WHEN u(k, 'sex') < 0.12 THEN 'F' ELSE 'M' END
    ELSE CASE WHEN u(k, 'sex') < 0.45 THEN 'F' ELSE 'M' END END;
CREATE MACRO age_days_of(k) AS CAST(5500 + u(k, 'age') * u(k, 'age again') * 26000 AS BIGINT);
CREATE MACRO markers_of(k) AS CASE
    WHEN k % 2000 = 1 THEN CASE WHEN u(k, 'marker') < 0.5 THEN 'protected' ELSE 'high_profile' END
    WHEN k % 10 = 0 AND u(k, 'marker') < 0.5 THEN 'domestic_abuse'
    WHEN k % 10 = 0 AND u(k, 'marker') < 0.7 THEN 'vulnerable'
    WHEN k % 10 = 0 AND u(k, 'marker') < 0.8 THEN 'domestic_abuse;vulnerable'
    WHEN k % 50 = 7 AND u(k, 'marker') < 0.3 THEN 'violent'
    WHEN age_days_of(k) < 6574 THEN 'minor' END;
CREATE MACRO victim(share) AS CAST(floor(share * $victims) AS BIGINT) * 10;
CREATE MACRO offender(share) AS CAST(floor(share * $offenders) AS BIGINT) * 50 + 7;
CREATE MACRO anybody(share) AS CAST(floor(share * $persons) AS BIGINT);
CREATE MACRO motorist(share, other) AS CAST(floor(share * $motorists) AS BIGINT) * 9 + CAST(floor(other * 5) AS BIGINT);
CREATE MACRO caller(share, other) AS
    CAST(floor(share * $callers) AS BIGINT) * 5 + pick([0, 1, 2, 4], other);
"""

_SUBJECTS = """
INSERT INTO out_subject (subject_id, subject_kind, name, date_of_birth, sex, markers)
WITH person AS (SELECT range AS k FROM range($persons))
SELECT
    subject_id(k * 8), 'person',
    CASE sex_of(k) WHEN 'F' THEN pick(name.women, u(k, 'first name')) ELSE pick(name.men, u(k, 'first name')) END
        || ' ' || pick(name.families, u(k, 'surname')),
    CAST(moment($start) AS DATE) - CAST(age_days_of(k) AS INTEGER), sex_of(k), markers_of(k)
FROM person CROSS JOIN name
UNION ALL
SELECT subject_id(vehicle_of(k)), 'vehicle', 'SX' || lpad(CAST(k AS VARCHAR), 6, '0'), NULL, NULL, NULL
FROM person WHERE vehicle_of(k) IS NOT NULL
UNION ALL
SELECT subject_id(address_of(k)), 'address', k || ' Sample Street', NULL, NULL, NULL FROM person WHERE k % 2 = 0
UNION ALL
SELECT subject_id(phone_of(k)), 'phone', '07700' || lpad(CAST(k AS VARCHAR), 6, '0'), NULL, NULL, NULL
FROM person WHERE phone_of(k) IS NOT NULL
UNION ALL
SELECT
    subject_id(alias_of(k)), 'person',
    pick(name.men, u(k, 'alias')) || ' ' || pick(name.families, u(k, 'alias surname')), NULL, sex_of(k), NULL
FROM person CROSS JOIN name WHERE alias_of(k) IS NOT NULL
"""

_LINKS = """
INSERT INTO out_subject_link (subject_id, linked_id, relation, starts_at, ends_at)
WITH person AS (SELECT range AS k FROM range($persons))
SELECT subject_id(vehicle_of(k)), subject_id(k * 8), 'keeper', NULL::TIMESTAMP, NULL::TIMESTAMP
FROM person WHERE vehicle_of(k) IS NOT NULL
UNION ALL
SELECT subject_id(vehicle_of(k)), subject_id((k + 1) % $persons * 8), 'keeper', NULL,
    moment($start - 86400 * (30 + k % 900))
FROM person WHERE k % 9 = 3
UNION ALL
SELECT subject_id(address_of(k)), subject_id(k * 8), 'occupant', NULL, NULL FROM person
UNION ALL
SELECT subject_id(phone_of(k)), subject_id(k * 8), 'phone_user', NULL, NULL FROM person WHERE phone_of(k) IS NOT NULL
UNION ALL
SELECT subject_id(k * 8), subject_id(alias_of(k)), 'alias', NULL, NULL FROM person WHERE alias_of(k) IS NOT NULL
UNION ALL
SELECT subject_id(k * 8), subject_id((k + 1) * 8), CASE WHEN k % 6 = 2 THEN 'family' ELSE 'partner' END, NULL, NULL
FROM person WHERE k % 2 = 0 AND k + 1 < $persons AND u(k, 'household') < 0.45
UNION ALL
SELECT subject_id(k * 8), subject_id(anybody(u(k, 'associate')) * 8), 'associate', NULL, NULL
FROM person WHERE u(k, 'has associate') < 0.08 AND anybody(u(k, 'associate')) <> k
"""


def populate(connection: duckdb.DuckDBPyConnection, persons: int, start: int) -> None:
    """Make the public of so many persons: the macros that draw from it, and its rows of subject and subject_link."""
    counts = {
        "$victims": persons // 10,
        "$offenders": persons // 50,
        "$persons": persons,
        "$motorists": persons // 9,
        "$callers": persons // 5,
    }
    script = _MACROS
    for name, value in counts.items():
        script = script.replace(name, str(value))
    connection.execute(script)
    fill_table(
        connection,
        "name",
        {"women": "VARCHAR[]", "men": "VARCHAR[]", "families": "VARCHAR[]"},
        [(FIRST_NAMES["F"], FIRST_NAMES["M"], list(SURNAMES))],
    )
    connection.execute(_SUBJECTS, {"persons": persons, "start": start})
    connection.execute(_LINKS, {"persons": persons, "start": start})
