-- id = "authorised_user"
-- title = "Users whom an authority covers, and when"
-- description = "One row for each authority and user; every column of the authority that is set matches the user's position."
-- reads = ["authority", "user_position"]
-- materialise = true
-- local = true
SELECT
    user_position.user_id,
    authority.authority_id,
    authority.system,
    authority.action,
    authority.subject_kind,
    greatest(authority.starts_at, user_position.starts_at) AS starts_at,
    least(authority.ends_at, user_position.ends_at) AS ends_at
FROM authority
INNER JOIN user_position
    ON
        (authority.user_id IS NULL OR authority.user_id = user_position.user_id)
        AND (authority.role IS NULL OR authority.role = user_position.role)
        AND (authority.unit IS NULL OR authority.unit = user_position.unit)
WHERE authority.role IS NOT NULL OR authority.unit IS NOT NULL
UNION ALL
SELECT
    user_id,
    authority_id,
    system,
    action,
    subject_kind,
    starts_at,
    ends_at
FROM authority
WHERE user_id IS NOT NULL AND role IS NULL AND unit IS NULL
