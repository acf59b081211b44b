-- id = "people_seen"
-- title = "What kinds of people each user looked up, month by month"
-- description = "For each user, local month, attribute and value: how many people were looked up so many times, so many of them unexplained."
-- reads = ["explanation", "judgeable_access", "subject", "subject_marker"]
-- partition = ["user_id", "month"]
-- local = true
--
-- `people` people of this sex, age band or marker were each looked up `accesses` times by the user in the month, `unexplained` of them without
-- any explanation. Counted so that whoever asks can let a person count only so often. The age is that at the month's first look. An empty
-- marker stands for every person: a person without a marker has been looked at for one; a person without sex or age has not.
WITH person AS (
    SELECT
        subject_id,
        date_of_birth,
        CASE WHEN trim(sex) <> '' THEN upper(trim(sex)) END AS sex
    FROM subject
    WHERE subject_kind = 'person' OR sex IS NOT NULL OR date_of_birth IS NOT NULL OR markers IS NOT NULL
),

sighting AS (
    SELECT
        judgeable_access.user_id,
        substr(CAST(judgeable_access.local_date AS VARCHAR), 1, 7) AS month,
        judgeable_access.subject_id,
        min(judgeable_access.local_date) AS local_date,
        count(*) AS accesses,
        count(*) - count(explanation.access_id) AS unexplained
    FROM judgeable_access
    INNER JOIN person ON judgeable_access.subject_id = person.subject_id
    LEFT JOIN explanation ON judgeable_access.access_id = explanation.access_id
    GROUP BY
        judgeable_access.user_id,
        substr(CAST(judgeable_access.local_date AS VARCHAR), 1, 7),
        judgeable_access.subject_id
),

traced AS (
    SELECT
        sighting.user_id,
        sighting.month,
        sighting.accesses,
        sighting.unexplained,
        person.sex,
        CASE
            WHEN person.date_of_birth IS NULL THEN NULL
            WHEN date_diff('day', person.date_of_birth, sighting.local_date) * 4 < 18 * 1461 THEN '0-17'
            WHEN date_diff('day', person.date_of_birth, sighting.local_date) * 4 < 26 * 1461 THEN '18-25'
            WHEN date_diff('day', person.date_of_birth, sighting.local_date) * 4 < 36 * 1461 THEN '26-35'
            WHEN date_diff('day', person.date_of_birth, sighting.local_date) * 4 < 51 * 1461 THEN '36-50'
            WHEN date_diff('day', person.date_of_birth, sighting.local_date) * 4 < 66 * 1461 THEN '51-65'
            ELSE '66+'
        END AS age
    FROM sighting
    INNER JOIN person ON sighting.subject_id = person.subject_id
),

-- One pass for sex and age together, since most people have both.
described AS (
    SELECT
        user_id,
        month,
        sex,
        age,
        accesses,
        unexplained,
        count(*) AS people
    FROM traced
    GROUP BY user_id, month, sex, age, accesses, unexplained
)

SELECT
    user_id,
    month,
    'sex' AS attribute,
    sex AS value,
    accesses,
    unexplained,
    CAST(sum(people) AS BIGINT) AS people
FROM described
WHERE sex IS NOT NULL
GROUP BY user_id, month, sex, accesses, unexplained
UNION ALL
SELECT
    user_id,
    month,
    'age' AS attribute,
    age AS value,
    accesses,
    unexplained,
    CAST(sum(people) AS BIGINT) AS people
FROM described
WHERE age IS NOT NULL
GROUP BY user_id, month, age, accesses, unexplained
UNION ALL
SELECT
    user_id,
    month,
    'marker' AS attribute,
    '' AS value,
    accesses,
    unexplained,
    CAST(sum(people) AS BIGINT) AS people
FROM described
GROUP BY user_id, month, accesses, unexplained
UNION ALL
SELECT
    sighting.user_id,
    sighting.month,
    'marker' AS attribute,
    subject_marker.marker AS value,
    sighting.accesses,
    sighting.unexplained,
    count(*) AS people
FROM sighting
INNER JOIN subject_marker ON sighting.subject_id = subject_marker.subject_id
GROUP BY sighting.user_id, sighting.month, subject_marker.marker, sighting.accesses, sighting.unexplained
