WITH first_event AS (
  SELECT
    access.user_id,
    MIN(access.occurred_at) AS first_at,
    MIN(access.local_date) AS first_date
  FROM access
  INNER JOIN warning
    ON access.user_id = warning.user_id
  GROUP BY
    access.user_id
), first_of_log AS (
  SELECT
    MIN(occurred_at) AS first_at,
    MIN(local_date) AS first_date
  FROM access
), first_of_system AS (
  SELECT
    access.system,
    MIN(access.occurred_at) AS first_at,
    MIN(access.local_date) AS first_date
  FROM access
  SEMI JOIN warning
    ON access.system = warning.system
  GROUP BY
    access.system
), span AS (
  SELECT
    warning.warning_id,
    warning.user_id,
    GREATEST(
      first_event.first_at,
      COALESCE(first_of_system.first_at, first_event.first_at),
      COALESCE(CAST(horizon.kept_from AS TIMESTAMP_NTZ), first_event.first_at)
    ) AS first_at,
    GREATEST(
      first_event.first_date,
      COALESCE(first_of_system.first_date, first_event.first_date),
      COALESCE(horizon.kept_from, first_event.first_date)
    ) AS first_date,
    warning.issued_at,
    COALESCE(first_of_system.first_at, first_of_log.first_at) AS logged_at,
    COALESCE(first_of_system.first_date, first_of_log.first_date) AS logged_date,
    LEAST(
      COALESCE(warning.expires_at, horizon.newest_at),
      CASE
        WHEN warning.subject_id IS NULL
        THEN COALESCE(horizon.judged_until, horizon.newest_at)
        ELSE horizon.newest_at
      END,
      horizon.newest_at
    ) AS until_at
  FROM warning
  INNER JOIN first_event
    ON warning.user_id = first_event.user_id
  LEFT JOIN first_of_system
    ON warning.system = first_of_system.system
  CROSS JOIN first_of_log
  CROSS JOIN horizon
), exposure AS (
  SELECT
    span.warning_id,
    span.user_id,
    span.first_at,
    span.issued_at,
    GREATEST(span.issued_at, span.logged_at) AS since_at,
    span.until_at,
    GREATEST(
      DATEDIFF(
        DAY,
        span.first_date,
        CAST(span.issued_at + COALESCE(issue_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE)
      ),
      0
    ) AS before_days,
    GREATEST(
      DATEDIFF(
        DAY,
        GREATEST(
          CAST(span.issued_at + COALESCE(issue_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE),
          span.logged_date
        ),
        CAST(span.until_at + COALESCE(end_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE)
      ),
      0
    ) AS after_days
  FROM span
  LEFT JOIN local_clock AS issue_clock
    ON (
      issue_clock.first_day IS NULL
      OR CAST(span.issued_at AS DATE) >= issue_clock.first_day
    )
    AND (
      issue_clock.until_day IS NULL
      OR CAST(span.issued_at AS DATE) < issue_clock.until_day
    )
  LEFT JOIN local_clock AS end_clock
    ON (
      end_clock.first_day IS NULL OR CAST(span.until_at AS DATE) >= end_clock.first_day
    )
    AND (
      end_clock.until_day IS NULL OR CAST(span.until_at AS DATE) < end_clock.until_day
    )
), worked_duty AS (
  SELECT
    duty.user_id,
    duty.starts_at,
    duty.ends_at,
    CAST(duty.starts_at + COALESCE(local_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE) AS local_date
  FROM duty
  SEMI JOIN warning
    ON duty.user_id = warning.user_id
  LEFT JOIN local_clock
    ON (
      local_clock.first_day IS NULL
      OR CAST(duty.starts_at AS DATE) >= local_clock.first_day
    )
    AND (
      local_clock.until_day IS NULL
      OR CAST(duty.starts_at AS DATE) < local_clock.until_day
    )
  WHERE
    duty.status IN ('on_duty', 'overtime', 'restricted')
), duty_days AS (
  SELECT
    exposure.warning_id,
    COUNT(DISTINCT worked_duty.local_date) FILTER(WHERE
      (
        worked_duty.ends_at IS NULL OR worked_duty.ends_at > exposure.first_at
      )
      AND worked_duty.starts_at < exposure.issued_at) AS before_duty_days,
    COUNT(DISTINCT worked_duty.local_date) FILTER(WHERE
      (
        worked_duty.ends_at IS NULL OR worked_duty.ends_at > exposure.since_at
      )
      AND worked_duty.starts_at <= exposure.until_at) AS after_duty_days
  FROM exposure
  INNER JOIN worked_duty
    ON exposure.user_id = worked_duty.user_id
  GROUP BY
    exposure.warning_id
), worked AS (
  SELECT
    warning.warning_id,
    COUNT(*) AS accesses_since
  FROM warning
  INNER JOIN judgeable_access
    ON warning.user_id = judgeable_access.user_id
    AND (
      warning.system IS NULL OR warning.system = judgeable_access.system
    )
    AND judgeable_access.occurred_at >= warning.issued_at
    AND (
      warning.expires_at IS NULL OR judgeable_access.occurred_at < warning.expires_at
    )
  GROUP BY
    warning.warning_id
), earlier AS (
  SELECT
    warning.warning_id,
    COUNT(earlier_warning.warning_id) AS earlier_warnings
  FROM warning
  LEFT JOIN warning AS earlier_warning
    ON warning.user_id = earlier_warning.user_id
    AND earlier_warning.issued_at < warning.issued_at
  GROUP BY
    warning.warning_id
)
SELECT
  exposure.warning_id,
  exposure.before_days,
  exposure.after_days,
  duty_days.before_duty_days,
  duty_days.after_duty_days,
  COALESCE(worked.accesses_since, 0) AS accesses_since,
  earlier.earlier_warnings
FROM exposure
INNER JOIN earlier
  ON exposure.warning_id = earlier.warning_id
LEFT JOIN duty_days
  ON exposure.warning_id = duty_days.warning_id
LEFT JOIN worked
  ON exposure.warning_id = worked.warning_id
