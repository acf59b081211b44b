WITH digit AS (
  SELECT
    0 AS n
  UNION ALL
  SELECT
    1 AS n
  UNION ALL
  SELECT
    2 AS n
  UNION ALL
  SELECT
    3 AS n
  UNION ALL
  SELECT
    4 AS n
  UNION ALL
  SELECT
    5 AS n
  UNION ALL
  SELECT
    6 AS n
  UNION ALL
  SELECT
    7 AS n
  UNION ALL
  SELECT
    8 AS n
  UNION ALL
  SELECT
    9 AS n
), number AS (
  SELECT
    thousands.n * 1000 + hundreds.n * 100 + tens.n * 10 + ones.n AS n
  FROM digit AS thousands
  CROSS JOIN digit AS hundreds
  CROSS JOIN digit AS tens
  CROSS JOIN digit AS ones
), daily AS (
  SELECT
    event.source,
    event.system,
    event.local_date,
    event.iso_weekday,
    COUNT(*) AS events
  FROM event
  CROSS JOIN horizon
  WHERE
    horizon.kept_from IS NULL OR event.local_date >= horizon.kept_from
  GROUP BY
    event.source,
    event.system,
    event.local_date,
    event.iso_weekday
), newest AS (
  SELECT
    MAX(local_date) AS local_date
  FROM daily
), span AS (
  SELECT
    source,
    system,
    MIN(local_date) AS first_date,
    MAX(local_date) AS last_date,
    COUNT(*) AS logged_days
  FROM daily
  GROUP BY
    source,
    system
), steady AS (
  SELECT
    source,
    system,
    first_date
  FROM span
  WHERE
    DATEDIFF(DAY, first_date, last_date) + 1 >= :min_days
    AND logged_days >= :daily_share * (
      DATEDIFF(DAY, first_date, last_date) + 1
    )
), calendar AS (
  SELECT
    steady.source,
    steady.system,
    CAST(steady.first_date + number.n * INTERVAL '1' DAY AS DATE) AS local_date
  FROM steady
  CROSS JOIN number
  CROSS JOIN newest
  WHERE
    number.n < DATEDIFF(DAY, steady.first_date, newest.local_date)
), weekday AS (
  SELECT
    local_date,
    DATEDIFF(DAY, CAST('1970-01-05' AS DATE), local_date) % 7 AS weekday
  FROM (
    SELECT DISTINCT
      local_date
    FROM calendar
  ) AS day
), counted AS (
  SELECT
    calendar.source,
    calendar.system,
    calendar.local_date,
    weekday.weekday,
    COALESCE(daily.events, 0) AS events
  FROM calendar
  INNER JOIN weekday
    ON calendar.local_date = weekday.local_date
  LEFT JOIN daily
    ON calendar.source = daily.source
    AND calendar.system = daily.system
    AND calendar.local_date = daily.local_date
), placed AS (
  SELECT
    source,
    system,
    weekday,
    events,
    ROW_NUMBER() OVER (
      PARTITION BY source, system, weekday
      ORDER BY events NULLS LAST, local_date NULLS LAST
    ) AS place,
    COUNT(*) OVER (PARTITION BY source, system, weekday) AS days
  FROM counted
), usual AS (
  SELECT
    source,
    system,
    weekday,
    events
  FROM placed
  WHERE
    place = days DIV 2 + 1
), compared AS (
  SELECT
    counted.source,
    counted.system,
    counted.local_date,
    counted.events,
    usual.events AS usual
  FROM counted
  INNER JOIN usual
    ON counted.source = usual.source
    AND counted.system = usual.system
    AND counted.weekday = usual.weekday
), silent AS (
  SELECT
    source,
    system,
    local_date,
    events,
    usual,
    DATEDIFF(DAY, CAST('1970-01-05' AS DATE), local_date) - ROW_NUMBER() OVER (PARTITION BY source, system ORDER BY local_date NULLS LAST) AS silence
  FROM compared
  WHERE
    events = 0
), silence_usual AS (
  SELECT
    source,
    system,
    silence,
    COUNT(*) AS silent_days,
    SUM(usual) AS usual
  FROM silent
  GROUP BY
    source,
    system,
    silence
), gap AS (
  SELECT
    silent.source,
    silent.system,
    silent.local_date,
    silent.events,
    silent.usual,
    silence_usual.silent_days
  FROM silent
  INNER JOIN silence_usual
    ON silent.source = silence_usual.source
    AND silent.system = silence_usual.system
    AND silent.silence = silence_usual.silence
  WHERE
    silence_usual.usual >= :min_usual
  UNION ALL
  SELECT
    source,
    system,
    local_date,
    events,
    usual,
    0 AS silent_days
  FROM compared
  WHERE
    events > 0 AND usual >= :min_usual AND events < :drop_share * usual
)
SELECT
  gap.source,
  gap.system,
  CAST(gap.local_date AS STRING) AS day,
  CAST(NULL AS STRING) AS user_id,
  CAST(NULL AS STRING) AS subject_id,
  CAST(NULL AS STRING) AS access_id,
  FALSE AS counts,
  CAST(gap.local_date AS TIMESTAMP_NTZ) - COALESCE(local_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS first_at,
  CAST(gap.local_date AS TIMESTAMP_NTZ) - COALESCE(local_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS last_at,
  gap.events,
  gap.usual,
  gap.silent_days,
  CASE
    WHEN gap.silent_days > 1
    THEN ', one of ' || CAST(gap.silent_days AS STRING) || ' days in a row without any'
    ELSE ''
  END AS silence
FROM gap
LEFT JOIN local_clock
  ON (
    local_clock.first_day IS NULL OR gap.local_date >= local_clock.first_day
  )
  AND (
    local_clock.until_day IS NULL OR gap.local_date < local_clock.until_day
  )
ORDER BY
  gap.source NULLS LAST,
  gap.system NULLS LAST,
  day NULLS LAST
