WITH person AS (
  SELECT
    subject_id,
    date_of_birth,
    CASE WHEN TRIM(sex) <> '' THEN UPPER(TRIM(sex)) END AS sex
  FROM subject
  WHERE
    subject_kind = 'person'
    OR NOT sex IS NULL
    OR NOT date_of_birth IS NULL
    OR NOT markers IS NULL
), sighting AS (
  SELECT
    judgeable_access.user_id,
    SUBSTRING(CAST(judgeable_access.local_date AS STRING), 1, 7) AS month,
    judgeable_access.subject_id,
    MIN(judgeable_access.local_date) AS local_date,
    COUNT(*) AS accesses,
    COUNT(*) - COUNT(explanation.access_id) AS unexplained
  FROM judgeable_access
  INNER JOIN person
    ON judgeable_access.subject_id = person.subject_id
  LEFT JOIN explanation
    ON judgeable_access.access_id = explanation.access_id
  GROUP BY
    judgeable_access.user_id,
    SUBSTRING(CAST(judgeable_access.local_date AS STRING), 1, 7),
    judgeable_access.subject_id
), traced AS (
  SELECT
    sighting.user_id,
    sighting.month,
    sighting.accesses,
    sighting.unexplained,
    person.sex,
    CASE
      WHEN person.date_of_birth IS NULL
      THEN NULL
      WHEN DATEDIFF(DAY, person.date_of_birth, sighting.local_date) * 4 < 18 * 1461
      THEN '0-17'
      WHEN DATEDIFF(DAY, person.date_of_birth, sighting.local_date) * 4 < 26 * 1461
      THEN '18-25'
      WHEN DATEDIFF(DAY, person.date_of_birth, sighting.local_date) * 4 < 36 * 1461
      THEN '26-35'
      WHEN DATEDIFF(DAY, person.date_of_birth, sighting.local_date) * 4 < 51 * 1461
      THEN '36-50'
      WHEN DATEDIFF(DAY, person.date_of_birth, sighting.local_date) * 4 < 66 * 1461
      THEN '51-65'
      ELSE '66+'
    END AS age
  FROM sighting
  INNER JOIN person
    ON sighting.subject_id = person.subject_id
), described AS (
  SELECT
    user_id,
    month,
    sex,
    age,
    accesses,
    unexplained,
    COUNT(*) AS people
  FROM traced
  GROUP BY
    user_id,
    month,
    sex,
    age,
    accesses,
    unexplained
)
SELECT
  user_id,
  month,
  'sex' AS attribute,
  sex AS value,
  accesses,
  unexplained,
  CAST(SUM(people) AS BIGINT) AS people
FROM described
WHERE
  NOT sex IS NULL
GROUP BY
  user_id,
  month,
  sex,
  accesses,
  unexplained
UNION ALL
SELECT
  user_id,
  month,
  'age' AS attribute,
  age AS value,
  accesses,
  unexplained,
  CAST(SUM(people) AS BIGINT) AS people
FROM described
WHERE
  NOT age IS NULL
GROUP BY
  user_id,
  month,
  age,
  accesses,
  unexplained
UNION ALL
SELECT
  user_id,
  month,
  'marker' AS attribute,
  '' AS value,
  accesses,
  unexplained,
  CAST(SUM(people) AS BIGINT) AS people
FROM described
GROUP BY
  user_id,
  month,
  accesses,
  unexplained
UNION ALL
SELECT
  sighting.user_id,
  sighting.month,
  'marker' AS attribute,
  subject_marker.marker AS value,
  sighting.accesses,
  sighting.unexplained,
  COUNT(*) AS people
FROM sighting
INNER JOIN subject_marker
  ON sighting.subject_id = subject_marker.subject_id
GROUP BY
  sighting.user_id,
  sighting.month,
  subject_marker.marker,
  sighting.accesses,
  sighting.unexplained
