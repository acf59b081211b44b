WITH monthly AS (
  SELECT
    system,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    accesses,
    explained,
    weak,
    unexplained,
    unjudged,
    first_accesses,
    first_explained,
    first_weak
  FROM daily_coverage
)
SELECT
  system,
  month,
  CAST(SUM(accesses) AS BIGINT) AS accesses,
  CAST(SUM(explained) AS BIGINT) AS explained,
  CAST(SUM(weak) AS BIGINT) AS weak,
  CAST(SUM(unexplained) AS BIGINT) AS unexplained,
  CAST(SUM(unjudged) AS BIGINT) AS unjudged,
  CAST(SUM(first_accesses) AS BIGINT) AS first_accesses,
  CAST(SUM(first_explained) AS BIGINT) AS first_explained,
  CAST(SUM(first_weak) AS BIGINT) AS first_weak
FROM monthly
GROUP BY
  system,
  month
ORDER BY
  system NULLS LAST,
  month NULLS LAST
