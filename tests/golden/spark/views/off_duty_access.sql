WITH known_user AS (
  SELECT DISTINCT
    user_id
  FROM duty
), rota AS (
  SELECT
    MIN(starts_at) AS begins_at
  FROM duty
), candidate AS (
  SELECT
    access.access_id,
    access.user_id,
    access.subject_id,
    access.occurred_at,
    access.local_date,
    NOT known_user.user_id IS NULL AS has_rota,
    duty_day.status,
    COALESCE(access.local_date < staff.joined_on, FALSE) AS before_joining,
    COALESCE(access.local_date > staff.left_on, FALSE) AS after_leaving
  FROM access
  LEFT JOIN known_user
    ON access.user_id = known_user.user_id
  LEFT JOIN staff
    ON access.user_id = staff.user_id
  LEFT JOIN duty_day
    ON access.user_id = duty_day.user_id
    AND CAST(access.occurred_at AS DATE) = duty_day.day
    AND access.occurred_at >= duty_day.starts_at
    AND access.occurred_at < duty_day.ends_at
  WHERE
    NOT access.user_id IS NULL
    AND (
      (
        NOT known_user.user_id IS NULL AND NOT COALESCE(duty_day.working, FALSE)
      )
      OR access.local_date < staff.joined_on
      OR access.local_date > staff.left_on
    )
), at_work AS (
  SELECT
    candidate.access_id,
    BOOL_OR(duty_day.status = 'overtime') AS overtime
  FROM candidate
  INNER JOIN duty_day
    ON candidate.user_id = duty_day.user_id
    AND CAST(candidate.occurred_at AS DATE) = duty_day.day
    AND candidate.occurred_at >= duty_day.starts_at
    AND candidate.occurred_at < duty_day.ends_at
  WHERE
    duty_day.working
  GROUP BY
    candidate.access_id
), idle AS (
  SELECT DISTINCT
    candidate.access_id,
    candidate.user_id,
    candidate.occurred_at
  FROM candidate
  ANTI JOIN at_work
    ON candidate.access_id = at_work.access_id
  WHERE
    candidate.has_rota
), span AS (
  SELECT
    user_id,
    MIN(occurred_at) AS first_at,
    MAX(occurred_at) AS last_at
  FROM idle
  GROUP BY
    user_id
), moment AS (
  SELECT
    user_id,
    occurred_at AS moment_at,
    1 AS place,
    access_id,
    CAST(NULL AS TIMESTAMP_NTZ) AS starts_at,
    CAST(NULL AS TIMESTAMP_NTZ) AS ends_at,
    FALSE AS working
  FROM idle
  UNION ALL
  SELECT
    duty.user_id,
    duty.starts_at AS moment_at,
    0 AS place,
    CAST(NULL AS STRING) AS access_id,
    duty.starts_at,
    duty.ends_at,
    duty.status IN ('on_duty', 'overtime', 'restricted') AS working
  FROM duty
  INNER JOIN span
    ON duty.user_id = span.user_id
  WHERE
    duty.starts_at < duty.ends_at
    AND (
      duty.ends_at >= span.first_at - :known_days * INTERVAL '1' DAY
      OR duty.ends_at >= span.first_at - :margin_minutes * INTERVAL '1' MINUTE
    )
    AND (
      duty.starts_at <= span.last_at + :known_days * INTERVAL '1' DAY
      OR duty.starts_at <= span.last_at + :margin_minutes * INTERVAL '1' MINUTE
    )
), placed AS (
  SELECT
    access_id,
    moment_at AS occurred_at,
    MAX(ends_at) OVER (
      PARTITION BY user_id
      ORDER BY moment_at NULLS LAST, place NULLS LAST, access_id NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS any_until,
    MAX(CASE WHEN working THEN ends_at END) OVER (
      PARTITION BY user_id
      ORDER BY moment_at NULLS LAST, place NULLS LAST, access_id NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS worked_until,
    MIN(starts_at) OVER (
      PARTITION BY user_id
      ORDER BY moment_at DESC NULLS FIRST, place DESC NULLS FIRST, access_id DESC NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS any_from,
    MIN(CASE WHEN working THEN starts_at END) OVER (
      PARTITION BY user_id
      ORDER BY moment_at DESC NULLS FIRST, place DESC NULLS FIRST, access_id DESC NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS works_from
  FROM moment
), off_work AS (
  SELECT
    placed.access_id,
    COALESCE(placed.any_until, rota.begins_at) <= placed.occurred_at
    AND COALESCE(placed.any_until, rota.begins_at) >= placed.occurred_at - :known_days * INTERVAL '1' DAY
    AND placed.any_from <= placed.occurred_at + :known_days * INTERVAL '1' DAY AS known,
    COALESCE(
      placed.worked_until > placed.occurred_at - :margin_minutes * INTERVAL '1' MINUTE,
      FALSE
    )
    OR COALESCE(
      placed.works_from <= placed.occurred_at + :margin_minutes * INTERVAL '1' MINUTE,
      FALSE
    ) AS beside_work
  FROM placed
  CROSS JOIN rota
  WHERE
    NOT placed.access_id IS NULL
), held AS (
  SELECT
    candidate.access_id,
    CASE candidate.status WHEN 'suspended' THEN 1 WHEN 'leave' THEN 4 ELSE 5 END AS gravity,
    candidate.status AS state
  FROM candidate
  LEFT JOIN at_work
    ON candidate.access_id = at_work.access_id
  LEFT JOIN off_work
    ON candidate.access_id = off_work.access_id
  WHERE
    candidate.status = 'suspended'
    OR (
      candidate.status IN ('leave', 'sick')
      AND NOT COALESCE(at_work.overtime, FALSE)
      AND NOT COALESCE(off_work.beside_work, FALSE)
    )
  UNION ALL
  SELECT
    access_id,
    CASE WHEN before_joining THEN 2 ELSE 3 END AS gravity,
    CASE WHEN before_joining THEN 'before_joining' ELSE 'after_leaving' END AS state
  FROM candidate
  WHERE
    before_joining OR after_leaving
  UNION ALL
  SELECT
    access_id,
    6 AS gravity,
    'outside' AS state
  FROM off_work
  WHERE
    known AND NOT beside_work
), gravest AS (
  SELECT
    access_id,
    MIN(gravity) AS gravity,
    MIN_BY(state, CASE WHEN NOT state IS NULL THEN gravity END) AS state
  FROM held
  GROUP BY
    access_id
)
SELECT DISTINCT
  candidate.access_id,
  candidate.user_id,
  candidate.subject_id,
  candidate.occurred_at,
  candidate.local_date,
  gravest.gravity,
  gravest.state,
  COALESCE(explanation.strength = 'full', FALSE) AS explained
FROM candidate
INNER JOIN gravest
  ON candidate.access_id = gravest.access_id
LEFT JOIN explanation
  ON candidate.access_id = explanation.access_id
