WITH fully AS (
  SELECT
    access_id
  FROM explanation
  WHERE
    strength = 'full'
), weakly AS (
  SELECT
    access_id,
    explanation,
    reference
  FROM explanation
  WHERE
    strength = 'weak'
), remaining AS (
  SELECT
    judgeable_access.*
  FROM judgeable_access
  ANTI JOIN fully
    ON judgeable_access.access_id = fully.access_id
)
SELECT
  remaining.*,
  CASE WHEN weakly.access_id IS NULL THEN 'unexplained' ELSE 'weak' END AS state,
  weakly.explanation,
  weakly.reference AS explanation_reference,
  NOT weakly.access_id IS NULL AS weak
FROM remaining
LEFT JOIN weakly
  ON remaining.access_id = weakly.access_id
