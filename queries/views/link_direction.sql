-- id = "link_direction"
-- title = "Directions of the links that count for an explanation, as they are loaded"
-- description = "Keeper, occupant, phone_user and alias links, each in both directions; a link that is loaded in both has two rows for each."
-- reads = ["subject_link"]
-- local = true
--
-- For whoever asks about a few subjects only: made of the links of those. `link` is the same with each row once, made for all.
SELECT
    subject_id,
    linked_id,
    starts_at,
    ends_at
FROM subject_link
WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')
UNION ALL
SELECT
    linked_id AS subject_id,
    subject_id AS linked_id,
    starts_at,
    ends_at
FROM subject_link
WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')
