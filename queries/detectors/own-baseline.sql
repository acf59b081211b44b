-- id = "own-baseline"
-- title = "Unlike the user's own earlier months"
-- description = "In one month, accesses far beyond the user's own earlier months, or far more of them outside the hours that the user keeps."
-- level = "low"
-- status = "stable"
-- family = "pattern"
-- key = ["user_id", "month"]
-- points = 12
-- summary = "{user_id} made {accesses} accesses in {month}, against a median of {own_median} in the earlier months; of these {outside_percent} % were outside the usual hours, against {usual_outside_percent} % before"
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
WITH user_number AS (
    SELECT
        user_id,
        month,
        accesses,
        days,
        row_number() OVER (ORDER BY user_id, month) AS series,
        dense_rank() OVER (ORDER BY user_id) AS user_number
    FROM user_month
),

-- `series` numbers users and months, later months of a user greater: whole numbers are joined and sorted faster than texts.
month_number AS (
    SELECT
        user_id,
        month,
        accesses,
        days,
        series,
        user_number,
        sum(CASE WHEN days >= $min_days THEN 1 ELSE 0 END) OVER (
            PARTITION BY user_number ORDER BY series ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_months
    FROM user_number
),

judged_month AS (
    SELECT
        user_id,
        month,
        accesses,
        days,
        series,
        user_number,
        earlier_months
    FROM month_number
    WHERE earlier_months >= $min_months
),

-- The user's earlier months, smallest first. All later arithmetic picks from these.
earlier AS (
    SELECT
        judged_month.series,
        judged_month.earlier_months,
        month_number.accesses AS earlier_accesses,
        month_number.days AS earlier_days,
        row_number() OVER (
            PARTITION BY judged_month.series ORDER BY month_number.accesses, month_number.series
        ) AS place
    FROM judged_month
    INNER JOIN month_number
        ON judged_month.user_number = month_number.user_number AND judged_month.series > month_number.series
    WHERE month_number.days >= $min_days
),

centred AS (
    SELECT
        series,
        sum(earlier_days) AS earlier_days,
        sum(CASE WHEN place = (earlier_months + 1) // 2 THEN earlier_accesses ELSE 0 END)
        + sum(CASE WHEN place = (earlier_months + 2) // 2 THEN earlier_accesses ELSE 0 END) AS twice_median
    FROM earlier
    GROUP BY series
),

deviation AS (
    SELECT
        earlier.series,
        earlier.earlier_months,
        abs(2 * earlier.earlier_accesses - centred.twice_median) AS twice_deviation,
        row_number() OVER (
            PARTITION BY earlier.series
            ORDER BY abs(2 * earlier.earlier_accesses - centred.twice_median), earlier.place
        ) AS place
    FROM earlier
    INNER JOIN centred ON earlier.series = centred.series
),

spread AS (
    SELECT
        series,
        sum(CASE WHEN place = (earlier_months + 1) // 2 THEN twice_deviation ELSE 0 END)
        + sum(CASE WHEN place = (earlier_months + 2) // 2 THEN twice_deviation ELSE 0 END) AS four_mad
    FROM deviation
    GROUP BY series
),

volume AS (
    SELECT
        judged_month.user_id,
        judged_month.month,
        judged_month.series,
        judged_month.accesses,
        judged_month.earlier_months,
        judged_month.days * judged_month.earlier_months >= $month_share * centred.earlier_days AS long_enough,
        centred.twice_median / 2.0 AS own_median,
        spread.four_mad / 4.0 AS own_mad,
        (judged_month.accesses - centred.twice_median / 2.0) / nullif(
            greatest(
                1.4826 * spread.four_mad / 4.0,
                sqrt(centred.twice_median / 2.0),
                $scale_share * centred.twice_median / 2.0,
                $min_scale
            ),
            0
        ) AS z
    FROM judged_month
    INNER JOIN centred ON judged_month.series = centred.series
    INNER JOIN spread ON judged_month.series = spread.series
),

-- Each judged month and each hour that the user has had by then: how much of it was earlier, how much now.
hour_count AS (
    SELECT
        user_number.series,
        user_number.user_number,
        user_hour.local_hour,
        user_hour.accesses
    FROM user_hour
    INNER JOIN user_number ON user_hour.user_id = user_number.user_id AND user_hour.month = user_number.month
),

known_hour AS (
    SELECT DISTINCT
        user_number,
        local_hour
    FROM hour_count
),

hour_of_month AS (
    SELECT
        month_number.series,
        month_number.earlier_months,
        known_hour.local_hour,
        coalesce(hour_count.accesses, 0) AS accesses,
        CAST(coalesce(
            sum(hour_count.accesses) OVER (
                PARTITION BY known_hour.user_number, known_hour.local_hour
                ORDER BY month_number.series
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS BIGINT) AS earlier_accesses
    FROM month_number
    INNER JOIN known_hour ON month_number.user_number = known_hour.user_number
    LEFT JOIN hour_count
        ON month_number.series = hour_count.series AND known_hour.local_hour = hour_count.local_hour
),

hour_history AS (
    SELECT
        series,
        local_hour,
        earlier_accesses,
        accesses
    FROM hour_of_month
    WHERE earlier_months >= $min_months AND (earlier_accesses > 0 OR accesses > 0)
),

hour_rank AS (
    SELECT
        series,
        local_hour,
        earlier_accesses,
        accesses,
        sum(earlier_accesses) OVER (
            PARTITION BY series
            ORDER BY earlier_accesses DESC, local_hour ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - earlier_accesses AS busier_hours,
        sum(earlier_accesses) OVER (PARTITION BY series) AS all_earlier
    FROM hour_history
),

unusual_hour AS (
    SELECT
        series,
        local_hour,
        earlier_accesses,
        accesses,
        all_earlier
    FROM hour_rank
    WHERE busier_hours >= $usual_share * all_earlier
),

hours AS (
    SELECT
        series,
        sum(accesses) AS outside_accesses,
        sum(earlier_accesses) / nullif(CAST(max(all_earlier) AS DOUBLE), 0) AS usual_outside_share
    FROM unusual_hour
    GROUP BY series
),

-- Only of the few months with enough of them outside is it asked on how many days.
outside_month AS (
    SELECT
        volume.user_id,
        volume.month,
        volume.series
    FROM volume
    INNER JOIN hours ON volume.series = hours.series
    WHERE
        volume.long_enough
        AND hours.outside_accesses >= $min_outside
        AND hours.outside_accesses / nullif(CAST(volume.accesses AS DOUBLE), 0)
        >= $times_share * coalesce(hours.usual_outside_share, 0.0)
),

outside_date AS (
    SELECT
        outside_month.series,
        unnest(user_hour.local_dates) AS local_date
    FROM outside_month
    INNER JOIN unusual_hour ON outside_month.series = unusual_hour.series
    INNER JOIN user_hour
        ON
            outside_month.user_id = user_hour.user_id
            AND outside_month.month = user_hour.month
            AND unusual_hour.local_hour = user_hour.local_hour
),

outside_day AS (
    SELECT
        series,
        count(DISTINCT local_date) AS days
    FROM outside_date
    GROUP BY series
),

compared AS (
    SELECT
        volume.user_id,
        volume.month,
        volume.series,
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
    LEFT JOIN hours ON volume.series = hours.series
    LEFT JOIN outside_day ON volume.series = outside_day.series
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
        compared.series,
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

-- The hours that would be cited.
found_hour AS (
    SELECT
        found.user_id,
        found.month,
        user_hour.local_hour,
        user_hour.accesses,
        user_hour.without_subject,
        user_hour.local_dates
    FROM found
    INNER JOIN user_hour ON found.user_id = user_hour.user_id AND found.month = user_hour.month
    LEFT JOIN unusual_hour ON found.series = unusual_hour.series AND user_hour.local_hour = unusual_hour.local_hour
    WHERE found.too_many OR (found.odd_hours AND unusual_hour.series IS NOT NULL)
),

-- What is not fully explained of those users, and what waits to be judged.
open_access AS (
    SELECT
        user_id,
        local_date,
        local_hour
    FROM lacks_explanation
    WHERE user_id IN (SELECT found_hour.user_id FROM found_hour)
    UNION ALL
    SELECT
        access.user_id,
        access.local_date,
        access.local_hour
    FROM access
    CROSS JOIN horizon
    WHERE access.user_id IS NOT NULL AND access.subject_id IS NOT NULL AND access.occurred_at > horizon.judged_until
),

open_count AS (
    SELECT
        user_id,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        local_hour,
        count(*) AS accesses
    FROM open_access
    GROUP BY user_id, substr(CAST(local_date AS VARCHAR), 1, 7), local_hour
),

-- The accesses that would be cited, counted by the hour: which they are is asked only where they are reported.
cited_count AS (
    SELECT
        found_hour.user_id,
        found_hour.month,
        CAST(sum(
            CASE
                WHEN horizon.judges THEN found_hour.without_subject + coalesce(open_count.accesses, 0)
                ELSE found_hour.accesses
            END
        ) AS BIGINT) AS not_explained
    FROM found_hour
    CROSS JOIN horizon
    LEFT JOIN open_count
        ON
            found_hour.user_id = open_count.user_id
            AND found_hour.month = open_count.month
            AND found_hour.local_hour = open_count.local_hour
    GROUP BY found_hour.user_id, found_hour.month
),

unaccounted AS (
    SELECT
        found.user_id,
        found.month,
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

cited_hour AS (
    SELECT
        found_hour.user_id,
        found_hour.month,
        found_hour.local_hour,
        unaccounted.not_explained,
        unnest(found_hour.local_dates) AS local_date
    FROM unaccounted
    INNER JOIN found_hour ON unaccounted.user_id = found_hour.user_id AND unaccounted.month = found_hour.month
),

cited AS (
    SELECT
        cited_hour.user_id,
        cited_hour.month,
        cited_hour.not_explained,
        access.access_id
    FROM cited_hour
    INNER JOIN access
        ON
            cited_hour.user_id = access.user_id
            AND cited_hour.local_date = access.local_date
            AND cited_hour.local_hour = access.local_hour
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
    round(100 * found.outside_share, 1) AS outside_percent,
    round(100 * found.usual_outside_share, 1) AS usual_outside_percent,
    round(found.outside_share, 4) AS outside_share,
    round(found.usual_outside_share, 4) AS usual_outside_share,
    found.too_many,
    found.odd_hours
FROM cited
INNER JOIN found ON cited.user_id = found.user_id AND cited.month = found.month
ORDER BY cited.user_id, cited.month, cited.access_id
