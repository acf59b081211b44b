WITH unexplained_often AS (
  SELECT
    subject_id
  FROM unexplained_access
  GROUP BY
    subject_id
  HAVING
    COUNT(DISTINCT user_id) >= :min_unexplained
), unexplained_span AS (
  SELECT
    unexplained_access.subject_id,
    unexplained_access.user_id,
    CAST(CAST(FLOOR(unexplained_access.occurred_epoch / NULLIF(:days * 86400, 0)) AS DOUBLE) AS BIGINT) AS span
  FROM unexplained_access
  SEMI JOIN unexplained_often
    ON unexplained_access.subject_id = unexplained_often.subject_id
), possible_window AS (
  SELECT
    subject_id,
    user_id,
    span AS window_span
  FROM unexplained_span
  UNION ALL
  SELECT
    subject_id,
    user_id,
    span - 1 AS window_span
  FROM unexplained_span
), possible AS (
  SELECT
    subject_id
  FROM possible_window
  GROUP BY
    subject_id,
    window_span
  HAVING
    COUNT(DISTINCT user_id) >= :min_unexplained
), candidate AS (
  SELECT DISTINCT
    subject_id
  FROM possible
), reached AS (
  SELECT
    judgeable_access.subject_id,
    judgeable_access.user_id,
    judgeable_access.access_id,
    judgeable_access.local_date,
    judgeable_access.occurred_epoch,
    CAST(CAST(FLOOR(judgeable_access.occurred_epoch / NULLIF(:days * 86400, 0)) AS DOUBLE) AS BIGINT) AS span,
    NOT unexplained_access.access_id IS NULL AS unexplained
  FROM judgeable_access
  INNER JOIN candidate
    ON judgeable_access.subject_id = candidate.subject_id
  LEFT JOIN unexplained_access
    ON judgeable_access.access_id = unexplained_access.access_id
), reachable AS (
  SELECT
    subject_id,
    user_id,
    occurred_epoch,
    unexplained,
    span AS window_span
  FROM reached
  UNION ALL
  SELECT
    subject_id,
    user_id,
    occurred_epoch,
    unexplained,
    span - 1 AS window_span
  FROM reached
), beginning AS (
  SELECT DISTINCT
    subject_id,
    occurred_epoch,
    span
  FROM reached
), crowded AS (
  SELECT
    beginning.subject_id,
    beginning.occurred_epoch
  FROM beginning
  INNER JOIN reachable
    ON beginning.subject_id = reachable.subject_id
    AND beginning.span = reachable.window_span
    AND reachable.occurred_epoch >= beginning.occurred_epoch
    AND reachable.occurred_epoch < beginning.occurred_epoch + :days * 86400
  GROUP BY
    beginning.subject_id,
    beginning.occurred_epoch
  HAVING
    COUNT(DISTINCT reachable.user_id) >= :min_users
    AND COUNT(DISTINCT reachable.user_id) FILTER(WHERE
      reachable.unexplained) >= :min_unexplained
), sequenced AS (
  SELECT
    subject_id,
    occurred_epoch,
    LAG(occurred_epoch) OVER (PARTITION BY subject_id ORDER BY occurred_epoch NULLS LAST) AS before_epoch
  FROM crowded
), numbered AS (
  SELECT
    subject_id,
    occurred_epoch,
    SUM(
      CASE
        WHEN before_epoch IS NULL OR occurred_epoch >= before_epoch + :days * 86400
        THEN 1
        ELSE 0
      END
    ) OVER (
      PARTITION BY subject_id
      ORDER BY occurred_epoch NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS surge
  FROM sequenced
), surge AS (
  SELECT
    subject_id,
    MIN(occurred_epoch) AS first_epoch,
    MAX(occurred_epoch) + :days * 86400 AS until_epoch
  FROM numbered
  GROUP BY
    subject_id,
    surge
)
SELECT
  reached.subject_id,
  MIN(reached.local_date) OVER (PARTITION BY reached.subject_id, surge.first_epoch) AS local_day,
  reached.user_id,
  reached.access_id,
  reached.local_date,
  reached.unexplained
FROM reached
INNER JOIN surge
  ON reached.subject_id = surge.subject_id
  AND reached.occurred_epoch >= surge.first_epoch
  AND reached.occurred_epoch < surge.until_epoch
