WITH user_number AS (
  SELECT
    user_id,
    month,
    accesses,
    days,
    ROW_NUMBER() OVER (ORDER BY user_id NULLS LAST, month NULLS LAST) AS series,
    DENSE_RANK() OVER (ORDER BY user_id NULLS LAST) AS user_number
  FROM user_month
), month_number AS (
  SELECT
    user_id,
    month,
    accesses,
    days,
    series,
    user_number,
    SUM(CASE WHEN days >= :min_days THEN 1 ELSE 0 END) OVER (
      PARTITION BY user_number
      ORDER BY series NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS earlier_months
  FROM user_number
), judged_month AS (
  SELECT
    user_id,
    month,
    accesses,
    days,
    series,
    user_number,
    earlier_months
  FROM month_number
  WHERE
    earlier_months >= :min_months
), earlier AS (
  SELECT
    judged_month.series,
    judged_month.earlier_months,
    month_number.accesses AS earlier_accesses,
    month_number.days AS earlier_days,
    ROW_NUMBER() OVER (
      PARTITION BY judged_month.series
      ORDER BY month_number.accesses NULLS LAST, month_number.series NULLS LAST
    ) AS place
  FROM judged_month
  INNER JOIN month_number
    ON judged_month.user_number = month_number.user_number
    AND judged_month.series > month_number.series
  WHERE
    month_number.days >= :min_days
), centred AS (
  SELECT
    series,
    SUM(earlier_days) AS earlier_days,
    SUM(
      CASE WHEN place = (
        earlier_months + 1
      ) DIV 2 THEN earlier_accesses ELSE 0 END
    ) + SUM(
      CASE WHEN place = (
        earlier_months + 2
      ) DIV 2 THEN earlier_accesses ELSE 0 END
    ) AS twice_median
  FROM earlier
  GROUP BY
    series
), deviation AS (
  SELECT
    earlier.series,
    earlier.earlier_months,
    ABS(2 * earlier.earlier_accesses - centred.twice_median) AS twice_deviation,
    ROW_NUMBER() OVER (
      PARTITION BY earlier.series
      ORDER BY ABS(2 * earlier.earlier_accesses - centred.twice_median) NULLS LAST, earlier.place NULLS LAST
    ) AS place
  FROM earlier
  INNER JOIN centred
    ON earlier.series = centred.series
), spread AS (
  SELECT
    series,
    SUM(CASE WHEN place = (
      earlier_months + 1
    ) DIV 2 THEN twice_deviation ELSE 0 END) + SUM(CASE WHEN place = (
      earlier_months + 2
    ) DIV 2 THEN twice_deviation ELSE 0 END) AS four_mad
  FROM deviation
  GROUP BY
    series
), volume AS (
  SELECT
    judged_month.user_id,
    judged_month.month,
    judged_month.series,
    judged_month.accesses,
    judged_month.earlier_months,
    judged_month.days * judged_month.earlier_months >= :month_share * centred.earlier_days AS long_enough,
    CAST(centred.twice_median AS DOUBLE) / 2.0 AS own_median,
    CAST(spread.four_mad AS DOUBLE) / 4.0 AS own_mad,
    CAST((
      judged_month.accesses - CAST(centred.twice_median AS DOUBLE) / 2.0
    ) AS DOUBLE) / NULLIF(
      GREATEST(
        CAST(1.4826 * spread.four_mad AS DOUBLE) / 4.0,
        SQRT(CAST(centred.twice_median AS DOUBLE) / 2.0),
        CAST(:scale_share * centred.twice_median AS DOUBLE) / 2.0,
        :min_scale
      ),
      0
    ) AS z
  FROM judged_month
  INNER JOIN centred
    ON judged_month.series = centred.series
  INNER JOIN spread
    ON judged_month.series = spread.series
), hour_count AS (
  SELECT
    user_number.series,
    user_number.user_number,
    user_hour.local_hour,
    user_hour.accesses
  FROM user_hour
  INNER JOIN user_number
    ON user_hour.user_id = user_number.user_id AND user_hour.month = user_number.month
), known_hour AS (
  SELECT DISTINCT
    user_number,
    local_hour
  FROM hour_count
), hour_of_month AS (
  SELECT
    month_number.series,
    month_number.earlier_months,
    known_hour.local_hour,
    COALESCE(hour_count.accesses, 0) AS accesses,
    CAST(COALESCE(
      SUM(hour_count.accesses) OVER (
        PARTITION BY known_hour.user_number, known_hour.local_hour
        ORDER BY month_number.series NULLS LAST
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS BIGINT) AS earlier_accesses
  FROM month_number
  INNER JOIN known_hour
    ON month_number.user_number = known_hour.user_number
  LEFT JOIN hour_count
    ON month_number.series = hour_count.series
    AND known_hour.local_hour = hour_count.local_hour
), hour_history AS (
  SELECT
    series,
    local_hour,
    earlier_accesses,
    accesses
  FROM hour_of_month
  WHERE
    earlier_months >= :min_months AND (
      earlier_accesses > 0 OR accesses > 0
    )
), hour_rank AS (
  SELECT
    series,
    local_hour,
    earlier_accesses,
    accesses,
    SUM(earlier_accesses) OVER (
      PARTITION BY series
      ORDER BY earlier_accesses DESC, local_hour ASC NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - earlier_accesses AS busier_hours,
    SUM(earlier_accesses) OVER (PARTITION BY series) AS all_earlier
  FROM hour_history
), unusual_hour AS (
  SELECT
    series,
    local_hour,
    earlier_accesses,
    accesses,
    all_earlier
  FROM hour_rank
  WHERE
    busier_hours >= :usual_share * all_earlier
), hours AS (
  SELECT
    series,
    SUM(accesses) AS outside_accesses,
    CAST(SUM(earlier_accesses) AS DOUBLE) / NULLIF(CAST(MAX(all_earlier) AS DOUBLE), 0) AS usual_outside_share
  FROM unusual_hour
  GROUP BY
    series
), outside_month AS (
  SELECT
    volume.user_id,
    volume.month,
    volume.series
  FROM volume
  INNER JOIN hours
    ON volume.series = hours.series
  WHERE
    volume.long_enough
    AND hours.outside_accesses >= :min_outside
    AND CAST(hours.outside_accesses AS DOUBLE) / NULLIF(CAST(volume.accesses AS DOUBLE), 0) >= :times_share * COALESCE(hours.usual_outside_share, 0.0)
), outside_date AS (
  SELECT
    outside_month.series,
    EXPLODE(user_hour.local_dates) AS local_date
  FROM outside_month
  INNER JOIN unusual_hour
    ON outside_month.series = unusual_hour.series
  INNER JOIN user_hour
    ON outside_month.user_id = user_hour.user_id
    AND outside_month.month = user_hour.month
    AND unusual_hour.local_hour = user_hour.local_hour
), outside_day AS (
  SELECT
    series,
    COUNT(DISTINCT local_date) AS days
  FROM outside_date
  GROUP BY
    series
), compared AS (
  SELECT
    volume.user_id,
    volume.month,
    volume.series,
    volume.accesses,
    volume.earlier_months,
    volume.own_median,
    volume.own_mad,
    volume.z,
    volume.z >= :min_z AS too_many,
    COALESCE(hours.outside_accesses, 0) AS outside_accesses,
    CAST(COALESCE(hours.outside_accesses, 0) AS DOUBLE) / NULLIF(CAST(volume.accesses AS DOUBLE), 0) AS outside_share,
    COALESCE(hours.usual_outside_share, 0.0) AS usual_outside_share,
    COALESCE(outside_day.days >= :min_outside_days, FALSE) AS odd_hours
  FROM volume
  LEFT JOIN hours
    ON volume.series = hours.series
  LEFT JOIN outside_day
    ON volume.series = outside_day.series
), month_of_force AS (
  SELECT
    month,
    COUNT(*) AS users,
    COUNT(*) FILTER(WHERE
      too_many) AS users_with_more,
    COUNT(*) FILTER(WHERE
      odd_hours) AS users_at_odd_hours
  FROM compared
  GROUP BY
    month
), found AS (
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
      month_of_force.users < :min_users
      OR month_of_force.users_with_more < :most_share * month_of_force.users
    ) AS too_many,
    compared.odd_hours
    AND (
      month_of_force.users < :min_users
      OR month_of_force.users_at_odd_hours < :most_share * month_of_force.users
    ) AS odd_hours
  FROM compared
  INNER JOIN month_of_force
    ON compared.month = month_of_force.month
  WHERE
    compared.too_many OR compared.odd_hours
), found_hour AS (
  SELECT
    found.user_id,
    found.month,
    user_hour.local_hour,
    user_hour.accesses,
    user_hour.without_subject,
    user_hour.local_dates
  FROM found
  INNER JOIN user_hour
    ON found.user_id = user_hour.user_id AND found.month = user_hour.month
  LEFT JOIN unusual_hour
    ON found.series = unusual_hour.series
    AND user_hour.local_hour = unusual_hour.local_hour
  WHERE
    found.too_many OR (
      found.odd_hours AND NOT unusual_hour.series IS NULL
    )
), open_access AS (
  SELECT
    user_id,
    local_date,
    local_hour
  FROM lacks_explanation
  WHERE
    user_id IN (
      SELECT
        found_hour.user_id
      FROM found_hour
    )
  UNION ALL
  SELECT
    access.user_id,
    access.local_date,
    access.local_hour
  FROM access
  CROSS JOIN horizon
  WHERE
    NOT access.user_id IS NULL
    AND NOT access.subject_id IS NULL
    AND access.occurred_at > horizon.judged_until
), open_count AS (
  SELECT
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    local_hour,
    COUNT(*) AS accesses
  FROM open_access
  GROUP BY
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7),
    local_hour
), cited_count AS (
  SELECT
    found_hour.user_id,
    found_hour.month,
    CAST(SUM(
      CASE
        WHEN horizon.judges
        THEN found_hour.without_subject + COALESCE(open_count.accesses, 0)
        ELSE found_hour.accesses
      END
    ) AS BIGINT) AS not_explained
  FROM found_hour
  CROSS JOIN horizon
  LEFT JOIN open_count
    ON found_hour.user_id = open_count.user_id
    AND found_hour.month = open_count.month
    AND found_hour.local_hour = open_count.local_hour
  GROUP BY
    found_hour.user_id,
    found_hour.month
), unaccounted AS (
  SELECT
    found.user_id,
    found.month,
    cited_count.not_explained
  FROM found
  INNER JOIN cited_count
    ON found.user_id = cited_count.user_id AND found.month = cited_count.month
  WHERE
    cited_count.not_explained >= :least_not_explained * CASE
      WHEN found.too_many
      THEN found.accesses - found.own_median
      ELSE found.outside_accesses
    END
), cited_hour AS (
  SELECT
    found_hour.user_id,
    found_hour.month,
    found_hour.local_hour,
    unaccounted.not_explained,
    EXPLODE(found_hour.local_dates) AS local_date
  FROM unaccounted
  INNER JOIN found_hour
    ON unaccounted.user_id = found_hour.user_id AND unaccounted.month = found_hour.month
), cited AS (
  SELECT
    cited_hour.user_id,
    cited_hour.month,
    cited_hour.not_explained,
    access.access_id
  FROM cited_hour
  INNER JOIN access
    ON cited_hour.user_id = access.user_id
    AND cited_hour.local_date = access.local_date
    AND cited_hour.local_hour = access.local_hour
)
SELECT
  cited.user_id,
  cited.month,
  CAST(NULL AS STRING) AS subject_id,
  cited.access_id,
  TRUE AS counts,
  found.accesses,
  cited.not_explained,
  found.earlier_months,
  found.own_median,
  found.own_mad,
  CAST(ROUND(CAST(found.z AS DOUBLE) * 1E2) AS DOUBLE) / 1E2 AS z,
  found.outside_accesses,
  CAST(ROUND(CAST(100 * found.outside_share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS outside_percent,
  CAST(ROUND(CAST(100 * found.usual_outside_share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS usual_outside_percent,
  CAST(ROUND(CAST(found.outside_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS outside_share,
  CAST(ROUND(CAST(found.usual_outside_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS usual_outside_share,
  found.too_many,
  found.odd_hours
FROM cited
INNER JOIN found
  ON cited.user_id = found.user_id AND cited.month = found.month
ORDER BY
  cited.user_id NULLS LAST,
  cited.month NULLS LAST,
  cited.access_id NULLS LAST
