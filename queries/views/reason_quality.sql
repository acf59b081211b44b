-- id = "reason_quality"
-- title = "How good the stated reason of each access is"
-- description = "One row for each access with a user: its reason in lower case, trimmed, and whether its reason code stands."
-- reads = ["access", "reason_rule"]
--
-- `code_stands` is NULL where the access gives no code or no codes are known: then only the text speaks.
-- Masked is not blank. A masked reference may be the one that the code needs; and where the text is masked and no code speaks for it, or
-- the code is masked and there is no text, nobody knows whether a reason was given: such an access is left out.
WITH known AS (
    SELECT count(*) AS codes
    FROM reason_rule
),

general AS (
    SELECT
        code,
        stands_quoting,
        stands_alone
    FROM reason_rule
    WHERE system IS NULL
),

stated AS (
    SELECT
        access.access_id,
        access.user_id,
        access.system,
        access.subject_id,
        access.local_date,
        nullif(lower(trim(regexp_replace(access.reason, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))), '') AS reason,
        CASE
            WHEN access.reason_code IS NULL OR known.codes = 0 THEN NULL
            WHEN access.system IS NULL THEN FALSE
            WHEN access.reference IS NULL AND NOT coalesce(list_contains(access.masked, 'reference'), FALSE)
                THEN coalesce(reason_rule.stands_alone, FALSE) OR coalesce(general.stands_alone, FALSE)
            ELSE coalesce(reason_rule.stands_quoting, FALSE) OR coalesce(general.stands_quoting, FALSE)
        END AS code_stands,
        coalesce(
            list_contains(access.masked, 'reason') OR list_contains(access.masked, 'reason_code'), FALSE
        ) AS hidden
    FROM access
    CROSS JOIN known
    LEFT JOIN reason_rule ON access.reason_code = reason_rule.code AND access.system = reason_rule.system
    LEFT JOIN general ON access.reason_code = general.code
    WHERE access.user_id IS NOT NULL
)

SELECT
    access_id,
    user_id,
    system,
    subject_id,
    local_date,
    reason,
    code_stands
FROM stated
WHERE reason IS NOT NULL OR code_stands IS NOT NULL OR NOT hidden
