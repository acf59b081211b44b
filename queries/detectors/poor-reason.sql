-- id = "poor-reason"
-- title = "Reasons that say nothing"
-- description = "A share of blank, placeholder, generic or invalid reasons far above the force's, or one text for one subject again and again."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "system"]
-- points = 12
-- summary = "{user_id} on {system}: {reason_words}"
-- reads = ["access", "reason_count", "reason_quality", "reason_rule", "repeated_reason"]
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
--     "A user whose reasons are masked in the log.",
-- ]
-- triage = [
--     "Sort the user's accesses by subject before reading reasons.",
--     "Ask for the reason of three of them while memory is fresh: what cannot be said is worth more than what was typed.",
-- ]
--
-- Log-only. Fires for a user and system with at least min_accesses accesses, of which a share has a blank, placeholder or
-- generic reason, or a code that is invalid or lacks its needed reference, such that the share's lower 95 % bound (Wilson)
-- exceeds both min_share and times_force times the force's share on that system; or with one reason text for
-- same_reason_accesses accesses, two at the least, to one subject that nothing explains in full.
--
-- Masked is not blank: an access of which only a mask could tell whether a reason was given is neither counted nor cited.
WITH generic AS (
    SELECT DISTINCT listed.reason
    FROM (SELECT unnest($generic_reasons) AS reason) AS listed
),

judged AS (
    SELECT
        reason_count.user_id,
        reason_count.system,
        reason_count.accesses,
        CASE
            WHEN reason_count.code_stands IS NOT NULL AND NOT reason_count.code_stands THEN TRUE
            WHEN reason_count.longer THEN FALSE
            WHEN reason_count.reason IS NULL THEN reason_count.code_stands IS NULL
            WHEN length(reason_count.reason) < 3 THEN TRUE
            ELSE generic.reason IS NOT NULL
        END AS poor
    FROM reason_count
    LEFT JOIN generic ON reason_count.reason = generic.reason
),

-- A generic reason of a force's own may be longer than those that reason_count tells apart. Only then is the log asked.
long_generic AS (
    SELECT reason
    FROM generic
    WHERE length(reason) > 24 OR array_length(string_split(reason, ' ')) > 2
),

long_count AS (
    SELECT
        reason_quality.user_id,
        reason_quality.system,
        count(*) AS poor_reasons
    FROM long_generic
    INNER JOIN reason_quality ON long_generic.reason = reason_quality.reason
    WHERE coalesce(reason_quality.code_stands, TRUE)
    GROUP BY reason_quality.user_id, reason_quality.system
),

kept_count AS (
    SELECT
        user_id,
        system,
        CAST(sum(accesses) AS BIGINT) AS accesses,
        CAST(sum(CASE WHEN poor THEN accesses ELSE 0 END) AS BIGINT) AS poor_reasons
    FROM judged
    GROUP BY user_id, system
),

poor_count AS (
    SELECT
        kept_count.user_id,
        kept_count.system,
        kept_count.accesses,
        kept_count.poor_reasons + coalesce(long_count.poor_reasons, 0) AS poor_reasons
    FROM kept_count
    LEFT JOIN long_count
        ON kept_count.user_id = long_count.user_id AND kept_count.system = long_count.system
),

user_count AS (
    SELECT
        user_id,
        system,
        accesses,
        poor_reasons,
        poor_reasons / nullif(CAST(accesses AS DOUBLE), 0) AS share
    FROM poor_count
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

-- As reason_quality says it, but of the accesses of those few alone.
struck AS (
    SELECT
        access.access_id,
        access.user_id,
        access.system,
        access.reason_code,
        access.reference IS NOT NULL OR coalesce(list_contains(access.masked, 'reference'), FALSE) AS quoting,
        coalesce(
            list_contains(access.masked, 'reason') OR list_contains(access.masked, 'reason_code'), FALSE
        ) AS hidden,
        nullif(lower(trim(regexp_replace(access.reason, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))), '') AS reason
    FROM access
    SEMI JOIN striking ON access.user_id = striking.user_id AND access.system = striking.system
),

known AS (
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

coded AS (
    SELECT
        struck.access_id,
        struck.user_id,
        struck.system,
        struck.reason,
        struck.hidden,
        CASE
            WHEN struck.reason_code IS NULL OR known.codes = 0 THEN NULL
            WHEN NOT struck.quoting
                THEN coalesce(reason_rule.stands_alone, FALSE) OR coalesce(general.stands_alone, FALSE)
            ELSE coalesce(reason_rule.stands_quoting, FALSE) OR coalesce(general.stands_quoting, FALSE)
        END AS code_stands
    FROM struck
    CROSS JOIN known
    LEFT JOIN reason_rule ON struck.reason_code = reason_rule.code AND struck.system = reason_rule.system
    LEFT JOIN general ON struck.reason_code = general.code
),

cited AS (
    SELECT
        coded.access_id,
        coded.user_id,
        coded.system,
        FALSE AS same_reason
    FROM coded
    LEFT JOIN generic ON coded.reason = generic.reason
    WHERE
        CASE
            WHEN coded.code_stands IS NOT NULL AND NOT coded.code_stands THEN TRUE
            WHEN coded.reason IS NULL THEN coded.code_stands IS NULL AND NOT coded.hidden
            WHEN length(coded.reason) < 3 THEN TRUE
            ELSE generic.reason IS NOT NULL
        END
    UNION ALL
    SELECT
        access_id,
        user_id,
        system,
        TRUE AS same_reason
    FROM repeated_reason
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
),

same_count AS (
    SELECT
        user_id,
        system,
        sum(CASE WHEN same_reason THEN 1 ELSE 0 END) AS accesses
    FROM distinct_cited
    GROUP BY user_id, system
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
    same_count.accesses AS same_reason_accesses,
    CASE
        WHEN striking.user_id IS NULL THEN ''
        ELSE
            CAST(bounded.poor_reasons AS VARCHAR) || ' of ' || CAST(bounded.accesses AS VARCHAR)
            || ' accesses without a usable reason ('
            || CAST(CAST(round(100 * bounded.share, 1) AS DECIMAL(18, 1)) AS VARCHAR) || ' %, against '
            || CAST(CAST(round(100 * bounded.force_share, 1) AS DECIMAL(18, 1)) AS VARCHAR) || ' % in the force)'
    END || CASE WHEN striking.user_id IS NOT NULL AND same_count.accesses > 0 THEN ', and ' ELSE '' END || CASE
        WHEN same_count.accesses = 0 THEN ''
        ELSE
            CAST(same_count.accesses AS VARCHAR) || ' of ' || CAST(bounded.accesses AS VARCHAR)
            || ' accesses under one reason given again and again for the same subject'
    END AS reason_words
FROM distinct_cited
INNER JOIN bounded
    ON distinct_cited.user_id = bounded.user_id AND distinct_cited.system = bounded.system
INNER JOIN same_count
    ON distinct_cited.user_id = same_count.user_id AND distinct_cited.system = same_count.system
LEFT JOIN striking
    ON distinct_cited.user_id = striking.user_id AND distinct_cited.system = striking.system
ORDER BY distinct_cited.user_id, distinct_cited.system, distinct_cited.access_id
