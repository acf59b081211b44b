-- id = "standing-authority"
-- title = "Covered by a standing authority"
-- description = "An authority covers the user, role or unit at the time, for that system, action and kind of subject."
-- strength = "full"
-- order = 30
-- reads = ["target_authorised"]
-- local = true
--
-- Control rooms, intelligence desks and roads policing look up people all day without an incident of their own.
SELECT
    access_id,
    authority_id AS reference
FROM target_authorised
WHERE NOT linked
