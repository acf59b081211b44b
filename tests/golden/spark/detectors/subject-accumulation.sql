WITH outside AS (
  SELECT
    unexplained_access.subject_id,
    unexplained_access.user_id,
    unexplained_access.access_id,
    unexplained_access.occurred_epoch,
    CAST(CAST(FLOOR(unexplained_access.occurred_epoch / NULLIF(:days * 86400, 0)) AS DOUBLE) AS BIGINT) AS span
  FROM unexplained_access
  ANTI JOIN subject_surge
    ON unexplained_access.access_id = subject_surge.access_id
), candidate AS (
  SELECT
    subject_id
  FROM outside
  GROUP BY
    subject_id
  HAVING
    COUNT(DISTINCT user_id) >= :min_users
), reachable AS (
  SELECT
    outside.subject_id,
    outside.user_id,
    outside.access_id,
    outside.occurred_epoch,
    outside.span AS window_span
  FROM outside
  INNER JOIN candidate
    ON outside.subject_id = candidate.subject_id
  UNION ALL
  SELECT
    outside.subject_id,
    outside.user_id,
    outside.access_id,
    outside.occurred_epoch,
    outside.span - 1 AS window_span
  FROM outside
  INNER JOIN candidate
    ON outside.subject_id = candidate.subject_id
), beginning AS (
  SELECT DISTINCT
    outside.subject_id,
    outside.occurred_epoch,
    outside.span
  FROM outside
  INNER JOIN candidate
    ON outside.subject_id = candidate.subject_id
), windowed AS (
  SELECT
    beginning.subject_id,
    beginning.occurred_epoch AS begins_epoch,
    reachable.user_id,
    reachable.access_id,
    reachable.occurred_epoch
  FROM beginning
  INNER JOIN reachable
    ON beginning.subject_id = reachable.subject_id
    AND beginning.span = reachable.window_span
    AND reachable.occurred_epoch >= beginning.occurred_epoch
    AND reachable.occurred_epoch < beginning.occurred_epoch + :days * 86400
), crowded AS (
  SELECT
    subject_id,
    begins_epoch,
    COUNT(DISTINCT user_id) AS users
  FROM windowed
  GROUP BY
    subject_id,
    begins_epoch
  HAVING
    COUNT(DISTINCT user_id) >= :min_users
), cited AS (
  SELECT DISTINCT
    windowed.subject_id,
    windowed.user_id,
    windowed.access_id,
    windowed.occurred_epoch
  FROM windowed
  INNER JOIN crowded
    ON windowed.subject_id = crowded.subject_id
    AND windowed.begins_epoch = crowded.begins_epoch
), accumulation AS (
  SELECT
    subject_id,
    COUNT(*) AS accesses,
    COUNT(DISTINCT user_id) AS users,
    ARRAY_SORT(ARRAY_DISTINCT(COLLECT_LIST(user_id) FILTER(WHERE
      NOT user_id IS NULL))) AS unexplained_user_ids,
    MIN(occurred_epoch) AS first_epoch,
    MAX(occurred_epoch) AS last_epoch
  FROM cited
  GROUP BY
    subject_id
), most AS (
  SELECT
    subject_id,
    MAX(users) AS most_users_in_a_year
  FROM crowded
  GROUP BY
    subject_id
), reached AS (
  SELECT
    judgeable_access.subject_id,
    COUNT(*) AS accesses_in_all,
    COUNT(DISTINCT judgeable_access.user_id) AS users_in_all
  FROM judgeable_access
  INNER JOIN accumulation
    ON judgeable_access.subject_id = accumulation.subject_id
    AND judgeable_access.occurred_epoch >= accumulation.first_epoch
    AND judgeable_access.occurred_epoch <= accumulation.last_epoch
  GROUP BY
    judgeable_access.subject_id
), whole_force AS (
  SELECT
    CAST(SUM(unexplained) AS DOUBLE) / NULLIF(CAST(SUM(explained + weak + unexplained) AS DOUBLE), 0) AS share
  FROM daily_coverage
), shared AS (
  SELECT
    reached.subject_id,
    reached.accesses_in_all,
    reached.users_in_all,
    CAST(accumulation.accesses AS DOUBLE) / NULLIF(CAST(reached.accesses_in_all AS DOUBLE), 0) AS share
  FROM reached
  INNER JOIN accumulation
    ON reached.subject_id = accumulation.subject_id
), bounded AS (
  SELECT
    shared.subject_id,
    shared.accesses_in_all,
    shared.users_in_all,
    shared.share,
    CAST((
      shared.share + CAST(1.92072941 AS DOUBLE) / NULLIF(shared.accesses_in_all, 0) - 1.95996398 * SQRT(
        CAST(shared.share * (
          1 - shared.share
        ) AS DOUBLE) / NULLIF(shared.accesses_in_all, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(shared.accesses_in_all * shared.accesses_in_all, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(shared.accesses_in_all, 0), 0) AS share_lower
  FROM shared
)
SELECT
  CAST(NULL AS STRING) AS user_id,
  cited.subject_id,
  cited.access_id,
  TRUE AS counts,
  CASE WHEN bounded.share_lower > whole_force.share THEN 'medium' ELSE 'low' END AS level,
  CASE WHEN bounded.share_lower > whole_force.share THEN 22 ELSE 8 END AS points,
  accumulation.accesses,
  accumulation.users,
  most.most_users_in_a_year,
  bounded.accesses_in_all,
  bounded.users_in_all,
  CAST(ROUND(CAST(100 * bounded.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS percent,
  CAST(ROUND(CAST(bounded.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share,
  CAST(ROUND(CAST(bounded.share_lower AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_lower,
  CAST(ROUND(CAST(100 * whole_force.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS force_percent,
  CAST(ROUND(CAST(whole_force.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS force_share,
  accumulation.unexplained_user_ids
FROM cited
INNER JOIN accumulation
  ON cited.subject_id = accumulation.subject_id
INNER JOIN most
  ON cited.subject_id = most.subject_id
INNER JOIN bounded
  ON cited.subject_id = bounded.subject_id
CROSS JOIN whole_force
ORDER BY
  cited.subject_id NULLS LAST,
  cited.access_id NULLS LAST
