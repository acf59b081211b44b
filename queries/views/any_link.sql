-- id = "any_link"
-- title = "Links of every relation, in both directions"
-- description = "One row for each direction of a link between two subjects: who lives, drives, calls or goes about with whom."
-- reads = ["subject_link"]
-- materialise = true
--
-- An explanation trusts only keeper, occupant, phone_user and alias links (`link`); interest in somebody follows all of them.
SELECT
    subject_id,
    linked_id,
    starts_at,
    ends_at
FROM subject_link
UNION
SELECT
    linked_id AS subject_id,
    subject_id AS linked_id,
    starts_at,
    ends_at
FROM subject_link
