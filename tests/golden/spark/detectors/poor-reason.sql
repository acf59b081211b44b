WITH judged AS (
  SELECT
    access_id,
    user_id,
    system,
    subject_id,
    reason,
    CASE
      WHEN NOT code_stands IS NULL AND NOT code_stands
      THEN TRUE
      WHEN reason IS NULL
      THEN code_stands IS NULL
      WHEN LENGTH(reason) < 3
      THEN TRUE
      ELSE ARRAY_CONTAINS(ARRAY_COMPACT(CAST(:generic_reasons AS ARRAY<STRING>)), reason)
    END AS poor
  FROM reason_quality
), user_count AS (
  SELECT
    user_id,
    system,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      poor) AS poor_reasons,
    CAST(COUNT(*) FILTER(WHERE
      poor) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS share
  FROM judged
  GROUP BY
    user_id,
    system
), force_share AS (
  SELECT
    system,
    CAST(SUM(poor_reasons) AS DOUBLE) / NULLIF(CAST(SUM(accesses) AS DOUBLE), 0) AS share
  FROM user_count
  GROUP BY
    system
), bounded AS (
  SELECT
    user_count.user_id,
    user_count.system,
    user_count.accesses,
    user_count.poor_reasons,
    user_count.share,
    force_share.share AS force_share,
    CAST((
      user_count.share + CAST(1.92072941 AS DOUBLE) / NULLIF(user_count.accesses, 0) - 1.95996398 * SQRT(
        CAST(user_count.share * (
          1 - user_count.share
        ) AS DOUBLE) / NULLIF(user_count.accesses, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(user_count.accesses * user_count.accesses, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(user_count.accesses, 0), 0) AS share_lower
  FROM user_count
  INNER JOIN force_share
    ON user_count.system = force_share.system
), repeated AS (
  SELECT
    user_id,
    system,
    subject_id,
    reason
  FROM judged
  WHERE
    NOT reason IS NULL AND NOT subject_id IS NULL
  GROUP BY
    user_id,
    system,
    subject_id,
    reason
  HAVING
    COUNT(*) >= :same_reason_accesses
), repeated_access AS (
  SELECT
    judged.access_id,
    judged.user_id,
    judged.system,
    judged.subject_id,
    judged.reason
  FROM judged
  INNER JOIN repeated
    ON judged.user_id = repeated.user_id
    AND judged.system = repeated.system
    AND judged.subject_id = repeated.subject_id
    AND judged.reason = repeated.reason
), same_text AS (
  SELECT
    repeated_access.access_id,
    repeated_access.user_id,
    repeated_access.system,
    COUNT(*) OVER (
      PARTITION BY repeated_access.user_id, repeated_access.system, repeated_access.subject_id, repeated_access.reason
    ) AS accesses
  FROM repeated_access
  LEFT JOIN explanation
    ON repeated_access.access_id = explanation.access_id
  WHERE
    COALESCE(explanation.strength, 'none') <> 'full'
), cited AS (
  SELECT
    judged.access_id,
    judged.user_id,
    judged.system,
    FALSE AS same_reason
  FROM judged
  INNER JOIN bounded
    ON judged.user_id = bounded.user_id AND judged.system = bounded.system
  WHERE
    judged.poor
    AND bounded.accesses >= :min_accesses
    AND bounded.share_lower > :min_share
    AND bounded.share_lower > :times_force * bounded.force_share
  UNION ALL
  SELECT
    access_id,
    user_id,
    system,
    TRUE AS same_reason
  FROM same_text
  WHERE
    accesses >= :same_reason_accesses
), distinct_cited AS (
  SELECT
    access_id,
    user_id,
    system,
    BOOL_OR(same_reason) AS same_reason
  FROM cited
  GROUP BY
    access_id,
    user_id,
    system
)
SELECT
  distinct_cited.user_id,
  distinct_cited.system,
  CAST(NULL AS STRING) AS subject_id,
  distinct_cited.access_id,
  TRUE AS counts,
  bounded.accesses,
  bounded.poor_reasons,
  CAST(ROUND(CAST(bounded.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share,
  CAST(ROUND(CAST(100 * bounded.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS percent,
  CAST(ROUND(CAST(bounded.share_lower AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_lower,
  CAST(ROUND(CAST(bounded.force_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS force_share,
  CAST(ROUND(CAST(100 * bounded.force_share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS force_percent,
  SUM(CASE WHEN distinct_cited.same_reason THEN 1 ELSE 0 END) OVER (PARTITION BY distinct_cited.user_id, distinct_cited.system) AS same_reason_accesses
FROM distinct_cited
INNER JOIN bounded
  ON distinct_cited.user_id = bounded.user_id
  AND distinct_cited.system = bounded.system
ORDER BY
  distinct_cited.user_id NULLS LAST,
  distinct_cited.system NULLS LAST,
  distinct_cited.access_id NULLS LAST
