-- id = "not_fully_explained_access"
-- title = "Accesses that no full explanation covers"
-- description = "Judgeable accesses that are unexplained or only weakly explained; `weak` tells which."
-- reads = ["judged_access"]
-- partition = ["user_id", "subject_id"]
SELECT
    judged_access.*,
    judged_access.state = 'weak' AS weak
FROM judged_access
WHERE judged_access.state <> 'explained'
