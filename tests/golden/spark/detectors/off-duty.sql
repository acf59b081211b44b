WITH dated AS (
  SELECT
    access_id,
    user_id,
    subject_id,
    LEFT(CAST(local_date AS STRING), 7) AS month,
    state,
    gravity,
    explained
  FROM off_duty_access
), counted AS (
  SELECT
    user_id,
    month,
    MIN(gravity) AS gravity,
    MIN_BY(state, CASE WHEN NOT state IS NULL THEN gravity END) AS status,
    COUNT(*) AS off_duty,
    COUNT(*) FILTER(WHERE
      state = 'suspended') AS suspended,
    COUNT(*) FILTER(WHERE
      state IN ('before_joining', 'after_leaving')) AS out_of_service,
    COUNT(*) FILTER(WHERE
      state = 'leave') AS on_leave,
    COUNT(*) FILTER(WHERE
      state = 'sick') AS sick,
    COUNT(*) FILTER(WHERE
      state = 'outside') AS outside,
    COUNT(DISTINCT subject_id) AS subjects
  FROM dated
  GROUP BY
    user_id,
    month
), cited AS (
  SELECT
    dated.user_id,
    dated.month,
    dated.access_id,
    dated.explained,
    dated.state <> 'outside' OR counted.off_duty >= :min_accesses AS counts
  FROM dated
  INNER JOIN counted
    ON dated.user_id = counted.user_id AND dated.month = counted.month
  WHERE
    counted.off_duty >= :min_accesses OR counted.gravity <= 5
), total AS (
  SELECT
    user_id,
    month,
    COUNT(*) FILTER(WHERE
      counts) AS accesses,
    COUNT(*) FILTER(WHERE
      counts AND explained) AS explained
  FROM cited
  GROUP BY
    user_id,
    month
)
SELECT
  cited.user_id,
  cited.month,
  CAST(NULL AS STRING) AS subject_id,
  cited.access_id,
  cited.counts,
  CASE
    WHEN counted.gravity <= 3
    THEN 'high'
    WHEN counted.gravity <= 5 AND total.explained < total.accesses
    THEN 'medium'
    WHEN counted.gravity <= 5 OR total.explained < total.accesses
    THEN 'low'
    ELSE 'informational'
  END AS level,
  CASE WHEN counted.gravity <= 3 THEN 34 WHEN counted.gravity <= 5 THEN 18 ELSE 10 END AS points,
  counted.status,
  CONCAT_WS(
    ', ',
    CASE
      WHEN counted.suspended > 0
      THEN CONCAT(COALESCE(CAST(counted.suspended AS STRING), ''), ' while suspended')
    END,
    CASE
      WHEN counted.out_of_service > 0
      THEN CONCAT(COALESCE(CAST(counted.out_of_service AS STRING), ''), ' out of service')
    END,
    CASE
      WHEN counted.on_leave > 0
      THEN CONCAT(COALESCE(CAST(counted.on_leave AS STRING), ''), ' on leave')
    END,
    CASE
      WHEN counted.sick > 0
      THEN CONCAT(COALESCE(CAST(counted.sick AS STRING), ''), ' while sick')
    END,
    CASE
      WHEN counted.outside > 0
      THEN CONCAT(COALESCE(CAST(counted.outside AS STRING), ''), ' outside duty')
    END
  ) AS states,
  total.accesses,
  total.explained,
  counted.suspended,
  counted.out_of_service,
  counted.on_leave AS leave,
  counted.sick,
  counted.outside,
  counted.subjects
FROM cited
INNER JOIN counted
  ON cited.user_id = counted.user_id AND cited.month = counted.month
INNER JOIN total
  ON cited.user_id = total.user_id AND cited.month = total.month
ORDER BY
  cited.user_id NULLS LAST,
  cited.month NULLS LAST,
  cited.access_id NULLS LAST
