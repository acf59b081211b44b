WITH first_event AS (
  SELECT
    access.user_id,
    MIN(access.occurred_at) AS first_at
  FROM access
  INNER JOIN warning
    ON access.user_id = warning.user_id
  GROUP BY
    access.user_id
), exposure AS (
  SELECT
    warning.warning_id,
    warning.user_id,
    first_event.first_at,
    warning.issued_at,
    LEAST(COALESCE(warning.expires_at, horizon.newest_at), horizon.newest_at) AS until_at,
    GREATEST(
      DATEDIFF(DAY, CAST(first_event.first_at AS DATE), CAST(warning.issued_at AS DATE)),
      0
    ) AS before_days,
    GREATEST(
      DATEDIFF(
        DAY,
        CAST(warning.issued_at AS DATE),
        CAST(LEAST(COALESCE(warning.expires_at, horizon.newest_at), horizon.newest_at) AS DATE)
      ),
      0
    ) AS after_days
  FROM warning
  INNER JOIN first_event
    ON warning.user_id = first_event.user_id
  CROSS JOIN horizon
), duty_days AS (
  SELECT
    exposure.warning_id,
    COUNT(DISTINCT CAST(duty.starts_at AS DATE)) FILTER(WHERE
      duty.ends_at > exposure.first_at AND duty.starts_at < exposure.issued_at) AS before_duty_days,
    COUNT(DISTINCT CAST(duty.starts_at AS DATE)) FILTER(WHERE
      duty.starts_at >= exposure.issued_at AND duty.starts_at <= exposure.until_at) AS after_duty_days
  FROM exposure
  INNER JOIN duty
    ON exposure.user_id = duty.user_id
  WHERE
    duty.status IN ('on_duty', 'overtime')
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
