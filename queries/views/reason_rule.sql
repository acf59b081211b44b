-- id = "reason_rule"
-- title = "When a reason code stands"
-- description = "One row for each code and system (none: every system): whether it stands in an access that quotes a reference, and in one that does not."
-- reads = ["reason_code"]
SELECT
    code,
    system,
    bool_or(coalesce(valid, TRUE)) AS stands_quoting,
    bool_or(coalesce(valid, TRUE) AND NOT coalesce(needs_reference, FALSE)) AS stands_alone
FROM reason_code
GROUP BY code, system
