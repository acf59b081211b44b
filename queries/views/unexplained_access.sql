-- id = "unexplained_access"
-- title = "Accesses that nothing explains"
-- description = "Judgeable accesses without any explanation, full or weak."
-- reads = ["explanation", "judgeable_access"]
-- partition = ["user_id", "subject_id"]
SELECT judgeable_access.*
FROM judgeable_access
ANTI JOIN explanation ON judgeable_access.access_id = explanation.access_id
