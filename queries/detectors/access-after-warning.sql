-- id = "access-after-warning"
-- title = "Unexplained access after a warning"
-- description = "Unexplained accesses after a warning and within its scope, or any access to the very subject that it names."
-- level = "high"
-- status = "stable"
-- family = "after_warning"
-- key = ["user_id", "warning_id"]
-- points = 40
-- summary = "{user_id} went on after the {warning_kind} warning {warning_id}: {before_count} unexplained accesses before, {after_count} after, the first {days_to_first} days later"
-- reads = ["access", "duty", "horizon", "link", "unexplained_access", "warning"]
-- requires = ["incident", "warning"]
-- parameters.min_accesses = 1
-- references = [
--     "IPCC/ACPO 2012, case three: 176 unauthorised checks, 48 of them after a written warning",
--     "Merseyside 2012: 170 checks in 36 months; a written warning in month 33, more than 50 after it",
-- ]
-- tags = ["warning", "relapse", "rate"]
-- falsepositives = [
--     "One honest access that no data explains, long after a warning about something else: read the rate.",
--     "Advice given to a whole team.",
-- ]
-- blind_spots = [
--     "Warnings given by an earlier force and not entered.",
--     "A user who moves to a system whose log is not loaded.",
-- ]
-- triage = [
--     "Compare the rate after with the rate before: a ratio near or above one means that the warning changed nothing.",
--     "same_subjects tells how many of those looked up before were looked up again.",
-- ]
--
-- A warning is the strongest thing that a force can say short of a charge; what follows it is the strongest evidence. Counts
-- are of unexplained accesses within the warning's scope (its system; its subject and what is linked to it; no scope =
-- everything), from the user's first event on, whenever the warning was entered; accesses after its expiry do not count.
-- Rates are by calendar days, and by days on duty where duty is known.
WITH scope_subject AS (
    SELECT
        warning_id,
        subject_id,
        CAST(NULL AS TIMESTAMP) AS starts_at,
        CAST(NULL AS TIMESTAMP) AS ends_at
    FROM warning
    WHERE subject_id IS NOT NULL
    UNION
    SELECT
        warning.warning_id,
        link.linked_id AS subject_id,
        link.starts_at,
        link.ends_at
    FROM warning
    INNER JOIN link ON warning.subject_id = link.subject_id
),

in_scope AS (
    SELECT
        warning.warning_id,
        unexplained_access.access_id,
        unexplained_access.subject_id,
        unexplained_access.occurred_at
    FROM warning
    INNER JOIN unexplained_access
        ON
            warning.user_id = unexplained_access.user_id
            AND (warning.system IS NULL OR warning.system = unexplained_access.system)
    WHERE warning.subject_id IS NULL
    UNION
    SELECT
        warning.warning_id,
        unexplained_access.access_id,
        unexplained_access.subject_id,
        unexplained_access.occurred_at
    FROM warning
    INNER JOIN scope_subject ON warning.warning_id = scope_subject.warning_id
    INNER JOIN unexplained_access
        ON
            warning.user_id = unexplained_access.user_id
            AND (warning.system IS NULL OR warning.system = unexplained_access.system)
            AND scope_subject.subject_id = unexplained_access.subject_id
            AND (scope_subject.starts_at IS NULL OR unexplained_access.occurred_at >= scope_subject.starts_at)
            AND (scope_subject.ends_at IS NULL OR unexplained_access.occurred_at < scope_subject.ends_at)
    UNION
    SELECT
        warning.warning_id,
        access.access_id,
        access.subject_id,
        access.occurred_at
    FROM warning
    INNER JOIN access
        ON
            warning.user_id = access.user_id
            AND warning.subject_id = access.subject_id
            AND access.occurred_at >= warning.issued_at
),

sided AS (
    SELECT
        warning.warning_id,
        warning.user_id,
        warning.issued_at,
        in_scope.access_id,
        in_scope.subject_id,
        in_scope.occurred_at,
        in_scope.occurred_at >= warning.issued_at AS after_warning
    FROM in_scope
    INNER JOIN warning ON in_scope.warning_id = warning.warning_id
    WHERE warning.expires_at IS NULL OR in_scope.occurred_at < warning.expires_at
),

counted AS (
    SELECT
        warning_id,
        count(*) FILTER (WHERE NOT after_warning) AS before_count,
        count(*) FILTER (WHERE after_warning) AS after_count,
        min(occurred_at) FILTER (WHERE after_warning) AS first_after_at
    FROM sided
    GROUP BY warning_id
),

subject_side AS (
    SELECT
        warning_id,
        subject_id,
        bool_or(after_warning) AND bool_or(NOT after_warning) AS both_sides
    FROM sided
    GROUP BY warning_id, subject_id
),

same_subject AS (
    SELECT
        warning_id,
        count(*) FILTER (WHERE both_sides) AS same_subjects
    FROM subject_side
    GROUP BY warning_id
),

first_event AS (
    SELECT
        access.user_id,
        min(access.occurred_at) AS first_at
    FROM access
    INNER JOIN warning ON access.user_id = warning.user_id
    GROUP BY access.user_id
),

exposure AS (
    SELECT
        warning.warning_id,
        warning.user_id,
        first_event.first_at,
        warning.issued_at,
        least(coalesce(warning.expires_at, horizon.newest_at), horizon.newest_at) AS until_at,
        greatest(
            date_diff('day', CAST(first_event.first_at AS DATE), CAST(warning.issued_at AS DATE)),
            0
        ) AS before_days,
        greatest(
            date_diff(
                'day',
                CAST(warning.issued_at AS DATE),
                CAST(least(coalesce(warning.expires_at, horizon.newest_at), horizon.newest_at) AS DATE)
            ),
            0
        ) AS after_days
    FROM warning
    INNER JOIN first_event ON warning.user_id = first_event.user_id
    CROSS JOIN horizon
),

duty_days AS (
    SELECT
        exposure.warning_id,
        count(DISTINCT CAST(duty.starts_at AS DATE)) FILTER (
            WHERE duty.ends_at > exposure.first_at AND duty.starts_at < exposure.issued_at
        ) AS before_duty_days,
        count(DISTINCT CAST(duty.starts_at AS DATE)) FILTER (
            WHERE duty.starts_at >= exposure.issued_at AND duty.starts_at <= exposure.until_at
        ) AS after_duty_days
    FROM exposure
    INNER JOIN duty ON exposure.user_id = duty.user_id
    WHERE duty.status IN ('on_duty', 'overtime')
    GROUP BY exposure.warning_id
),

rated AS (
    SELECT
        counted.warning_id,
        counted.before_count,
        counted.after_count,
        counted.first_after_at,
        exposure.before_days,
        exposure.after_days,
        duty_days.before_duty_days,
        duty_days.after_duty_days,
        counted.before_count * 30.0 / nullif(exposure.before_days, 0) AS before_rate,
        counted.after_count * 30.0 / nullif(exposure.after_days, 0) AS after_rate,
        counted.before_count * 1.0 / nullif(duty_days.before_duty_days, 0) AS before_duty_rate,
        counted.after_count * 1.0 / nullif(duty_days.after_duty_days, 0) AS after_duty_rate
    FROM counted
    INNER JOIN exposure ON counted.warning_id = exposure.warning_id
    LEFT JOIN duty_days ON counted.warning_id = duty_days.warning_id
    WHERE counted.after_count >= $min_accesses
)

SELECT
    sided.user_id,
    sided.warning_id,
    warning.subject_id,
    sided.access_id,
    sided.after_warning AS counts,
    CASE
        WHEN warning.kind IN ('final', 'restriction', 'investigation_notice') THEN 'critical'
        WHEN warning.kind IN ('training', 'policy') THEN 'medium'
        ELSE 'high'
    END AS level,
    CASE
        WHEN warning.kind IN ('final', 'restriction', 'investigation_notice') THEN 46
        WHEN warning.kind IN ('training', 'policy') THEN 26
        ELSE 40
    END AS points,
    warning.kind AS warning_kind,
    warning.issued_at,
    warning.expires_at,
    warning.system AS warning_system,
    rated.before_count + rated.after_count AS total,
    rated.before_count,
    rated.after_count,
    rated.before_days,
    rated.after_days,
    round(rated.before_rate, 3) AS before_per_30d,
    round(rated.after_rate, 3) AS after_per_30d,
    round(rated.after_rate / nullif(rated.before_rate, 0), 3) AS rate_ratio,
    round(rated.before_duty_rate, 4) AS before_per_duty_day,
    round(rated.after_duty_rate, 4) AS after_per_duty_day,
    date_diff('day', CAST(sided.issued_at AS DATE), CAST(rated.first_after_at AS DATE))
    - CASE
        WHEN
            sided.issued_at
            + date_diff('day', CAST(sided.issued_at AS DATE), CAST(rated.first_after_at AS DATE)) * INTERVAL 1 DAY
            > rated.first_after_at
            THEN 1
        ELSE 0
    END AS days_to_first,
    same_subject.same_subjects
FROM sided
INNER JOIN rated ON sided.warning_id = rated.warning_id
INNER JOIN same_subject ON sided.warning_id = same_subject.warning_id
INNER JOIN warning ON sided.warning_id = warning.warning_id
ORDER BY sided.user_id, sided.warning_id, sided.access_id
