WITH counted AS (
  SELECT
    user_id,
    system,
    COALESCE(subject_kind, '') AS subject_kind,
    MIN(role) AS role,
    COUNT(*) AS accesses,
    COUNT(DISTINCT subject_id) AS subjects,
    MIN(subject_id) AS only_subject_id,
    COUNT(*) FILTER(WHERE
      explained) AS explained
  FROM denied_access
  GROUP BY
    user_id,
    system,
    COALESCE(subject_kind, '')
)
SELECT
  denied_access.user_id,
  denied_access.system,
  denied_access.subject_kind,
  CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
  denied_access.access_id,
  TRUE AS counts,
  CASE WHEN counted.explained = counted.accesses THEN 'low' ELSE 'medium' END AS level,
  CASE WHEN counted.explained = counted.accesses THEN 12 ELSE 24 END AS points,
  counted.role,
  counted.accesses,
  counted.subjects,
  counted.explained
FROM denied_access
INNER JOIN counted
  ON denied_access.user_id = counted.user_id
  AND denied_access.system = counted.system
  AND COALESCE(denied_access.subject_kind, '') = counted.subject_kind
ORDER BY
  denied_access.user_id NULLS LAST,
  denied_access.system NULLS LAST,
  denied_access.subject_kind NULLS LAST,
  denied_access.access_id NULLS LAST
