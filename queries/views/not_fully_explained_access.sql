-- id = "not_fully_explained_access"
-- title = "Accesses that no full explanation covers"
-- description = "Judgeable accesses that are unexplained or only weakly explained; `weak` tells which."
-- reads = ["explanation", "judgeable_access"]
-- partition = ["user_id", "subject_id"]
--
-- The same as judged_access less what is explained. But there are few of these: the others are left out first, by their ids
-- alone, so that no engine holds whole accesses while it looks.
WITH fully AS (
    SELECT access_id
    FROM explanation
    WHERE strength = 'full'
),

weakly AS (
    SELECT
        access_id,
        explanation,
        reference
    FROM explanation
    WHERE strength = 'weak'
),

remaining AS (
    SELECT judgeable_access.*
    FROM judgeable_access
    ANTI JOIN fully ON judgeable_access.access_id = fully.access_id
)

SELECT
    remaining.*,
    CASE WHEN weakly.access_id IS NULL THEN 'unexplained' ELSE 'weak' END AS state,
    weakly.explanation,
    weakly.reference AS explanation_reference,
    weakly.access_id IS NOT NULL AS weak
FROM remaining
LEFT JOIN weakly ON remaining.access_id = weakly.access_id
