-- id = "repeated_reason"
-- title = "One reason given again and again for one subject"
-- description = "Accesses without a full explanation whose text the user gave for the same subject on the same system more than once."
-- reads = ["access", "explanation"]
-- partition = ["user_id", "subject_id"]
--
-- `reason` is written as in reason_quality: Intel CHECK! and intel-check are one. `accesses`: how many there are under it. What cannot be
-- judged, since it names an incident that has not come yet or since none is known, is here too.
WITH often AS (
    SELECT
        user_id,
        subject_id,
        system
    FROM access
    WHERE user_id IS NOT NULL AND subject_id IS NOT NULL AND system IS NOT NULL AND reason IS NOT NULL
    GROUP BY user_id, subject_id, system
    HAVING count(*) >= 2
),

worded AS (
    SELECT
        access.access_id,
        access.user_id,
        access.system,
        access.subject_id,
        nullif(lower(trim(regexp_replace(access.reason, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))), '') AS reason
    FROM access
    SEMI JOIN often
        ON access.user_id = often.user_id AND access.subject_id = often.subject_id AND access.system = often.system
),

fully AS (
    SELECT access_id
    FROM explanation
    WHERE strength = 'full'
),

counted AS (
    SELECT
        worded.access_id,
        worded.user_id,
        worded.system,
        worded.subject_id,
        worded.reason,
        count(*) OVER (PARTITION BY worded.user_id, worded.subject_id, worded.system, worded.reason) AS accesses
    FROM worded
    ANTI JOIN fully ON worded.access_id = fully.access_id
    WHERE worded.reason IS NOT NULL
)

SELECT
    access_id,
    user_id,
    system,
    subject_id,
    reason,
    accesses
FROM counted
WHERE accesses >= 2
