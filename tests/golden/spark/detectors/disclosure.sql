WITH performed AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    occurred_at,
    EXPLODE(actions) AS action
  FROM not_fully_explained_access
  UNION ALL
  SELECT
    user_id,
    subject_id,
    access_id,
    occurred_at,
    EXPLODE(actions) AS action
  FROM other_access
), act AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    occurred_at,
    action
  FROM performed
  WHERE
    ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:disclosing_actions AS ARRAY<STRING>)), action)
), follows AS (
  SELECT
    not_fully_explained_access.user_id,
    not_fully_explained_access.subject_id,
    not_fully_explained_access.access_id,
    not_fully_explained_access.weak,
    act.access_id AS act_id,
    act.action
  FROM not_fully_explained_access
  INNER JOIN act
    ON not_fully_explained_access.user_id = act.user_id
    AND not_fully_explained_access.subject_id = act.subject_id
    AND not_fully_explained_access.occurred_at <= act.occurred_at
    AND not_fully_explained_access.occurred_at >= act.occurred_at - :hours * INTERVAL '1' HOUR
), seen AS (
  SELECT DISTINCT
    user_id,
    subject_id,
    access_id,
    weak
  FROM follows
), cited AS (
  SELECT
    user_id,
    subject_id,
    access_id,
    TRUE AS counts
  FROM seen
  UNION ALL
  SELECT DISTINCT
    follows.user_id,
    follows.subject_id,
    follows.act_id AS access_id,
    FALSE AS counts
  FROM follows
  ANTI JOIN seen
    ON follows.act_id = seen.access_id
), done AS (
  SELECT DISTINCT
    user_id,
    subject_id,
    action
  FROM follows
), named AS (
  SELECT
    user_id,
    subject_id,
    LISTAGG(action, ', ') WITHIN GROUP (ORDER BY
      action NULLS LAST) AS actions,
    LISTAGG(
      
        CASE action
          WHEN 'print'
          THEN 'printed'
          WHEN 'export'
          THEN 'exported'
          WHEN 'disclose'
          THEN 'disclosed'
          WHEN 'create'
          THEN 'created'
          WHEN 'amend'
          THEN 'amended'
          WHEN 'delete'
          THEN 'deleted'
          WHEN 'merge'
          THEN 'merged'
          WHEN 'disseminate'
          THEN 'disseminated'
          ELSE CONCAT('did "', COALESCE(action, ''), '" to')
        END,
        ' and '
      
    ) WITHIN GROUP (ORDER BY
      action NULLS LAST) AS action_words
  FROM done
  GROUP BY
    user_id,
    subject_id
), doing AS (
  SELECT DISTINCT
    act_id
  FROM follows
), counted AS (
  SELECT
    seen.user_id,
    seen.subject_id,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      seen.weak) AS weak,
    COUNT(*) FILTER(WHERE
      doing.act_id IS NULL) AS looks
  FROM seen
  LEFT JOIN doing
    ON seen.access_id = doing.act_id
  GROUP BY
    seen.user_id,
    seen.subject_id
), acted AS (
  SELECT
    user_id,
    subject_id,
    COUNT(DISTINCT act_id) AS acts
  FROM follows
  GROUP BY
    user_id,
    subject_id
)
SELECT
  cited.user_id,
  cited.subject_id,
  cited.access_id,
  cited.counts,
  CASE WHEN counted.weak = counted.accesses THEN 'informational' ELSE 'medium' END AS level,
  CASE
    WHEN counted.weak = counted.accesses
    THEN 12
    WHEN counted.accesses = 1 AND counted.looks = 0
    THEN 20
    ELSE 38
  END AS points,
  named.actions,
  CASE WHEN counted.looks > 0 THEN 'looked up and then ' ELSE '' END || named.action_words AS done_words,
  acted.acts,
  counted.accesses,
  counted.looks,
  counted.weak
FROM cited
INNER JOIN named
  ON cited.user_id = named.user_id AND cited.subject_id = named.subject_id
INNER JOIN counted
  ON cited.user_id = counted.user_id AND cited.subject_id = counted.subject_id
INNER JOIN acted
  ON cited.user_id = acted.user_id AND cited.subject_id = acted.subject_id
ORDER BY
  cited.user_id NULLS LAST,
  cited.subject_id NULLS LAST,
  cited.access_id NULLS LAST
