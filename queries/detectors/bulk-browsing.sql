-- id = "bulk-browsing"
-- title = "Many strangers in a day or an hour"
-- description = "At least day_subjects subjects looked up without any explanation in a local day, or hour_subjects within sixty minutes."
-- level = "medium"
-- status = "stable"
-- family = "repeated"
-- key = ["user_id", "local_day"]
-- points = 26
-- summary = "{user_id} looked up {subjects} different subjects on {local_day} without any explanation, in {event_count} accesses"
-- reads = ["unexplained_access"]
-- requires = ["incident"]
-- parameters.day_subjects = 20
-- parameters.hour_subjects = 10
-- references = [
--     "259 published cases: curiosity 20 %, money 16 %; a hundred searches or more in 43 % of them",
--     "IPCC/ACPO 2012, case five: searched the systems for people who might be vulnerable",
-- ]
-- tags = ["bulk", "browsing"]
-- falsepositives = [
--     "A list worked off for an operation, a licensing round or a data-quality task that no authority names.",
--     "An event: everybody at the gate is checked.",
-- ]
-- blind_spots = [
--     "Nineteen a day, day after day: see bulk-harvest, peer-outlier and own-baseline.",
--     "Searches that name no subject, though they showed many.",
-- ]
-- triage = [
--     "Sort the subjects: a street, a surname, an age? What they share is what was looked for.",
--     "Ask whether a list existed, and who gave it.",
-- ]
--
-- Browsing, or fetching for somebody who pays. Different subjects count, not accesses: one person looked at thirty times is
-- repeated-subject's. The hour is any sixty minutes, over the turn of the clock and of midnight; such an hour belongs to the
-- day that it begins on. All of that day's unexplained accesses are cited, so that a reviewer sees what went before and
-- after.
WITH counted AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        local_date,
        occurred_epoch,
        CAST(floor(occurred_epoch / 3600) AS BIGINT) AS clock_hour,
        count(*) OVER (
            PARTITION BY user_id
            ORDER BY occurred_epoch
            RANGE BETWEEN CURRENT ROW AND 3599 FOLLOWING
        ) AS accesses_from_here
    FROM unexplained_access
),

-- Only where an hour holds accesses enough are its subjects counted.
beginning AS (
    SELECT DISTINCT
        user_id,
        local_date,
        occurred_epoch,
        clock_hour
    FROM counted
    WHERE accesses_from_here >= $hour_subjects
),

-- An hour reaches into the clock hour that it begins in and the next one.
reachable AS (
    SELECT
        user_id,
        subject_id,
        access_id,
        occurred_epoch,
        clock_hour AS begins_in
    FROM counted
    UNION ALL
    SELECT
        user_id,
        subject_id,
        access_id,
        occurred_epoch,
        clock_hour - 1 AS begins_in
    FROM counted
),

within_hour AS (
    SELECT
        beginning.user_id,
        beginning.local_date,
        beginning.occurred_epoch AS begins_epoch,
        reachable.subject_id,
        reachable.access_id
    FROM beginning
    INNER JOIN reachable
        ON
            beginning.user_id = reachable.user_id
            AND beginning.clock_hour = reachable.begins_in
            AND reachable.occurred_epoch >= beginning.occurred_epoch
            AND reachable.occurred_epoch < beginning.occurred_epoch + 3600
),

hourly AS (
    SELECT
        user_id,
        local_date,
        begins_epoch,
        count(DISTINCT subject_id) AS subjects
    FROM within_hour
    GROUP BY user_id, local_date, begins_epoch
    HAVING count(DISTINCT subject_id) >= $hour_subjects
),

daily AS (
    SELECT
        user_id,
        local_date
    FROM counted
    GROUP BY user_id, local_date
    HAVING count(DISTINCT subject_id) >= $day_subjects
),

browsed AS (
    SELECT
        user_id,
        local_date
    FROM daily
    UNION
    SELECT
        user_id,
        local_date
    FROM hourly
),

cited AS (
    SELECT
        browsed.user_id,
        browsed.local_date,
        counted.subject_id,
        counted.access_id
    FROM browsed
    INNER JOIN counted ON browsed.user_id = counted.user_id AND browsed.local_date = counted.local_date
    UNION
    SELECT
        within_hour.user_id,
        within_hour.local_date,
        within_hour.subject_id,
        within_hour.access_id
    FROM within_hour
    INNER JOIN hourly
        ON within_hour.user_id = hourly.user_id AND within_hour.begins_epoch = hourly.begins_epoch
),

busiest AS (
    SELECT
        user_id,
        local_date,
        max(subjects) AS subjects_in_hour
    FROM hourly
    GROUP BY user_id, local_date
),

measured AS (
    SELECT
        user_id,
        local_date,
        count(*) AS accesses,
        count(DISTINCT subject_id) AS subjects
    FROM cited
    GROUP BY user_id, local_date
)

SELECT
    cited.user_id,
    cited.local_date AS local_day,
    CAST(NULL AS VARCHAR) AS subject_id,
    cited.access_id,
    TRUE AS counts,
    measured.accesses,
    measured.subjects,
    busiest.subjects_in_hour
FROM cited
INNER JOIN measured ON cited.user_id = measured.user_id AND cited.local_date = measured.local_date
LEFT JOIN busiest ON cited.user_id = busiest.user_id AND cited.local_date = busiest.local_date
ORDER BY cited.user_id, cited.local_date, cited.access_id
