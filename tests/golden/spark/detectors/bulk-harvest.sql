WITH block AS (
  SELECT
    user_id,
    incident_kind,
    DATEDIFF(DAY, CAST('0001-01-01' AS DATE), local_date) DIV NULLIF((
      :days_before + 3
    ) DIV 3, 0) AS block_number,
    SUM(accesses) AS accesses
  FROM unlinked_kind_day
  GROUP BY
    user_id,
    incident_kind,
    DATEDIFF(DAY, CAST('0001-01-01' AS DATE), local_date) DIV NULLIF((
      :days_before + 3
    ) DIV 3, 0)
), enough AS (
  SELECT
    user_id,
    incident_kind,
    ROW_NUMBER() OVER (ORDER BY user_id NULLS LAST, incident_kind NULLS LAST) AS series
  FROM block
  GROUP BY
    user_id,
    incident_kind
  HAVING
    SUM(accesses) >= :min_accesses
), block_offset AS (
  SELECT
    EXPLODE(ARRAY(0, 1, 2, 3)) AS blocks
), full_block AS (
  SELECT
    enough.series,
    block.block_number + block_offset.blocks AS block_number
  FROM block
  INNER JOIN enough
    ON block.user_id = enough.user_id AND block.incident_kind = enough.incident_kind
  CROSS JOIN block_offset
  GROUP BY
    enough.series,
    block.block_number + block_offset.blocks
  HAVING
    SUM(block.accesses) >= :min_accesses
), worth_reading AS (
  SELECT DISTINCT
    enough.user_id,
    enough.incident_kind,
    enough.series,
    full_block.block_number - block_offset.blocks AS block_number
  FROM full_block
  CROSS JOIN block_offset
  INNER JOIN enough
    ON full_block.series = enough.series
), running AS (
  SELECT
    worth_reading.series,
    DATEDIFF(DAY, CAST('0001-01-01' AS DATE), unlinked_kind_day.local_date) AS day_number,
    SUM(unlinked_kind_day.accesses) OVER (
      PARTITION BY worth_reading.series
      ORDER BY DATEDIFF(DAY, CAST('0001-01-01' AS DATE), unlinked_kind_day.local_date) NULLS LAST
      RANGE BETWEEN :days_before PRECEDING AND CURRENT ROW
    ) AS accesses
  FROM unlinked_kind_day
  INNER JOIN worth_reading
    ON unlinked_kind_day.user_id = worth_reading.user_id
    AND unlinked_kind_day.incident_kind = worth_reading.incident_kind
    AND DATEDIFF(DAY, CAST('0001-01-01' AS DATE), unlinked_kind_day.local_date) DIV NULLIF((
      :days_before + 3
    ) DIV 3, 0) = worth_reading.block_number
), most AS (
  SELECT
    series,
    MAX(accesses) AS accesses
  FROM running
  WHERE
    accesses >= :min_accesses
  GROUP BY
    series
), fullest AS (
  SELECT
    running.series,
    running.accesses,
    MIN(running.day_number) AS day_number
  FROM running
  INNER JOIN most
    ON running.series = most.series AND running.accesses = most.accesses
  GROUP BY
    running.series,
    running.accesses
), dated AS (
  SELECT
    enough.user_id,
    enough.incident_kind,
    fullest.series,
    fullest.accesses,
    fullest.day_number,
    CAST('0001-01-01' AS DATE) + fullest.day_number * INTERVAL '1' DAY AS last_day
  FROM fullest
  INNER JOIN enough
    ON fullest.series = enough.series
), window_month AS (
  SELECT
    user_id,
    incident_kind,
    series,
    accesses,
    day_number,
    SUBSTRING(CAST(last_day AS STRING), 1, 7) AS last_month,
    SUBSTRING(CAST(last_day - :days_before * INTERVAL '1' DAY AS STRING), 1, 7) AS first_month
  FROM dated
), window_end AS (
  SELECT
    window_month.user_id,
    window_month.incident_kind,
    window_month.series,
    window_month.accesses,
    window_month.day_number,
    window_month.first_month,
    window_month.last_month,
    user_month.unit,
    user_month.role
  FROM window_month
  INNER JOIN user_month
    ON window_month.user_id = user_month.user_id
    AND window_month.last_month = user_month.month
  WHERE
    NOT user_month.role IS NULL
), span AS (
  SELECT DISTINCT
    first_month,
    last_month,
    role
  FROM window_end
), span_member AS (
  SELECT DISTINCT
    span.first_month,
    span.last_month,
    span.role,
    user_month.unit,
    user_month.user_id
  FROM span
  INNER JOIN user_month
    ON span.role = user_month.role
    AND span.first_month <= user_month.month
    AND span.last_month >= user_month.month
), span_total AS (
  SELECT
    first_month,
    last_month,
    role,
    COUNT(DISTINCT user_id) - 1 AS peers
  FROM span_member
  GROUP BY
    first_month,
    last_month,
    role
), unit_total AS (
  SELECT
    first_month,
    last_month,
    role,
    unit,
    COUNT(*) - 1 AS peers
  FROM span_member
  WHERE
    NOT unit IS NULL
  GROUP BY
    first_month,
    last_month,
    role,
    unit
), candidate AS (
  SELECT
    window_end.user_id,
    window_end.incident_kind,
    window_end.series,
    window_end.accesses,
    window_end.day_number,
    window_end.first_month,
    window_end.last_month,
    window_end.role,
    CASE WHEN unit_total.peers >= :min_peers THEN window_end.unit END AS peer_unit,
    CASE
      WHEN unit_total.peers >= :min_peers
      THEN unit_total.peers
      ELSE span_total.peers
    END AS peers
  FROM window_end
  INNER JOIN span_total
    ON window_end.first_month = span_total.first_month
    AND window_end.last_month = span_total.last_month
    AND window_end.role = span_total.role
  LEFT JOIN unit_total
    ON window_end.first_month = unit_total.first_month
    AND window_end.last_month = unit_total.last_month
    AND window_end.role = unit_total.role
    AND window_end.unit = unit_total.unit
  WHERE
    span_total.peers >= :min_peers
), peer AS (
  SELECT DISTINCT
    candidate.series,
    candidate.incident_kind,
    candidate.day_number,
    span_member.user_id AS peer_id
  FROM candidate
  INNER JOIN span_member
    ON candidate.first_month = span_member.first_month
    AND candidate.last_month = span_member.last_month
    AND candidate.role = span_member.role
    AND (
      candidate.peer_unit IS NULL OR candidate.peer_unit = span_member.unit
    )
    AND candidate.user_id <> span_member.user_id
), peer_least AS (
  SELECT
    peer.series,
    peer.peer_id,
    SUM(block.accesses) AS accesses
  FROM peer
  INNER JOIN block
    ON peer.peer_id = block.user_id
    AND peer.incident_kind = block.incident_kind
    AND block.block_number * (
      (
        :days_before + 3
      ) DIV 3
    ) >= peer.day_number - :days_before
    AND (
      block.block_number + 1
    ) * (
      (
        :days_before + 3
      ) DIV 3
    ) <= peer.day_number + 1
  GROUP BY
    peer.series,
    peer.peer_id
), outdone AS (
  SELECT
    candidate.series
  FROM candidate
  INNER JOIN peer_least
    ON candidate.series = peer_least.series
  WHERE
    :times_peers * peer_least.accesses > candidate.accesses
  GROUP BY
    candidate.series,
    candidate.peers
  HAVING
    2 * COUNT(*) > candidate.peers
), rival AS (
  SELECT
    peer.series,
    peer.incident_kind,
    peer.day_number,
    peer.peer_id
  FROM peer
  ANTI JOIN outdone
    ON peer.series = outdone.series
), rival_block AS (
  SELECT
    block.user_id,
    block.incident_kind
  FROM block
  SEMI JOIN rival
    ON block.user_id = rival.peer_id AND block.incident_kind = rival.incident_kind
), rival_day AS (
  SELECT
    unlinked_kind_day.user_id,
    unlinked_kind_day.incident_kind,
    DATEDIFF(DAY, CAST('0001-01-01' AS DATE), unlinked_kind_day.local_date) AS day_number,
    unlinked_kind_day.accesses
  FROM unlinked_kind_day
  SEMI JOIN rival_block
    ON unlinked_kind_day.user_id = rival_block.user_id
    AND unlinked_kind_day.incident_kind = rival_block.incident_kind
), rival_count AS (
  SELECT
    rival.series,
    rival.peer_id,
    SUM(rival_day.accesses) AS accesses
  FROM rival
  INNER JOIN rival_day
    ON rival.peer_id = rival_day.user_id
    AND rival.incident_kind = rival_day.incident_kind
    AND rival_day.day_number <= rival.day_number
    AND rival_day.day_number >= rival.day_number - :days_before
  GROUP BY
    rival.series,
    rival.peer_id
), rival_rank AS (
  SELECT
    rival.series,
    COALESCE(rival_count.accesses, 0) AS accesses,
    ROW_NUMBER() OVER (
      PARTITION BY rival.series
      ORDER BY COALESCE(rival_count.accesses, 0) NULLS LAST, rival.peer_id NULLS LAST
    ) AS place
  FROM rival
  LEFT JOIN rival_count
    ON rival.series = rival_count.series AND rival.peer_id = rival_count.peer_id
), peer_middle AS (
  SELECT
    candidate.series,
    SUM(
      CASE
        WHEN rival_rank.place = (
          candidate.peers + 1
        ) DIV 2
        THEN rival_rank.accesses
        ELSE 0
      END
    ) + SUM(
      CASE
        WHEN rival_rank.place = (
          candidate.peers + 2
        ) DIV 2
        THEN rival_rank.accesses
        ELSE 0
      END
    ) AS twice_median
  FROM candidate
  INNER JOIN rival_rank
    ON candidate.series = rival_rank.series
  GROUP BY
    candidate.series
), harvest AS (
  SELECT
    candidate.user_id,
    candidate.incident_kind,
    candidate.series,
    candidate.accesses,
    candidate.peers,
    peer_middle.twice_median
  FROM candidate
  INNER JOIN peer_middle
    ON candidate.series = peer_middle.series
  WHERE
    2 * candidate.accesses >= :times_peers * peer_middle.twice_median
), harvester AS (
  SELECT
    enough.user_id
  FROM enough
  SEMI JOIN harvest
    ON enough.series = harvest.series
), harvester_access AS (
  SELECT
    unlinked_access.access_id,
    unlinked_access.user_id,
    unlinked_access.subject_id,
    unlinked_access.unexplained
  FROM unlinked_access
  SEMI JOIN harvester
    ON unlinked_access.user_id = harvester.user_id
), cited AS (
  SELECT DISTINCT
    harvest.user_id,
    harvest.incident_kind,
    harvester_access.access_id,
    harvester_access.subject_id,
    harvester_access.unexplained
  FROM harvester_access
  INNER JOIN incident_holds
    ON harvester_access.subject_id = incident_holds.subject_id
  INNER JOIN incident
    ON incident_holds.reference = incident.reference
  INNER JOIN harvest
    ON harvester_access.user_id = harvest.user_id
    AND incident.kind = harvest.incident_kind
), cited_count AS (
  SELECT
    user_id,
    incident_kind,
    COUNT(*) AS all_accesses,
    COUNT(DISTINCT subject_id) AS subjects,
    COUNT(*) FILTER(WHERE
      unexplained) AS unexplained_accesses
  FROM cited
  GROUP BY
    user_id,
    incident_kind
)
SELECT
  cited.user_id,
  cited.incident_kind,
  CAST(NULL AS STRING) AS subject_id,
  cited.access_id,
  TRUE AS counts,
  CAST(harvest.accesses AS BIGINT) AS accesses,
  cited_count.subjects,
  cited_count.unexplained_accesses,
  harvest.peers,
  CAST(harvest.twice_median AS DOUBLE) / 2.0 AS peer_median,
  CAST(ROUND(CAST(2.0 * harvest.accesses / NULLIF(harvest.twice_median, 0) AS DOUBLE) * 1E2) AS DOUBLE) / 1E2 AS times_peer_median
FROM cited
INNER JOIN harvest
  ON cited.user_id = harvest.user_id AND cited.incident_kind = harvest.incident_kind
INNER JOIN cited_count
  ON cited.user_id = cited_count.user_id
  AND cited.incident_kind = cited_count.incident_kind
ORDER BY
  cited.user_id NULLS LAST,
  cited.incident_kind NULLS LAST,
  cited.access_id NULLS LAST
