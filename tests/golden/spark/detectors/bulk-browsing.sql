WITH counted AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    local_date,
    occurred_epoch,
    CAST(CAST(FLOOR(occurred_epoch / 3600) AS DOUBLE) AS BIGINT) AS clock_hour,
    COUNT(*) OVER (
      PARTITION BY user_id
      ORDER BY occurred_epoch NULLS LAST
      RANGE BETWEEN CURRENT ROW AND 3599 FOLLOWING
    ) AS accesses_from_here
  FROM unexplained_access
), beginning AS (
  SELECT DISTINCT
    user_id,
    local_date,
    occurred_epoch,
    clock_hour
  FROM counted
  WHERE
    accesses_from_here >= :hour_subjects
), reachable AS (
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
), within_hour AS (
  SELECT
    beginning.user_id,
    beginning.local_date,
    beginning.occurred_epoch AS begins_epoch,
    reachable.subject_id,
    reachable.access_id
  FROM beginning
  INNER JOIN reachable
    ON beginning.user_id = reachable.user_id
    AND beginning.clock_hour = reachable.begins_in
    AND reachable.occurred_epoch >= beginning.occurred_epoch
    AND reachable.occurred_epoch < beginning.occurred_epoch + 3600
), hourly AS (
  SELECT
    user_id,
    local_date,
    begins_epoch,
    COUNT(DISTINCT subject_id) AS subjects
  FROM within_hour
  GROUP BY
    user_id,
    local_date,
    begins_epoch
  HAVING
    COUNT(DISTINCT subject_id) >= :hour_subjects
), daily AS (
  SELECT
    user_id,
    local_date
  FROM counted
  GROUP BY
    user_id,
    local_date
  HAVING
    COUNT(DISTINCT subject_id) >= :day_subjects
), browsed AS (
  SELECT
    user_id,
    local_date
  FROM daily
  UNION
  SELECT
    user_id,
    local_date
  FROM hourly
), cited AS (
  SELECT
    browsed.user_id,
    browsed.local_date,
    counted.subject_id,
    counted.access_id
  FROM browsed
  INNER JOIN counted
    ON browsed.user_id = counted.user_id AND browsed.local_date = counted.local_date
  UNION
  SELECT
    within_hour.user_id,
    within_hour.local_date,
    within_hour.subject_id,
    within_hour.access_id
  FROM within_hour
  INNER JOIN hourly
    ON within_hour.user_id = hourly.user_id
    AND within_hour.begins_epoch = hourly.begins_epoch
), busiest AS (
  SELECT
    user_id,
    local_date,
    MAX(subjects) AS subjects_in_hour
  FROM hourly
  GROUP BY
    user_id,
    local_date
), measured AS (
  SELECT
    user_id,
    local_date,
    COUNT(*) AS accesses,
    COUNT(DISTINCT subject_id) AS subjects
  FROM cited
  GROUP BY
    user_id,
    local_date
)
SELECT
  cited.user_id,
  cited.local_date AS local_day,
  CAST(NULL AS STRING) AS subject_id,
  cited.access_id,
  TRUE AS counts,
  measured.accesses,
  measured.subjects,
  busiest.subjects_in_hour
FROM cited
INNER JOIN measured
  ON cited.user_id = measured.user_id AND cited.local_date = measured.local_date
LEFT JOIN busiest
  ON cited.user_id = busiest.user_id AND cited.local_date = busiest.local_date
ORDER BY
  cited.user_id NULLS LAST,
  cited.local_date NULLS LAST,
  cited.access_id NULLS LAST
