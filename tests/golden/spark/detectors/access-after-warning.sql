WITH counted AS (
  SELECT
    warned_access.warning_id,
    COUNT(*) FILTER(WHERE
      NOT warned_access.after_warning
      AND (
        horizon.kept_from IS NULL OR warned_access.local_date >= horizon.kept_from
      )) AS before_count,
    COUNT(*) FILTER(WHERE
      warned_access.after_warning) AS after_count,
    COUNT(*) FILTER(WHERE
      NOT warned_access.after_warning
      AND warned_access.explained
      AND (
        horizon.kept_from IS NULL OR warned_access.local_date >= horizon.kept_from
      )) AS before_explained,
    COUNT(*) FILTER(WHERE
      warned_access.after_warning AND warned_access.explained) AS after_explained,
    COUNT(*) FILTER(WHERE
      warned_access.after_warning AND NOT warned_access.judged) AS after_unjudged,
    MIN(warned_access.occurred_at) FILTER(WHERE
      warned_access.after_warning) AS first_after_at
  FROM warned_access
  CROSS JOIN horizon
  GROUP BY
    warned_access.warning_id
), subject_side AS (
  SELECT
    warning_id,
    subject_id,
    BOOL_OR(after_warning) AND BOOL_OR(NOT after_warning) AS both_sides,
    COUNT(DISTINCT local_date) FILTER(WHERE
      after_warning) AS days_after
  FROM warned_access
  GROUP BY
    warning_id,
    subject_id
), same_subject AS (
  SELECT
    warning_id,
    COUNT(*) FILTER(WHERE
      both_sides) AS same_subjects,
    COUNT(*) FILTER(WHERE
      days_after >= 2) AS repeated_subjects
  FROM subject_side
  GROUP BY
    warning_id
), whole_force AS (
  SELECT
    CAST(SUM(unexplained) AS DOUBLE) / NULLIF(CAST(SUM(explained + weak + unexplained) AS DOUBLE), 0) AS share
  FROM daily_coverage
), rated AS (
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
    CAST(counted.before_count * 30.0 AS DOUBLE) / NULLIF(warning_exposure.before_days, 0) AS before_rate,
    CAST(counted.after_count * 30.0 AS DOUBLE) / NULLIF(warning_exposure.after_days, 0) AS after_rate,
    CASE
      WHEN warning_exposure.before_days >= 1
      THEN CAST(counted.before_count * 1.0 AS DOUBLE) / NULLIF(warning_exposure.before_duty_days, 0)
    END AS before_duty_rate,
    CAST(counted.after_count * 1.0 AS DOUBLE) / NULLIF(warning_exposure.after_duty_days, 0) AS after_duty_rate,
    GREATEST(
      warning_exposure.accesses_since,
      counted.after_count - counted.after_explained - counted.after_unjudged
    ) AS accesses_since,
    warning_exposure.earlier_warnings
  FROM counted
  INNER JOIN warning_exposure
    ON counted.warning_id = warning_exposure.warning_id
  WHERE
    counted.after_count >= :min_accesses
), shared AS (
  SELECT
    rated.warning_id,
    rated.before_count + rated.after_count AS total,
    CAST(rated.after_count AS DOUBLE) / NULLIF(CAST(rated.before_count + rated.after_count AS DOUBLE), 0) AS after_part,
    rated.accesses_since,
    CAST(rated.after_unexplained AS DOUBLE) / NULLIF(CAST(rated.accesses_since AS DOUBLE), 0) AS share_since
  FROM rated
), bounded AS (
  SELECT
    warning_id,
    total,
    accesses_since,
    share_since,
    CAST((
      after_part + CAST(1.92072941 AS DOUBLE) / NULLIF(total, 0) - 1.95996398 * SQRT(
        CAST(after_part * (
          1 - after_part
        ) AS DOUBLE) / NULLIF(total, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(total * total, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(total, 0), 0) AS part_lower,
    CAST((
      after_part + CAST(1.92072941 AS DOUBLE) / NULLIF(total, 0) + 1.95996398 * SQRT(
        CAST(after_part * (
          1 - after_part
        ) AS DOUBLE) / NULLIF(total, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(total * total, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(total, 0), 0) AS part_upper,
    CAST((
      share_since + CAST(1.92072941 AS DOUBLE) / NULLIF(accesses_since, 0) - 1.95996398 * SQRT(
        CAST(share_since * (
          1 - share_since
        ) AS DOUBLE) / NULLIF(accesses_since, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(accesses_since * accesses_since, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(accesses_since, 0), 0) AS share_since_lower
  FROM shared
), compared AS (
  SELECT
    rated.warning_id,
    CAST(rated.after_rate AS DOUBLE) / NULLIF(rated.before_rate, 0) AS rate_ratio,
    CAST(CAST(bounded.part_lower AS DOUBLE) / NULLIF(1 - bounded.part_lower, 0) * NULLIF(rated.before_days, 0) AS DOUBLE) / NULLIF(rated.after_days, 0) AS rate_ratio_lower,
    CASE
      WHEN rated.before_count > 0
      THEN CAST(CAST(bounded.part_upper AS DOUBLE) / NULLIF(1 - bounded.part_upper, 0) * NULLIF(rated.before_days, 0) AS DOUBLE) / NULLIF(rated.after_days, 0)
    END AS rate_ratio_upper,
    CAST(rated.after_duty_rate AS DOUBLE) / NULLIF(rated.before_duty_rate, 0) AS duty_rate_ratio,
    CASE
      WHEN rated.before_days >= 1
      THEN CAST(CAST(bounded.part_lower AS DOUBLE) / NULLIF(1 - bounded.part_lower, 0) * NULLIF(rated.before_duty_days, 0) AS DOUBLE) / NULLIF(rated.after_duty_days, 0)
    END AS duty_rate_ratio_lower,
    CASE
      WHEN rated.before_days >= 1 AND rated.before_count > 0
      THEN CAST(CAST(bounded.part_upper AS DOUBLE) / NULLIF(1 - bounded.part_upper, 0) * NULLIF(rated.before_duty_days, 0) AS DOUBLE) / NULLIF(rated.after_duty_days, 0)
    END AS duty_rate_ratio_upper,
    bounded.accesses_since,
    bounded.share_since,
    bounded.share_since_lower
  FROM rated
  INNER JOIN bounded
    ON rated.warning_id = bounded.warning_id
), possible AS (
  SELECT
    warned_access.warning_id,
    ROW_NUMBER() OVER (PARTITION BY warned_access.warning_id ORDER BY warned_access.access_id NULLS LAST) AS after_it
  FROM warned_access
  CROSS JOIN horizon
  WHERE
    warned_access.after_warning
    OR horizon.kept_from IS NULL
    OR warned_access.local_date >= horizon.kept_from
), likely AS (
  SELECT
    possible.warning_id,
    possible.after_it,
    rated.after_count,
    (
      rated.before_count + rated.after_count
    ) * LN(
      CAST(NULLIF(rated.before_days, 0) * 1.0 AS DOUBLE) / NULLIF(rated.before_days + rated.after_days, 0)
    ) + SUM(
      LN(
        CAST((
          rated.before_count + rated.after_count - possible.after_it + 1
        ) * 1.0 AS DOUBLE) / NULLIF(possible.after_it, 0)
      ) + LN(CAST(NULLIF(rated.after_days, 0) * 1.0 AS DOUBLE) / NULLIF(rated.before_days, 0))
    ) OVER (
      PARTITION BY possible.warning_id
      ORDER BY possible.after_it NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS log_chance
  FROM possible
  INNER JOIN rated
    ON possible.warning_id = rated.warning_id
), chance AS (
  SELECT
    warning_id,
    CAST(SUM(CAST(EXP(log_chance) AS DECIMAL(18, 15))) FILTER(WHERE
      after_it >= after_count) AS DOUBLE) / NULLIF(CAST(SUM(CAST(EXP(log_chance) AS DECIMAL(18, 15))) AS DOUBLE), 0) AS of_more,
    CAST(SUM(CAST(EXP(log_chance) AS DECIMAL(18, 15))) FILTER(WHERE
      after_it <= after_count) AS DOUBLE) / NULLIF(CAST(SUM(CAST(EXP(log_chance) AS DECIMAL(18, 15))) AS DOUBLE), 0) AS of_fewer
  FROM likely
  GROUP BY
    warning_id
), changed AS (
  SELECT
    rated.warning_id,
    CASE
      WHEN rated.before_days < :min_days_before OR rated.after_days < 1
      THEN NULL
      WHEN compared.rate_ratio_lower > 1
      AND chance.of_more <= :max_chance
      AND rated.before_count + rated.after_count >= :min_total
      THEN 'rose'
      WHEN compared.rate_ratio_upper < 1
      AND chance.of_fewer <= :max_chance
      AND rated.before_count + rated.after_count >= :min_total
      THEN 'fell'
      WHEN rated.after_rate > rated.before_rate
      THEN 'rose within chance'
      WHEN rated.after_rate < rated.before_rate
      THEN 'fell within chance'
      ELSE 'stayed'
    END AS rate_change,
    CASE
      WHEN rated.before_days < :min_days_before OR rated.after_days < 1
      THEN NULL
      WHEN rated.after_rate > rated.before_rate
      THEN chance.of_more
      WHEN rated.after_rate < rated.before_rate
      THEN chance.of_fewer
    END AS change_chance
  FROM rated
  INNER JOIN compared
    ON rated.warning_id = compared.warning_id
  INNER JOIN chance
    ON rated.warning_id = chance.warning_id
), first_after AS (
  SELECT
    rated.warning_id,
    DATEDIFF(DAY, CAST(warning.issued_at AS DATE), CAST(rated.first_after_at AS DATE)) - CASE
      WHEN warning.issued_at + DATEDIFF(DAY, CAST(warning.issued_at AS DATE), CAST(rated.first_after_at AS DATE)) * INTERVAL '1' DAY > rated.first_after_at
      THEN 1
      ELSE 0
    END AS days_to_first
  FROM rated
  INNER JOIN warning
    ON rated.warning_id = warning.warning_id
), weighed AS (
  SELECT
    compared.warning_id,
    warning.kind IN ('final', 'restriction', 'investigation_notice') AS grave,
    warning.kind IN ('training', 'policy') AS slight,
    changed.rate_change,
    changed.change_chance,
    warning.subject_id IS NULL
    AND same_subject.same_subjects = 0
    AND same_subject.repeated_subjects = 0
    AND COALESCE(changed.rate_change, '') <> 'rose'
    AND compared.share_since_lower <= whole_force.share AS within_noise
  FROM compared
  INNER JOIN changed
    ON compared.warning_id = changed.warning_id
  INNER JOIN warning
    ON compared.warning_id = warning.warning_id
  INNER JOIN same_subject
    ON compared.warning_id = same_subject.warning_id
  CROSS JOIN whole_force
)
SELECT
  warned_access.user_id,
  warned_access.warning_id,
  warning.subject_id,
  warned_access.access_id,
  warned_access.after_warning AS counts,
  CASE
    WHEN weighed.grave
    THEN CASE WHEN weighed.within_noise THEN 'high' ELSE 'critical' END
    WHEN weighed.slight
    THEN CASE WHEN weighed.within_noise THEN 'low' ELSE 'medium' END
    WHEN weighed.within_noise
    THEN 'medium'
    ELSE 'high'
  END AS level,
  CASE
    WHEN weighed.grave
    THEN CASE WHEN weighed.within_noise THEN 28 ELSE 46 END
    WHEN weighed.slight
    THEN CASE WHEN weighed.within_noise THEN 4 ELSE 26 END
    WHEN weighed.within_noise
    THEN 14
    ELSE 40
  END + CASE
    WHEN weighed.within_noise OR weighed.slight
    THEN 0
    WHEN weighed.rate_change = 'rose'
    THEN :rose_points
    WHEN weighed.rate_change = 'fell'
    THEN -:fell_points
    ELSE 0
  END AS points,
  warning.kind AS warning_kind,
  CASE warning.kind
    WHEN 'advice'
    THEN 'the words of advice'
    WHEN 'written'
    THEN 'the written warning'
    WHEN 'final'
    THEN 'the final warning'
    WHEN 'training'
    THEN 'the training'
    WHEN 'restriction'
    THEN 'the restriction'
    WHEN 'investigation_notice'
    THEN 'the notice of investigation'
    WHEN 'policy'
    THEN 'the policy'
    ELSE 'the warning'
  END AS warning_words,
  CASE
    WHEN warning.subject_id IS NULL
    THEN 'unexplained accesses'
    ELSE 'accesses to what the warning names' || CASE
      WHEN rated.after_explained = 0
      THEN ''
      WHEN rated.after_count = 1
      THEN ' (explained)'
      WHEN rated.after_explained = rated.after_count
      THEN ' (all explained)'
      ELSE ' (' || CAST(rated.after_explained AS STRING) || ' of them explained)'
    END || CASE
      WHEN rated.after_unjudged = 0
      THEN ''
      WHEN rated.after_count = 1
      THEN ' (not judged)'
      WHEN rated.after_unjudged = rated.after_count
      THEN ' (none of them judged)'
      ELSE ' (' || CAST(rated.after_unjudged AS STRING) || ' of them not judged)'
    END
  END AS in_question,
  warning.issued_at,
  warning.expires_at,
  warning.system AS warning_system,
  warning.about,
  rated.before_count + rated.after_count AS total,
  rated.before_count,
  rated.after_count,
  CASE WHEN NOT warning.subject_id IS NULL THEN rated.before_explained END AS named_subject_explained_before,
  CASE WHEN NOT warning.subject_id IS NULL THEN rated.after_explained END AS named_subject_explained,
  CASE WHEN NOT warning.subject_id IS NULL THEN rated.after_unjudged END AS named_subject_unjudged,
  rated.before_days,
  rated.after_days,
  'in ' || CAST(rated.after_days AS STRING) || ' days' || CASE
    WHEN rated.after_days >= 1
    THEN ' (' || CAST(CAST(CAST(ROUND(CAST(rated.after_rate AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS DECIMAL(18, 1)) AS STRING) || ' in 30 days)'
    ELSE ''
  END AS pace_after,
  CASE
    WHEN rated.before_days < 1
    THEN 'of the time before it the log holds no whole day to compare with'
    ELSE 'before it ' || CASE
      WHEN rated.before_count = 0
      THEN 'none in ' || CAST(rated.before_days AS STRING) || ' days'
      ELSE CAST(rated.before_count AS STRING) || ' in ' || CAST(rated.before_days AS STRING) || ' days (' || CAST(CAST(CAST(ROUND(CAST(rated.before_rate AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS DECIMAL(18, 1)) AS STRING) || ' in 30 days' || CASE
        WHEN rated.before_explained = 0
        THEN ''
        WHEN rated.before_count = 1
        THEN ', explained'
        WHEN rated.before_explained = rated.before_count
        THEN ', all explained'
        ELSE ', ' || CAST(rated.before_explained AS STRING) || ' of them explained'
      END || ')'
    END || CASE
      WHEN rated.before_days < :min_days_before
      THEN ', too few days to compare with'
      WHEN weighed.rate_change = 'rose' AND rated.before_count = 0
      THEN ', so the rate rose from nothing'
      WHEN weighed.rate_change = 'rose'
      THEN ', so the rate rose to ' || CAST(CAST(CAST(ROUND(CAST(compared.rate_ratio AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS DECIMAL(18, 1)) AS STRING) || ' times that'
      WHEN weighed.rate_change = 'fell'
      THEN ', so the rate fell to ' || CAST(CAST(ROUND(100 * compared.rate_ratio) AS BIGINT) AS STRING) || ' % of that'
      WHEN weighed.rate_change = 'rose within chance'
      THEN ', so the rate rose, but no more than chance would give'
      WHEN weighed.rate_change = 'fell within chance'
      THEN ', so the rate fell, but no more than chance would give'
      WHEN weighed.rate_change = 'stayed'
      THEN ', so the rate stayed the same'
      ELSE ''
    END
  END || CASE
    WHEN weighed.within_noise
    THEN '; of ' || CAST(rated.accesses_since AS STRING) || ' accesses since, no more than anybody would have unexplained by chance'
    ELSE ''
  END AS compared_with,
  CAST(ROUND(CAST(rated.before_rate AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS before_per_30d,
  CAST(ROUND(CAST(rated.after_rate AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS after_per_30d,
  weighed.rate_change,
  CAST(ROUND(CAST(weighed.change_chance AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS change_chance,
  CAST(ROUND(CAST(compared.rate_ratio AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS rate_ratio,
  CAST(ROUND(CAST(compared.rate_ratio_lower AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS rate_ratio_lower,
  CAST(ROUND(CAST(compared.rate_ratio_upper AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS rate_ratio_upper,
  rated.before_duty_days,
  rated.after_duty_days,
  CAST(ROUND(CAST(rated.before_duty_rate AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS before_per_duty_day,
  CAST(ROUND(CAST(rated.after_duty_rate AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS after_per_duty_day,
  CAST(ROUND(CAST(compared.duty_rate_ratio AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS duty_rate_ratio,
  CAST(ROUND(CAST(compared.duty_rate_ratio_lower AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS duty_rate_ratio_lower,
  CAST(ROUND(CAST(compared.duty_rate_ratio_upper AS DOUBLE) * 1E3) AS DOUBLE) / 1E3 AS duty_rate_ratio_upper,
  compared.accesses_since,
  CAST(ROUND(CAST(compared.share_since AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_since,
  CAST(ROUND(CAST(compared.share_since_lower AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_since_lower,
  CAST(ROUND(CAST(whole_force.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS force_share,
  weighed.within_noise,
  first_after.days_to_first,
  CASE
    WHEN first_after.days_to_first < 1
    THEN 'within a day'
    ELSE CAST(first_after.days_to_first AS STRING) || ' days later'
  END AS first_words,
  same_subject.same_subjects,
  same_subject.repeated_subjects,
  warned_on_topic.on_topic,
  rated.earlier_warnings
FROM warned_access
INNER JOIN rated
  ON warned_access.warning_id = rated.warning_id
INNER JOIN same_subject
  ON warned_access.warning_id = same_subject.warning_id
INNER JOIN warning
  ON warned_access.warning_id = warning.warning_id
INNER JOIN first_after
  ON warned_access.warning_id = first_after.warning_id
INNER JOIN compared
  ON warned_access.warning_id = compared.warning_id
INNER JOIN weighed
  ON warned_access.warning_id = weighed.warning_id
LEFT JOIN warned_on_topic
  ON warned_access.warning_id = warned_on_topic.warning_id
CROSS JOIN whole_force
ORDER BY
  warned_access.user_id NULLS LAST,
  warned_access.warning_id NULLS LAST,
  warned_access.access_id NULLS LAST
