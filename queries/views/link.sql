-- id = "link"
-- title = "Links that count for an explanation, in both directions"
-- description = "One row for each direction of a keeper, occupant, phone_user or alias link."
-- reads = ["link_direction"]
-- materialise = true
-- local = true
SELECT DISTINCT
    subject_id,
    linked_id,
    starts_at,
    ends_at
FROM link_direction
