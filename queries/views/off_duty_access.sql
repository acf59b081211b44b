-- id = "off_duty_access"
-- title = "Accesses made while the user was not on duty"
-- description = "One row for each access outside every duty period, or while absent or not in service; `state` says which."
-- reads = ["access", "duty", "duty_day", "explanation", "staff"]
-- parameters.margin_minutes = 30
-- parameters.known_days = 14
-- partition = ["user_id", "local_date"]
--
-- `state`: suspended, before_joining, after_leaving, leave, sick, or outside (none of these, and no period holds the access);
-- where several hold, the first of them. `explained`: in full.
--
-- Unknown is not off duty. `outside` is judged only where the user's duty is known around the access: a period of any kind ended within
-- known_days before it, and another begins within known_days after. So users without a rota, a spell at a desk that has none, and the
-- days that a late rota has not reached are left alone; a fortnight spans any run of rest days. The day on which the force's first rota
-- begins is as good as a period before: it begins for all at once, on rest days too. Its last day is not: units deliver late.
--
-- margin_minutes before and after a period in which the user works is as good as inside it: people come early, and write up
-- late. In England and Wales the first 30 minutes of unplanned overtime are mostly not claimed (Police Regulations 2003, Annex G), so no
-- rota shows them. The same margin holds for leave and sickness that adjoin work: who goes home ill at two may sign off at ten past.
-- Declared overtime lifts leave and sickness; a planned shift does not, since rotas leave the plan standing below the leave that took its
-- place. Nothing lifts a suspension. joined_on and left_on are the first and last local day of service.
WITH known_user AS (
    SELECT DISTINCT user_id
    FROM duty
),

rota AS (
    SELECT min(starts_at) AS begins_at
    FROM duty
),

-- The one pass over all accesses. What lies in a period of work and in no other falls out here, and that is nearly everything.
candidate AS (
    SELECT
        access.access_id,
        access.user_id,
        access.subject_id,
        access.occurred_at,
        access.local_date,
        known_user.user_id IS NOT NULL AS has_rota,
        duty_day.status,
        coalesce(access.local_date < staff.joined_on, FALSE) AS before_joining,
        coalesce(access.local_date > staff.left_on, FALSE) AS after_leaving
    FROM access
    LEFT JOIN known_user ON access.user_id = known_user.user_id
    LEFT JOIN staff ON access.user_id = staff.user_id
    LEFT JOIN duty_day
        ON
            access.user_id = duty_day.user_id
            AND CAST(access.occurred_at AS DATE) = duty_day.day
            AND access.occurred_at >= duty_day.starts_at
            AND access.occurred_at < duty_day.ends_at
    WHERE
        access.user_id IS NOT NULL
        AND (
            (known_user.user_id IS NOT NULL AND NOT coalesce(duty_day.working, FALSE))
            OR access.local_date < staff.joined_on
            OR access.local_date > staff.left_on
        )
),

-- Also in a period of work: a shift below the leave, or overtime.
at_work AS (
    SELECT
        candidate.access_id,
        bool_or(duty_day.status = 'overtime') AS overtime
    FROM candidate
    INNER JOIN duty_day
        ON
            candidate.user_id = duty_day.user_id
            AND CAST(candidate.occurred_at AS DATE) = duty_day.day
            AND candidate.occurred_at >= duty_day.starts_at
            AND candidate.occurred_at < duty_day.ends_at
    WHERE duty_day.working
    GROUP BY candidate.access_id
),

idle AS (
    SELECT DISTINCT
        candidate.access_id,
        candidate.user_id,
        candidate.occurred_at
    FROM candidate
    ANTI JOIN at_work ON candidate.access_id = at_work.access_id
    WHERE candidate.has_rota
),

-- Of a user's years only the duty about those accesses can bear on them.
span AS (
    SELECT
        user_id,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at
    FROM idle
    GROUP BY user_id
),

moment AS (
    SELECT
        user_id,
        occurred_at AS moment_at,
        1 AS place,
        access_id,
        CAST(NULL AS TIMESTAMP) AS starts_at,
        CAST(NULL AS TIMESTAMP) AS ends_at,
        FALSE AS working
    FROM idle
    UNION ALL
    SELECT
        duty.user_id,
        duty.starts_at AS moment_at,
        0 AS place,
        CAST(NULL AS VARCHAR) AS access_id,
        duty.starts_at,
        duty.ends_at,
        duty.status IN ('on_duty', 'overtime', 'restricted') AS working
    FROM duty
    INNER JOIN span ON duty.user_id = span.user_id
    WHERE
        duty.starts_at < duty.ends_at
        AND (
            duty.ends_at >= span.first_at - $known_days * INTERVAL 1 DAY
            OR duty.ends_at >= span.first_at - $margin_minutes * INTERVAL 1 MINUTE
        )
        AND (
            duty.starts_at <= span.last_at + $known_days * INTERVAL 1 DAY
            OR duty.starts_at <= span.last_at + $margin_minutes * INTERVAL 1 MINUTE
        )
),

placed AS (
    SELECT
        access_id,
        moment_at AS occurred_at,
        max(ends_at) OVER (
            PARTITION BY user_id
            ORDER BY moment_at, place, access_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS any_until,
        max(CASE WHEN working THEN ends_at END) OVER (
            PARTITION BY user_id
            ORDER BY moment_at, place, access_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS worked_until,
        min(starts_at) OVER (
            PARTITION BY user_id
            ORDER BY moment_at, place, access_id
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS any_from,
        min(CASE WHEN working THEN starts_at END) OVER (
            PARTITION BY user_id
            ORDER BY moment_at, place, access_id
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS works_from
    FROM moment
),

off_work AS (
    SELECT
        placed.access_id,
        coalesce(placed.any_until, rota.begins_at) <= placed.occurred_at
        AND coalesce(placed.any_until, rota.begins_at) >= placed.occurred_at - $known_days * INTERVAL 1 DAY
        AND placed.any_from <= placed.occurred_at + $known_days * INTERVAL 1 DAY AS known,
        coalesce(placed.worked_until > placed.occurred_at - $margin_minutes * INTERVAL 1 MINUTE, FALSE)
        OR coalesce(placed.works_from <= placed.occurred_at + $margin_minutes * INTERVAL 1 MINUTE, FALSE) AS beside_work
    FROM placed
    CROSS JOIN rota
    WHERE placed.access_id IS NOT NULL
),

held AS (
    SELECT
        candidate.access_id,
        CASE candidate.status WHEN 'suspended' THEN 1 WHEN 'leave' THEN 4 ELSE 5 END AS gravity,
        candidate.status AS state
    FROM candidate
    LEFT JOIN at_work ON candidate.access_id = at_work.access_id
    LEFT JOIN off_work ON candidate.access_id = off_work.access_id
    WHERE
        candidate.status = 'suspended'
        OR (
            candidate.status IN ('leave', 'sick')
            AND NOT coalesce(at_work.overtime, FALSE)
            AND NOT coalesce(off_work.beside_work, FALSE)
        )
    UNION ALL
    SELECT
        access_id,
        CASE WHEN before_joining THEN 2 ELSE 3 END AS gravity,
        CASE WHEN before_joining THEN 'before_joining' ELSE 'after_leaving' END AS state
    FROM candidate
    WHERE before_joining OR after_leaving
    UNION ALL
    SELECT
        access_id,
        6 AS gravity,
        'outside' AS state
    FROM off_work
    WHERE known AND NOT beside_work
),

gravest AS (
    SELECT
        access_id,
        min(gravity) AS gravity,
        min_by(state, gravity) AS state
    FROM held
    GROUP BY access_id
)

SELECT DISTINCT
    candidate.access_id,
    candidate.user_id,
    candidate.subject_id,
    candidate.occurred_at,
    candidate.local_date,
    gravest.gravity,
    gravest.state,
    coalesce(explanation.strength = 'full', FALSE) AS explained
FROM candidate
INNER JOIN gravest ON candidate.access_id = gravest.access_id
LEFT JOIN explanation ON candidate.access_id = explanation.access_id
