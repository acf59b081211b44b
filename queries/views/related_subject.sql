-- id = "related_subject"
-- title = "Subjects near to each user"
-- description = "Own record (distance 0), relationships (1), and what is linked to either in one step (2) or two (3)."
-- reads = ["any_link", "relationship", "staff"]
-- materialise = true
--
-- A relationship counts whether or not it has ended: a former partner is the commonest of all subjects in published cases.
-- A link counts while it lasts. `steps` is how many links lie between.
WITH near AS (
    SELECT
        user_id,
        subject_id,
        0 AS distance,
        'self' AS relation
    FROM staff
    WHERE subject_id IS NOT NULL
    UNION
    SELECT
        user_id,
        subject_id,
        CASE WHEN relation = 'self' THEN 0 ELSE 1 END AS distance,
        relation
    FROM relationship
),

one_step AS (
    SELECT
        near.user_id,
        any_link.linked_id AS subject_id,
        2 AS distance,
        near.relation,
        any_link.starts_at,
        any_link.ends_at
    FROM near
    INNER JOIN any_link ON near.subject_id = any_link.subject_id
),

-- Few of all links lead on. They are picked out first, so that no engine holds all links while it joins.
second_link AS (
    SELECT
        any_link.subject_id,
        any_link.linked_id,
        any_link.starts_at,
        any_link.ends_at
    FROM any_link
    SEMI JOIN one_step ON any_link.subject_id = one_step.subject_id
),

two_steps AS (
    SELECT
        one_step.user_id,
        second_link.linked_id AS subject_id,
        3 AS distance,
        one_step.relation,
        greatest(one_step.starts_at, second_link.starts_at) AS starts_at,
        least(one_step.ends_at, second_link.ends_at) AS ends_at
    FROM one_step
    INNER JOIN second_link ON one_step.subject_id = second_link.subject_id
)

SELECT
    user_id,
    subject_id,
    distance,
    relation,
    0 AS steps,
    CAST(NULL AS TIMESTAMP) AS starts_at,
    CAST(NULL AS TIMESTAMP) AS ends_at
FROM near
UNION
SELECT
    user_id,
    subject_id,
    distance,
    relation,
    1 AS steps,
    starts_at,
    ends_at
FROM one_step
UNION
SELECT
    user_id,
    subject_id,
    distance,
    relation,
    2 AS steps,
    starts_at,
    ends_at
FROM two_steps
