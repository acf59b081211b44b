WITH person AS (
  SELECT
    subject_id,
    date_of_birth,
    CASE
      WHEN TRIM(sex) <> ''
      AND NOT ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:unknown_sexes AS ARRAY<STRING>)), UPPER(TRIM(sex)))
      THEN UPPER(TRIM(sex))
    END AS sex
  FROM subject
  WHERE
    subject_kind = 'person'
    OR NOT sex IS NULL
    OR NOT date_of_birth IS NULL
    OR NOT markers IS NULL
), unexplained_person AS (
  SELECT
    unexplained_access.access_id,
    unexplained_access.user_id,
    unexplained_access.subject_id,
    unexplained_access.local_date,
    person.sex,
    person.date_of_birth
  FROM unexplained_access
  INNER JOIN person
    ON unexplained_access.subject_id = person.subject_id
), candidate AS (
  SELECT
    user_id,
    COUNT(*) AS marker_accesses,
    COUNT(sex) AS sex_accesses,
    COUNT(date_of_birth) AS age_accesses
  FROM unexplained_person
  GROUP BY
    user_id
  HAVING
    COUNT(*) >= :min_accesses
), unexplained_month AS (
  SELECT DISTINCT
    unexplained_person.user_id,
    SUBSTRING(CAST(unexplained_person.local_date AS STRING), 1, 7) AS month
  FROM unexplained_person
  SEMI JOIN candidate
    ON unexplained_person.user_id = candidate.user_id
), candidate_month AS (
  SELECT
    peer_group.user_id,
    peer_group.month,
    peer_group.group_id
  FROM unexplained_month
  INNER JOIN peer_group
    ON unexplained_month.user_id = peer_group.user_id
    AND unexplained_month.month = peer_group.month
  WHERE
    peer_group.peers >= :min_peers
), looked AS (
  SELECT
    unexplained_person.user_id,
    unexplained_person.subject_id,
    unexplained_person.sex,
    unexplained_person.date_of_birth,
    MIN(unexplained_person.local_date) AS local_date,
    COUNT(*) AS accesses
  FROM unexplained_person
  SEMI JOIN candidate
    ON unexplained_person.user_id = candidate.user_id
  GROUP BY
    unexplained_person.user_id,
    unexplained_person.subject_id,
    unexplained_person.sex,
    unexplained_person.date_of_birth
), looked_too AS (
  SELECT
    user_id,
    subject_id,
    local_date
  FROM other_access
  UNION ALL
  SELECT
    user_id,
    subject_id,
    local_date
  FROM not_fully_explained_access
  WHERE
    weak
), first_look AS (
  SELECT
    looked_too.user_id,
    looked_too.subject_id,
    MIN(looked_too.local_date) AS local_date
  FROM looked_too
  SEMI JOIN looked
    ON looked_too.user_id = looked.user_id AND looked_too.subject_id = looked.subject_id
  GROUP BY
    looked_too.user_id,
    looked_too.subject_id
), own_age AS (
  SELECT
    looked.user_id,
    looked.subject_id,
    looked.sex,
    LEAST(looked.accesses, :most_looks) AS looks,
    DATEDIFF(
      DAY,
      looked.date_of_birth,
      LEAST(looked.local_date, COALESCE(first_look.local_date, looked.local_date))
    ) AS age_days
  FROM looked
  LEFT JOIN first_look
    ON looked.user_id = first_look.user_id AND looked.subject_id = first_look.subject_id
), own_look AS (
  SELECT
    user_id,
    subject_id,
    sex,
    looks,
    CASE
      WHEN age_days * 4 < 18 * 1461
      THEN '0-17'
      WHEN age_days * 4 < 26 * 1461
      THEN '18-25'
      WHEN age_days * 4 < 36 * 1461
      THEN '26-35'
      WHEN age_days * 4 < 51 * 1461
      THEN '36-50'
      WHEN age_days * 4 < 66 * 1461
      THEN '51-65'
      WHEN age_days * 4 >= 66 * 1461
      THEN '66+'
    END AS age
  FROM own_age
), own_kind AS (
  SELECT
    user_id,
    sex,
    age,
    SUM(looks) AS hits,
    COUNT(*) AS subjects
  FROM own_look
  GROUP BY
    user_id,
    sex,
    age
), own_trait AS (
  SELECT
    user_id,
    'sex' AS attribute,
    sex AS value,
    hits,
    subjects
  FROM own_kind
  WHERE
    NOT sex IS NULL
  UNION ALL
  SELECT
    user_id,
    'sex' AS attribute,
    '' AS value,
    hits,
    subjects
  FROM own_kind
  WHERE
    NOT sex IS NULL
  UNION ALL
  SELECT
    user_id,
    'age' AS attribute,
    age AS value,
    hits,
    subjects
  FROM own_kind
  WHERE
    NOT age IS NULL
  UNION ALL
  SELECT
    user_id,
    'age' AS attribute,
    '' AS value,
    hits,
    subjects
  FROM own_kind
  WHERE
    NOT age IS NULL
  UNION ALL
  SELECT
    user_id,
    'marker' AS attribute,
    '' AS value,
    hits,
    subjects
  FROM own_kind
  UNION ALL
  SELECT
    own_look.user_id,
    'marker' AS attribute,
    subject_marker.marker AS value,
    own_look.looks AS hits,
    1 AS subjects
  FROM own_look
  INNER JOIN subject_marker
    ON own_look.subject_id = subject_marker.subject_id
), own AS (
  SELECT
    user_id,
    attribute,
    value,
    SUM(hits) AS hits,
    CAST(SUM(subjects) AS BIGINT) AS subjects
  FROM own_trait
  GROUP BY
    user_id,
    attribute,
    value
), seen_value AS (
  SELECT
    user_id,
    month,
    attribute,
    value,
    SUM(people * LEAST(accesses, :most_looks)) AS hits,
    SUM(people * LEAST(unexplained, :most_looks)) AS unexplained_hits
  FROM people_seen
  WHERE
    attribute <> 'sex'
    OR NOT ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:unknown_sexes AS ARRAY<STRING>)), value)
  GROUP BY
    user_id,
    month,
    attribute,
    value
), compared_group AS (
  SELECT DISTINCT
    group_id,
    month
  FROM candidate_month
), seen_by_group AS (
  SELECT
    compared_group.group_id,
    compared_group.month,
    seen_value.attribute,
    seen_value.value,
    SUM(seen_value.hits) AS hits,
    SUM(seen_value.unexplained_hits) AS unexplained_hits
  FROM compared_group
  INNER JOIN peer_member
    ON compared_group.group_id = peer_member.group_id
    AND compared_group.month = peer_member.month
  INNER JOIN seen_value
    ON peer_member.user_id = seen_value.user_id AND peer_member.month = seen_value.month
  GROUP BY
    compared_group.group_id,
    compared_group.month,
    seen_value.attribute,
    seen_value.value
), seen_by_all AS (
  SELECT
    candidate_month.user_id,
    seen_by_group.attribute,
    seen_by_group.value,
    SUM(seen_by_group.hits) AS hits,
    SUM(seen_by_group.unexplained_hits) AS unexplained_hits
  FROM candidate_month
  INNER JOIN seen_by_group
    ON candidate_month.group_id = seen_by_group.group_id
    AND candidate_month.month = seen_by_group.month
  GROUP BY
    candidate_month.user_id,
    seen_by_group.attribute,
    seen_by_group.value
), seen_by_user AS (
  SELECT
    candidate_month.user_id,
    seen_value.attribute,
    seen_value.value,
    SUM(seen_value.hits) AS hits,
    SUM(seen_value.unexplained_hits) AS unexplained_hits
  FROM candidate_month
  INNER JOIN seen_value
    ON candidate_month.user_id = seen_value.user_id
    AND candidate_month.month = seen_value.month
  GROUP BY
    candidate_month.user_id,
    seen_value.attribute,
    seen_value.value
), seen_by_others AS (
  SELECT
    seen_by_all.user_id,
    seen_by_all.attribute,
    seen_by_all.value,
    seen_by_all.hits - COALESCE(seen_by_user.hits, 0) AS hits,
    seen_by_all.unexplained_hits - COALESCE(seen_by_user.unexplained_hits, 0) AS unexplained_hits
  FROM seen_by_all
  LEFT JOIN seen_by_user
    ON seen_by_all.user_id = seen_by_user.user_id
    AND seen_by_all.attribute = seen_by_user.attribute
    AND seen_by_all.value = seen_by_user.value
), seen_by_peers AS (
  SELECT
    user_id,
    attribute,
    value,
    hits,
    unexplained_hits
  FROM seen_by_others
  UNION ALL
  SELECT
    user_id,
    attribute,
    '' AS value,
    SUM(hits) AS hits,
    SUM(unexplained_hits) AS unexplained_hits
  FROM seen_by_others
  WHERE
    attribute <> 'marker'
  GROUP BY
    user_id,
    attribute
), tested AS (
  SELECT
    own.user_id,
    own.attribute,
    own.value,
    own.subjects,
    CAST(own.hits AS BIGINT) AS hits,
    CAST(own_all.hits AS BIGINT) AS draws,
    CAST(COALESCE(peer.hits, 0) AS BIGINT) AS peer_hits,
    CAST(peer_all.hits AS BIGINT) AS peer_draws,
    CAST(COALESCE(peer.unexplained_hits, 0) AS BIGINT) AS peer_unexplained_hits,
    CAST(peer_all.unexplained_hits AS BIGINT) AS peer_unexplained_draws,
    CAST(own.hits AS DOUBLE) / NULLIF(CAST(own_all.hits AS DOUBLE), 0) AS share,
    COUNT(*) OVER () AS tests
  FROM own
  INNER JOIN own AS own_all
    ON own.user_id = own_all.user_id
    AND own.attribute = own_all.attribute
    AND own_all.value = ''
  INNER JOIN candidate
    ON own.user_id = candidate.user_id
  INNER JOIN seen_by_peers AS peer_all
    ON own.user_id = peer_all.user_id
    AND own.attribute = peer_all.attribute
    AND peer_all.value = ''
  LEFT JOIN seen_by_peers AS peer
    ON own.user_id = peer.user_id
    AND own.attribute = peer.attribute
    AND own.value = peer.value
  WHERE
    own.value <> ''
    AND own.hits >= 1
    AND peer_all.hits >= 1
    AND CASE own.attribute
      WHEN 'sex'
      THEN candidate.sex_accesses
      WHEN 'age'
      THEN candidate.age_accesses
      ELSE candidate.marker_accesses
    END >= :min_accesses
), bounded AS (
  SELECT
    user_id,
    attribute,
    value,
    subjects,
    hits,
    draws,
    peer_hits,
    peer_draws,
    peer_unexplained_hits,
    peer_unexplained_draws,
    share,
    tests,
    CAST((
      share + CAST(1.92072941 AS DOUBLE) / NULLIF(draws, 0) - 1.95996398 * SQRT(
        CAST(share * (
          1 - share
        ) AS DOUBLE) / NULLIF(draws, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(draws * draws, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(draws, 0), 0) AS share_lower,
    CAST(peer_hits AS DOUBLE) / NULLIF(CAST(peer_draws AS DOUBLE), 0) AS peer_share,
    CAST(peer_unexplained_hits AS DOUBLE) / NULLIF(CAST(peer_unexplained_draws AS DOUBLE), 0) AS peer_unexplained_share
  FROM tested
), striking AS (
  SELECT
    user_id,
    attribute,
    value,
    subjects,
    hits,
    draws,
    peer_hits,
    peer_draws,
    share,
    share_lower,
    peer_share,
    peer_unexplained_share,
    tests
  FROM bounded
  WHERE
    share_lower * (
      1 - peer_share
    ) >= :times_odds * peer_share * (
      1 - share_lower
    )
    AND (
      peer_unexplained_draws < :min_others OR share_lower > peer_unexplained_share
    )
), striking_look AS (
  SELECT
    user_id,
    subject_id,
    MIN(local_date) AS local_date,
    COUNT(*) AS accesses
  FROM judgeable_access
  WHERE
    user_id IN (
      SELECT
        striking.user_id
      FROM striking
    )
  GROUP BY
    user_id,
    subject_id
), explained_look AS (
  SELECT
    striking_look.user_id,
    striking_look.subject_id,
    person.sex,
    person.date_of_birth,
    striking_look.local_date,
    LEAST(striking_look.accesses - COALESCE(looked.accesses, 0), :most_looks) AS looks
  FROM striking_look
  INNER JOIN person
    ON striking_look.subject_id = person.subject_id
  LEFT JOIN looked
    ON striking_look.user_id = looked.user_id
    AND striking_look.subject_id = looked.subject_id
), explained_trait AS (
  SELECT
    user_id,
    looks,
    'sex' AS attribute,
    sex AS value
  FROM explained_look
  WHERE
    NOT sex IS NULL
  UNION ALL
  SELECT
    user_id,
    looks,
    'sex' AS attribute,
    '' AS value
  FROM explained_look
  WHERE
    NOT sex IS NULL
  UNION ALL
  SELECT
    user_id,
    looks,
    'age' AS attribute,
    CASE
      WHEN DATEDIFF(DAY, date_of_birth, local_date) * 4 < 18 * 1461
      THEN '0-17'
      WHEN DATEDIFF(DAY, date_of_birth, local_date) * 4 < 26 * 1461
      THEN '18-25'
      WHEN DATEDIFF(DAY, date_of_birth, local_date) * 4 < 36 * 1461
      THEN '26-35'
      WHEN DATEDIFF(DAY, date_of_birth, local_date) * 4 < 51 * 1461
      THEN '36-50'
      WHEN DATEDIFF(DAY, date_of_birth, local_date) * 4 < 66 * 1461
      THEN '51-65'
      ELSE '66+'
    END AS value
  FROM explained_look
  WHERE
    NOT date_of_birth IS NULL
  UNION ALL
  SELECT
    user_id,
    looks,
    'age' AS attribute,
    '' AS value
  FROM explained_look
  WHERE
    NOT date_of_birth IS NULL
  UNION ALL
  SELECT
    explained_look.user_id,
    explained_look.looks,
    'marker' AS attribute,
    subject_marker.marker AS value
  FROM explained_look
  INNER JOIN subject_marker
    ON explained_look.subject_id = subject_marker.subject_id
  UNION ALL
  SELECT
    user_id,
    looks,
    'marker' AS attribute,
    '' AS value
  FROM explained_look
), own_explained AS (
  SELECT
    user_id,
    attribute,
    value,
    SUM(looks) AS hits
  FROM explained_trait
  GROUP BY
    user_id,
    attribute,
    value
), desk AS (
  SELECT
    striking.user_id,
    striking.attribute,
    striking.value,
    CAST(own_explained.hits AS DOUBLE) / NULLIF(CAST(own_explained_all.hits AS DOUBLE), 0) AS own_explained_share,
    own_explained_all.hits >= :min_others
    AND CAST(own_explained.hits AS DOUBLE) / NULLIF(CAST(own_explained_all.hits AS DOUBLE), 0) >= striking.share_lower AS own_desk
  FROM striking
  LEFT JOIN own_explained
    ON striking.user_id = own_explained.user_id
    AND striking.attribute = own_explained.attribute
    AND striking.value = own_explained.value
  LEFT JOIN own_explained AS own_explained_all
    ON striking.user_id = own_explained_all.user_id
    AND striking.attribute = own_explained_all.attribute
    AND own_explained_all.value = ''
), of_value AS (
  SELECT
    striking.user_id,
    striking.attribute,
    striking.value,
    own_look.subject_id
  FROM striking
  INNER JOIN own_look
    ON striking.user_id = own_look.user_id
    AND striking.value = CASE striking.attribute WHEN 'sex' THEN own_look.sex WHEN 'age' THEN own_look.age END
  UNION ALL
  SELECT
    striking.user_id,
    striking.attribute,
    striking.value,
    own_look.subject_id
  FROM striking
  INNER JOIN subject_marker
    ON striking.value = subject_marker.marker
  INNER JOIN own_look
    ON striking.user_id = own_look.user_id
    AND subject_marker.subject_id = own_look.subject_id
  WHERE
    striking.attribute = 'marker'
)
SELECT
  striking.user_id,
  striking.attribute,
  striking.value,
  CAST(NULL AS STRING) AS subject_id,
  unexplained_person.access_id,
  TRUE AS counts,
  CASE WHEN desk.own_desk THEN 'low' ELSE 'high' END AS level,
  CASE
    WHEN desk.own_desk
    THEN 10
    WHEN striking.attribute = 'age'
    THEN 22
    WHEN striking.attribute = 'marker'
    THEN 34
    ELSE 32
  END AS points,
  striking.subjects,
  striking.hits,
  striking.draws,
  striking.peer_hits,
  striking.peer_draws,
  CASE striking.attribute
    WHEN 'sex'
    THEN 'of sex '
    WHEN 'age'
    THEN 'aged '
    ELSE 'marked '
  END || REPLACE(striking.value, '_', ' ') AS trait,
  CAST(:most_looks AS BIGINT) AS most_looks,
  CAST(ROUND(100 * striking.share) AS BIGINT) AS percent,
  CAST(ROUND(100 * striking.peer_share) AS BIGINT) AS peer_percent,
  CAST(ROUND(CAST(striking.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share,
  CAST(ROUND(CAST(striking.share_lower AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_lower,
  CAST(ROUND(CAST(striking.peer_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS peer_share,
  CAST(ROUND(CAST(striking.peer_unexplained_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS peer_unexplained_share,
  CAST(ROUND(CAST(desk.own_explained_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS own_explained_share,
  striking.tests
FROM striking
INNER JOIN desk
  ON striking.user_id = desk.user_id
  AND striking.attribute = desk.attribute
  AND striking.value = desk.value
INNER JOIN of_value
  ON striking.user_id = of_value.user_id
  AND striking.attribute = of_value.attribute
  AND striking.value = of_value.value
INNER JOIN unexplained_person
  ON of_value.user_id = unexplained_person.user_id
  AND of_value.subject_id = unexplained_person.subject_id
ORDER BY
  striking.user_id NULLS LAST,
  striking.attribute NULLS LAST,
  striking.value NULLS LAST,
  unexplained_person.access_id NULLS LAST
