-- id = "access-after-warning"
-- title = "Access after a warning"
-- description = "Unexplained accesses after a warning and within its scope, or any access to the very subject that it names: grave, whatever the rate was before."
-- level = "high"
-- status = "stable"
-- family = "after_warning"
-- key = ["user_id", "warning_id"]
-- points = 40
-- summary = "{user_id} had {after_count} {in_question} {pace_after} after {warning_words} {warning_id}, the first {first_words}; {compared_with}"
-- reads = [
--     "daily_coverage", "horizon", "warned_access", "warned_on_topic", "warning", "warning_exposure",
-- ]
-- requires = ["incident", "warning"]
-- parameters.min_accesses = 1
-- parameters.min_days_before = 14
-- parameters.min_total = 5
-- parameters.max_chance = 0.025
-- parameters.rose_points = 6
-- parameters.fell_points = 6
-- references = [
--     "IPCC/ACPO 2012, case three: 176 unauthorised checks, 48 of them after a written warning: the rate stayed, and that is what stands against him",
--     "Merseyside 2012: 170 checks in 36 months; a written warning in month 33, more than 50 after it: a rate of more than four times. Hence rose_points and fell_points, each as many as a marked subject has",
--     "Wilson, Probable inference, JASA 22 (1927): the intervals",
--     "Przyborowski and Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika 31 (1940): the exact chance; max_chance is one side of 95 %",
--     "Graham, Mengersen and Morton, Confidence limits for the ratio of two rates, Statistics in Medicine 22 (2003): the score interval",
--     "Vanderbilt, 8 million accesses: high-risk flags arise by chance more often than expected",
-- ]
-- tags = ["warning", "relapse", "rate"]
-- falsepositives = [
--     "One honest access that no data explains, long after a warning about something else: within_noise says so.",
--     "Advice given to a whole team.",
-- ]
-- blind_spots = [
--     "Warnings given by an earlier force and not entered.",
--     "A user who moves to a system whose log is not loaded.",
-- ]
-- triage = [
--     "Compare the rate after with the rate before: a ratio near or above one means that the warning changed nothing.",
--     "Read the ratio with its bounds: few accesses allow almost any ratio.",
--     "same_subjects tells how many of those looked up before were looked up again, on_topic how many are what it was about.",
--     "earlier_warnings: two earlier findings of the same kind were not considered in case five.",
-- ]
--
-- A warning is the strongest thing that a force can say short of a charge; what follows it is the strongest evidence. Counts
-- are of unexplained accesses within the warning's scope (its system; its subject and what is linked to it; no scope =
-- everything), from the user's first event on, whenever the warning was entered; accesses after its expiry do not count. What it is
-- about in words never narrows its scope, and is told apart: `on_topic` counts the accesses after it that are the same thing again
-- (NULL where its words name nothing known).
--
-- To the very subject that it names, any access counts, explained or not: the user was told to keep away from it, and a reviewer decides
-- whether the case was handed over in time. Such accesses are counted before the warning too, so that both rates are of the same thing,
-- and a rate does not rise because what was explained is counted on one side only. They are never called unexplained: of `after_count`
-- `named_subject_explained` are explained, fully or weakly, and `named_subject_unjudged` lie beyond the horizon; of `before_count`
-- `named_subject_explained_before`. The sentence says so, and the score takes off for what is explained (docs/scoring.md).
--
-- Rates are by calendar days, and by days on duty where duty is known. With a accesses after in s days and b before in t
-- days, the share a / (a + b) lies between Wilson's bounds l and u (95 %, two-sided), and the ratio of the rates between l /
-- (1 - l) * t / s and u / (1 - u) * t / s. This score interval has a lower bound even where nothing was before, when the ratio itself is
-- NULL; then there is no upper one. It takes accesses for independent, which they are not quite: who looks once looks twice. Read it as
-- the narrowest that the truth allows.
--
-- With less than min_days_before of the user's log before the warning, "none before" would say nothing: `compared_with` tells the
-- numbers, and that the days are too few to compare with; no change is claimed. Where the log begins with the warning there is nothing
-- to compare with, and no ratio. A fortnight spans any run of rest days. What a purge left of older days, since it is under
-- review, is context and counts for no rate.
--
-- Whatever the rate, an access after the warning is grave. Where the rate surely rose, the finding has rose_points more; where it surely
-- fell, fell_points fewer. `rate_change` says which, and `within chance` where it may be either. Surely means three things. Both bounds
-- of the ratio lie on one side of one. The exact chance of so many after or more (or: so few) agrees: Wilson's bounds are too narrow for
-- small counts, and would take four accesses in 300 days before and one in 10 after for a rise, which chance gives to one in seven.
-- `change_chance` is that chance, had the warning changed nothing, of the user's a + b accesses each falling after it with s / (s + t);
-- at most max_chance on its side. It is told among those of whom at least one came after: of nobody else is there a finding, so that a
-- single access after the warning, however long there was none before, is by itself no sign of a rise. And before and after
-- together there are min_total: fewer are no rate. Training and a policy answer no conduct, so nothing is given or taken for the rate
-- after them.
--
-- A few in a hundred accesses of everybody are explained by no data. Where what is unexplained after the warning is no more
-- than that, the finding stands a level lower and with fewer points: `within_noise`, when the lower bound of the user's
-- unexplained share since the warning, on its system, does not exceed the force's share; no subject came back, neither from
-- before nor on a second day; the rate did not surely rise; and the warning names no subject. `force_share` is of all accesses
-- that can be judged (banner-ignored's is of those under the banner alone).
WITH counted AS (
    SELECT
        warned_access.warning_id,
        count(*) FILTER (
            WHERE
            NOT warned_access.after_warning
            AND (horizon.kept_from IS NULL OR warned_access.local_date >= horizon.kept_from)
        ) AS before_count,
        count(*) FILTER (WHERE warned_access.after_warning) AS after_count,
        count(*) FILTER (
            WHERE
            NOT warned_access.after_warning
            AND warned_access.explained
            AND (horizon.kept_from IS NULL OR warned_access.local_date >= horizon.kept_from)
        ) AS before_explained,
        count(*) FILTER (WHERE warned_access.after_warning AND warned_access.explained) AS after_explained,
        count(*) FILTER (WHERE warned_access.after_warning AND NOT warned_access.judged) AS after_unjudged,
        min(warned_access.occurred_at) FILTER (WHERE warned_access.after_warning) AS first_after_at
    FROM warned_access
    CROSS JOIN horizon
    GROUP BY warned_access.warning_id
),

subject_side AS (
    SELECT
        warning_id,
        subject_id,
        bool_or(after_warning) AND bool_or(NOT after_warning) AS both_sides,
        count(DISTINCT local_date) FILTER (WHERE after_warning) AS days_after
    FROM warned_access
    GROUP BY warning_id, subject_id
),

same_subject AS (
    SELECT
        warning_id,
        count(*) FILTER (WHERE both_sides) AS same_subjects,
        count(*) FILTER (WHERE days_after >= 2) AS repeated_subjects
    FROM subject_side
    GROUP BY warning_id
),

whole_force AS (
    SELECT sum(unexplained) / nullif(CAST(sum(explained + weak + unexplained) AS DOUBLE), 0) AS share
    FROM daily_coverage
),

rated AS (
    SELECT
        counted.warning_id,
        counted.before_count,
        counted.after_count,
        counted.before_explained,
        counted.after_explained,
        counted.after_unjudged,
        counted.after_count - counted.after_explained - counted.after_unjudged AS after_unexplained,
        counted.first_after_at,
        warning_exposure.before_days,
        warning_exposure.after_days,
        warning_exposure.before_duty_days,
        warning_exposure.after_duty_days,
        counted.before_count * 30.0 / nullif(warning_exposure.before_days, 0) AS before_rate,
        counted.after_count * 30.0 / nullif(warning_exposure.after_days, 0) AS after_rate,
        CASE
            WHEN warning_exposure.before_days >= 1
                THEN counted.before_count * 1.0 / nullif(warning_exposure.before_duty_days, 0)
        END AS before_duty_rate,
        counted.after_count * 1.0 / nullif(warning_exposure.after_duty_days, 0) AS after_duty_rate,
        greatest(
            warning_exposure.accesses_since,
            counted.after_count - counted.after_explained - counted.after_unjudged
        ) AS accesses_since,
        warning_exposure.earlier_warnings
    FROM counted
    INNER JOIN warning_exposure ON counted.warning_id = warning_exposure.warning_id
    WHERE counted.after_count >= $min_accesses
),

shared AS (
    SELECT
        rated.warning_id,
        rated.before_count + rated.after_count AS total,
        rated.after_count / nullif(CAST(rated.before_count + rated.after_count AS DOUBLE), 0) AS after_part,
        rated.accesses_since,
        rated.after_unexplained / nullif(CAST(rated.accesses_since AS DOUBLE), 0) AS share_since
    FROM rated
),

bounded AS (
    SELECT
        warning_id,
        total,
        accesses_since,
        share_since,
        (
            after_part + 1.92072941 / nullif(total, 0)
            - 1.95996398 * sqrt(
                after_part * (1 - after_part) / nullif(total, 0) + 0.96036471 / nullif(total * total, 0)
            )
        ) / nullif(1 + 3.84145882 / nullif(total, 0), 0) AS part_lower,
        (
            after_part + 1.92072941 / nullif(total, 0)
            + 1.95996398 * sqrt(
                after_part * (1 - after_part) / nullif(total, 0) + 0.96036471 / nullif(total * total, 0)
            )
        ) / nullif(1 + 3.84145882 / nullif(total, 0), 0) AS part_upper,
        (
            share_since + 1.92072941 / nullif(accesses_since, 0)
            - 1.95996398 * sqrt(
                share_since * (1 - share_since) / nullif(accesses_since, 0)
                + 0.96036471 / nullif(accesses_since * accesses_since, 0)
            )
        ) / nullif(1 + 3.84145882 / nullif(accesses_since, 0), 0) AS share_since_lower
    FROM shared
),

-- Without anything before, the upper bound of the ratio is without limit.
compared AS (
    SELECT
        rated.warning_id,
        rated.after_rate / nullif(rated.before_rate, 0) AS rate_ratio,
        bounded.part_lower / nullif(1 - bounded.part_lower, 0)
        * nullif(rated.before_days, 0) / nullif(rated.after_days, 0) AS rate_ratio_lower,
        CASE
            WHEN rated.before_count > 0
                THEN
                    bounded.part_upper / nullif(1 - bounded.part_upper, 0)
                    * nullif(rated.before_days, 0) / nullif(rated.after_days, 0)
        END AS rate_ratio_upper,
        rated.after_duty_rate / nullif(rated.before_duty_rate, 0) AS duty_rate_ratio,
        CASE
            WHEN rated.before_days >= 1
                THEN
                    bounded.part_lower / nullif(1 - bounded.part_lower, 0)
                    * nullif(rated.before_duty_days, 0) / nullif(rated.after_duty_days, 0)
        END AS duty_rate_ratio_lower,
        CASE
            WHEN rated.before_days >= 1 AND rated.before_count > 0
                THEN
                    bounded.part_upper / nullif(1 - bounded.part_upper, 0)
                    * nullif(rated.before_duty_days, 0) / nullif(rated.after_duty_days, 0)
        END AS duty_rate_ratio_upper,
        bounded.accesses_since,
        bounded.share_since,
        bounded.share_since_lower
    FROM rated
    INNER JOIN bounded ON rated.warning_id = bounded.warning_id
),

-- One row for each number of accesses, from one to all of them, that could have come after the warning.
possible AS (
    SELECT
        warned_access.warning_id,
        row_number() OVER (PARTITION BY warned_access.warning_id ORDER BY warned_access.access_id) AS after_it
    FROM warned_access
    CROSS JOIN horizon
    WHERE
        warned_access.after_warning
        OR horizon.kept_from IS NULL
        OR warned_access.local_date >= horizon.kept_from
),

-- The logarithm of its binomial chance; where there are no days on one side, there is none.
likely AS (
    SELECT
        possible.warning_id,
        possible.after_it,
        rated.after_count,
        (rated.before_count + rated.after_count)
        * ln(nullif(rated.before_days, 0) * 1.0 / nullif(rated.before_days + rated.after_days, 0))
        + sum(
            ln((rated.before_count + rated.after_count - possible.after_it + 1) * 1.0 / nullif(possible.after_it, 0))
            + ln(nullif(rated.after_days, 0) * 1.0 / nullif(rated.before_days, 0))
        ) OVER (
            PARTITION BY possible.warning_id
            ORDER BY possible.after_it
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS log_chance
    FROM possible
    INNER JOIN rated ON possible.warning_id = rated.warning_id
),

-- Decimals, since sums of them do not depend on their order.
chance AS (
    SELECT
        warning_id,
        CAST(sum(CAST(exp(log_chance) AS DECIMAL(18, 15))) FILTER (WHERE after_it >= after_count) AS DOUBLE)
        / nullif(CAST(sum(CAST(exp(log_chance) AS DECIMAL(18, 15))) AS DOUBLE), 0) AS of_more,
        CAST(sum(CAST(exp(log_chance) AS DECIMAL(18, 15))) FILTER (WHERE after_it <= after_count) AS DOUBLE)
        / nullif(CAST(sum(CAST(exp(log_chance) AS DECIMAL(18, 15))) AS DOUBLE), 0) AS of_fewer
    FROM likely
    GROUP BY warning_id
),

changed AS (
    SELECT
        rated.warning_id,
        CASE
            WHEN rated.before_days < $min_days_before OR rated.after_days < 1 THEN NULL
            WHEN
                compared.rate_ratio_lower > 1
                AND chance.of_more <= $max_chance
                AND rated.before_count + rated.after_count >= $min_total
                THEN 'rose'
            WHEN
                compared.rate_ratio_upper < 1
                AND chance.of_fewer <= $max_chance
                AND rated.before_count + rated.after_count >= $min_total
                THEN 'fell'
            WHEN rated.after_rate > rated.before_rate THEN 'rose within chance'
            WHEN rated.after_rate < rated.before_rate THEN 'fell within chance'
            ELSE 'stayed'
        END AS rate_change,
        CASE
            WHEN rated.before_days < $min_days_before OR rated.after_days < 1 THEN NULL
            WHEN rated.after_rate > rated.before_rate THEN chance.of_more
            WHEN rated.after_rate < rated.before_rate THEN chance.of_fewer
        END AS change_chance
    FROM rated
    INNER JOIN compared ON rated.warning_id = compared.warning_id
    INNER JOIN chance ON rated.warning_id = chance.warning_id
),

first_after AS (
    SELECT
        rated.warning_id,
        date_diff('day', CAST(warning.issued_at AS DATE), CAST(rated.first_after_at AS DATE))
        - CASE
            WHEN
                warning.issued_at
                + date_diff('day', CAST(warning.issued_at AS DATE), CAST(rated.first_after_at AS DATE)) * INTERVAL 1 DAY
                > rated.first_after_at
                THEN 1
            ELSE 0
        END AS days_to_first
    FROM rated
    INNER JOIN warning ON rated.warning_id = warning.warning_id
),

weighed AS (
    SELECT
        compared.warning_id,
        warning.kind IN ('final', 'restriction', 'investigation_notice') AS grave,
        warning.kind IN ('training', 'policy') AS slight,
        changed.rate_change,
        changed.change_chance,
        warning.subject_id IS NULL
        AND same_subject.same_subjects = 0
        AND same_subject.repeated_subjects = 0
        AND coalesce(changed.rate_change, '') <> 'rose'
        AND compared.share_since_lower <= whole_force.share AS within_noise
    FROM compared
    INNER JOIN changed ON compared.warning_id = changed.warning_id
    INNER JOIN warning ON compared.warning_id = warning.warning_id
    INNER JOIN same_subject ON compared.warning_id = same_subject.warning_id
    CROSS JOIN whole_force
)

SELECT
    warned_access.user_id,
    warned_access.warning_id,
    warning.subject_id,
    warned_access.access_id,
    warned_access.after_warning AS counts,
    CASE
        WHEN weighed.grave THEN CASE WHEN weighed.within_noise THEN 'high' ELSE 'critical' END
        WHEN weighed.slight THEN CASE WHEN weighed.within_noise THEN 'low' ELSE 'medium' END
        WHEN weighed.within_noise THEN 'medium'
        ELSE 'high'
    END AS level,
    CASE
        WHEN weighed.grave THEN CASE WHEN weighed.within_noise THEN 28 ELSE 46 END
        WHEN weighed.slight THEN CASE WHEN weighed.within_noise THEN 4 ELSE 26 END
        WHEN weighed.within_noise THEN 14
        ELSE 40
    END + CASE
        WHEN weighed.within_noise OR weighed.slight THEN 0
        WHEN weighed.rate_change = 'rose' THEN $rose_points
        WHEN weighed.rate_change = 'fell' THEN -$fell_points
        ELSE 0
    END AS points,
    warning.kind AS warning_kind,
    CASE warning.kind
        WHEN 'advice' THEN 'the words of advice'
        WHEN 'written' THEN 'the written warning'
        WHEN 'final' THEN 'the final warning'
        WHEN 'training' THEN 'the training'
        WHEN 'restriction' THEN 'the restriction'
        WHEN 'investigation_notice' THEN 'the notice of investigation'
        WHEN 'policy' THEN 'the policy'
        ELSE 'the warning'
    END AS warning_words,
    CASE
        WHEN warning.subject_id IS NULL THEN 'unexplained accesses'
        ELSE
            'accesses to what the warning names' || CASE
                WHEN rated.after_explained = 0 THEN ''
                WHEN rated.after_count = 1 THEN ' (explained)'
                WHEN rated.after_explained = rated.after_count THEN ' (all explained)'
                ELSE ' (' || CAST(rated.after_explained AS VARCHAR) || ' of them explained)'
            END || CASE
                WHEN rated.after_unjudged = 0 THEN ''
                WHEN rated.after_count = 1 THEN ' (not judged)'
                WHEN rated.after_unjudged = rated.after_count THEN ' (none of them judged)'
                ELSE ' (' || CAST(rated.after_unjudged AS VARCHAR) || ' of them not judged)'
            END
    END AS in_question,
    warning.issued_at,
    warning.expires_at,
    warning.system AS warning_system,
    warning.about,
    rated.before_count + rated.after_count AS total,
    rated.before_count,
    rated.after_count,
    CASE WHEN warning.subject_id IS NOT NULL THEN rated.before_explained END AS named_subject_explained_before,
    CASE WHEN warning.subject_id IS NOT NULL THEN rated.after_explained END AS named_subject_explained,
    CASE WHEN warning.subject_id IS NOT NULL THEN rated.after_unjudged END AS named_subject_unjudged,
    rated.before_days,
    rated.after_days,
    'in ' || CAST(rated.after_days AS VARCHAR) || ' days' || CASE
        WHEN rated.after_days >= 1
            THEN ' (' || CAST(CAST(round(rated.after_rate, 1) AS DECIMAL(18, 1)) AS VARCHAR) || ' in 30 days)'
        ELSE ''
    END AS pace_after,
    CASE
        WHEN rated.before_days < 1 THEN 'of the time before it the log holds no whole day to compare with'
        ELSE
            'before it ' || CASE
                WHEN rated.before_count = 0 THEN 'none in ' || CAST(rated.before_days AS VARCHAR) || ' days'
                ELSE
                    CAST(rated.before_count AS VARCHAR) || ' in ' || CAST(rated.before_days AS VARCHAR) || ' days ('
                    || CAST(CAST(round(rated.before_rate, 1) AS DECIMAL(18, 1)) AS VARCHAR) || ' in 30 days' || CASE
                        WHEN rated.before_explained = 0 THEN ''
                        WHEN rated.before_count = 1 THEN ', explained'
                        WHEN rated.before_explained = rated.before_count THEN ', all explained'
                        ELSE ', ' || CAST(rated.before_explained AS VARCHAR) || ' of them explained'
                    END || ')'
            END
            || CASE
                WHEN rated.before_days < $min_days_before THEN ', too few days to compare with'
                WHEN weighed.rate_change = 'rose' AND rated.before_count = 0 THEN ', so the rate rose from nothing'
                WHEN weighed.rate_change = 'rose'
                    THEN
                        ', so the rate rose to '
                        || CAST(CAST(round(compared.rate_ratio, 1) AS DECIMAL(18, 1)) AS VARCHAR) || ' times that'
                WHEN weighed.rate_change = 'fell'
                    THEN
                        ', so the rate fell to '
                        || CAST(CAST(round(100 * compared.rate_ratio) AS BIGINT) AS VARCHAR) || ' % of that'
                WHEN weighed.rate_change = 'rose within chance'
                    THEN ', so the rate rose, but no more than chance would give'
                WHEN weighed.rate_change = 'fell within chance'
                    THEN ', so the rate fell, but no more than chance would give'
                WHEN weighed.rate_change = 'stayed' THEN ', so the rate stayed the same'
                ELSE ''
            END
    END || CASE
        WHEN weighed.within_noise
            THEN
                '; of ' || CAST(rated.accesses_since AS VARCHAR)
                || ' accesses since, no more than anybody would have unexplained by chance'
        ELSE ''
    END AS compared_with,
    round(rated.before_rate, 3) AS before_per_30d,
    round(rated.after_rate, 3) AS after_per_30d,
    weighed.rate_change,
    round(weighed.change_chance, 4) AS change_chance,
    round(compared.rate_ratio, 3) AS rate_ratio,
    round(compared.rate_ratio_lower, 3) AS rate_ratio_lower,
    round(compared.rate_ratio_upper, 3) AS rate_ratio_upper,
    rated.before_duty_days,
    rated.after_duty_days,
    round(rated.before_duty_rate, 4) AS before_per_duty_day,
    round(rated.after_duty_rate, 4) AS after_per_duty_day,
    round(compared.duty_rate_ratio, 3) AS duty_rate_ratio,
    round(compared.duty_rate_ratio_lower, 3) AS duty_rate_ratio_lower,
    round(compared.duty_rate_ratio_upper, 3) AS duty_rate_ratio_upper,
    compared.accesses_since,
    round(compared.share_since, 4) AS share_since,
    round(compared.share_since_lower, 4) AS share_since_lower,
    round(whole_force.share, 4) AS force_share,
    weighed.within_noise,
    first_after.days_to_first,
    CASE
        WHEN first_after.days_to_first < 1 THEN 'within a day'
        ELSE CAST(first_after.days_to_first AS VARCHAR) || ' days later'
    END AS first_words,
    same_subject.same_subjects,
    same_subject.repeated_subjects,
    warned_on_topic.on_topic,
    rated.earlier_warnings
FROM warned_access
INNER JOIN rated ON warned_access.warning_id = rated.warning_id
INNER JOIN same_subject ON warned_access.warning_id = same_subject.warning_id
INNER JOIN warning ON warned_access.warning_id = warning.warning_id
INNER JOIN first_after ON warned_access.warning_id = first_after.warning_id
INNER JOIN compared ON warned_access.warning_id = compared.warning_id
INNER JOIN weighed ON warned_access.warning_id = weighed.warning_id
LEFT JOIN warned_on_topic ON warned_access.warning_id = warned_on_topic.warning_id
CROSS JOIN whole_force
ORDER BY warned_access.user_id, warned_access.warning_id, warned_access.access_id
