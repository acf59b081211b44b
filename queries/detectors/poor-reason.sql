-- id = "poor-reason"
-- title = "Reasons that say nothing"
-- description = "A share of blank, placeholder, generic or invalid reasons far above the force's, or one text for one subject again and again."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "system"]
-- points = 12
-- summary = "{user_id} on {system}: of {accesses} accesses, {poor_reasons} without a usable reason ({percent} %, the force {force_percent} %), {same_reason_accesses} under one text for one subject again and again"
-- reads = ["access", "explanation", "first_access", "reason_quality"]
-- requires = []
-- parameters.min_accesses = 5
-- parameters.min_share = 0.30
-- parameters.times_force = 2.0
-- parameters.same_reason_accesses = 10
-- parameters.generic_reasons = [
--     "test", "testing", "check", "checks", "checking", "investigation", "investigations", "investigative", "invest", "inv",
--     "enquiry", "enquiries", "inquiry", "query", "search", "lookup", "look up", "police", "police business", "police purposes",
--     "official", "official business", "work", "duty", "info", "information", "intel", "n a", "na", "none", "nil", "misc",
--     "other", "various", "general", "unknown", "x", "xx", "xxx", "as above", "see log", "case", "ref", "routine",
-- ]
-- references = [
--     "HMICFRS: 'investigation' given 179 times over",
--     "Wilson, Probable inference, JASA 22 (1927): the interval for the share",
-- ]
-- tags = ["reason", "log-only"]
-- falsepositives = [
--     "A system that fills the reason by itself, or a team told to write one word.",
--     "A safeguarding task done weekly under the same words.",
-- ]
-- blind_spots = [
--     "A plausible false reason ('welfare check') passes every test of the reason alone.",
--     "A force in which everybody writes one word: nobody stands out.",
-- ]
-- triage = [
--     "Sort the user's accesses by subject before reading reasons.",
--     "Ask for the reason of three of them while memory is fresh: what cannot be said is worth more than what was typed.",
-- ]
--
-- Log-only. Fires for a user and system with at least min_accesses accesses, of which a share has a blank, placeholder or
-- generic reason, or a code that is invalid or lacks its needed reference, such that the share's lower 95 % bound (Wilson)
-- exceeds both min_share and times_force times the force's share on that system; or with one reason text for
-- same_reason_accesses accesses to one subject that nothing explains in full.
WITH generic AS (
    SELECT DISTINCT listed.reason
    FROM (SELECT unnest($generic_reasons) AS reason) AS listed
),

judged AS (
    SELECT
        reason_quality.user_id,
        reason_quality.system,
        CASE
            WHEN reason_quality.code_stands IS NOT NULL AND NOT reason_quality.code_stands THEN TRUE
            WHEN reason_quality.reason IS NULL THEN reason_quality.code_stands IS NULL
            WHEN length(reason_quality.reason) < 3 THEN TRUE
            ELSE generic.reason IS NOT NULL
        END AS poor
    FROM reason_quality
    LEFT JOIN generic ON reason_quality.reason = generic.reason
),

user_count AS (
    SELECT
        user_id,
        system,
        count(*) AS accesses,
        count(*) FILTER (WHERE poor) AS poor_reasons,
        count(*) FILTER (WHERE poor) / nullif(CAST(count(*) AS DOUBLE), 0) AS share
    FROM judged
    GROUP BY user_id, system
),

force_share AS (
    SELECT
        system,
        sum(poor_reasons) / nullif(CAST(sum(accesses) AS DOUBLE), 0) AS share
    FROM user_count
    GROUP BY system
),

bounded AS (
    SELECT
        user_count.user_id,
        user_count.system,
        user_count.accesses,
        user_count.poor_reasons,
        user_count.share,
        force_share.share AS force_share,
        (
            user_count.share + 1.92072941 / nullif(user_count.accesses, 0)
            - 1.95996398 * sqrt(
                user_count.share * (1 - user_count.share) / nullif(user_count.accesses, 0)
                + 0.96036471 / nullif(user_count.accesses * user_count.accesses, 0)
            )
        ) / nullif(1 + 3.84145882 / nullif(user_count.accesses, 0), 0) AS share_lower
    FROM user_count
    INNER JOIN force_share ON user_count.system = force_share.system
),

-- Few subjects are looked up so often at all: the texts, bare as in reason_quality, are compared only for those.
frequent_access AS (
    SELECT
        access.access_id,
        access.user_id,
        access.system,
        access.subject_id,
        nullif(lower(trim(regexp_replace(access.reason, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))), '') AS reason
    FROM access
    SEMI JOIN first_access
        ON
            access.user_id = first_access.user_id
            AND access.subject_id = first_access.subject_id
            AND first_access.accesses >= $same_reason_accesses
),

repeated AS (
    SELECT
        user_id,
        system,
        subject_id,
        reason
    FROM frequent_access
    WHERE reason IS NOT NULL
    GROUP BY user_id, system, subject_id, reason
    HAVING count(*) >= $same_reason_accesses
),

repeated_access AS (
    SELECT
        frequent_access.access_id,
        frequent_access.user_id,
        frequent_access.system,
        frequent_access.subject_id,
        frequent_access.reason
    FROM frequent_access
    INNER JOIN repeated
        ON
            frequent_access.user_id = repeated.user_id
            AND frequent_access.system = repeated.system
            AND frequent_access.subject_id = repeated.subject_id
            AND frequent_access.reason = repeated.reason
),

same_text AS (
    SELECT
        repeated_access.access_id,
        repeated_access.user_id,
        repeated_access.system,
        count(*) OVER (
            PARTITION BY
                repeated_access.user_id, repeated_access.system, repeated_access.subject_id, repeated_access.reason
        ) AS accesses
    FROM repeated_access
    LEFT JOIN explanation ON repeated_access.access_id = explanation.access_id
    WHERE coalesce(explanation.strength, 'none') <> 'full'
),

striking AS (
    SELECT
        user_id,
        system
    FROM bounded
    WHERE
        accesses >= $min_accesses
        AND share_lower > $min_share
        AND share_lower > $times_force * force_share
),

cited AS (
    SELECT
        reason_quality.access_id,
        reason_quality.user_id,
        reason_quality.system,
        FALSE AS same_reason
    FROM reason_quality
    INNER JOIN striking ON reason_quality.user_id = striking.user_id AND reason_quality.system = striking.system
    LEFT JOIN generic ON reason_quality.reason = generic.reason
    WHERE
        CASE
            WHEN reason_quality.code_stands IS NOT NULL AND NOT reason_quality.code_stands THEN TRUE
            WHEN reason_quality.reason IS NULL THEN reason_quality.code_stands IS NULL
            WHEN length(reason_quality.reason) < 3 THEN TRUE
            ELSE generic.reason IS NOT NULL
        END
    UNION ALL
    SELECT
        access_id,
        user_id,
        system,
        TRUE AS same_reason
    FROM same_text
    WHERE accesses >= $same_reason_accesses
),

distinct_cited AS (
    SELECT
        access_id,
        user_id,
        system,
        bool_or(same_reason) AS same_reason
    FROM cited
    GROUP BY access_id, user_id, system
)

SELECT
    distinct_cited.user_id,
    distinct_cited.system,
    CAST(NULL AS VARCHAR) AS subject_id,
    distinct_cited.access_id,
    TRUE AS counts,
    bounded.accesses,
    bounded.poor_reasons,
    round(bounded.share, 4) AS share,
    round(100 * bounded.share, 1) AS percent,
    round(bounded.share_lower, 4) AS share_lower,
    round(bounded.force_share, 4) AS force_share,
    round(100 * bounded.force_share, 1) AS force_percent,
    sum(CASE WHEN distinct_cited.same_reason THEN 1 ELSE 0 END) OVER (
        PARTITION BY distinct_cited.user_id, distinct_cited.system
    ) AS same_reason_accesses
FROM distinct_cited
INNER JOIN bounded
    ON distinct_cited.user_id = bounded.user_id AND distinct_cited.system = bounded.system
ORDER BY distinct_cited.user_id, distinct_cited.system, distinct_cited.access_id
