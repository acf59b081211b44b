-- id = "other_access"
-- title = "What else a user did to a subject, beside what is not fully explained"
-- description = "The other accesses of each user and subject of which at least one access has no full explanation."
-- reads = ["access", "explanation", "horizon", "judgeable_access"]
-- partition = ["user_id", "subject_id"]
--
-- Few people are looked up by one user both with a full explanation and without. So these are few, and whoever asks what came before or
-- after an access that is not fully explained need not go through the whole log. `explained` is FALSE where an access lies beyond the
-- horizon and waits to be judged; `explanation_reference` is that of the full explanation.
WITH fully AS (
    SELECT
        access_id,
        reference
    FROM explanation
    WHERE strength = 'full'
),

pair AS (
    SELECT DISTINCT
        judgeable_access.user_id,
        judgeable_access.subject_id
    FROM judgeable_access
    ANTI JOIN fully ON judgeable_access.access_id = fully.access_id
),

of_pair AS (
    SELECT
        access.access_id,
        access.user_id,
        access.subject_id,
        access.occurred_at,
        access.local_date,
        access.actions
    FROM access
    SEMI JOIN pair ON access.user_id = pair.user_id AND access.subject_id = pair.subject_id
)

SELECT
    of_pair.access_id,
    of_pair.user_id,
    of_pair.subject_id,
    of_pair.occurred_at,
    of_pair.local_date,
    of_pair.actions,
    fully.access_id IS NOT NULL AS explained,
    fully.reference AS explanation_reference
FROM of_pair
CROSS JOIN horizon
LEFT JOIN fully ON of_pair.access_id = fully.access_id
WHERE fully.access_id IS NOT NULL OR of_pair.occurred_at > horizon.judged_until
