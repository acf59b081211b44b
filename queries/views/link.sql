-- id = "link"
-- title = "Links that count for an explanation, in both directions"
-- description = "One row for each direction of a keeper, occupant, phone_user or alias link."
-- reads = ["subject_link"]
-- materialise = true
-- local = true
SELECT
    subject_id,
    linked_id,
    starts_at,
    ends_at
FROM subject_link
WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')
UNION
SELECT
    linked_id AS subject_id,
    subject_id AS linked_id,
    starts_at,
    ends_at
FROM subject_link
WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')
