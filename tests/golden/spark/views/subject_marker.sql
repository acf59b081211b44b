WITH split_marker AS (
  SELECT
    subject_id,
    EXPLODE(SPLIT(markers, CONCAT('\\Q', ';', '\\E'))) AS marker
  FROM subject
  WHERE
    NOT markers IS NULL
)
SELECT DISTINCT
  subject_id,
  LOWER(TRIM(marker)) AS marker
FROM split_marker
WHERE
  TRIM(marker) <> ''
