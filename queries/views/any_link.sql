-- id = "any_link"
-- title = "Links of every relation, in both directions"
-- description = "One row for each direction of a link between two subjects: who lives, drives, calls or goes about with whom."
-- reads = ["subject_link"]
--
-- An explanation trusts only keeper, occupant, phone_user and alias links (`link`); interest in somebody follows all of them.
-- Not made for all subjects: whoever reads it asks about few. A link that is loaded in both directions has two rows for each.
SELECT
    subject_id,
    linked_id,
    starts_at,
    ends_at
FROM subject_link
UNION ALL
SELECT
    linked_id AS subject_id,
    subject_id AS linked_id,
    starts_at,
    ends_at
FROM subject_link
