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
    candidate.user_id,
    candidate.month,
    candidate.group_id,
    candidate.peers,
    candidate.accesses,
    ranked.all_accesses,
    (
      candidate.peers + 1
    ) DIV 2 + CASE WHEN (
      candidate.peers + 1
    ) DIV 2 >= ranked.place THEN 1 ELSE 0 END AS lower_place,
    (
      candidate.peers + 2
    ) DIV 2 + CASE WHEN (
      candidate.peers + 2
    ) DIV 2 >= ranked.place THEN 1 ELSE 0 END AS upper_place
  FROM candidate
  INNER JOIN ranked
    ON candidate.group_id = ranked.group_id
    AND candidate.month = ranked.month
    AND candidate.user_id = ranked.user_id
), centred AS (
  SELECT
    middle.user_id,
    middle.month,
    middle.group_id,
    middle.peers,
    middle.accesses,
    middle.all_accesses,
    lower_one.accesses + upper_one.accesses AS twice_median
  FROM middle
  INNER JOIN ranked AS lower_one
    ON middle.group_id = lower_one.group_id
    AND middle.month = lower_one.month
    AND middle.lower_place = lower_one.place
  INNER JOIN ranked AS upper_one
    ON middle.group_id = upper_one.group_id
    AND middle.month = upper_one.month
    AND middle.upper_place = upper_one.place
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
), deviation_middle AS (
  SELECT
    centred.user_id,
    centred.month,
    centred.group_id,
    centred.twice_median,
    (
      centred.peers + 1
    ) DIV 2 + CASE WHEN (
      centred.peers + 1
    ) DIV 2 >= deviation.place THEN 1 ELSE 0 END AS lower_place,
    (
      centred.peers + 2
    ) DIV 2 + CASE WHEN (
      centred.peers + 2
    ) DIV 2 >= deviation.place THEN 1 ELSE 0 END AS upper_place
  FROM centred
  INNER JOIN deviation
    ON centred.group_id = deviation.group_id
    AND centred.month = deviation.month
    AND centred.twice_median = deviation.twice_median
    AND centred.user_id = deviation.user_id
), spread AS (
  SELECT
    deviation_middle.user_id,
    deviation_middle.month,
    lower_one.twice_deviation + upper_one.twice_deviation AS four_mad
  FROM deviation_middle
  INNER JOIN deviation AS lower_one
    ON deviation_middle.group_id = lower_one.group_id
    AND deviation_middle.month = lower_one.month
    AND deviation_middle.twice_median = lower_one.twice_median
    AND deviation_middle.lower_place = lower_one.place
  INNER JOIN deviation AS upper_one
    ON deviation_middle.group_id = upper_one.group_id
    AND deviation_middle.month = upper_one.month
    AND deviation_middle.twice_median = upper_one.twice_median
    AND deviation_middle.upper_place = upper_one.place
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
