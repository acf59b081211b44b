"""A small reckoner of contract section 5 over a simulated folder, written from its words: accesses and explanations.

It reads the CSV files alone and shares nothing with the program. `incident-own` and `re-entry` are reckoned too, so that
full, weak and unexplained are what the contract calls them.
"""

from pathlib import Path

import duckdb

_READ = """
CREATE TABLE event AS SELECT * FROM read_csv('{root}/logs/event-*.csv', all_varchar = true);
CREATE TABLE label AS SELECT * FROM read_csv('{root}/labels/events.csv', all_varchar = true);
CREATE TABLE incident AS SELECT reference, unit, opened_at::TIMESTAMP AS opened_at, closed_at::TIMESTAMP AS closed_at
    FROM read_csv('{root}/context/incident.csv', all_varchar = true);
CREATE TABLE incident_subject AS SELECT DISTINCT reference, subject_id
    FROM read_csv('{root}/context/incident_subject.csv', all_varchar = true)
    UNION SELECT reference, reference FROM incident;
CREATE TABLE incident_staff AS SELECT reference, user_id, starts_at::TIMESTAMP AS starts_at, ends_at::TIMESTAMP AS ends_at
    FROM read_csv('{root}/context/incident_staff.csv', all_varchar = true);
CREATE TABLE posting AS SELECT user_id, unit, role, starts_at::TIMESTAMP AS starts_at, ends_at::TIMESTAMP AS ends_at
    FROM read_csv('{root}/context/posting.csv', all_varchar = true);
CREATE TABLE account AS SELECT * FROM read_csv('{root}/context/account.csv', all_varchar = true);
CREATE TABLE authority AS SELECT * FROM read_csv('{root}/context/authority.csv', all_varchar = true);
CREATE TABLE link AS
WITH raw AS (
    SELECT subject_id, linked_id, coalesce(ends_at::TIMESTAMP, TIMESTAMP '9999-01-01') AS ends_at
    FROM read_csv('{root}/context/subject_link.csv', all_varchar = true)
    WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')
)
SELECT subject_id, linked_id, ends_at FROM raw UNION SELECT linked_id, subject_id, ends_at FROM raw
"""

_ACCESSES = """
CREATE TABLE person_event AS
SELECT event.*, label.label, occurred_at::TIMESTAMP AS t, coalesce(event.user_id, account.user_id) AS who
FROM event INNER JOIN label USING (event_id)
LEFT JOIN account ON account.account = event.account AND account.system = event.system
WHERE origin <> 'machine';
CREATE TABLE chained AS
WITH before AS (
    SELECT *, lag(t) OVER turn AS last_t, lag(subject_id) OVER turn AS last_subject, lag(workstation) OVER turn AS last_desk
    FROM person_event WINDOW turn AS (PARTITION BY coalesce(who, event_id) ORDER BY t, event_id)
)
SELECT
    before.*,
    coalesce(t - last_t <= INTERVAL 5 SECOND AND workstation = last_desk AND (
        before.subject_id IS NULL OR last_subject IS NULL OR before.subject_id = last_subject OR link.subject_id IS NOT NULL
    ), false) OR parent_event_id IS NOT NULL AS joins
FROM before
LEFT JOIN link ON link.subject_id = before.subject_id AND link.linked_id = last_subject AND link.ends_at > before.t;
CREATE TABLE access AS
WITH numbered AS (
    SELECT *, sum(if(joins, 0, 1)) OVER (PARTITION BY coalesce(who, event_id) ORDER BY t, event_id) AS act FROM chained
)
SELECT
    arg_min(event_id, (t, event_id)) AS access_id, who AS user_id, min(t) AS t,
    arg_min(system, (t, event_id)) AS system,
    arg_min(subject_kind, (t, event_id)) FILTER (subject_id IS NOT NULL) AS subject_kind,
    arg_min(subject_id, (t, event_id)) FILTER (subject_id IS NOT NULL) AS subject_id,
    arg_min(reference, (t, event_id)) FILTER (reference IS NOT NULL) AS reference,
    arg_min(label, (t, event_id)) AS label, count(*) AS events, count(DISTINCT label) AS labels
FROM numbered GROUP BY who, coalesce(who, event_id), act
"""

_EXPLANATIONS = """
CREATE TABLE seen AS
SELECT access_id, user_id, t, reference, subject_id, false AS linked
FROM access WHERE user_id IS NOT NULL AND subject_id IS NOT NULL
UNION ALL
SELECT access_id, user_id, t, reference, link.linked_id, true
FROM access INNER JOIN link USING (subject_id) WHERE link.ends_at > t AND user_id IS NOT NULL;
CREATE TABLE served AS
SELECT access_id, posting.unit, posting.role
FROM access INNER JOIN posting USING (user_id) WHERE t >= posting.starts_at AND (t < posting.ends_at OR posting.ends_at IS NULL);
CREATE TABLE held AS
WITH near AS (
    SELECT seen.*, incident.reference AS about, incident.unit AS owner, incident.opened_at, incident.closed_at
    FROM seen INNER JOIN incident_subject USING (subject_id)
    INNER JOIN incident ON incident.reference = incident_subject.reference
), lasting AS (
    SELECT *, t >= opened_at - INTERVAL 1 DAY AND t <= coalesce(closed_at + INTERVAL 14 DAY, TIMESTAMP '9999-01-01') AS in_time
    FROM near
), told AS (
    SELECT lasting.*, served.unit,
        incident_staff.user_id IS NOT NULL AS ever,
        incident_staff.user_id IS NOT NULL
            AND t >= coalesce(incident_staff.starts_at, opened_at) - INTERVAL 1 DAY
            AND t <= coalesce(incident_staff.ends_at + INTERVAL 14 DAY, closed_at + INTERVAL 14 DAY, TIMESTAMP '9999-01-01')
            AS assigned
    FROM lasting
    LEFT JOIN incident_staff ON incident_staff.reference = about AND incident_staff.user_id = lasting.user_id
    LEFT JOIN served USING (access_id)
)
SELECT access_id, linked, about, 'incident-assigned' AS id FROM told WHERE assigned
UNION ALL
SELECT access_id, linked, about, 'incident-referenced' FROM told WHERE in_time AND reference = about AND (ever OR owner = unit)
UNION ALL
SELECT access_id, linked, about, 'incident-unit' FROM told WHERE in_time AND owner = unit
UNION ALL
SELECT access_id, linked, about, 'incident-quoted' FROM told
WHERE in_time AND reference = about AND NOT ever AND owner IS DISTINCT FROM unit
UNION ALL
SELECT access_id, linked, NULL, 'standing-authority'
FROM seen
INNER JOIN access USING (access_id)
INNER JOIN served USING (access_id)
INNER JOIN authority
    ON coalesce(authority.role = served.role, true) AND coalesce(authority.unit = served.unit, true)
    AND coalesce(authority.system = access.system, true) AND coalesce(authority.user_id = access.user_id, true)
LEFT JOIN (SELECT DISTINCT subject_id, subject_kind FROM access) AS known ON known.subject_id = seen.subject_id
WHERE coalesce(authority.subject_kind = CASE WHEN linked THEN known.subject_kind ELSE access.subject_kind END, true);
CREATE TABLE verdict AS
WITH strength AS (
    SELECT access_id,
        bool_or(id IN ('incident-assigned', 'incident-referenced', 'standing-authority')) AS full_held,
        bool_or(NOT linked AND id = 'incident-assigned') AND NOT bool_or(linked AND id NOT IN ('incident-unit', 'incident-quoted')
            OR id IN ('incident-referenced', 'standing-authority')) AS only_assigned
    FROM held GROUP BY access_id
), own AS (
    SELECT DISTINCT access.access_id FROM access INNER JOIN strength USING (access_id)
    INNER JOIN held ON held.access_id = access.access_id AND held.id = 'incident-assigned' AND NOT held.linked
    INNER JOIN incident ON incident.reference = held.about
    INNER JOIN (SELECT reference, count(DISTINCT user_id) AS staff FROM incident_staff GROUP BY reference) AS crew
        ON crew.reference = held.about AND crew.staff = 1
    INNER JOIN access AS earlier ON earlier.user_id = access.user_id AND earlier.subject_id = access.subject_id
        AND earlier.t >= incident.opened_at - INTERVAL 30 DAY AND earlier.t < incident.opened_at - INTERVAL 1 DAY
    WHERE strength.only_assigned
), judged AS (
    SELECT access.*, strength.full_held AND own.access_id IS NULL AS is_full, strength.access_id IS NOT NULL AS is_any
    FROM access LEFT JOIN strength USING (access_id) LEFT JOIN own USING (access_id)
)
SELECT judged.access_id, judged.user_id, judged.subject_id, judged.t, judged.label, judged.events, judged.labels,
    CASE
        WHEN judged.user_id IS NULL OR judged.subject_id IS NULL THEN 'unjudged'
        WHEN judged.is_full THEN 'explained'
        WHEN judged.is_any OR EXISTS (
            SELECT 1 FROM judged AS again WHERE again.is_full AND again.user_id = judged.user_id
                AND again.subject_id = judged.subject_id AND again.t < judged.t AND again.t >= judged.t - INTERVAL 24 HOUR
        ) THEN 'weak'
        ELSE 'unexplained'
    END AS verdict
FROM judged
"""


def reckon(root: Path) -> duckdb.DuckDBPyConnection:
    """Return a database with `access` and `verdict` (access_id, user_id, subject_id, t, label, verdict) of a folder."""
    connection = duckdb.connect()
    for script in (_READ.format(root=root), _ACCESSES, _EXPLANATIONS):
        for statement in script.split(";\n"):
            connection.execute(statement)
    return connection
