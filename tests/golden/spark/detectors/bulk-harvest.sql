WITH kind_day AS (
  SELECT
    user_id,
    incident_kind,
    local_date,
    DATEDIFF(DAY, CAST('1970-01-01' AS DATE), local_date) AS day_number,
    accesses
  FROM unlinked_kind_day
), enough AS (
  SELECT
    user_id,
    incident_kind,
    ROW_NUMBER() OVER (ORDER BY user_id NULLS LAST, incident_kind NULLS LAST) AS series
  FROM kind_day
  GROUP BY
    user_id,
    incident_kind
  HAVING
    SUM(accesses) >= :min_accesses
), running AS (
  SELECT
    kind_day.user_id,
    kind_day.incident_kind,
    kind_day.local_date,
    kind_day.day_number,
    enough.series,
    SUM(kind_day.accesses) OVER (
      PARTITION BY enough.series
      ORDER BY kind_day.day_number NULLS LAST
      RANGE BETWEEN :days_before PRECEDING AND CURRENT ROW
    ) AS accesses
  FROM kind_day
  INNER JOIN enough
    ON kind_day.user_id = enough.user_id
    AND kind_day.incident_kind = enough.incident_kind
), fullest AS (
  SELECT
    user_id,
    incident_kind,
    local_date,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    day_number,
    accesses,
    ROW_NUMBER() OVER (PARTITION BY series ORDER BY accesses DESC, day_number ASC NULLS LAST) AS place
  FROM running
  WHERE
    accesses >= :min_accesses
), window_end AS (
  SELECT
    fullest.user_id,
    fullest.incident_kind,
    fullest.day_number,
    fullest.accesses,
    fullest.month AS last_month,
    SUBSTRING(CAST(fullest.local_date - :days_before * INTERVAL '1' DAY AS STRING), 1, 7) AS first_month,
    user_month.unit,
    user_month.role
  FROM fullest
  INNER JOIN user_month
    ON fullest.user_id = user_month.user_id AND fullest.month = user_month.month
  WHERE
    fullest.place = 1
), possible_peer AS (
  SELECT DISTINCT
    window_end.user_id,
    window_end.incident_kind,
    user_month.user_id AS peer_id,
    NOT user_month.unit IS NULL
    AND NOT window_end.unit IS NULL
    AND user_month.unit = window_end.unit AS same_unit
  FROM window_end
  INNER JOIN user_month
    ON window_end.role = user_month.role
    AND window_end.user_id <> user_month.user_id
    AND user_month.month >= window_end.first_month
    AND user_month.month <= window_end.last_month
), peer_person AS (
  SELECT
    user_id,
    incident_kind,
    peer_id,
    BOOL_OR(same_unit) AS same_unit
  FROM possible_peer
  GROUP BY
    user_id,
    incident_kind,
    peer_id
), peer_total AS (
  SELECT
    user_id,
    incident_kind,
    COUNT(*) AS in_role,
    COUNT(*) FILTER(WHERE
      same_unit) AS in_unit
  FROM peer_person
  GROUP BY
    user_id,
    incident_kind
), candidate AS (
  SELECT
    window_end.user_id,
    window_end.incident_kind,
    window_end.day_number,
    window_end.accesses,
    peer_total.in_unit >= :min_peers AS of_unit,
    CASE
      WHEN peer_total.in_unit >= :min_peers
      THEN peer_total.in_unit
      ELSE peer_total.in_role
    END AS peers
  FROM window_end
  INNER JOIN peer_total
    ON window_end.user_id = peer_total.user_id
    AND window_end.incident_kind = peer_total.incident_kind
  WHERE
    peer_total.in_role >= :min_peers
), peer_count AS (
  SELECT
    candidate.user_id,
    candidate.incident_kind,
    peer_person.peer_id,
    COALESCE(SUM(kind_day.accesses), 0) AS accesses
  FROM candidate
  INNER JOIN peer_person
    ON candidate.user_id = peer_person.user_id
    AND candidate.incident_kind = peer_person.incident_kind
    AND (
      peer_person.same_unit OR NOT candidate.of_unit
    )
  LEFT JOIN kind_day
    ON peer_person.peer_id = kind_day.user_id
    AND candidate.incident_kind = kind_day.incident_kind
    AND kind_day.day_number <= candidate.day_number
    AND kind_day.day_number >= candidate.day_number - :days_before
  GROUP BY
    candidate.user_id,
    candidate.incident_kind,
    peer_person.peer_id
), peer_rank AS (
  SELECT
    user_id,
    incident_kind,
    accesses,
    ROW_NUMBER() OVER (
      PARTITION BY user_id, incident_kind
      ORDER BY accesses NULLS LAST, peer_id NULLS LAST
    ) AS place
  FROM peer_count
), peer_middle AS (
  SELECT
    candidate.user_id,
    candidate.incident_kind,
    SUM(
      CASE
        WHEN peer_rank.place = (
          candidate.peers + 1
        ) DIV 2
        THEN peer_rank.accesses
        ELSE 0
      END
    ) + SUM(
      CASE
        WHEN peer_rank.place = (
          candidate.peers + 2
        ) DIV 2
        THEN peer_rank.accesses
        ELSE 0
      END
    ) AS twice_median
  FROM candidate
  INNER JOIN peer_rank
    ON candidate.user_id = peer_rank.user_id
    AND candidate.incident_kind = peer_rank.incident_kind
  GROUP BY
    candidate.user_id,
    candidate.incident_kind
), harvest AS (
  SELECT
    candidate.user_id,
    candidate.incident_kind,
    candidate.accesses,
    candidate.peers,
    peer_middle.twice_median
  FROM candidate
  INNER JOIN peer_middle
    ON candidate.user_id = peer_middle.user_id
    AND candidate.incident_kind = peer_middle.incident_kind
  WHERE
    2 * candidate.accesses >= :times_peers * peer_middle.twice_median
), harvested_day AS (
  SELECT DISTINCT
    kind_day.user_id,
    kind_day.local_date
  FROM kind_day
  SEMI JOIN harvest
    ON kind_day.user_id = harvest.user_id
    AND kind_day.incident_kind = harvest.incident_kind
), harvester_access AS (
  SELECT
    unlinked_access.access_id,
    unlinked_access.user_id,
    unlinked_access.subject_id,
    unlinked_access.unexplained
  FROM unlinked_access
  SEMI JOIN harvested_day
    ON unlinked_access.user_id = harvested_day.user_id
    AND unlinked_access.local_date = harvested_day.local_date
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
