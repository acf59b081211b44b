-- id = "warning_exposure"
-- title = "How long, and how much, a warned user was at work on both sides of the warning"
-- description = "One row for each warning to a user with an access: days and duty days before and after it, accesses since, warnings before."
-- reads = ["access", "duty", "horizon", "judgeable_access", "warning"]
-- materialise = true
--
-- Calendar days run from the user's first event to the warning, and from it to its expiry or the newest event. A day on duty is one on
-- which a duty or overtime began; NULL where no duty of the user is known. `accesses_since` are the judged accesses on the warning's
-- system while it stands.
WITH first_event AS (
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
