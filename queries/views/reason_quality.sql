-- id = "reason_quality"
-- title = "How good the stated reason of each access is"
-- description = "One row for each access with a user: its reason in lower case, trimmed, and whether its reason code stands."
-- reads = ["access", "reason_code"]
--
-- `code_stands` is NULL where the access gives no code or no codes are known: then only the text speaks.
WITH known AS (
    SELECT count(*) AS codes
    FROM reason_code
),

-- Reasons repeat: each text is taken apart once.
text AS (
    SELECT
        reason,
        nullif(lower(trim(regexp_replace(reason, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))), '') AS words
    FROM access
    WHERE reason IS NOT NULL
    GROUP BY reason
),

-- So do codes: whether one stands depends on the system and on whether a reference is given, on nothing else.
given AS (
    SELECT DISTINCT
        reason_code,
        system,
        reference IS NOT NULL AS has_reference
    FROM access
    WHERE reason_code IS NOT NULL
),

matching AS (
    SELECT
        given.reason_code,
        given.system,
        given.has_reference,
        bool_or(
            coalesce(reason_code.valid, TRUE)
            AND (NOT coalesce(reason_code.needs_reference, FALSE) OR given.has_reference)
        ) AS stands
    FROM given
    INNER JOIN reason_code
        ON
            given.reason_code = reason_code.code
            AND (reason_code.system IS NULL OR given.system = reason_code.system)
    GROUP BY given.reason_code, given.system, given.has_reference
)

SELECT
    access.access_id,
    access.user_id,
    access.system,
    access.subject_id,
    access.local_date,
    text.words AS reason,
    CASE
        WHEN access.reason_code IS NULL OR known.codes = 0 THEN NULL
        ELSE coalesce(matching.stands, FALSE)
    END AS code_stands
FROM access
CROSS JOIN known
LEFT JOIN text ON access.reason = text.reason
LEFT JOIN matching
    ON
        access.reason_code = matching.reason_code
        AND access.system = matching.system
        AND (access.reference IS NOT NULL) = matching.has_reference
WHERE access.user_id IS NOT NULL
