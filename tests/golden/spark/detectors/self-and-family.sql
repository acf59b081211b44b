WITH near AS (
  SELECT
    personal_access.user_id,
    personal_access.subject_id,
    personal_access.access_id,
    related_subject.distance,
    related_subject.relation,
    COALESCE(personal_access.strength = 'full', FALSE) AS explained
  FROM personal_access
  INNER JOIN related_subject
    ON personal_access.user_id = related_subject.user_id
    AND personal_access.subject_id = related_subject.subject_id
  WHERE
    related_subject.steps = 0
), linked AS (
  SELECT
    lacks_explanation.user_id,
    lacks_explanation.subject_id,
    lacks_explanation.access_id,
    related_subject.distance,
    related_subject.relation,
    FALSE AS explained
  FROM lacks_explanation
  INNER JOIN related_subject
    ON lacks_explanation.user_id = related_subject.user_id
    AND lacks_explanation.subject_id = related_subject.subject_id
  WHERE
    related_subject.steps > 0
    AND (
      related_subject.starts_at IS NULL
      OR lacks_explanation.occurred_at >= related_subject.starts_at
    )
    AND (
      related_subject.ends_at IS NULL
      OR lacks_explanation.occurred_at < related_subject.ends_at
    )
), cited AS (
  SELECT
    *
  FROM near
  UNION
  SELECT
    *
  FROM linked
), nearest AS (
  SELECT
    user_id,
    subject_id,
    MIN(distance) AS distance,
    COUNT(DISTINCT access_id) AS accesses,
    COUNT(DISTINCT access_id) FILTER(WHERE
      explained) AS explained
  FROM cited
  GROUP BY
    user_id,
    subject_id
), named AS (
  SELECT
    cited.user_id,
    cited.subject_id,
    MIN(cited.relation) AS relation
  FROM cited
  INNER JOIN nearest
    ON cited.user_id = nearest.user_id
    AND cited.subject_id = nearest.subject_id
    AND cited.distance = nearest.distance
  GROUP BY
    cited.user_id,
    cited.subject_id
)
SELECT DISTINCT
  cited.user_id,
  cited.subject_id,
  cited.access_id,
  TRUE AS counts,
  CASE nearest.distance
    WHEN 0
    THEN 'high'
    WHEN 1
    THEN 'high'
    WHEN 2
    THEN 'medium'
    ELSE 'low'
  END AS level,
  CASE nearest.distance WHEN 0 THEN 38 WHEN 1 THEN 36 WHEN 2 THEN 22 ELSE 12 END AS points,
  nearest.distance,
  named.relation,
  CASE nearest.distance
    WHEN 0
    THEN ''
    WHEN 1
    THEN ''
    WHEN 2
    THEN 'linked to '
    ELSE 'two links from '
  END || CASE named.relation
    WHEN 'self'
    THEN 'the user\'s own record'
    WHEN 'partner'
    THEN 'a partner\'s record'
    WHEN 'ex_partner'
    THEN 'a former partner\'s record'
    WHEN 'family'
    THEN 'a relative\'s record'
    WHEN 'household'
    THEN 'the record of somebody of the household'
    WHEN 'neighbour'
    THEN 'a neighbour\'s record'
    WHEN 'friend'
    THEN 'a friend\'s record'
    WHEN 'associate'
    THEN 'an associate\'s record'
    WHEN 'own_vehicle'
    THEN 'the user\'s own vehicle'
    WHEN 'own_address'
    THEN 'the user\'s own address'
    ELSE CONCAT('a record related as ', COALESCE(TRANSLATE(named.relation, '_', ' '), ''))
  END AS near_words,
  nearest.accesses,
  nearest.explained
FROM cited
INNER JOIN nearest
  ON cited.user_id = nearest.user_id AND cited.subject_id = nearest.subject_id
INNER JOIN named
  ON cited.user_id = named.user_id AND cited.subject_id = named.subject_id
ORDER BY
  cited.user_id NULLS LAST,
  cited.subject_id NULLS LAST,
  cited.access_id NULLS LAST
