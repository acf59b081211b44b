WITH near AS (
  SELECT
    user_id,
    subject_id,
    distance,
    relation
  FROM related_subject
  WHERE
    steps = 0
), seen AS (
  SELECT
    not_fully_explained_access.user_id,
    not_fully_explained_access.subject_id,
    not_fully_explained_access.access_id,
    not_fully_explained_access.weak
  FROM not_fully_explained_access
  SEMI JOIN near
    ON not_fully_explained_access.subject_id = near.subject_id
  ANTI JOIN near AS own
    ON not_fully_explained_access.user_id = own.user_id
    AND not_fully_explained_access.subject_id = own.subject_id
), colleague AS (
  SELECT
    subject_id,
    user_id,
    relation,
    CASE
      WHEN distance = 0
      THEN 0
      WHEN ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:distant_relations AS ARRAY<STRING>)), relation)
      THEN 2
      ELSE 1
    END AS remoteness
  FROM near
), pair AS (
  SELECT
    user_id,
    subject_id,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      weak) AS weak
  FROM seen
  GROUP BY
    user_id,
    subject_id
), ranked AS (
  SELECT
    subject_id,
    user_id AS colleague_id,
    relation,
    remoteness,
    ROW_NUMBER() OVER (
      PARTITION BY subject_id
      ORDER BY remoteness NULLS LAST, user_id NULLS LAST, relation NULLS LAST
    ) AS place
  FROM colleague
), staff_near AS (
  SELECT
    subject_id,
    COUNT(DISTINCT user_id) AS colleagues
  FROM colleague
  GROUP BY
    subject_id
)
SELECT
  seen.user_id,
  seen.subject_id,
  seen.access_id,
  TRUE AS counts,
  CASE
    WHEN ranked.remoteness = 2 OR pair.weak = pair.accesses
    THEN 'low'
    ELSE 'medium'
  END AS level,
  CASE ranked.remoteness WHEN 0 THEN 28 WHEN 1 THEN 22 ELSE 12 END AS points,
  ranked.colleague_id,
  ranked.relation,
  CASE ranked.relation
    WHEN 'self'
    THEN 'the own record of'
    WHEN 'partner'
    THEN 'a partner of'
    WHEN 'ex_partner'
    THEN 'a former partner of'
    WHEN 'family'
    THEN 'a relative of'
    WHEN 'household'
    THEN 'somebody of the household of'
    WHEN 'neighbour'
    THEN 'a neighbour of'
    WHEN 'friend'
    THEN 'a friend of'
    WHEN 'associate'
    THEN 'an associate of'
    WHEN 'own_vehicle'
    THEN 'the own vehicle of'
    WHEN 'own_address'
    THEN 'the own address of'
    ELSE CONCAT(COALESCE(TRANSLATE(ranked.relation, '_', ' '), ''), ' of')
  END AS near_words,
  staff_near.colleagues,
  pair.accesses,
  pair.weak
FROM seen
INNER JOIN pair
  ON seen.user_id = pair.user_id AND seen.subject_id = pair.subject_id
INNER JOIN ranked
  ON seen.subject_id = ranked.subject_id AND ranked.place = 1
INNER JOIN staff_near
  ON seen.subject_id = staff_near.subject_id
ORDER BY
  seen.user_id NULLS LAST,
  seen.subject_id NULLS LAST,
  seen.access_id NULLS LAST
