WITH uncited AS (
  SELECT
    access.access_id
  FROM access
  ANTI JOIN cited
    ON access.access_id = cited.access_id
  WHERE
    NOT access.user_id IS NULL
), population AS (
  SELECT
    COUNT(*) AS accesses
  FROM uncited
), passed AS (
  SELECT
    access.access_id,
    draw.seed
  FROM access
  CROSS JOIN draw
  WHERE
    NOT access.user_id IS NULL
    AND (
      draw.by_record * (
        access.record_no % 2147483647
      ) + draw.by_second * ABS(access.occurred_epoch % 2147483647) + draw.shift
    ) % 2147483647 < draw.below
), lot AS (
  SELECT
    passed.access_id,
    passed.seed,
    MD5(passed.seed || passed.access_id) AS number
  FROM passed
  ANTI JOIN cited
    ON passed.access_id = cited.access_id
  ORDER BY
    number NULLS LAST,
    passed.access_id NULLS LAST
  LIMIT :accesses
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY lot.number NULLS LAST, lot.access_id NULLS LAST) AS INT) AS place,
  lot.seed,
  population.accesses AS population,
  access.access_id,
  access.occurred_at,
  access.system,
  access.action,
  access.user_id,
  access.subject_kind,
  access.subject_id,
  access.reason,
  access.reference,
  explanation.explanation,
  access.source,
  load_log.path,
  load_log.sha256,
  access.record_no
FROM lot
INNER JOIN access
  ON lot.access_id = access.access_id
CROSS JOIN population
LEFT JOIN explanation
  ON access.access_id = explanation.access_id
LEFT JOIN load_log
  ON access.load_id = load_log.load_id
ORDER BY
  place NULLS LAST
