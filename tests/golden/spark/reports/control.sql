WITH passed AS (
  SELECT
    access.access_id,
    access.occurred_at,
    access.system,
    access.action,
    access.user_id,
    access.subject_kind,
    access.subject_id,
    access.reason,
    access.reference,
    access.source,
    access.load_id,
    access.record_no,
    draw.seed,
    draw.population
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
    passed.*,
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
  lot.population,
  lot.access_id,
  lot.occurred_at,
  lot.system,
  lot.action,
  lot.user_id,
  lot.subject_kind,
  lot.subject_id,
  lot.reason,
  lot.reference,
  explanation.explanation,
  lot.source,
  load_log.path,
  load_log.sha256,
  lot.record_no
FROM lot
LEFT JOIN explanation
  ON lot.access_id = explanation.access_id
LEFT JOIN load_log
  ON lot.load_id = load_log.load_id
ORDER BY
  place NULLS LAST
