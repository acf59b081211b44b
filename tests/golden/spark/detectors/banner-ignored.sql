WITH accepted AS (
  SELECT
    user_id,
    COUNT(*) AS banner_accesses
  FROM judgeable_access
  WHERE
    banner_accepted
  GROUP BY
    user_id
), unexplained AS (
  SELECT
    user_id,
    COUNT(*) AS accesses
  FROM unexplained_access
  WHERE
    banner_accepted
  GROUP BY
    user_id
), counted AS (
  SELECT
    accepted.user_id,
    latest_position.role,
    accepted.banner_accesses,
    COALESCE(unexplained.accesses, 0) AS accesses
  FROM accepted
  LEFT JOIN unexplained
    ON accepted.user_id = unexplained.user_id
  LEFT JOIN latest_position
    ON accepted.user_id = latest_position.user_id
), of_role AS (
  SELECT
    role,
    COUNT(*) AS users,
    SUM(banner_accesses) AS banner_accesses,
    SUM(accesses) AS accesses
  FROM counted
  WHERE
    NOT role IS NULL
  GROUP BY
    role
), whole_force AS (
  SELECT
    CAST(SUM(accesses) AS DOUBLE) / NULLIF(CAST(SUM(banner_accesses) AS DOUBLE), 0) AS share
  FROM counted
), shared AS (
  SELECT
    counted.user_id,
    counted.role,
    counted.accesses,
    counted.banner_accesses,
    CAST(counted.accesses AS DOUBLE) / NULLIF(CAST(counted.banner_accesses AS DOUBLE), 0) AS share,
    of_role.users - 1 AS peers,
    CAST((
      of_role.accesses - counted.accesses
    ) AS DOUBLE) / NULLIF(CAST(of_role.banner_accesses - counted.banner_accesses AS DOUBLE), 0) AS peer_share
  FROM counted
  LEFT JOIN of_role
    ON counted.role = of_role.role
  WHERE
    counted.accesses >= :min_accesses
), bounded AS (
  SELECT
    user_id,
    role,
    accesses,
    banner_accesses,
    share,
    peers,
    CASE WHEN peers >= :min_peers THEN peer_share END AS peer_share,
    CAST((
      share + CAST(1.92072941 AS DOUBLE) / NULLIF(banner_accesses, 0) - 1.95996398 * SQRT(
        CAST(share * (
          1 - share
        ) AS DOUBLE) / NULLIF(banner_accesses, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(banner_accesses * banner_accesses, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(banner_accesses, 0), 0) AS share_lower
  FROM shared
)
SELECT
  unexplained_access.user_id,
  CAST(NULL AS STRING) AS subject_id,
  unexplained_access.access_id,
  TRUE AS counts,
  CASE
    WHEN bounded.share_lower <= bounded.peer_share
    THEN 'informational'
    ELSE 'medium'
  END AS level,
  CASE WHEN bounded.share_lower <= bounded.peer_share THEN 0 ELSE 26 END AS points,
  bounded.accesses,
  bounded.banner_accesses,
  CAST(ROUND(CAST(bounded.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share,
  CAST(ROUND(CAST(bounded.share_lower AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_lower,
  CAST(ROUND(CAST(100 * bounded.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS percent,
  CAST(ROUND(CAST(whole_force.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS force_share,
  CAST(ROUND(CAST(100 * whole_force.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS force_percent,
  bounded.role,
  bounded.peers,
  CAST(ROUND(CAST(bounded.peer_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS peer_share
FROM unexplained_access
INNER JOIN bounded
  ON unexplained_access.user_id = bounded.user_id
CROSS JOIN whole_force
WHERE
  unexplained_access.banner_accepted
  AND bounded.share_lower > :times_force * whole_force.share
ORDER BY
  unexplained_access.user_id NULLS LAST,
  unexplained_access.access_id NULLS LAST
