-- id = "warning_exposure"
-- title = "How long, and how much, a warned user was at work on both sides of the warning"
-- description = "One row for each warning to a user with an access: days and duty days before and after it, accesses since, warnings before."
-- reads = ["access", "duty", "horizon", "judgeable_access", "local_clock", "warning"]
-- materialise = true
--
-- Calendar days are local ones. They run from the user's first event to the warning, and from it to its expiry or as far as accesses are
-- judged: what lies beyond the horizon cannot be called unexplained, and so is no time of good behaviour. Of a warning that names a
-- subject they run to the newest event, since any access to that subject counts, judged or not. Nor are days without a log time of good
-- behaviour: the days on both sides begin no earlier than the log, of a warning about one system no earlier than that system's, and the
-- days before no earlier than what the last purge left whole.
-- A day on duty is one on which a duty or overtime began; one that is running when the warning is issued lies on both sides. NULL where
-- no duty of the user is known. Restricted duty is duty too: the warned are often put on it, and log on.
-- `accesses_since` are the judged accesses on the warning's system while it stands.
WITH first_event AS (
    SELECT
        access.user_id,
        min(access.occurred_at) AS first_at,
        min(access.local_date) AS first_date
    FROM access
    INNER JOIN warning ON access.user_id = warning.user_id
    GROUP BY access.user_id
),

first_of_log AS (
    SELECT
        min(occurred_at) AS first_at,
        min(local_date) AS first_date
    FROM access
),

first_of_system AS (
    SELECT
        access.system,
        min(access.occurred_at) AS first_at,
        min(access.local_date) AS first_date
    FROM access
    SEMI JOIN warning ON access.system = warning.system
    GROUP BY access.system
),

span AS (
    SELECT
        warning.warning_id,
        warning.user_id,
        greatest(
            first_event.first_at,
            coalesce(first_of_system.first_at, first_event.first_at),
            coalesce(CAST(horizon.kept_from AS TIMESTAMP), first_event.first_at)
        ) AS first_at,
        greatest(
            first_event.first_date,
            coalesce(first_of_system.first_date, first_event.first_date),
            coalesce(horizon.kept_from, first_event.first_date)
        ) AS first_date,
        warning.issued_at,
        coalesce(first_of_system.first_at, first_of_log.first_at) AS logged_at,
        coalesce(first_of_system.first_date, first_of_log.first_date) AS logged_date,
        least(
            coalesce(warning.expires_at, horizon.newest_at),
            CASE
                WHEN warning.subject_id IS NULL THEN coalesce(horizon.judged_until, horizon.newest_at)
                ELSE horizon.newest_at
            END,
            horizon.newest_at
        ) AS until_at
    FROM warning
    INNER JOIN first_event ON warning.user_id = first_event.user_id
    LEFT JOIN first_of_system ON warning.system = first_of_system.system
    CROSS JOIN first_of_log
    CROSS JOIN horizon
),

exposure AS (
    SELECT
        span.warning_id,
        span.user_id,
        span.first_at,
        span.issued_at,
        greatest(span.issued_at, span.logged_at) AS since_at,
        span.until_at,
        greatest(
            date_diff(
                'day',
                span.first_date,
                CAST(span.issued_at + coalesce(issue_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE)
            ),
            0
        ) AS before_days,
        greatest(
            date_diff(
                'day',
                greatest(
                    CAST(span.issued_at + coalesce(issue_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE),
                    span.logged_date
                ),
                CAST(span.until_at + coalesce(end_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE)
            ),
            0
        ) AS after_days
    FROM span
    LEFT JOIN local_clock AS issue_clock
        ON
            (issue_clock.first_day IS NULL OR CAST(span.issued_at AS DATE) >= issue_clock.first_day)
            AND (issue_clock.until_day IS NULL OR CAST(span.issued_at AS DATE) < issue_clock.until_day)
    LEFT JOIN local_clock AS end_clock
        ON
            (end_clock.first_day IS NULL OR CAST(span.until_at AS DATE) >= end_clock.first_day)
            AND (end_clock.until_day IS NULL OR CAST(span.until_at AS DATE) < end_clock.until_day)
),

worked_duty AS (
    SELECT
        duty.user_id,
        duty.starts_at,
        duty.ends_at,
        CAST(duty.starts_at + coalesce(local_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE) AS local_date
    FROM duty
    SEMI JOIN warning ON duty.user_id = warning.user_id
    LEFT JOIN local_clock
        ON
            (local_clock.first_day IS NULL OR CAST(duty.starts_at AS DATE) >= local_clock.first_day)
            AND (local_clock.until_day IS NULL OR CAST(duty.starts_at AS DATE) < local_clock.until_day)
    WHERE duty.status IN ('on_duty', 'overtime', 'restricted')
),

duty_days AS (
    SELECT
        exposure.warning_id,
        count(DISTINCT worked_duty.local_date) FILTER (
            WHERE
            (worked_duty.ends_at IS NULL OR worked_duty.ends_at > exposure.first_at)
            AND worked_duty.starts_at < exposure.issued_at
        ) AS before_duty_days,
        count(DISTINCT worked_duty.local_date) FILTER (
            WHERE
            (worked_duty.ends_at IS NULL OR worked_duty.ends_at > exposure.since_at)
            AND worked_duty.starts_at <= exposure.until_at
        ) AS after_duty_days
    FROM exposure
    INNER JOIN worked_duty ON exposure.user_id = worked_duty.user_id
    GROUP BY exposure.warning_id
),

-- All that the user did since, on the warning's system: what the unexplained accesses are a share of.
worked AS (
    SELECT
        warning.warning_id,
        count(*) AS accesses_since
    FROM warning
    INNER JOIN judgeable_access
        ON
            warning.user_id = judgeable_access.user_id
            AND (warning.system IS NULL OR warning.system = judgeable_access.system)
            AND judgeable_access.occurred_at >= warning.issued_at
            AND (warning.expires_at IS NULL OR judgeable_access.occurred_at < warning.expires_at)
    GROUP BY warning.warning_id
),

earlier AS (
    SELECT
        warning.warning_id,
        count(earlier_warning.warning_id) AS earlier_warnings
    FROM warning
    LEFT JOIN warning AS earlier_warning
        ON warning.user_id = earlier_warning.user_id AND earlier_warning.issued_at < warning.issued_at
    GROUP BY warning.warning_id
)

SELECT
    exposure.warning_id,
    exposure.before_days,
    exposure.after_days,
    duty_days.before_duty_days,
    duty_days.after_duty_days,
    coalesce(worked.accesses_since, 0) AS accesses_since,
    earlier.earlier_warnings
FROM exposure
INNER JOIN earlier ON exposure.warning_id = earlier.warning_id
LEFT JOIN duty_days ON exposure.warning_id = duty_days.warning_id
LEFT JOIN worked ON exposure.warning_id = worked.warning_id
