WITH ordered_posting AS (
  SELECT
    user_id,
    unit,
    role,
    supervisor_id,
    starts_at,
    LAG(starts_at) OVER (PARTITION BY user_id ORDER BY starts_at NULLS LAST) AS starts_before,
    LAG(unit) OVER (PARTITION BY user_id ORDER BY starts_at NULLS LAST) AS unit_before,
    LAG(role) OVER (PARTITION BY user_id ORDER BY starts_at NULLS LAST) AS role_before,
    LAG(supervisor_id) OVER (PARTITION BY user_id ORDER BY starts_at NULLS LAST) AS supervisor_before
  FROM posting
), change AS (
  SELECT
    user_id,
    unit,
    unit_before,
    supervisor_id,
    supervisor_before,
    starts_at,
    LEAD(starts_at) OVER (PARTITION BY user_id ORDER BY starts_at NULLS LAST) AS next_at
  FROM ordered_posting
  WHERE
    NOT starts_before IS NULL
    AND (
      COALESCE(unit, '') <> COALESCE(unit_before, '')
      OR COALESCE(role, '') <> COALESCE(role_before, '')
      OR COALESCE(supervisor_id, '') <> COALESCE(supervisor_before, '')
    )
), changed_user AS (
  SELECT DISTINCT
    user_id
  FROM change
), first_event AS (
  SELECT
    access.user_id,
    MIN(access.local_date) AS first_date
  FROM access
  INNER JOIN changed_user
    ON access.user_id = changed_user.user_id
  GROUP BY
    access.user_id
), horizon_end AS (
  SELECT
    LEAST(COALESCE(judged_until, newest_at), newest_at) AS ends_at
  FROM horizon
), span AS (
  SELECT
    change.user_id,
    change.unit,
    change.unit_before,
    change.supervisor_id,
    change.supervisor_before,
    change.starts_at,
    change.next_at,
    first_event.first_date,
    horizon_end.ends_at AS judged_to,
    LEAST(COALESCE(change.next_at, horizon_end.ends_at), horizon_end.ends_at) AS until_at
  FROM change
  INNER JOIN first_event
    ON change.user_id = first_event.user_id
  CROSS JOIN horizon_end
  WHERE
    change.starts_at <= horizon_end.ends_at
), dated AS (
  SELECT
    span.user_id,
    span.unit,
    span.unit_before,
    span.supervisor_id,
    span.supervisor_before,
    span.starts_at,
    span.next_at,
    span.first_date,
    span.next_at IS NULL OR span.next_at > span.judged_to AS goes_on,
    CAST(span.starts_at + COALESCE(change_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE) AS moved_on,
    CAST(span.until_at + COALESCE(end_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE) AS until_date
  FROM span
  LEFT JOIN local_clock AS change_clock
    ON (
      change_clock.first_day IS NULL
      OR CAST(span.starts_at AS DATE) >= change_clock.first_day
    )
    AND (
      change_clock.until_day IS NULL
      OR CAST(span.starts_at AS DATE) < change_clock.until_day
    )
  LEFT JOIN local_clock AS end_clock
    ON (
      end_clock.first_day IS NULL OR CAST(span.until_at AS DATE) >= end_clock.first_day
    )
    AND (
      end_clock.until_day IS NULL OR CAST(span.until_at AS DATE) < end_clock.until_day
    )
), measured AS (
  SELECT
    user_id,
    unit,
    unit_before,
    supervisor_id,
    supervisor_before,
    starts_at,
    next_at,
    moved_on,
    DATEDIFF(DAY, first_date, moved_on) AS before_days,
    DATEDIFF(DAY, moved_on, until_date) + CASE WHEN goes_on THEN 1 ELSE 0 END AS after_days
  FROM dated
), judged_span AS (
  SELECT
    user_id,
    unit,
    unit_before,
    supervisor_id,
    supervisor_before,
    starts_at,
    next_at,
    moved_on,
    before_days,
    after_days,
    COUNT(*) OVER () AS tests
  FROM measured
  WHERE
    before_days >= :min_days_before AND after_days >= 1
), sided AS (
  SELECT
    judged_span.user_id,
    judged_span.starts_at,
    unexplained_access.access_id,
    unexplained_access.occurred_at >= judged_span.starts_at AS after_change
  FROM judged_span
  INNER JOIN unexplained_access
    ON judged_span.user_id = unexplained_access.user_id
  WHERE
    judged_span.next_at IS NULL
    OR unexplained_access.occurred_at < judged_span.next_at
), counted AS (
  SELECT
    judged_span.user_id,
    judged_span.starts_at,
    judged_span.next_at,
    judged_span.moved_on,
    judged_span.unit,
    judged_span.unit_before,
    judged_span.supervisor_id,
    judged_span.supervisor_before,
    judged_span.before_days,
    judged_span.after_days,
    judged_span.tests,
    COUNT(*) FILTER(WHERE
      NOT sided.after_change) AS before_count,
    COUNT(*) FILTER(WHERE
      sided.after_change) AS after_count
  FROM judged_span
  INNER JOIN sided
    ON judged_span.user_id = sided.user_id AND judged_span.starts_at = sided.starts_at
  GROUP BY
    judged_span.user_id,
    judged_span.starts_at,
    judged_span.next_at,
    judged_span.moved_on,
    judged_span.unit,
    judged_span.unit_before,
    judged_span.supervisor_id,
    judged_span.supervisor_before,
    judged_span.before_days,
    judged_span.after_days,
    judged_span.tests
), grown AS (
  SELECT
    user_id,
    starts_at,
    next_at,
    moved_on,
    unit,
    unit_before,
    COALESCE(supervisor_id, '') <> COALESCE(supervisor_before, '') AS other_supervisor,
    before_days,
    after_days,
    tests,
    before_count,
    after_count
  FROM counted
  WHERE
    after_count >= :min_after
    AND after_count * before_days >= :times_before * before_count * after_days
), work AS (
  SELECT
    grown.user_id,
    grown.starts_at,
    COUNT(*) FILTER(WHERE
      judgeable_access.occurred_at < grown.starts_at) AS before_judged,
    COUNT(*) FILTER(WHERE
      judgeable_access.occurred_at >= grown.starts_at) AS after_judged
  FROM grown
  INNER JOIN judgeable_access
    ON grown.user_id = judgeable_access.user_id
  WHERE
    grown.next_at IS NULL OR judgeable_access.occurred_at < grown.next_at
  GROUP BY
    grown.user_id,
    grown.starts_at
), rated AS (
  SELECT
    grown.user_id,
    grown.starts_at,
    grown.moved_on,
    grown.unit,
    grown.unit_before,
    grown.other_supervisor,
    grown.before_days,
    grown.after_days,
    grown.tests,
    grown.before_count,
    grown.after_count,
    CAST(grown.before_count * 30.0 AS DOUBLE) / NULLIF(grown.before_days, 0) AS before_rate,
    CAST(grown.after_count * 30.0 AS DOUBLE) / NULLIF(grown.after_days, 0) AS after_rate,
    CAST(grown.before_count AS DOUBLE) / NULLIF(CAST(work.before_judged AS DOUBLE), 0) AS before_share,
    CAST(grown.after_count AS DOUBLE) / NULLIF(CAST(work.after_judged AS DOUBLE), 0) AS after_share
  FROM grown
  INNER JOIN work
    ON grown.user_id = work.user_id AND grown.starts_at = work.starts_at
)
SELECT
  rated.user_id,
  CAST(rated.starts_at AS STRING) AS posting,
  CAST(NULL AS STRING) AS subject_id,
  sided.access_id,
  sided.after_change AS counts,
  CASE
    WHEN rated.after_share < :times_share * rated.before_share
    THEN 'low'
    ELSE 'high'
  END AS level,
  CASE WHEN rated.after_share < :times_share * rated.before_share THEN 10 ELSE 30 END AS points,
  CAST(rated.moved_on AS STRING) AS moved_on,
  rated.unit,
  rated.unit_before,
  rated.other_supervisor,
  CASE
    WHEN rated.unit <> rated.unit_before
    THEN 'the move to '
    WHEN rated.other_supervisor
    THEN 'the change of supervisor in '
    ELSE 'the change of role in '
  END || rated.unit AS change_words,
  rated.before_count + rated.after_count AS total,
  rated.before_count,
  rated.after_count,
  rated.before_days,
  rated.after_days,
  rated.before_days + rated.after_days AS both_days,
  CAST(ROUND(CAST(rated.before_rate AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS before_per_30d,
  CAST(ROUND(CAST(rated.after_rate AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS after_per_30d,
  CAST(ROUND(CAST(rated.after_rate / NULLIF(rated.before_rate, 0) AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS rate_ratio,
  CAST(ROUND(CAST(rated.before_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS before_share,
  CAST(ROUND(CAST(rated.after_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS after_share,
  rated.tests
FROM rated
INNER JOIN sided
  ON rated.user_id = sided.user_id AND rated.starts_at = sided.starts_at
ORDER BY
  rated.user_id NULLS LAST,
  rated.starts_at NULLS LAST,
  sided.access_id NULLS LAST
