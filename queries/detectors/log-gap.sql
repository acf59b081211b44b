-- id = "log-gap"
-- title = "A log falls silent"
-- description = "A system that logs daily has no event on a day, or fewer than a tenth of what is usual on that weekday."
-- level = "medium"
-- status = "stable"
-- family = "health"
-- key = ["source", "system", "day"]
-- points = 14
-- summary = "{system} ({source}) logged {events} events on the local day {day}, where {usual} are usual on that weekday{silence}"
-- reads = ["event", "horizon", "local_clock"]
-- requires = []
-- parameters.min_days = 28
-- parameters.daily_share = 0.80
-- parameters.drop_share = 0.10
-- parameters.min_usual = 10
-- references = ["Released plate-reader logs: view logging switched off for a time; a feed that fades from 1,261 rows a month to 73"]
-- tags = ["health", "log-only"]
-- falsepositives = [
--     "A planned outage, or a public holiday in an office system.",
--     "An export that was cut at another hour than usual.",
-- ]
-- blind_spots = [
--     "A system that logs on some days only.",
--     "A fall that begins before min_days of log are there, and one so slow that each day is usual.",
-- ]
-- triage = [
--     "Ask for the export of that day again before asking why logging stopped.",
--     "Nothing that happened on that day can be found by any other detector.",
-- ]
--
-- What was not logged cannot be audited, and switching a log off is what somebody with something to hide would do. Days are local
-- days, of whatever zone the log is. A day
-- counts from the system's first to the newest event of all systems; the newest day is not judged, for it may not be over. A
-- system logs daily when it has events on at least daily_share of its days up to its last. Usual is the median of the same
-- weekday. A quiet system has empty days by chance: a silence counts when min_usual events would
-- have been usual over its days together, which chance alone leaves out less than once in 20,000 times (Poisson). What a
-- purge left of older days, for a finding under review, is no log of them.
WITH digit AS (
    SELECT 0 AS n
    UNION ALL
    SELECT 1 AS n
    UNION ALL
    SELECT 2 AS n
    UNION ALL
    SELECT 3 AS n
    UNION ALL
    SELECT 4 AS n
    UNION ALL
    SELECT 5 AS n
    UNION ALL
    SELECT 6 AS n
    UNION ALL
    SELECT 7 AS n
    UNION ALL
    SELECT 8 AS n
    UNION ALL
    SELECT 9 AS n
),

number AS (
    SELECT thousands.n * 1000 + hundreds.n * 100 + tens.n * 10 + ones.n AS n
    FROM digit AS thousands
    CROSS JOIN digit AS hundreds
    CROSS JOIN digit AS tens
    CROSS JOIN digit AS ones
),

daily AS (
    SELECT
        event.source,
        event.system,
        event.local_date,
        event.iso_weekday,
        count(*) AS events
    FROM event
    CROSS JOIN horizon
    WHERE horizon.kept_from IS NULL OR event.local_date >= horizon.kept_from
    GROUP BY event.source, event.system, event.local_date, event.iso_weekday
),

newest AS (
    SELECT max(local_date) AS local_date
    FROM daily
),

span AS (
    SELECT
        source,
        system,
        min(local_date) AS first_date,
        max(local_date) AS last_date,
        count(*) AS logged_days
    FROM daily
    GROUP BY source, system
),

steady AS (
    SELECT
        source,
        system,
        first_date
    FROM span
    WHERE
        date_diff('day', first_date, last_date) + 1 >= $min_days
        AND logged_days >= $daily_share * (date_diff('day', first_date, last_date) + 1)
),

calendar AS (
    SELECT
        steady.source,
        steady.system,
        CAST(steady.first_date + number.n * INTERVAL 1 DAY AS DATE) AS local_date
    FROM steady
    CROSS JOIN number
    CROSS JOIN newest
    WHERE number.n < date_diff('day', steady.first_date, newest.local_date)
),

weekday AS (
    SELECT
        local_date,
        date_diff('day', DATE '1970-01-05', local_date) % 7 AS weekday
    FROM (SELECT DISTINCT local_date FROM calendar) AS day
),

counted AS (
    SELECT
        calendar.source,
        calendar.system,
        calendar.local_date,
        weekday.weekday,
        coalesce(daily.events, 0) AS events
    FROM calendar
    INNER JOIN weekday ON calendar.local_date = weekday.local_date
    LEFT JOIN daily
        ON
            calendar.source = daily.source
            AND calendar.system = daily.system
            AND calendar.local_date = daily.local_date
),

placed AS (
    SELECT
        source,
        system,
        weekday,
        events,
        row_number() OVER (PARTITION BY source, system, weekday ORDER BY events, local_date) AS place,
        count(*) OVER (PARTITION BY source, system, weekday) AS days
    FROM counted
),

-- The median, the upper of two: a hotlist that asks by itself for some weeks must not make all other days look silent.
usual AS (
    SELECT
        source,
        system,
        weekday,
        events
    FROM placed
    WHERE place = days // 2 + 1
),

compared AS (
    SELECT
        counted.source,
        counted.system,
        counted.local_date,
        counted.events,
        usual.events AS usual
    FROM counted
    INNER JOIN usual
        ON
            counted.source = usual.source
            AND counted.system = usual.system
            AND counted.weekday = usual.weekday
),

silent AS (
    SELECT
        source,
        system,
        local_date,
        events,
        usual,
        date_diff('day', DATE '1970-01-05', local_date)
        - row_number() OVER (PARTITION BY source, system ORDER BY local_date) AS silence
    FROM compared
    WHERE events = 0
),

silence_usual AS (
    SELECT
        source,
        system,
        silence,
        count(*) AS silent_days,
        sum(usual) AS usual
    FROM silent
    GROUP BY source, system, silence
),

gap AS (
    SELECT
        silent.source,
        silent.system,
        silent.local_date,
        silent.events,
        silent.usual,
        silence_usual.silent_days
    FROM silent
    INNER JOIN silence_usual
        ON
            silent.source = silence_usual.source
            AND silent.system = silence_usual.system
            AND silent.silence = silence_usual.silence
    WHERE silence_usual.usual >= $min_usual
    UNION ALL
    SELECT
        source,
        system,
        local_date,
        events,
        usual,
        0 AS silent_days
    FROM compared
    WHERE events > 0 AND usual >= $min_usual AND events < $drop_share * usual
)

SELECT
    gap.source,
    gap.system,
    CAST(gap.local_date AS VARCHAR) AS day,
    CAST(NULL AS VARCHAR) AS user_id,
    CAST(NULL AS VARCHAR) AS subject_id,
    CAST(NULL AS VARCHAR) AS access_id,
    FALSE AS counts,
    -- The day's first moment by the local clock, in UTC as all times are.
    CAST(gap.local_date AS TIMESTAMP) - coalesce(local_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS first_at,
    CAST(gap.local_date AS TIMESTAMP) - coalesce(local_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS last_at,
    gap.events,
    gap.usual,
    gap.silent_days,
    CASE
        WHEN gap.silent_days > 1 THEN ', one of ' || CAST(gap.silent_days AS VARCHAR) || ' days in a row without any'
        ELSE ''
    END AS silence
FROM gap
LEFT JOIN local_clock
    ON
        (local_clock.first_day IS NULL OR gap.local_date >= local_clock.first_day)
        AND (local_clock.until_day IS NULL OR gap.local_date < local_clock.until_day)
ORDER BY gap.source, gap.system, day
