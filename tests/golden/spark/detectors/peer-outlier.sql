WITH counted AS (
  SELECT
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    COUNT(*) AS accesses
  FROM not_fully_explained_access
  GROUP BY
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7)
), candidate AS (
  SELECT
    counted.user_id,
    counted.month,
    counted.accesses,
    peer_group.group_id,
    peer_group.peers
  FROM counted
  INNER JOIN peer_group
    ON counted.user_id = peer_group.user_id AND counted.month = peer_group.month
  WHERE
    counted.accesses >= :min_z * :min_scale AND peer_group.peers >= :min_peers
), compared_group AS (
  SELECT DISTINCT
    group_id,
    month
  FROM candidate
), ranked AS (
  SELECT
    peer_member.group_id,
    peer_member.month,
    peer_member.user_id,
    COALESCE(counted.accesses, 0) AS accesses,
    user_month.accesses AS all_accesses,
    ROW_NUMBER() OVER (
      PARTITION BY peer_member.group_id, peer_member.month
      ORDER BY COALESCE(counted.accesses, 0) NULLS LAST, peer_member.user_id NULLS LAST
    ) AS place
  FROM compared_group
  INNER JOIN peer_member
    ON compared_group.group_id = peer_member.group_id
    AND compared_group.month = peer_member.month
  INNER JOIN user_month
    ON peer_member.user_id = user_month.user_id AND peer_member.month = user_month.month
  LEFT JOIN counted
    ON peer_member.user_id = counted.user_id AND peer_member.month = counted.month
), group_sum AS (
  SELECT
    group_id,
    month,
    SUM(accesses) AS accesses,
    SUM(all_accesses) AS all_accesses
  FROM ranked
  GROUP BY
    group_id,
    month
), middle AS (
  SELECT
    user_id,
    month,
    group_id,
    peers,
    accesses,
    EXPLODE(ARRAY((
      peers + 1
    ) DIV 2, (
      peers + 2
    ) DIV 2)) AS place
  FROM candidate
), centred AS (
  SELECT
    middle.user_id,
    middle.month,
    middle.group_id,
    middle.peers,
    middle.accesses,
    own.all_accesses,
    MIN(peer.accesses) + MAX(peer.accesses) AS twice_median
  FROM middle
  INNER JOIN ranked AS own
    ON middle.group_id = own.group_id
    AND middle.month = own.month
    AND middle.user_id = own.user_id
  INNER JOIN ranked AS peer
    ON middle.group_id = peer.group_id
    AND middle.month = peer.month
    AND middle.place + CASE WHEN middle.place >= own.place THEN 1 ELSE 0 END = peer.place
  GROUP BY
    middle.user_id,
    middle.month,
    middle.group_id,
    middle.peers,
    middle.accesses,
    own.all_accesses
), centre AS (
  SELECT DISTINCT
    group_id,
    month,
    twice_median
  FROM centred
), deviation AS (
  SELECT
    ranked.group_id,
    ranked.month,
    ranked.user_id,
    centre.twice_median,
    ABS(2 * ranked.accesses - centre.twice_median) AS twice_deviation,
    ROW_NUMBER() OVER (
      PARTITION BY ranked.group_id, ranked.month, centre.twice_median
      ORDER BY ABS(2 * ranked.accesses - centre.twice_median) NULLS LAST, ranked.user_id NULLS LAST
    ) AS place
  FROM centre
  INNER JOIN ranked
    ON centre.group_id = ranked.group_id AND centre.month = ranked.month
), spread AS (
  SELECT
    middle.user_id,
    middle.month,
    MIN(peer.twice_deviation) + MAX(peer.twice_deviation) AS four_mad
  FROM middle
  INNER JOIN centred
    ON middle.user_id = centred.user_id AND middle.month = centred.month
  INNER JOIN deviation AS own
    ON centred.group_id = own.group_id
    AND centred.month = own.month
    AND centred.twice_median = own.twice_median
    AND centred.user_id = own.user_id
  INNER JOIN deviation AS peer
    ON centred.group_id = peer.group_id
    AND centred.month = peer.month
    AND centred.twice_median = peer.twice_median
    AND middle.place + CASE WHEN middle.place >= own.place THEN 1 ELSE 0 END = peer.place
  GROUP BY
    middle.user_id,
    middle.month
), outlier AS (
  SELECT
    centred.user_id,
    centred.month,
    centred.peers,
    centred.accesses,
    CAST(centred.twice_median AS DOUBLE) / 2.0 AS peer_median,
    CAST(spread.four_mad AS DOUBLE) / 4.0 AS peer_mad,
    CAST((
      centred.accesses - CAST(centred.twice_median AS DOUBLE) / 2.0
    ) AS DOUBLE) / NULLIF(
      GREATEST(
        CAST(1.4826 * spread.four_mad AS DOUBLE) / 4.0,
        SQRT(CAST(centred.twice_median AS DOUBLE) / 2.0),
        :min_scale
      ),
      0
    ) AS z,
    CAST(centred.accesses AS DOUBLE) / NULLIF(CAST(centred.all_accesses AS DOUBLE), 0) AS share,
    CAST((
      group_sum.accesses - centred.accesses
    ) AS DOUBLE) / NULLIF(CAST(group_sum.all_accesses - centred.all_accesses AS DOUBLE), 0) AS peer_share
  FROM centred
  INNER JOIN spread
    ON centred.user_id = spread.user_id AND centred.month = spread.month
  INNER JOIN group_sum
    ON centred.group_id = group_sum.group_id AND centred.month = group_sum.month
)
SELECT
  outlier.user_id,
  outlier.month,
  CAST(NULL AS STRING) AS subject_id,
  not_fully_explained_access.access_id,
  TRUE AS counts,
  CASE
    WHEN outlier.share < :times_peers_share * outlier.peer_share
    THEN 'low'
    ELSE 'medium'
  END AS level,
  CASE WHEN outlier.share < :times_peers_share * outlier.peer_share THEN 9 ELSE 18 END AS points,
  outlier.accesses,
  outlier.peers,
  outlier.peer_median,
  outlier.peer_mad,
  CAST(ROUND(CAST(outlier.z AS DOUBLE) * 1E2) AS DOUBLE) / 1E2 AS z,
  CAST(ROUND(CAST(outlier.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share,
  CAST(ROUND(CAST(outlier.peer_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS peer_share
FROM outlier
INNER JOIN not_fully_explained_access
  ON outlier.user_id = not_fully_explained_access.user_id
  AND outlier.month = SUBSTRING(CAST(not_fully_explained_access.local_date AS STRING), 1, 7)
WHERE
  outlier.z >= :min_z
ORDER BY
  outlier.user_id NULLS LAST,
  outlier.month NULLS LAST,
  not_fully_explained_access.access_id NULLS LAST
