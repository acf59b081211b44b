-- id = "own-baseline"
-- title = "Unlike the user's own earlier months"
-- description = "In one month, accesses far beyond the user's own earlier months, or far more of them outside the hours that the user keeps."
-- level = "low"
-- status = "stable"
-- family = "pattern"
-- key = ["user_id", "month"]
-- points = 12
-- summary = "{user_id} in {month}: {accesses} accesses (own median {own_median}, z {z}), {outside_accesses} outside the usual hours (share {outside_share}, before {usual_outside_share})"
-- reads = ["access", "horizon", "lacks_explanation", "user_hour", "user_month"]
-- requires = []
-- parameters.min_z = 5.0
-- parameters.min_months = 3
-- parameters.min_days = 5
-- parameters.min_scale = 2.0
-- parameters.scale_share = 0.2
-- parameters.min_outside = 10
-- parameters.min_outside_days = 3
-- parameters.month_share = 0.5
-- parameters.least_not_explained = 0.5
-- parameters.usual_share = 0.85
-- parameters.times_share = 2.0
-- parameters.most_share = 0.1
-- parameters.min_users = 20
-- references = [
--     "Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): median and MAD",
--     "259 published cases: with the log alone few can be named, so the user's own past must serve",
-- ]
-- tags = ["volume", "hours", "log-only"]
-- falsepositives = [
--     "A new post, a major enquiry, a turn of nights: what an officer does changes.",
--     "A colleague's work taken over.",
-- ]
-- blind_spots = [
--     "Who has always done it: a habit is its own baseline.",
--     "Users with fewer than min_months months before.",
-- ]
-- triage = [
--     "Look at posting and rota first; most of these end there.",
--     "Then read which subjects are new in that month.",
-- ]
--
-- Log-only: of use where neither incidents nor staff are known. A month is compared with the same user's earlier months of at least
-- min_days active days, so that a long leave is no quiet time to come back from. z = (x - median) / scale, where scale is 1.4826 x MAD,
-- but never below min_scale, the root of the median, or scale_share of it: a rota alone gives one month a fifth more shifts than
-- another, and three equal months have a MAD of 0. The usual hours are the fewest local hours that together hold usual_share of the
-- earlier accesses; it fires when min_outside or more lie outside and their share is at least times_share what it was. Where
-- most_share of min_users or more stand out in the same month, the log changed, not they, and none is named. Hours are judged only
-- in months with month_share of the user's usual days, over min_outside_days or more: two nights of duty in a month that has
-- just begun are not a habit. Where incidents are known, at least least_not_explained of what is too much must lack a full
-- explanation: more work, and work at other hours, is no sign of anything (0.0 reports it all the same).
WITH month_number AS (
    SELECT
        user_id,
        month,
        accesses,
        days,
        sum(CASE WHEN days >= $min_days THEN 1 ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_months
    FROM user_month
),

judged_month AS (
    SELECT
        user_id,
        month,
        accesses,
        days,
        earlier_months
    FROM month_number
    WHERE earlier_months >= $min_months
),

-- The user's earlier months, smallest first. All later arithmetic picks from these.
earlier AS (
    SELECT
        judged_month.user_id,
        judged_month.month,
        judged_month.earlier_months,
        judged_month.accesses,
        judged_month.days,
        user_month.accesses AS earlier_accesses,
        user_month.days AS earlier_days,
        row_number() OVER (
            PARTITION BY judged_month.user_id, judged_month.month ORDER BY user_month.accesses, user_month.month
        ) AS place
    FROM judged_month
    INNER JOIN user_month ON judged_month.user_id = user_month.user_id
    WHERE user_month.month < judged_month.month AND user_month.days >= $min_days
),

centred AS (
    SELECT
        user_id,
        month,
        max(accesses) AS accesses,
        max(days) AS days,
        max(earlier_months) AS earlier_months,
        sum(earlier_days) AS earlier_days,
        sum(CASE WHEN place = (earlier_months + 1) // 2 THEN earlier_accesses ELSE 0 END)
        + sum(CASE WHEN place = (earlier_months + 2) // 2 THEN earlier_accesses ELSE 0 END) AS twice_median
    FROM earlier
    GROUP BY user_id, month
),

deviation AS (
    SELECT
        earlier.user_id,
        earlier.month,
        earlier.earlier_months,
        abs(2 * earlier.earlier_accesses - centred.twice_median) AS twice_deviation,
        row_number() OVER (
            PARTITION BY earlier.user_id, earlier.month
            ORDER BY abs(2 * earlier.earlier_accesses - centred.twice_median), earlier.place
        ) AS place
    FROM earlier
    INNER JOIN centred ON earlier.user_id = centred.user_id AND earlier.month = centred.month
),

spread AS (
    SELECT
        user_id,
        month,
        sum(CASE WHEN place = (earlier_months + 1) // 2 THEN twice_deviation ELSE 0 END)
        + sum(CASE WHEN place = (earlier_months + 2) // 2 THEN twice_deviation ELSE 0 END) AS four_mad
    FROM deviation
    GROUP BY user_id, month
),

volume AS (
    SELECT
        centred.user_id,
        centred.month,
        centred.accesses,
        centred.earlier_months,
        centred.days * centred.earlier_months >= $month_share * centred.earlier_days AS long_enough,
        centred.twice_median / 2.0 AS own_median,
        spread.four_mad / 4.0 AS own_mad,
        (centred.accesses - centred.twice_median / 2.0) / nullif(
            greatest(
                1.4826 * spread.four_mad / 4.0,
                sqrt(centred.twice_median / 2.0),
                $scale_share * centred.twice_median / 2.0,
                $min_scale
            ),
            0
        ) AS z
    FROM centred
    INNER JOIN spread ON centred.user_id = spread.user_id AND centred.month = spread.month
),

-- Each judged month and each hour that the user has had by then: how much of it was earlier, how much now.
known_hour AS (
    SELECT DISTINCT
        user_id,
        local_hour
    FROM user_hour
),

hour_of_month AS (
    SELECT
        month_number.user_id,
        month_number.month,
        month_number.earlier_months,
        known_hour.local_hour,
        coalesce(user_hour.accesses, 0) AS accesses,
        coalesce(
            sum(user_hour.accesses) OVER (
                PARTITION BY month_number.user_id, known_hour.local_hour
                ORDER BY month_number.month
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS earlier_accesses
    FROM month_number
    INNER JOIN known_hour ON month_number.user_id = known_hour.user_id
    LEFT JOIN user_hour
        ON
            month_number.user_id = user_hour.user_id
            AND month_number.month = user_hour.month
            AND known_hour.local_hour = user_hour.local_hour
),

hour_history AS (
    SELECT
        user_id,
        month,
        local_hour,
        earlier_accesses,
        accesses
    FROM hour_of_month
    WHERE earlier_months >= $min_months AND (earlier_accesses > 0 OR accesses > 0)
),

hour_rank AS (
    SELECT
        user_id,
        month,
        local_hour,
        earlier_accesses,
        accesses,
        sum(earlier_accesses) OVER (
            PARTITION BY user_id, month
            ORDER BY earlier_accesses DESC, local_hour ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - earlier_accesses AS busier_hours,
        sum(earlier_accesses) OVER (PARTITION BY user_id, month) AS all_earlier
    FROM hour_history
),

unusual_hour AS (
    SELECT
        user_id,
        month,
        local_hour,
        earlier_accesses,
        accesses,
        all_earlier
    FROM hour_rank
    WHERE busier_hours >= $usual_share * all_earlier
),

hours AS (
    SELECT
        user_id,
        month,
        sum(accesses) AS outside_accesses,
        sum(earlier_accesses) / nullif(CAST(max(all_earlier) AS DOUBLE), 0) AS usual_outside_share
    FROM unusual_hour
    GROUP BY user_id, month
),

-- Only of the few months with enough of them outside is it asked on how many days.
outside_month AS (
    SELECT
        volume.user_id,
        volume.month
    FROM volume
    INNER JOIN hours ON volume.user_id = hours.user_id AND volume.month = hours.month
    WHERE
        volume.long_enough
        AND hours.outside_accesses >= $min_outside
        AND hours.outside_accesses / nullif(CAST(volume.accesses AS DOUBLE), 0)
        >= $times_share * coalesce(hours.usual_outside_share, 0.0)
),

outside_date AS (
    SELECT
        outside_month.user_id,
        outside_month.month,
        unnest(user_hour.local_dates) AS local_date
    FROM outside_month
    INNER JOIN unusual_hour
        ON outside_month.user_id = unusual_hour.user_id AND outside_month.month = unusual_hour.month
    INNER JOIN user_hour
        ON
            unusual_hour.user_id = user_hour.user_id
            AND unusual_hour.month = user_hour.month
            AND unusual_hour.local_hour = user_hour.local_hour
),

outside_day AS (
    SELECT
        user_id,
        month,
        count(DISTINCT local_date) AS days
    FROM outside_date
    GROUP BY user_id, month
),

compared AS (
    SELECT
        volume.user_id,
        volume.month,
        volume.accesses,
        volume.earlier_months,
        volume.own_median,
        volume.own_mad,
        volume.z,
        volume.z >= $min_z AS too_many,
        coalesce(hours.outside_accesses, 0) AS outside_accesses,
        coalesce(hours.outside_accesses, 0) / nullif(CAST(volume.accesses AS DOUBLE), 0) AS outside_share,
        coalesce(hours.usual_outside_share, 0.0) AS usual_outside_share,
        coalesce(outside_day.days >= $min_outside_days, FALSE) AS odd_hours
    FROM volume
    LEFT JOIN hours ON volume.user_id = hours.user_id AND volume.month = hours.month
    LEFT JOIN outside_day ON volume.user_id = outside_day.user_id AND volume.month = outside_day.month
),

month_of_force AS (
    SELECT
        month,
        count(*) AS users,
        count(*) FILTER (WHERE too_many) AS users_with_more,
        count(*) FILTER (WHERE odd_hours) AS users_at_odd_hours
    FROM compared
    GROUP BY month
),

found AS (
    SELECT
        compared.user_id,
        compared.month,
        compared.accesses,
        compared.earlier_months,
        compared.own_median,
        compared.own_mad,
        compared.z,
        compared.outside_accesses,
        compared.outside_share,
        compared.usual_outside_share,
        compared.too_many
        AND (
            month_of_force.users < $min_users OR month_of_force.users_with_more < $most_share * month_of_force.users
        ) AS too_many,
        compared.odd_hours
        AND (
            month_of_force.users < $min_users OR month_of_force.users_at_odd_hours < $most_share * month_of_force.users
        ) AS odd_hours
    FROM compared
    INNER JOIN month_of_force ON compared.month = month_of_force.month
    WHERE compared.too_many OR compared.odd_hours
),

-- What is not fully explained, and what waits to be judged.
open_hour AS (
    SELECT
        user_id,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        local_hour,
        count(*) AS accesses
    FROM lacks_explanation
    GROUP BY user_id, substr(CAST(local_date AS VARCHAR), 1, 7), local_hour
    UNION ALL
    SELECT
        access.user_id,
        substr(CAST(access.local_date AS VARCHAR), 1, 7) AS month,
        access.local_hour,
        count(*) AS accesses
    FROM access
    CROSS JOIN horizon
    WHERE access.user_id IS NOT NULL AND access.subject_id IS NOT NULL AND access.occurred_at > horizon.judged_until
    GROUP BY access.user_id, substr(CAST(access.local_date AS VARCHAR), 1, 7), access.local_hour
),

open_count AS (
    SELECT
        user_id,
        month,
        local_hour,
        sum(accesses) AS accesses
    FROM open_hour
    GROUP BY user_id, month, local_hour
),

-- The accesses that would be cited, counted by the hour: which they are is asked only where they are reported.
cited_count AS (
    SELECT
        found.user_id,
        found.month,
        CAST(sum(
            CASE
                WHEN horizon.judges THEN user_hour.without_subject + coalesce(open_count.accesses, 0)
                ELSE user_hour.accesses
            END
        ) AS BIGINT) AS not_explained
    FROM found
    CROSS JOIN horizon
    INNER JOIN user_hour ON found.user_id = user_hour.user_id AND found.month = user_hour.month
    LEFT JOIN unusual_hour
        ON
            found.user_id = unusual_hour.user_id
            AND found.month = unusual_hour.month
            AND user_hour.local_hour = unusual_hour.local_hour
    LEFT JOIN open_count
        ON
            found.user_id = open_count.user_id
            AND found.month = open_count.month
            AND user_hour.local_hour = open_count.local_hour
    WHERE found.too_many OR (found.odd_hours AND unusual_hour.user_id IS NOT NULL)
    GROUP BY found.user_id, found.month
),

unaccounted AS (
    SELECT
        found.user_id,
        found.month,
        found.too_many,
        found.odd_hours,
        cited_count.not_explained
    FROM found
    INNER JOIN cited_count ON found.user_id = cited_count.user_id AND found.month = cited_count.month
    WHERE
        cited_count.not_explained
        >= $least_not_explained * CASE
            WHEN found.too_many THEN found.accesses - found.own_median
            ELSE found.outside_accesses
        END
),

cited AS (
    SELECT
        unaccounted.user_id,
        unaccounted.month,
        unaccounted.not_explained,
        access.access_id
    FROM unaccounted
    INNER JOIN access
        ON
            unaccounted.user_id = access.user_id
            AND unaccounted.month = substr(CAST(access.local_date AS VARCHAR), 1, 7)
    LEFT JOIN unusual_hour
        ON
            unaccounted.user_id = unusual_hour.user_id
            AND unaccounted.month = unusual_hour.month
            AND access.local_hour = unusual_hour.local_hour
    WHERE unaccounted.too_many OR (unaccounted.odd_hours AND unusual_hour.user_id IS NOT NULL)
)

SELECT
    cited.user_id,
    cited.month,
    CAST(NULL AS VARCHAR) AS subject_id,
    cited.access_id,
    TRUE AS counts,
    found.accesses,
    cited.not_explained,
    found.earlier_months,
    found.own_median,
    found.own_mad,
    round(found.z, 2) AS z,
    found.outside_accesses,
    round(found.outside_share, 4) AS outside_share,
    round(found.usual_outside_share, 4) AS usual_outside_share,
    found.too_many,
    found.odd_hours
FROM cited
INNER JOIN found ON cited.user_id = found.user_id AND cited.month = found.month
ORDER BY cited.user_id, cited.month, cited.access_id
