WITH spelled AS (
  SELECT
    subject_id,
    EXPLODE(SPLIT(LOWER(markers), CONCAT('\\Q', ';', '\\E'))) AS marker
  FROM subject
  WHERE
    NOT markers IS NULL
), marked AS (
  SELECT DISTINCT
    subject_id,
    TRIM(marker) AS marker,
    ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:endangered_markers AS ARRAY<STRING>)), TRIM(marker)) AS endangered
  FROM spelled
  WHERE
    ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:endangered_markers AS ARRAY<STRING>)), TRIM(marker))
    OR ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:prominent_markers AS ARRAY<STRING>)), TRIM(marker))
), guarded AS (
  SELECT
    subject_id,
    LISTAGG(REPLACE(marker, '_', ' '), ', ') WITHIN GROUP (ORDER BY
      marker NULLS LAST) AS markers,
    BOOL_OR(endangered) AS endangered
  FROM marked
  GROUP BY
    subject_id
), counted AS (
  SELECT
    user_id,
    subject_id,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      weak) AS weak
  FROM not_fully_explained_access
  GROUP BY
    user_id,
    subject_id
)
SELECT
  not_fully_explained_access.user_id,
  not_fully_explained_access.subject_id,
  not_fully_explained_access.access_id,
  TRUE AS counts,
  CASE
    WHEN guarded.endangered AND counted.weak < counted.accesses
    THEN 'high'
    WHEN guarded.endangered OR counted.weak < counted.accesses
    THEN 'medium'
    ELSE 'low'
  END AS level,
  CASE
    WHEN guarded.endangered AND counted.weak < counted.accesses
    THEN 34
    WHEN counted.weak < counted.accesses
    THEN 26
    WHEN guarded.endangered
    THEN 24
    ELSE 16
  END AS points,
  guarded.markers,
  counted.accesses,
  counted.weak
FROM not_fully_explained_access
INNER JOIN guarded
  ON not_fully_explained_access.subject_id = guarded.subject_id
INNER JOIN counted
  ON not_fully_explained_access.user_id = counted.user_id
  AND not_fully_explained_access.subject_id = counted.subject_id
ORDER BY
  not_fully_explained_access.user_id NULLS LAST,
  not_fully_explained_access.subject_id NULLS LAST,
  not_fully_explained_access.access_id NULLS LAST
