WITH month_number AS (
  SELECT
    user_id,
    month,
    accesses,
    days,
    SUM(CASE WHEN days >= :min_days THEN 1 ELSE 0 END) OVER (
      PARTITION BY user_id
      ORDER BY month NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS earlier_months
  FROM user_month
), judged_month AS (
  SELECT
    user_id,
    month,
    accesses,
    days,
    earlier_months
  FROM month_number
  WHERE
    earlier_months >= :min_months
), earlier AS (
  SELECT
    judged_month.user_id,
    judged_month.month,
    judged_month.earlier_months,
    judged_month.accesses,
    judged_month.days,
    user_month.accesses AS earlier_accesses,
    user_month.days AS earlier_days,
    ROW_NUMBER() OVER (
      PARTITION BY judged_month.user_id, judged_month.month
      ORDER BY user_month.accesses NULLS LAST, user_month.month NULLS LAST
    ) AS place
  FROM judged_month
  INNER JOIN user_month
    ON judged_month.user_id = user_month.user_id
  WHERE
    user_month.month < judged_month.month AND user_month.days >= :min_days
), centred AS (
  SELECT
    user_id,
    month,
    MAX(accesses) AS accesses,
    MAX(days) AS days,
    MAX(earlier_months) AS earlier_months,
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
    user_id,
    month
), deviation AS (
  SELECT
    earlier.user_id,
    earlier.month,
    earlier.earlier_months,
    ABS(2 * earlier.earlier_accesses - centred.twice_median) AS twice_deviation,
    ROW_NUMBER() OVER (
      PARTITION BY earlier.user_id, earlier.month
      ORDER BY ABS(2 * earlier.earlier_accesses - centred.twice_median) NULLS LAST, earlier.place NULLS LAST
    ) AS place
  FROM earlier
  INNER JOIN centred
    ON earlier.user_id = centred.user_id AND earlier.month = centred.month
), spread AS (
  SELECT
    user_id,
    month,
    SUM(CASE WHEN place = (
      earlier_months + 1
    ) DIV 2 THEN twice_deviation ELSE 0 END) + SUM(CASE WHEN place = (
      earlier_months + 2
    ) DIV 2 THEN twice_deviation ELSE 0 END) AS four_mad
  FROM deviation
  GROUP BY
    user_id,
    month
), volume AS (
  SELECT
    centred.user_id,
    centred.month,
    centred.accesses,
    centred.earlier_months,
    centred.days * centred.earlier_months >= :month_share * centred.earlier_days AS long_enough,
    CAST(centred.twice_median AS DOUBLE) / 2.0 AS own_median,
    CAST(spread.four_mad AS DOUBLE) / 4.0 AS own_mad,
    CAST((
      centred.accesses - CAST(centred.twice_median AS DOUBLE) / 2.0
    ) AS DOUBLE) / NULLIF(
      GREATEST(
        CAST(1.4826 * spread.four_mad AS DOUBLE) / 4.0,
        SQRT(CAST(centred.twice_median AS DOUBLE) / 2.0),
        CAST(:scale_share * centred.twice_median AS DOUBLE) / 2.0,
        :min_scale
      ),
      0
    ) AS z
  FROM centred
  INNER JOIN spread
    ON centred.user_id = spread.user_id AND centred.month = spread.month
), known_hour AS (
  SELECT DISTINCT
    user_id,
    local_hour
  FROM user_hour
), hour_of_month AS (
  SELECT
    month_number.user_id,
    month_number.month,
    month_number.earlier_months,
    known_hour.local_hour,
    COALESCE(user_hour.accesses, 0) AS accesses,
    COALESCE(
      SUM(user_hour.accesses) OVER (
        PARTITION BY month_number.user_id, known_hour.local_hour
        ORDER BY month_number.month NULLS LAST
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS earlier_accesses
  FROM month_number
  INNER JOIN known_hour
    ON month_number.user_id = known_hour.user_id
  LEFT JOIN user_hour
    ON month_number.user_id = user_hour.user_id
    AND month_number.month = user_hour.month
    AND known_hour.local_hour = user_hour.local_hour
), hour_history AS (
  SELECT
    user_id,
    month,
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
    user_id,
    month,
    local_hour,
    earlier_accesses,
    accesses,
    SUM(earlier_accesses) OVER (
      PARTITION BY user_id, month
      ORDER BY earlier_accesses DESC, local_hour ASC NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - earlier_accesses AS busier_hours,
    SUM(earlier_accesses) OVER (PARTITION BY user_id, month) AS all_earlier
  FROM hour_history
), unusual_hour AS (
  SELECT
    user_id,
    month,
    local_hour,
    earlier_accesses,
    accesses,
    all_earlier
  FROM hour_rank
  WHERE
    busier_hours >= :usual_share * all_earlier
), hours AS (
  SELECT
    user_id,
    month,
    SUM(accesses) AS outside_accesses,
    CAST(SUM(earlier_accesses) AS DOUBLE) / NULLIF(CAST(MAX(all_earlier) AS DOUBLE), 0) AS usual_outside_share
  FROM unusual_hour
  GROUP BY
    user_id,
    month
), outside_month AS (
  SELECT
    volume.user_id,
    volume.month
  FROM volume
  INNER JOIN hours
    ON volume.user_id = hours.user_id AND volume.month = hours.month
  WHERE
    volume.long_enough
    AND hours.outside_accesses >= :min_outside
    AND CAST(hours.outside_accesses AS DOUBLE) / NULLIF(CAST(volume.accesses AS DOUBLE), 0) >= :times_share * COALESCE(hours.usual_outside_share, 0.0)
), outside_date AS (
  SELECT
    outside_month.user_id,
    outside_month.month,
    EXPLODE(user_hour.local_dates) AS local_date
  FROM outside_month
  INNER JOIN unusual_hour
    ON outside_month.user_id = unusual_hour.user_id
    AND outside_month.month = unusual_hour.month
  INNER JOIN user_hour
    ON unusual_hour.user_id = user_hour.user_id
    AND unusual_hour.month = user_hour.month
    AND unusual_hour.local_hour = user_hour.local_hour
), outside_day AS (
  SELECT
    user_id,
    month,
    COUNT(DISTINCT local_date) AS days
  FROM outside_date
  GROUP BY
    user_id,
    month
), compared AS (
  SELECT
    volume.user_id,
    volume.month,
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
    ON volume.user_id = hours.user_id AND volume.month = hours.month
  LEFT JOIN outside_day
    ON volume.user_id = outside_day.user_id AND volume.month = outside_day.month
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
), open_hour AS (
  SELECT
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7) AS month,
    local_hour,
    COUNT(*) AS accesses
  FROM lacks_explanation
  GROUP BY
    user_id,
    SUBSTRING(CAST(local_date AS STRING), 1, 7),
    local_hour
  UNION ALL
  SELECT
    access.user_id,
    SUBSTRING(CAST(access.local_date AS STRING), 1, 7) AS month,
    access.local_hour,
    COUNT(*) AS accesses
  FROM access
  CROSS JOIN horizon
  WHERE
    NOT access.user_id IS NULL
    AND NOT access.subject_id IS NULL
    AND access.occurred_at > horizon.judged_until
  GROUP BY
    access.user_id,
    SUBSTRING(CAST(access.local_date AS STRING), 1, 7),
    access.local_hour
), open_count AS (
  SELECT
    user_id,
    month,
    local_hour,
    SUM(accesses) AS accesses
  FROM open_hour
  GROUP BY
    user_id,
    month,
    local_hour
), cited_count AS (
  SELECT
    found.user_id,
    found.month,
    CAST(SUM(
      CASE
        WHEN horizon.judges
        THEN user_hour.without_subject + COALESCE(open_count.accesses, 0)
        ELSE user_hour.accesses
      END
    ) AS BIGINT) AS not_explained
  FROM found
  CROSS JOIN horizon
  INNER JOIN user_hour
    ON found.user_id = user_hour.user_id AND found.month = user_hour.month
  LEFT JOIN unusual_hour
    ON found.user_id = unusual_hour.user_id
    AND found.month = unusual_hour.month
    AND user_hour.local_hour = unusual_hour.local_hour
  LEFT JOIN open_count
    ON found.user_id = open_count.user_id
    AND found.month = open_count.month
    AND user_hour.local_hour = open_count.local_hour
  WHERE
    found.too_many OR (
      found.odd_hours AND NOT unusual_hour.user_id IS NULL
    )
  GROUP BY
    found.user_id,
    found.month
), unaccounted AS (
  SELECT
    found.user_id,
    found.month,
    found.too_many,
    found.odd_hours,
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
), cited AS (
  SELECT
    unaccounted.user_id,
    unaccounted.month,
    unaccounted.not_explained,
    access.access_id
  FROM unaccounted
  INNER JOIN access
    ON unaccounted.user_id = access.user_id
    AND unaccounted.month = SUBSTRING(CAST(access.local_date AS STRING), 1, 7)
  LEFT JOIN unusual_hour
    ON unaccounted.user_id = unusual_hour.user_id
    AND unaccounted.month = unusual_hour.month
    AND access.local_hour = unusual_hour.local_hour
  WHERE
    unaccounted.too_many
    OR (
      unaccounted.odd_hours AND NOT unusual_hour.user_id IS NULL
    )
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
