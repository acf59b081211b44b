-- id = "poor-reason"
-- title = "Reasons that say nothing"
-- description = "A share of blank, placeholder, generic or invalid reasons far above the force's, or one text for one subject again and again."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "system"]
-- points = 12
-- summary = "{user_id} on {system}: of {accesses} accesses, {poor_reasons} without a usable reason ({percent} %, the force {force_percent} %), {same_reason_accesses} under one text for one subject again and again"
-- reads = ["explanation", "reason_quality"]
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
WITH judged AS (
    SELECT
        access_id,
        user_id,
        system,
        subject_id,
        reason,
        CASE
            WHEN code_stands IS NOT NULL AND NOT code_stands THEN TRUE
            WHEN reason IS NULL THEN code_stands IS NULL
            WHEN length(reason) < 3 THEN TRUE
            ELSE list_contains($generic_reasons, reason)
        END AS poor
    FROM reason_quality
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

-- Few texts are repeated so often at all: what explains the accesses is asked only for those.
repeated AS (
    SELECT
        user_id,
        system,
        subject_id,
        reason
    FROM judged
    WHERE reason IS NOT NULL AND subject_id IS NOT NULL
    GROUP BY user_id, system, subject_id, reason
    HAVING count(*) >= $same_reason_accesses
),

repeated_access AS (
    SELECT
        judged.access_id,
        judged.user_id,
        judged.system,
        judged.subject_id,
        judged.reason
    FROM judged
    INNER JOIN repeated
        ON
            judged.user_id = repeated.user_id
            AND judged.system = repeated.system
            AND judged.subject_id = repeated.subject_id
            AND judged.reason = repeated.reason
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

cited AS (
    SELECT
        judged.access_id,
        judged.user_id,
        judged.system,
        FALSE AS same_reason
    FROM judged
    INNER JOIN bounded ON judged.user_id = bounded.user_id AND judged.system = bounded.system
    WHERE
        judged.poor
        AND bounded.accesses >= $min_accesses
        AND bounded.share_lower > $min_share
        AND bounded.share_lower > $times_force * bounded.force_share
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
