-- id = "lacks_explanation"
-- title = "Judged accesses without a full explanation, to tell them from the others"
-- description = "The few that not_fully_explained_access holds, for whoever chooses from all accesses and asks of each whether it is explained."
-- reads = ["not_fully_explained_access"]
--
-- A judged access that is not here is explained in full: what explains it need not be looked up among millions. Nobody is chosen by this
-- view; rules.parquet counts a detector that reads it among those that choose from all.
SELECT
    access_id,
    user_id,
    subject_id,
    occurred_at,
    local_date,
    local_hour
FROM not_fully_explained_access
